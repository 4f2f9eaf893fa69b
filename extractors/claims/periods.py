"""The period a figure is for: a normalised interval where the sentence gives one, else its own words."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import datetime
from functools import lru_cache

from extractors.claims.cues import Cue

_MONTHS = {
    name: number
    for number, name in enumerate(
        ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"], 1
    )
}
_MONTH = r"(?:Jan(?:uary|\.)?|Feb(?:ruary|\.)?|Mar(?:ch|\.)?|Apr(?:il|\.)?|May|June?|July?|Aug(?:ust|\.)?|Sept?(?:ember|\.)?|Oct(?:ober|\.)?|Nov(?:ember|\.)?|Dec(?:ember|\.)?)"
_BETWEEN = Cue(
    rf"(?:between|from)\s(?P<m1>{_MONTH})\s(?P<d1>\d{{1,2}})(?:,?\s(?P<y1>\d{{4}}))?\s(?:and|to|until|through)\s(?:(?P<m2>{_MONTH})\s)?(?P<d2>\d{{1,2}})(?:,?\s(?P<y2>\d{{4}}))?",
    re.IGNORECASE,
)
_SINCE = Cue(
    rf"since\s(?:(?P<m>{_MONTH})(?:\s(?P<d>\d{{1,2}})\b)?(?:,?\s(?P<y>\d{{4}}))?|(?P<year>(?:19|20)\d\d))",
    re.IGNORECASE,
)
_HALF = Cue(
    r"(?:the\s)?(?P<which>first|second) half of (?:(?P<this>this year|the year)|(?P<y>\d{4}))|(?P<q>first|second|third|fourth) quarter(?: of (?:(?P<this2>this year|the year)|(?P<y2>\d{4})))?",
    re.IGNORECASE,
)
_KO_HALF = Cue(r"(?:(?P<y>\d{4})년\s?)?(?P<this>올해\s)?(?P<which>상반기|하반기)")
_DAY = Cue(rf"(?:on\s)?\b(?P<m>{_MONTH})\s(?P<d>\d{{1,2}})(?:,?\s(?P<y>\d{{4}}))?", re.IGNORECASE)
_YEAR = Cue(r"(?:in|во?|у|за)\s(?P<y>(?:19|20)\d\d)|(?P<y2>(?:19|20)\d\d)\s?(?:년|年)", re.IGNORECASE)
_WORDS = Cue(
    r"\b(?:this|last|past|next|previous|recent)\s(?:\w+\s)?(?:week|month|year|day|weekend|summer|winter|spring|autumn|quarter|decade)s?\b|\b(?:in|over|during|within) the (?:last|past|first|previous) [\w\s-]{2,20}?(?:hours|days|weeks|months|years)\b|"
    r"\b(?:overnight|yesterday|today|annually|per year|a year|each year|every year|on (?:Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)day)\b|"
    r"за (?:последн\w+ |минувш\w+ |останн\w+ |минул\w+ )?(?:сутки|неделю|месяц|год|добу|тиждень|місяць|рік)|올해|지난해|작년|지난달|이달|지난주|하루|매년|연간|今年|去年|上个月|本月|昨年|先月|今月|一年|年間",
    re.IGNORECASE,
)


# What counts from a beginning on is set against its like only: 13,800 since the start is no rival of 4,000 this month.
_CUMULATIVE = Cue(
    r"\bsince the (?:start|beginning|outbreak|onset) of (?:the |this |last )?\w+|\b(?:so far|to date|until now|in total|in all(?!\s(?:\d|the|of|its|their|but|\w+s\b))|altogether|cumulative(?:ly)?)\b(?: this (?:year|month|week))?|\ba total of\b|"
    r"\b(?:bring(?:s|ing)?|brought|rais(?:es|ed|ing)) (?:the |its |their )?(?:\w+ )?(?:total|number|tally|count)\b|\bwith the latest \w+|"
    r"с начала (?:\w+ )?(?:года|войны|вторжения|месяца|операции)|всего\b|в общей сложности|від початку (?:\w+ )?(?:року|війни|вторгнення|місяця)|загалом|"
    r"누적|지금까지|이제까지|총(?=\s?\d)|모두(?=\s?\d)|로 늘(?:어난|어났|었)|累计|累計|迄今|これまでに|延べ",
    re.IGNORECASE,
)
# "SEOUL, Nov. 21 (Hanbit) -- ..." dates the report, not the figure.
_DATELINE = Cue(r"\s*[A-Z][A-Z .'’-]{2,30}(?:,[^-–—]{0,40})?(?:\([^()]{2,30}\)\s?)?(?:--|—|–|\s-)\s")
_TOTAL = "in total"
# A period before its figure is a little further than one behind it, as in `events`.
BEFORE = 8


@lru_cache(maxsize=64)
def period_of(sentence: str, place: int, published_at: datetime | None) -> str | None:
    """The period nearest to the figure at `place`: an ISO interval or day where it can be dated, else its words.

    What counts from a beginning on is "since ..." or "in total".
    """
    year = published_at.year if published_at else None
    dateline = _DATELINE.match(sentence)
    after = dateline.end() if dateline else 0
    found = [
        (start, end, value)
        for start, end, value in _periods(sentence, year)
        if value is not None and start >= after
    ]
    whole = [
        (start, end, value)
        for start, end, value in found
        if not any(s <= start and end <= e and (s, e) != (start, end) for s, e, _ in found)
    ]
    if any(s in value for _, _, value in whole for s in ("/", "since ")):  # dates say more than "a total of"
        whole = [one for one in whole if one[2] != _TOTAL]
    if not whole:
        return None
    return min(whole, key=lambda one: one[0] - place if one[0] >= place else place - one[1] + BEFORE)[2]


def _periods(sentence: str, year: int | None) -> Iterator[tuple[int, int, str | None]]:
    for match in _BETWEEN.finditer(sentence):
        first = _day(match["m1"], match["d1"], match["y1"] or match["y2"], year)
        last = _day(match["m2"] or match["m1"], match["d2"], match["y2"], year)
        yield *match.span(), (f"{first}/{last}" if first and last else match[0])
    for match in _SINCE.finditer(sentence):
        since = match["year"] or _day(match["m"], match["d"], match["y"], year)
        yield *match.span(), (f"since {since}" if since else match[0])
    for match in _CUMULATIVE.finditer(sentence):
        words = match[0].lower()
        yield *match.span(), (words if words.startswith(("since", "с ", "від")) else _TOTAL)
    for match in (*_HALF.finditer(sentence), *_KO_HALF.finditer(sentence)):
        yield *match.span(), _half(match[0], year)
    for match in _DAY.finditer(sentence):
        yield *match.span(), (_day(match["m"], match["d"], match["y"], year) or match[0])
    for match in _YEAR.finditer(sentence):
        yield *match.span(), (match["y"] or match["y2"])
    for match in _WORDS.finditer(sentence):
        yield *match.span(), match[0]


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
