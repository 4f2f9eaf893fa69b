"""Which figures speak of one stretch of time: periods as claims carry them, compared and dated. Decides only.

A count of one day is set against counts of that day, a total since a beginning against totals since the same one. A
figure without a period speaks of the event at hand, and so may one of a day, a week or a month.
"""

from __future__ import annotations

import re
from calendar import monthrange
from datetime import date, datetime, timedelta

Span = tuple[date, date]

# Of two overlapping periods, the shorter must make up this share of the longer: a half year is no rival of its year.
ONE_PERIOD = 0.8

# "Sent last month" says when; a quarter, a half or a year counts what came in it.
A_MONTH = timedelta(days=31)

_DATED = re.compile(r"(\d{4})(?:-(\d{2})(?:-(\d{2}))?)?")
_DAY = re.compile(
    r"\b(?:overnight|yesterday|today|tonight|on (?:mon|tues|wednes|thurs|fri|satur|sun)day)\b|сутки|добу|вчера|вчора|"
    r"하루|어제|오늘|昨日|今日|昨天|今天",
    re.IGNORECASE,
)
_WEEK_OR_MONTH = re.compile(
    r"\b(?:this|last|past|previous) (?:\w+ )?(?:week(?:end)?|month)\b|이달|지난달|지난주|本月|上个月|今月|先月|"
    r"(?:прошл|минувш|эт|минул)\w+ (?:недел|месяц|тижн|місяц)",
    re.IGNORECASE,
)
_THIS_YEAR = re.compile(r"\bthis (?:\w+ )?year\b|올해|今年|этом году|цього року", re.IGNORECASE)
_LAST_YEAR = re.compile(
    r"\b(?:last|previous) (?:\w+ )?year\b|지난해|작년|去年|昨年|прошл\w+ год|минул\w+ рок", re.IGNORECASE
)
_THIS_MONTH = re.compile(r"\bthis (?:\w+ )?month\b|이달|本月|今月", re.IGNORECASE)
_LAST_MONTH = re.compile(r"\b(?:last|previous) (?:\w+ )?month\b|지난달|上个月|先月", re.IGNORECASE)


def comparable(one: str | None, other: str | None) -> bool:
    """Whether figures of these two periods, in one story, speak of the same time."""
    if one == other:
        return True
    if one is None or other is None:
        return _says_when(one or other or "")
    if _of_the_event(one) and _of_the_event(other):
        return not (_is_date(one) and _is_date(other))
    first, second = _written(one), _written(other)
    return first is not None and second is not None and _one_period(first, second)


def dated(period: str | None, at: datetime) -> Span | None:
    """The first and last day of a period that a text of `at` names; None where it cannot be dated."""
    if period is None:
        return None
    today = at.date()
    if period.startswith("since "):
        begun = _written(period.removeprefix("since "))
        return (begun[0], today) if begun and begun[0] <= today else None
    if (written := _written(period)) is not None:
        return written
    months = today.replace(day=1) - timedelta(days=1)
    spans = (
        (_THIS_YEAR, (date(today.year, 1, 1), today)),
        (_LAST_YEAR, (date(today.year - 1, 1, 1), date(today.year - 1, 12, 31))),
        (_THIS_MONTH, (today.replace(day=1), today)),
        (_LAST_MONTH, (months.replace(day=1), months)),
    )
    return next((span for pattern, span in spans if pattern.search(period)), None)


def one_time(one: Span, other: Span) -> bool:
    """Whether two dated periods are the same stretch, give or take."""
    return _one_period(one, other)


def _says_when(period: str) -> bool:
    """Whether a period can be the time of one event ("last month"), and not a stretch that counts many."""
    if (written := _written(period)) is not None:
        return written[1] - written[0] < A_MONTH
    return _DAY.search(period) is not None or _WEEK_OR_MONTH.search(period) is not None


def _of_the_event(period: str | None) -> bool:
    return _is_date(period) or _DAY.search(period or "") is not None


def _is_date(period: str | None) -> bool:
    match = _DATED.fullmatch(period or "")
    return match is not None and match[3] is not None


def _written(period: str | None) -> Span | None:
    """The days of "2026", "2026-11", "2026-11-20" and of intervals of them."""
    parts = [_DATED.fullmatch(part) for part in (period or "").split("/")]
    if len(parts) > 2 or not all(parts):
        return None
    try:
        days = [_days(part) for part in parts if part]
    except ValueError:
        return None
    return (days[0][0], days[-1][1]) if days[0][0] <= days[-1][1] else None


def _days(match: re.Match[str]) -> Span:
    year = int(match[1])
    if match[2] is None:
        return date(year, 1, 1), date(year, 12, 31)
    month = int(match[2])
    if match[3] is None:
        if not 1 <= month <= 12:
            raise ValueError(match[0])
        return date(year, month, 1), date(year, month, monthrange(year, month)[1])
    day = date(year, month, int(match[3]))
    return day, day


def _one_period(one: Span, other: Span) -> bool:
    first, last = max(one[0], other[0]), min(one[1], other[1])
    if first > last:
        return False
    longest = max(one[1] - one[0], other[1] - other[0]) + timedelta(days=1)
    return (last - first + timedelta(days=1)) / longest >= ONE_PERIOD
