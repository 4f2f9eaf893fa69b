"""What a reader is told, in which order, why, and when a story comes again."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from extractors.records import Claim, Evidence, TopicTag
from tests.builders import build_article, build_feed_state, build_story
from wirewatch.changes import Told
from wirewatch.digests import (
    BACKFILL,
    SINGLE_SOURCE,
    STATE_MEDIA_ONLY,
    Background,
    Health,
    compose,
    feed_health,
    remember,
    standing_still,
    told_stories,
)
from wirewatch.records import Delivery, IndependentReport, Revision, Subscriber
from wirewatch.windows import Window

NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)  # a Friday
DAY = Window(kind="daily", start=NOON - timedelta(days=1), end=NOON)
TUESDAY = NOON - timedelta(days=3)


def tag(topic="defection", level="primary", words=("crossed the line",), **fields):
    evidence = tuple(Evidence(field="text", start=0, end=len(w), text=w) for w in words)
    return TopicTag(topic=topic, level=level, rule=f"{topic}-1", evidence=evidence, **fields)


DEFECTION = (tag(),)


def an_article(number, *, publisher=None, at=NOON, topics=DEFECTION, **fields):
    return build_article(
        **{
            "url": f"https://paper{number}.example/{number}",
            "article_key": f"a{number}",
            "publisher": publisher or f"Paper {number}",
            "indexed_at": at,
            "clustered_at": at,
            "sort_at": at,
            "topics": tuple(topics),
            "topics_all": tuple(t.topic for t in topics),
            "topics_primary": tuple(t.topic for t in topics if t.level == "primary"),
            **fields,
        }
    )


def a_story(key, articles, **fields):
    return build_story(
        **{
            "story_key": key,
            "articles": tuple(a.article_key for a in articles),
            "publishers": tuple(dict.fromkeys(a.publisher for a in articles)),
            "languages": tuple(dict.fromkeys(a.language for a in articles)),
            "language": articles[0].language,
            "topics_all": tuple(dict.fromkeys(t for a in articles for t in a.topics_all)),
            "topics_primary": tuple(dict.fromkeys(t for a in articles for t in a.topics_primary)),
            "independent_reports": len(articles),
            "reports": tuple(
                IndependentReport(articles=(a.article_key,), publishers=(a.publisher,)) for a in articles
            ),
            "changed_at": NOON - timedelta(hours=2),
            **fields,
        }
    )


def digest_of(*pairs, memory=None, window=DAY, background=None, **reader):
    """Compose from (story, articles) pairs."""
    subscriber = Subscriber(**{"name": "reader", "outbox": "x", **reader})
    articles = {a.article_key: a for _, own in pairs for a in own}
    return compose(subscriber, [s for s, _ in pairs], articles, memory or {}, window, background)


def one(number, **fields):
    own = [an_article(number)]
    return a_story(f"s{number}", own, **fields), own


def several(number, reports, **fields):
    own = [an_article(f"{number}.{n}") for n in range(reports)]
    return a_story(f"s{number}", own, **fields), own


# --------------------------------------------------------------------------- topics gained by re-tagging


def regained(number, **fields):
    """A story of one article that gained its topic when it was read again an hour after it came."""
    late = replace(DEFECTION[0], effective_from=NOON + timedelta(hours=1))
    own = [an_article(number, topics=(late,))]
    return a_story(f"s{number}", own, **fields), own


def test_a_story_that_only_gained_its_topic_by_re_tagging_is_not_new_to_a_reader_of_that_topic():
    assert digest_of(regained(1), topics=("defection",)).items == ()
    assert digest_of(regained(1)).items == ()


def test_a_topic_gained_by_re_tagging_brings_no_update_of_a_story_shown_before():
    story, own = regained(1)
    before = {story.story_key: Told(revision=story.revision, reports=1, at=NOON)}
    assert digest_of((story, own), memory=before, topics=("defection",)).items == ()


def test_a_new_article_on_the_topic_brings_the_story_that_re_tagging_held_back():
    _story, (old,) = regained(1)
    new = an_article("1.new")
    (item,) = digest_of((a_story("s1", [old, new]), [old, new]), topics=("defection",)).items
    assert item.why[0].startswith("defection")


# --------------------------------------------------------------------------- who gets what


def test_a_story_comes_with_its_publisher_its_words_and_its_other_reports():
    (item,) = digest_of(several(1, 3)).items
    assert item.kind == "new"
    assert item.publisher == "Paper 1.0"
    assert item.why == ("defection: “crossed the line”",)
    assert item.others == (
        ("Paper 1.1", "https://paper1.1.example/1.1"),
        ("Paper 1.2", "https://paper1.2.example/1.2"),
    )
    assert item.summary.startswith("Two soldiers crossed the military demarcation line")


@pytest.mark.parametrize(
    ("reader", "comes"),
    [
        ({"topics": ("defection",)}, True),
        ({"topics": ("provocation",)}, False),
        ({"topics": ()}, True),
        ({"languages": ("en",)}, True),
        ({"languages": ("ko",)}, False),
        ({"minimum_reports": 2}, False),
        ({"minimum_level": "primary"}, True),
        ({"since": NOON - timedelta(hours=1)}, False),
        ({"since": NOON - timedelta(hours=3)}, True),
    ],
)
def test_a_reader_gets_what_the_subscription_asks_for(reader, comes):
    assert bool(digest_of(one(1), **reader).items) is comes


@pytest.mark.parametrize(("level", "comes"), [("primary", False), ("secondary", False), ("mention", True)])
def test_a_passing_mention_comes_only_to_readers_who_want_mentions(level, comes):
    own = [an_article(1, topics=[tag(level="mention")])]
    assert bool(digest_of((a_story("s1", own), own), minimum_level=level).items) is comes


def test_a_story_outside_every_topic_comes_to_nobody():
    own = [an_article(1, topics=[])]
    assert digest_of((a_story("s1", own), own)).items == ()


def test_a_story_outside_the_window_or_merged_away_does_not_come():
    assert digest_of(one(1, changed_at=NOON + timedelta(seconds=1))).items == ()
    assert digest_of(one(1, changed_at=NOON - timedelta(days=2))).items == ()
    assert digest_of(one(1, merged_into="s2")).items == ()


def test_a_story_that_could_be_searched_only_after_its_window_closed_comes_in_the_next_one():
    late = one(1, changed_at=DAY.start - timedelta(seconds=5))
    assert len(digest_of(late).items) == 1
    told = {"s1": Told(revision=1, reports=1, at=DAY.start)}
    assert digest_of(late, memory=told).items == ()


def test_a_reader_of_korean_gets_the_korean_report_of_a_story():
    own = [an_article(1, title="English"), an_article(2, title="한국어", language="ko")]
    (item,) = digest_of((a_story("s1", own, title="English"), own), languages=("ko",)).items
    assert (item.headline, item.url, item.language) == ("한국어", own[1].url, "ko")


def test_the_words_come_from_another_article_only_with_its_name():
    own = [
        an_article(1, topics=[tag("provocation")]),
        an_article(2, topics=[tag("defection", words=["gave up"])]),
    ]
    (item,) = digest_of((a_story("s1", own), own)).items
    assert item.why == ("defection: “gave up” in Paper 2", "provocation: “crossed the line”")


def test_a_tag_that_is_denied_says_so():
    own = [an_article(1, topics=[tag(status="denied")])]
    (item,) = digest_of((a_story("s1", own), own)).items
    assert item.why == ("defection (denied): “crossed the line”",)


def test_words_close_together_are_quoted_with_what_stands_between_them():
    text = "On Friday two soldiers of the 27th brigade deserted, he said. Nobody else did."
    words = [Evidence(field="text", start=text.index(w), end=text.index(w) + len(w), text=w)
             for w in ("deserted", "soldiers", "brigade")]  # fmt: skip
    own = [an_article(1, text=text, topics=[replace(tag(), evidence=tuple(words))])]
    (item,) = digest_of((a_story("s1", own), own)).items
    assert item.why == ("defection: “soldiers of the 27th brigade deserted”",)


def test_filler_is_told_to_nobody_and_never_stands_for_a_story():
    signs = ("no figures", "no source", "no dateline")
    own = [an_article(1, farm_signals=signs)]
    assert digest_of((a_story("s1", own), own)).items == ()
    mixed = [an_article(1, farm_signals=signs), an_article(2)]
    (item,) = digest_of((a_story("s1", mixed), mixed)).items
    assert item.publisher == "Paper 2"


def test_who_asked_for_every_topic_is_told_what_the_story_is_mainly_about():
    own = [an_article(1, topics=[tag(), tag("espionage", level="mention", words=["spies"])]), an_article(2)]
    pair = (a_story("s1", own), own)
    assert len(digest_of(pair, minimum_level="mention").items[0].why) == 1
    asked = digest_of(pair, minimum_level="mention", topics=("defection", "espionage"))
    assert asked.items[0].why == ("defection: “crossed the line”", "espionage: “spies”")


def test_what_many_articles_touch_outweighs_what_one_makes_its_subject():
    own = [
        *(an_article(n, topics=[tag(level="secondary")]) for n in range(3)),
        an_article(9, topics=[tag("espionage", words=["spies"])]),
    ]
    assert digest_of((a_story("s1", own), own)).items[0].topics == ("defection", "espionage")


def test_a_topic_that_rests_on_the_same_words_is_not_told_again():
    own = [an_article(1, topics=[tag("border_incident"), tag("provocation")])]
    assert digest_of((a_story("s1", own), own)).items[0].why == ("border incident: “crossed the line”",)


# --------------------------------------------------------------------------- order and labels


def test_changed_comes_before_corroborated_before_new_before_single_source():
    told = {key: Told(revision=1, reports=2, at=TUESDAY) for key in ("s1", "s2")}
    updated = several(1, 2, revision=2)
    denial = an_article("1.9", at=NOON - timedelta(hours=3), topics=[tag(status="denied")])
    old = [replace(a, clustered_at=TUESDAY - timedelta(days=1)) for a in updated[1]]
    story = replace(updated[0], articles=(*updated[0].articles, "a1.9"), independent_reports=2)
    digest = digest_of(one(4), several(3, 9), several(2, 6, revision=2), (story, [*old, denial]), memory=told)
    assert [(item.story_key, item.kind) for item in digest.items] == [
        ("s1", "update"), ("s2", "corroborated"), ("s3", "new"), ("s4", "single"),
    ]  # fmt: skip


def test_a_single_source_is_labelled_and_never_leads_not_even_with_an_update():
    correction = Revision(
        text_hash="x", title="t", replaced_at=NOON - timedelta(hours=3), changes=("12 became 21",)
    )
    sensation = [an_article(1, revisions=(correction,), clustered_at=TUESDAY - timedelta(days=1))]
    told = {"s1": Told(revision=1, reports=1, at=TUESDAY)}
    digest = digest_of((a_story("s1", sensation, revision=2), sensation), several(2, 2), memory=told)
    assert [item.story_key for item in digest.items] == ["s2", "s1"]
    assert SINGLE_SOURCE in digest.items[1].labels
    assert digest.items[1].changes == ("Paper 1 changed its text: 12 became 21",)


def test_only_state_media_is_worth_saying():
    state = Background(publisher_kinds={"Paper 1": "state"})
    assert STATE_MEDIA_ONLY in digest_of(one(1), background=state).items[0].labels
    own = [an_article(1), an_article(2)]
    assert STATE_MEDIA_ONLY not in digest_of((a_story("s", own), own), background=state).items[0].labels


kinds = st.lists(st.integers(1, 6), min_size=1, max_size=30)


@given(kinds, st.integers(1, 10))
def test_a_single_source_leads_only_when_there_is_nothing_else(reports, most):
    digest = digest_of(*[several(n, count) for n, count in enumerate(reports)], maximum_items=most)
    assert len(digest.items) == min(most, len(reports))
    assert len(digest.items) + len(digest.left_out) == len(reports)
    if max(reports) > 1:
        assert digest.items[0].independent_reports > 1
    assert [i.independent_reports == 1 for i in digest.items] == sorted(
        i.independent_reports == 1 for i in digest.items
    )


@given(st.permutations(range(8)))
def test_the_order_of_arrival_never_changes_a_digest(order):
    pairs = [several(n, 1 + n % 3) for n in range(8)]
    assert digest_of(*[pairs[n] for n in order]) == digest_of(*pairs)


# --------------------------------------------------------------------------- coming again


def again(before, now, *, revision=2, articles=(), **fields):
    """A story told on Tuesday with `before` reports, now with `now` and these articles more."""
    old = [an_article(f"old{n}", at=TUESDAY - timedelta(hours=1)) for n in range(max(now - len(articles), 1))]
    own = [*old, *articles]
    story = a_story("s1", own, independent_reports=now, revision=revision, **fields)
    told = {"s1": Told(revision=1, reports=before, at=TUESDAY)}
    return digest_of((story, own), memory=told).items


def test_a_story_that_did_not_change_does_not_come_again():
    assert again(2, 2, revision=1) == ()


def test_a_change_that_nobody_needs_to_know_does_not_bring_a_story_again():
    assert again(2, 2) == ()
    assert again(3, 4) == ()


@pytest.mark.parametrize(
    ("before", "now", "says"),
    [
        (1, 2, "+1 independent report since Tuesday"),
        (2, 5, "+3 independent reports since Tuesday"),
        (4, 11, "+7 independent reports since Tuesday"),
        (3, 1, "counted as 1 independent report now, as 3 before"),
    ],
)
def test_a_story_comes_again_when_its_corroboration_crosses_a_step(before, now, says):
    (item,) = again(before, now)
    assert item.changes == (says,)
    assert item.kind == ("corroborated" if now > before else "update")


def test_a_denial_comes_and_names_who_reports_it():
    (item,) = again(2, 2, articles=[an_article(9, topics=[tag(status="denied")])])
    assert item.changes == ("denied, as Paper 9 reports",)
    assert item.url == "https://paper9.example/9"


def test_a_correction_comes_and_names_who_reports_it():
    (item,) = again(2, 2, articles=[an_article(9, title="Correction: two soldiers, not twelve")])
    assert item.changes == ("corrected, as Paper 9 reports",)


def test_reports_that_differ_now_are_a_change():
    (item,) = again(2, 2, articles=[an_article(9)], conflicts=("killed: 3 (A) against 30 (B)",))
    assert item.changes == ("reports differ now",)
    assert item.conflicts == ("killed: 3 (A) against 30 (B)",)


def test_a_new_topic_comes():
    (item,) = again(2, 2, articles=[an_article(9, topics=[tag(), tag("provocation")])])
    assert item.changes == ("now also about provocation",)


def a_claim(low, *, high=None, text, **fields):
    evidence = Evidence(field="text", start=0, end=len(text), text=text)
    high = low if high is None else high
    return Claim(
        low=low, high=high, approximate=False, unit="troops", event="deployed", evidence=evidence, **fields
    )


@pytest.mark.parametrize(
    ("figure", "says"),
    [
        (
            a_claim(1500, text="1,500 troops"),
            ("new figure in Paper 9: “1,500 troops”; before: “1,000 troops”",),
        ),
        (a_claim(1040, text="some 1,040 troops"), None),
        (a_claim(5000, text="5,000 troops a year ago", role="comparison"), None),
        (a_claim(5000, text="5,000 troops soon", certainty="forecast"), None),
    ],
)
def test_a_materially_new_figure_comes_with_its_words_and_the_old_one(figure, says):
    old = an_article(1, at=TUESDAY - timedelta(hours=1), claims=(a_claim(1000, text="1,000 troops"),))
    new = an_article(9, claims=(figure,))
    story = a_story("s1", [old, new], revision=2)
    told = {"s1": Told(revision=1, reports=2, at=TUESDAY)}
    items = digest_of((story, [old, new]), memory=told).items
    assert (items[0].changes if items else None) == says


def test_what_was_cut_off_is_not_repeated_and_counts_as_new_when_it_changes():
    told = {"s1": Told(revision=1, reports=0, at=TUESDAY)}
    assert digest_of(several(1, 2, revision=1), memory=told).items == ()
    (item,) = digest_of(several(1, 2, revision=2), memory=told).items
    assert (item.kind, item.changes) == ("new", ())


# --------------------------------------------------------------------------- backfill


def test_what_came_with_a_feeds_first_read_is_part_of_the_first_digest_and_flagged():
    (item,) = digest_of(one(1, backfill=True), background=Background(backfill=True)).items
    assert BACKFILL in item.labels


def test_later_it_is_a_number_and_never_a_flood():
    digest = digest_of(
        *[one(n, backfill=True) for n in range(50)], one(99), background=Background(backfill=False)
    )
    assert [item.story_key for item in digest.items] == ["s99"]
    assert digest.backfilled == 50


# --------------------------------------------------------------------------- memory


def a_row(*stories, end=NOON, state="sent"):
    return Delivery(
        digest_key=f"k{end}{state}", subscriber="reader", kind="daily", window_start=end - timedelta(days=1),
        window_end=end, state=state, stories=stories, planned_at=end, state_at=end,
    )  # fmt: skip


def test_the_memory_is_what_was_last_told():
    memory = remember([a_row("s1:3:5"), a_row("s1:1:2", "s2:1:1", end=TUESDAY)])
    assert memory == {
        "s1": Told(revision=3, reports=5, at=NOON),
        "s2": Told(revision=1, reports=1, at=TUESDAY),
    }


def test_a_digest_that_failed_for_good_told_nothing_and_one_that_waits_did():
    assert remember([a_row("s1:1:1", state="failed")]) == {}
    assert set(remember([a_row("s1:1:1", state="deferred")])) == {"s1"}


def test_being_cut_off_later_does_not_wipe_out_what_was_shown_before():
    memory = remember([a_row("s1:1:2", end=TUESDAY), a_row("s1:2:0")])
    assert memory["s1"] == Told(revision=2, reports=2, at=TUESDAY)


def test_a_merged_story_keeps_what_was_told_of_both():
    memory = remember([a_row("old:7:2", end=TUESDAY)], {"old": "s1"})
    assert memory["s1"].reports == 2
    assert digest_of(several(1, 2), memory=memory).items == ()
    (item,) = digest_of(several(1, 3), memory=memory).items
    assert item.changes == ("+1 independent report since Tuesday",)


def test_what_a_delivery_keeps_can_be_remembered():
    digest = digest_of(several(1, 3), one(2), one(3), maximum_items=2)
    memory = remember([a_row(*told_stories(digest))])
    assert memory["s1"].reports == 3
    assert sorted(told.reports for told in memory.values()) == [0, 1, 3]
    assert digest_of(several(1, 3), one(2), one(3), memory=memory).items == ()


# --------------------------------------------------------------------------- health


def test_silent_feeds_are_counted_and_the_freshest_reach_is_told():
    states = [
        build_feed_state(
            polled_at=NOON, read_at=NOON - timedelta(days=9)
        ),  # 304 for days: reached all the same
        build_feed_state(polled_at=NOON, read_at=NOON - timedelta(days=2), failures=3),
        build_feed_state(),
    ]
    assert feed_health(states, NOON) == Health(as_of=NOON, silent=2, feeds=3)


def test_collectors_that_stand_still_are_told_from_a_quiet_day():
    stale = Background(health=Health(as_of=TUESDAY))
    assert standing_still(digest_of(background=stale))
    assert not standing_still(digest_of(background=Background(health=Health(as_of=NOON))))
