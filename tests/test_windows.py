"""Which window is due, in zones with and without summer time."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wirewatch.records import Subscriber
from wirewatch.windows import (
    INSTANT_GRID,
    LONGEST_REACH,
    Window,
    digest_key,
    first_window,
    last_boundary,
    local_instant,
    next_boundary,
    next_window,
)

ZONES = [
    "Europe/Berlin",
    "America/New_York",
    "Asia/Seoul",
    "Australia/Lord_Howe",
    "Pacific/Apia",
    "Asia/Kathmandu",
]
NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)


def reader(**fields) -> Subscriber:
    return Subscriber(**{"name": "reader", "outbox": "x", **fields})


@pytest.mark.parametrize(
    ("zone", "day", "at", "instant"),
    [
        # The clock jumps from 02:00 to 03:00: 02:30 is not there, 03:00 is the next minute that is.
        ("Europe/Berlin", date(2026, 3, 29), time(2, 30), datetime(2026, 3, 29, 1, 0, tzinfo=UTC)),
        ("America/New_York", date(2026, 3, 8), time(2, 30), datetime(2026, 3, 8, 7, 0, tzinfo=UTC)),
        ("Australia/Lord_Howe", date(2026, 10, 4), time(2, 10), datetime(2026, 10, 3, 15, 30, tzinfo=UTC)),
        # 02:30 comes twice: the first one counts.
        ("Europe/Berlin", date(2026, 10, 25), time(2, 30), datetime(2026, 10, 25, 0, 30, tzinfo=UTC)),
        ("America/New_York", date(2026, 11, 1), time(1, 30), datetime(2026, 11, 1, 5, 30, tzinfo=UTC)),
        ("Australia/Lord_Howe", date(2026, 4, 5), time(1, 45), datetime(2026, 4, 4, 14, 45, tzinfo=UTC)),
        ("Asia/Seoul", date(2026, 3, 29), time(2, 30), datetime(2026, 3, 28, 17, 30, tzinfo=UTC)),
        # Samoa left out a whole day: the next valid minute is the following midnight.
        ("Pacific/Apia", date(2011, 12, 30), time(7, 0), datetime(2011, 12, 30, 10, 0, tzinfo=UTC)),
    ],
)
def test_a_wall_clock_time_is_the_next_valid_minute_in_a_gap_and_the_first_of_two_in_a_fold(
    zone, day, at, instant
):
    assert local_instant(day, at, ZoneInfo(zone)) == instant


FOUR_YEARS = int(timedelta(days=4 * 365).total_seconds())
instants = st.integers(0, FOUR_YEARS).map(lambda s: datetime(2024, 1, 1, tzinfo=UTC) + timedelta(seconds=s))
readers = st.builds(
    reader,
    zone=st.sampled_from(ZONES),
    frequency=st.sampled_from(["instant", "hourly", "daily", "weekly"]),
    at=st.times().map(lambda at: f"{at:%H:%M}"),
)


@given(readers, instants)
def test_the_last_boundary_is_not_after_now_and_the_next_one_is(subscriber, now):
    last, following = last_boundary(subscriber, now), next_boundary(subscriber, now)
    assert last <= now < following
    assert last_boundary(subscriber, following) == following or subscriber.frequency == "hourly"


@given(readers, instants, st.timedeltas(timedelta(0), timedelta(days=400)))
def test_boundaries_never_go_back(subscriber, now, later):
    assert last_boundary(subscriber, now) <= last_boundary(subscriber, now + later)


@given(st.sampled_from(ZONES), st.dates(date(2024, 1, 1), date(2027, 12, 31)), st.times())
def test_a_daily_reader_gets_one_boundary_for_each_local_day(zone, day, at):
    at = at.replace(second=0, microsecond=0, tzinfo=None)
    days = [local_instant(day + timedelta(days=ahead), at, ZoneInfo(zone)) for ahead in range(3)]
    assert days == sorted(set(days))
    assert all(timedelta(hours=22) <= b - a <= timedelta(hours=26) for a, b in pairwise(days))


@given(readers, instants, st.lists(st.timedeltas(timedelta(minutes=1), timedelta(days=20)), max_size=8))
def test_windows_join_without_gap_or_overlap(subscriber, now, steps):
    covered = first_window(subscriber, now).end
    for step in steps:
        now += step
        window = next_window(subscriber, covered, now)
        if window is not None:
            assert window.start == covered
            assert window.start < window.end <= now
            covered = window.end


def test_three_missed_days_come_as_one_window():
    subscriber = reader(frequency="daily", at="07:00")
    monday = datetime(2026, 11, 16, 7, tzinfo=UTC)
    window = next_window(subscriber, monday, monday + timedelta(days=3, hours=1))
    assert window == Window(kind="daily", start=monday, end=monday + timedelta(days=3))


def test_a_window_never_reaches_further_back_than_a_month():
    window = next_window(reader(frequency="daily"), NOON - timedelta(days=200), NOON)
    assert window.end - window.start == LONGEST_REACH


def test_weekly_digests_come_on_mondays():
    boundary = last_boundary(reader(frequency="weekly", zone="Asia/Seoul", at="06:30"), NOON)
    assert f"{boundary.astimezone(ZoneInfo('Asia/Seoul')):%A %H:%M}" == "Monday 06:30"


def test_since_moves_the_beginning_but_never_beyond_the_end():
    assert first_window(reader(since=NOON - timedelta(hours=1)), NOON).start == NOON - timedelta(hours=1)
    assert first_window(reader(since=NOON + timedelta(hours=1)), NOON).start == NOON


def test_two_planners_a_second_apart_found_the_same_digest():
    subscriber = reader(frequency="instant")
    keys = {
        digest_key(
            "reader", next_window(subscriber, NOON - timedelta(hours=1), NOON + timedelta(seconds=after))
        )
        for after in range(int(INSTANT_GRID.total_seconds()))
    }
    assert len(keys) == 1
    first = {digest_key("reader", first_window(subscriber, NOON + timedelta(seconds=s))) for s in range(3)}
    assert len(first) == 1
    assert first != keys
