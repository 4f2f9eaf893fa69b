"""Figures side by side: in one story, and between stories on one topic, actor and period."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from extractors.records import Claim, Evidence, Mention, TopicTag
from tests.builders import NOON, build_article
from wirewatch.stories.conflicts import conflicts
from wirewatch.stories.figures import rivals, side_by_side
from wirewatch.stories.periods import comparable, dated


def figure(article_text, words, low, high=None, **fields):
    start = article_text.index(words)
    evidence = Evidence(field="text", start=start, end=start + len(words), text=words)
    return Claim(
        **{"low": low, "high": low if high is None else high, "approximate": False, "unit": "people",
           "event": "defected", "evidence": evidence, **fields}
    )  # fmt: skip


def report(number, text, *claims, topic="defection", actor="North Korea", **fields):
    """An article of a story of its own whose every sentence speaks of its topic and its actor."""

    def every(word):
        places = [place for place in range(len(text)) if text.startswith(word, place)]
        return tuple(Evidence(field="text", start=each, end=each + len(word), text=word) for each in places)

    return build_article(
        **{
            "url": f"https://paper{number}.example/a", "publisher": f"Paper {number}", "text": text,
            "claims": claims, "story_key": f"s{number}", "sort_at": NOON + timedelta(hours=number),
            "topics": (TopicTag(topic=topic, level="primary", rule=f"{topic}/any", evidence=every("defect")),),
            "mentions": (Mention(id="Q423", name=actor, kind="country", evidence=every("North")),),
            **fields,
        }
    )  # fmt: skip


MANY = "More than 200 people defected from the North this year, the ministry said."
FIRST = "It was the first defection from the North since 2019, the paper wrote."


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        (None, None, True),
        (None, "2026-11-20", True),
        ("overnight", None, True),
        ("2026-11-19", "2026-11-20", False),
        (None, "last month", True),
        (None, "this year", False),
        (None, "2026-07/2026-09", False),
        ("last month", "last week", False),
        (None, "in total", False),
        (None, "since 2022", False),
        ("since 2022", "since 2022", True),
        ("since 2022", "since 2024", False),
        ("2026-01/2026-06", "2026", False),
        ("2026-01/2026-06", "2026-01-01/2026-06-30", True),
        ("2026", None, False),
        ("last week", "this month", False),
    ],
)
def test_periods_that_are_compared(one, other, same):
    assert comparable(one, other) is comparable(other, one) is same


@pytest.mark.parametrize(
    ("period", "first", "last"),
    [
        ("2026", date(2026, 1, 1), date(2026, 12, 31)),
        ("2026-02", date(2026, 2, 1), date(2026, 2, 28)),
        ("2026-01/2026-06", date(2026, 1, 1), date(2026, 6, 30)),
        ("since 2024", date(2024, 1, 1), NOON.date()),
        ("this year", date(2026, 1, 1), NOON.date()),
        ("지난해", date(2025, 1, 1), date(2025, 12, 31)),
        ("上个月", date(2026, 10, 1), date(2026, 10, 31)),
    ],
)
def test_periods_are_dated_by_the_day_of_the_text(period, first, last):
    assert dated(period, NOON) == (first, last)


@pytest.mark.parametrize("period", [None, "in total", "some day", "2026-13", "2026-02-30", "2026-06/2026-01"])
def test_a_period_that_cannot_be_dated_is_none(period):
    assert dated(period, NOON) is None


def test_figures_stand_side_by_side_with_source_outlet_report_and_time_and_are_flagged():
    one = report(1, MANY, figure(MANY, "200", 200, source="Seoul"))
    other = report(2, MANY, figure(MANY, "200", 90, source="Kyiv"))
    (quantity,) = side_by_side([one, other])
    assert quantity.contradicted
    assert [
        (each.source, each.publisher, each.report, each.at, each.claim.low) for each in quantity.figures
    ] == [
        ("Seoul", "Paper 1", 1, one.sort_at, 200),
        ("Kyiv", "Paper 2", 2, other.sort_at, 90),
    ]


def test_a_copy_is_no_second_figure():
    one = report(1, MANY, figure(MANY, "200", 200))
    copy = report(2, MANY, figure(MANY, "200", 200), near_duplicate_of=one.article_key)
    (quantity,) = side_by_side([one, copy])
    assert len(quantity.figures) == 1


def test_a_total_since_the_beginning_is_not_set_against_the_count_of_a_day():
    one = report(1, MANY, figure(MANY, "200", 13_800, period="in total"))
    other = report(2, MANY, figure(MANY, "200", 4_000, period="2026-11-20"))
    assert conflicts([one, other]) == ()
    (quantity,) = side_by_side([one, other])
    assert not quantity.contradicted


def test_more_than_200_this_year_contradicts_the_first_since_2019_in_another_story():
    own = report(1, MANY, figure(MANY, "200", 200, None, source="the ministry", period="this year"))
    (rival,) = rivals([own], [report(2, FIRST)])
    assert (rival.topic, rival.actors, rival.their_story) == ("defection", ("North Korea",), "s2")
    assert (rival.ours, rival.theirs) == (MANY, FIRST)
    (turned,) = rivals([report(2, FIRST)], [own])
    assert turned.theirs == MANY


def test_two_totals_of_one_year_in_two_stories_that_cannot_both_be_true():
    own = report(1, MANY, figure(MANY, "200", 200, source="the ministry", period="2025"))
    other = report(2, MANY, figure(MANY, "200", 90, source="a charity", period="last year"))
    assert len(rivals([own], [other])) == 1


@pytest.mark.parametrize(
    "other",
    [
        pytest.param(report(2, FIRST, actor="Russia"), id="another actor"),
        pytest.param(report(2, FIRST, topic="desertion"), id="another topic"),
        pytest.param(report(2, MANY, figure(MANY, "200", 90, source="x", period="2024")), id="another year"),
        pytest.param(report(2, MANY, figure(MANY, "200", 90, source="x")), id="an event of its own"),
        pytest.param(report(2, MANY, figure(MANY, "200", 210, 190, approximate=True, source="x", period="this year")),
                     id="figures that agree"),
        pytest.param(report(2, FIRST, near_duplicate_of="k"), id="a copy"),
    ],
)  # fmt: skip
def test_what_is_not_of_one_topic_actor_and_period_is_no_rival(other):
    own = report(1, MANY, figure(MANY, "200", 200, source="the ministry", period="this year"))
    assert rivals([own], [other]) == ()
