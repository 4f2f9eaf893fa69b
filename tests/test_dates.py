"""Dates as feeds and pages write them: case files named after the problem list, and properties over any text."""

from __future__ import annotations

import tomllib
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from extractors.dates import judge_date, read_date
from extractors.records import FoundDate

NOW = datetime(2024, 8, 22, tzinfo=UTC)
CASES = sorted((Path(__file__).parent / "cases" / "dates").glob("*.toml"))


@pytest.mark.parametrize("path", CASES, ids=lambda path: path.stem)
def test_dates_are_read_as_the_case_says(path):
    case = tomllib.loads(path.read_text(encoding="utf-8"))
    now = datetime.fromisoformat(case["now"])
    for raw, zone, at, known in case["date"]:
        found = judge_date(raw, zone=zone or None, source="feed:published", now=now)
        wanted = FoundDate(at=datetime.fromisoformat(at), raw=raw, source="feed:published", zone=known)
        assert found == wanted, raw
    for raw, kind in case.get("none", ()):
        found = judge_date(raw, source="feed:published", now=now)
        assert getattr(found, "kind", found) == kind, raw


def test_the_clock_settles_day_and_month_when_one_reading_lies_ahead():
    assert read_date("09/06/2021", source="x", now=datetime(2021, 7, 1, tzinfo=UTC)).at.month == 6


def test_a_date_a_few_weeks_ahead_is_kept_as_claimed():
    assert read_date("2024-09-20T00:00:00Z", source="x", now=NOW).at.month == 9


def test_without_a_clock_absurd_years_are_still_refused():
    assert read_date("2099-01-01", source="x") is None
    assert read_date("2024-01-01", source="x") is not None


_THIRTY_YEARS = int(timedelta(days=365 * 29).total_seconds())
moments = st.integers(0, _THIRTY_YEARS).map(lambda seconds: NOW - timedelta(seconds=seconds))


@given(moments, st.integers(-12 * 4, 14 * 4))
def test_any_instant_survives_the_common_forms_in_any_offset(at, quarters):
    from datetime import timezone

    there = at.astimezone(timezone(timedelta(minutes=15 * quarters)))
    for text in (
        format_datetime(there),
        there.isoformat(),
        there.strftime("%a %b %d %H:%M:%S %Y %z"),
        there.strftime("%Y.%m.%d %H:%M:%S %z"),
    ):
        assert read_date(text, source="x", now=NOW).at == at


@given(st.text(max_size=80))
def test_any_text_is_a_believable_date_or_a_fault(text):
    found = judge_date(text, source="x", now=NOW)
    if isinstance(found, FoundDate):
        assert found.at.tzinfo is UTC
        assert 1990 <= found.at.year <= 2025
        assert found.raw == text
