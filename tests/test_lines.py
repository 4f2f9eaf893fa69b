"""Furniture is learned from distinct articles, kept bounded and forgotten; what reports themselves repeat is not furniture."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from extractors.lines import (
    KEPT_UNSEEN,
    LINES_EACH,
    REMEMBERED,
    ShownLines,
    SiteLines,
    learn,
    leave_out,
    line_key,
)

NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)
NOTICE = "The Marlow Post is written in a lighthouse and paid for by its readers, not by the port."
EMPTY = SiteLines(host="post.example")


def paragraphs(number, count=5):
    return [
        f"Report {chr(97 + number % 26)}{chr(97 + number // 26)} part {chr(97 + part)}: the council of the bay spoke for hours about piers, boats and nets, "
        f"and decided nothing that anybody in the harbour of the town had waited for."
        for part in range(count)
    ]


def shown(number, *, inside=(), end=(), at=None):
    body = paragraphs(number)
    return ShownLines(
        article_key=f"article {number}",
        seen_at=at or NOON + timedelta(minutes=number),
        lines=(*body[:2], *inside, *body[2:], *end),
    )


def texts(site):
    return {line.text for line in site.lines}


def test_a_line_under_three_articles_is_learned_and_under_two_it_is_not():
    two = learn(EMPTY, [shown(n, end=[NOTICE]) for n in range(2)], now=NOON)
    assert texts(two) == set()
    three = learn(two, [shown(2, end=[NOTICE])], now=NOON)
    (line,) = three.lines
    assert (line.text, line.witnesses, line.of_articles, line.place) == (NOTICE, 3, 3, "end")
    assert (line.first_seen_at, line.last_seen_at) == (NOON, NOON + timedelta(minutes=2))


def test_one_article_fetched_ten_times_is_one_witness():
    site = EMPTY
    for minute in range(10):
        site = learn(site, [shown(0, end=[NOTICE], at=NOON + timedelta(minutes=minute))], now=NOON)
    assert (len(site.articles), texts(site)) == (1, set())


def test_copies_of_one_text_under_several_addresses_are_one_witness():
    copies = [ShownLines(article_key=f"copy {n}", seen_at=NOON, lines=tuple(paragraphs(0))) for n in range(5)]
    assert texts(learn(EMPTY, copies, now=NOON)) == set()


def test_background_that_every_fourth_report_repeats_between_its_paragraphs_is_not_learned():
    background = "The two sides have been at war since the bridge was blown up in the spring of that year."
    articles = [shown(n, inside=[background] if n % 4 == 0 else []) for n in range(40)]
    assert texts(learn(EMPTY, articles, now=NOON)) == set()


def test_a_label_between_paragraphs_is_learned_from_few_articles():
    articles = [shown(n, inside=["From our archive"] if n % 10 == 0 else []) for n in range(40)]
    assert texts(learn(EMPTY, articles, now=NOON)) == {"From our archive"}


def test_lines_that_differ_in_figures_and_case_are_one():
    articles = [shown(n, end=[f"{n + 3} readers Discuss this report"]) for n in range(4)]
    site = learn(EMPTY, articles, now=NOON)
    assert leave_out("\n".join([*paragraphs(9), "271 readers discuss this report"]), site.learned)[1] == (
        "271 readers discuss this report",
    )


def test_a_line_that_was_left_out_bears_witness_where_it_was_learned():
    site = learn(EMPTY, [shown(n, end=[NOTICE]) for n in range(3)], now=NOON)
    later = ShownLines(
        article_key="later", seen_at=NOON + timedelta(hours=1), lines=tuple(paragraphs(7)), left_out=(NOTICE,)
    )
    (line,) = learn(site, [later], now=NOON).lines
    assert (line.witnesses, line.place) == (4, "end")


def test_a_line_that_no_article_shows_any_more_is_forgotten_after_its_time():
    site = learn(EMPTY, [shown(n, end=[NOTICE]) for n in range(5)], now=NOON)
    site = learn(site, [shown(n) for n in range(100, 100 + REMEMBERED)], now=NOON + timedelta(days=1))
    assert texts(site) == {NOTICE}
    assert texts(learn(site, [], now=NOON + KEPT_UNSEEN + timedelta(hours=2))) == set()


def test_a_line_that_has_become_rare_is_no_longer_furniture():
    site = learn(EMPTY, [shown(n, end=[NOTICE]) for n in range(3)], now=NOON)
    more = [shown(n, end=[NOTICE] if n == 50 else []) for n in range(10, 10 + REMEMBERED)]
    assert texts(learn(site, more, now=NOON)) == set()


def test_the_memory_of_a_site_is_bounded():
    long = ShownLines(article_key="long", seen_at=NOON, lines=tuple(f"row {chr(65 + n)}" for n in range(900)))
    site = learn(EMPTY, [*(shown(n) for n in range(300)), long], now=NOON)
    assert len(site.articles) == REMEMBERED
    again = learn(site, [replace(long, article_key="longer", left_out=long.lines)], now=NOON)
    assert max(len(article.lines) for article in again.articles) <= 2 * LINES_EACH
    assert max(len(article.lines) for article in site.articles) <= LINES_EACH


def test_nothing_is_taken_out_of_a_text_that_would_be_next_to_nothing():
    assert leave_out(f"A short word.\n{NOTICE}", frozenset({line_key(NOTICE)})) == (
        f"A short word.\n{NOTICE}",
        (),
    )


LINES = st.sampled_from([NOTICE, "Follow the lighthouse", *paragraphs(0), *paragraphs(1), *paragraphs(2)])
ARTICLES = st.builds(
    ShownLines,
    article_key=st.integers(0, 30).map(str),
    seen_at=st.just(NOON),
    lines=st.lists(LINES, max_size=8).map(tuple),
)


@given(st.lists(ARTICLES, max_size=20, unique_by=lambda article: article.article_key))
def test_learning_twice_is_learning_once(articles):
    once = learn(EMPTY, articles, now=NOON)
    assert learn(once, articles, now=NOON) == once


@given(st.lists(LINES, max_size=12), st.sets(LINES, max_size=4))
def test_what_is_left_out_and_what_is_kept_are_the_whole_text(lines, learned):
    text = "\n".join(lines)
    kept, out = leave_out(text, {line_key(line) for line in learned})
    assert sorted([*kept.splitlines(), *out]) == sorted(lines)
