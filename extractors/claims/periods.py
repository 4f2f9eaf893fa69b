"""The period a figure is for: a normalised interval where the sentence gives one, else its own words."""

from __future__ import annotations

import re
from datetime import datetime
from functools import lru_cache

_MONTHS = {
    name: number
    for number, name in enumerate(
        ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"], 1
    )
}
_MONTH = r"(?:Jan(?:uary|\.)?|Feb(?:ruary|\.)?|Mar(?:ch|\.)?|Apr(?:il|\.)?|May|June?|July?|Aug(?:ust|\.)?|Sept?(?:ember|\.)?|Oct(?:ober|\.)?|Nov(?:ember|\.)?|Dec(?:ember|\.)?)"
_BETWEEN = re.compile(
    rf"(?:between|from)\s(?P<m1>{_MONTH})\s(?P<d1>\d{{1,2}})(?:,?\s(?P<y1>\d{{4}}))?\s(?:and|to|until|through)\s(?:(?P<m2>{_MONTH})\s)?(?P<d2>\d{{1,2}})(?:,?\s(?P<y2>\d{{4}}))?",
    re.IGNORECASE,
)
_SINCE = re.compile(
    rf"since\s(?:(?P<m>{_MONTH})(?:\s(?P<d>\d{{1,2}})\b)?(?:,?\s(?P<y>\d{{4}}))?|(?P<year>(?:19|20)\d\d))",
    re.IGNORECASE,
)
_HALF = re.compile(
    r"(?:the\s)?(?P<which>first|second) half of (?:(?P<this>this year|the year)|(?P<y>\d{4}))|(?P<q>first|second|third|fourth) quarter(?: of (?:(?P<this2>this year|the year)|(?P<y2>\d{4})))?",
    re.IGNORECASE,
)
_KO_HALF = re.compile(r"(?:(?P<y>\d{4})년\s?)?(?P<this>올해\s)?(?P<which>상반기|하반기)")
_DAY = re.compile(rf"(?:on\s)?(?P<m>{_MONTH})\s(?P<d>\d{{1,2}})(?:,?\s(?P<y>\d{{4}}))?", re.IGNORECASE)
_YEAR = re.compile(r"(?:in|во?|у|за)\s(?P<y>(?:19|20)\d\d)|(?P<y2>(?:19|20)\d\d)\s?(?:년|年)", re.IGNORECASE)
_WORDS = re.compile(
    r"\b(?:this|last|past|next|previous|recent)\s(?:\w+\s)?(?:week|month|year|day|weekend|summer|winter|spring|autumn|quarter|decade)s?\b|\b(?:in|over|during|within) the (?:last|past|first|previous) [\w\s-]{2,20}?(?:hours|days|weeks|months|years)\b|"
    r"\b(?:overnight|yesterday|today|annually|per year|a year|each year|every year|on (?:Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)day)\b|"
    r"за (?:последн\w+ |минувш\w+ |останн\w+ |минул\w+ )?(?:сутки|неделю|месяц|год|добу|тиждень|місяць|рік)|올해|지난해|작년|지난달|이달|지난주|하루|매년|연간|今年|去年|上个月|本月|昨年|先月|今月|一年|年間",
    re.IGNORECASE,
)


# A sentence without any of these has no period.
_ANY = re.compile(
    r"(?:19|20)\d\d|\b(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)|half|quarter|반기|\b(?:this|last|past|next|previous|recent|since|overnight|today|yesterday|annually|per|year|each|every|on)\b|"
    r"за |올해|지난|작년|이달|하루|매년|연간|年|月|今|去",
    re.IGNORECASE,
)


@lru_cache(maxsize=64)
def period_of(sentence: str, place: int, published_at: datetime | None) -> str | None:  # noqa: PLR0911  (the first form that fits)
    """The period nearest to the figure at `place`, as an ISO interval or day where it can be dated, or in words."""
    if _ANY.search(sentence) is None:
        return None
    year = published_at.year if published_at else None
    if match := _BETWEEN.search(sentence):
        first = _day(match["m1"], match["d1"], match["y1"] or match["y2"], year)
        last = _day(match["m2"] or match["m1"], match["d2"], match["y2"], year)
        return f"{first}/{last}" if first and last else match[0]
    if match := _SINCE.search(sentence):
        since = match["year"] or _day(match["m"], match["d"], match["y"], year)
        return f"since {since}" if since else match[0]
    if half := _half(sentence, year):
        return half
    days = [(abs(match.start() - place), match) for match in _DAY.finditer(sentence)]
    if days:
        match = min(days, key=lambda pair: pair[0])[1]
        return _day(match["m"], match["d"], match["y"], year) or match[0]
    if match := _YEAR.search(sentence):
        return match["y"] or match["y2"]
    words = [(abs(match.start() - place), match[0]) for match in _WORDS.finditer(sentence)]
    return min(words)[1] if words else None


def _half(sentence: str, year: int | None) -> str | None:
    match = _HALF.search(sentence)
    if match is not None:
        at = match["y"] or match["y2"] or year
        if at is None:
            return match[0]
        if match["q"]:
            number = ("first", "second", "third", "fourth").index(match["q"].lower())
            return f"{at}-{number * 3 + 1:02d}/{at}-{number * 3 + 3:02d}"
        return f"{at}-01/{at}-06" if match["which"].lower() == "first" else f"{at}-07/{at}-12"
    korean = _KO_HALF.search(sentence)
    if korean is None:
        return None
    at = korean["y"] or year
    if at is None:
        return korean[0]
    return f"{at}-01/{at}-06" if korean["which"] == "상반기" else f"{at}-07/{at}-12"


def _day(month: str | None, day: str | None, written_year: str | None, year: int | None) -> str | None:
    at = written_year or year
    if month is None or at is None:
        return None
    number = _MONTHS[month[:3].lower()]
    return f"{at}-{number:02d}-{int(day):02d}" if day else f"{at}-{number:02d}"
