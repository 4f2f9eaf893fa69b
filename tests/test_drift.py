"""An alarm is raised where a publisher's pages change for the worse, told with its figures, and cleared when they are as before."""

import random
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wirewatch.drift import (
    ACCEPTED_AFTER,
    LEAST_HISTORY,
    RECENT,
    SINCE_ALARM,
    USUAL,
    Observation,
    PublisherHistory,
    rank_test,
    remember,
)

NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)
EMPTY = PublisherHistory(publisher="Marlow Post")


def page(number, **fields):
    draw = random.Random(number)
    usual = {
        "page_key": f"p{number}",
        "seen_at": NOON + timedelta(hours=number),
        "words": round(draw.lognormvariate(6, 0.6)),
        "trimmed": draw.random() * 0.1,
        "unsigned": draw.random() < 0.3,
        "undated": draw.random() < 0.02,
        "rejected": "media-only" if draw.random() < 0.05 else None,
    }
    return Observation(**{**usual, **fields})


def after(history, pages):
    pages = list(pages)
    return remember(history, pages, now=pages[-1].seen_at)


def measures(history):
    return {alarm.measure for alarm in history.alarms}


USUAL_PAGES = after(EMPTY, [page(n) for n in range(100)])


@pytest.mark.parametrize(
    ("measure", "changed"),
    [
        ("words", {"words": 40}),
        ("words", {"words": 9000}),
        ("trimmed", {"trimmed": 0.6}),
        ("undated", {"undated": True}),
        ("unsigned", {"unsigned": True}),
        ("untitled", {"untitled": True}),
        ("rescued", {"rescued": True}),
        ("rejected", {"rejected": "js-shell"}),
    ],
)
def test_a_change_of_every_page_raises_the_alarm_of_its_measure(measure, changed):
    history = after(USUAL_PAGES, [page(n, **{"rejected": None, **changed}) for n in range(100, 124)])
    assert measures(history) == {measure}
    (alarm,) = history.alarms
    assert "are usual" in alarm.told
    assert "Cliff's delta" in alarm.told
    assert history.alarmed_since == alarm.since


def test_an_alarm_clears_when_the_pages_are_as_before():
    history = after(USUAL_PAGES, [page(n, undated=True, rejected=None) for n in range(100, 130)])
    assert measures(history) == {"undated"}
    history = after(history, [page(n) for n in range(130, 130 + RECENT)])
    assert (measures(history), history.alarmed_since) == (set(), None)


def test_an_alarm_stays_while_the_change_lasts_however_many_pages_come():
    history = USUAL_PAGES
    for start in range(100, 600, 20):
        history = after(
            history,
            [
                page(n, words=30, rejected=None, seen_at=NOON + timedelta(minutes=6000 + n))
                for n in range(start, start + 20)
            ],
        )
    assert measures(history) == {"words"}
    assert len(history.observations) <= USUAL + RECENT + SINCE_ALARM


def test_what_lasted_for_a_month_has_become_usual():
    history = after(USUAL_PAGES, [page(n, words=30, rejected=None) for n in range(100, 160)])
    assert measures(history) == {"words"}
    later = history.alarmed_since + ACCEPTED_AFTER + timedelta(hours=1)
    assert measures(remember(history, [], now=later)) == set()


def test_too_short_a_history_raises_nothing():
    history = after(EMPTY, [page(n) for n in range(LEAST_HISTORY - 1)])
    assert (
        measures(after(history, [page(n, words=1, rejected=None) for n in range(60, 60 + RECENT)])) == set()
    )


def test_a_sure_but_small_change_raises_nothing():
    history = after(EMPTY, [page(n, trimmed=0.01) for n in range(100)])
    assert measures(after(history, [page(n, trimmed=0.04) for n in range(100, 124)])) == set()


def test_half_the_pages_of_one_publisher_failing_is_seen():
    pages = [page(n, undated=n % 2 == 0, rejected=None) for n in range(100, 124)]
    assert measures(after(USUAL_PAGES, pages)) == {"undated"}


def test_the_rank_test_agrees_with_a_case_worked_by_hand():
    # 1 2 | 3 4 5: every value of the sample is below every other; U = 0, variance 2*3*6/12 = 3.
    z, delta = rank_test([1, 2], [3, 4, 5])
    assert (round(z, 4), delta) == (round(-3 / 3**0.5, 4), -1.0)
    assert rank_test([1, 1], [1, 1]) == (0.0, 0.0)


@given(st.lists(st.floats(0, 9), min_size=1, max_size=20), st.lists(st.floats(0, 9), min_size=1, max_size=20))
def test_the_rank_test_turned_round_gives_the_opposite(sample, others):
    z, delta = rank_test(sample, others)
    back_z, back_delta = rank_test(others, sample)
    assert -1 <= delta <= 1
    assert (round(back_z, 6), round(back_delta, 6)) == (round(-z, 6), round(-delta, 6))


@given(st.permutations(range(60)), st.integers(1, 59))
def test_the_order_of_arrival_and_repetition_change_nothing(order, cut):
    pages = [page(n) for n in order]
    now = NOON + timedelta(hours=60)
    whole = remember(EMPTY, pages, now=now)
    again = remember(remember(EMPTY, pages[:cut], now=now), pages, now=now)
    assert again.observations == whole.observations
