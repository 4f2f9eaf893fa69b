"""Days written in digits alone: which of two numbers is the day, and the day in an address.

"03/04/2024" is one day in Boston and another in Leeds. It is settled by the numbers where they can, else by the country
of the site or of its language; where neither tells, it stays as it is, and is no date.
"""

from __future__ import annotations

import re
from datetime import date
from urllib.parse import urlsplit

# Countries that write English with the day first, by the end of their addresses.
_DAY_FIRST_ENDS = frozenset(("uk", "au", "nz", "ie", "in", "za", "sg", "my", "hk", "ng", "ke", "gh", "pk", "lk", "bd", "mt", "jm"))  # fmt: skip
_MONTH_FIRST_ENDS = frozenset(("us", "gov", "mil", "ph"))
_MONTH_FIRST_TAGS = frozenset(("en-us", "en-ph", "fil", "es-us"))
# English without a country, and of one that writes both.
_EITHER_TAGS = frozenset(("en", "en-ca"))

_SLASHED = re.compile(r"(?<![\d/.-])(\d{1,2})([/-])(\d{1,2})\2((?:19|20)\d{2})(?!\d)")
_MONTHS = {name: number for number, name in enumerate(("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"), 1)}  # fmt: skip
_YEAR = r"(?<!\d)((?:19|20)\d{2})"
# "/2024/08/21/", "/2024-8-21-", "/2024/0821/", "/202408/21/", "/20240821-". More digits after it number the article: on
# kept pages 5 of 7 such numbers began with another day.
_YEAR_FIRST = re.compile(rf"{_YEAR}(?:([/\-_.])(\d{{1,2}})\2(\d{{1,2}})|[/-]?(\d{{2}})[/-]?(\d{{2}}))(?!\d)")
_NAMED_MONTH = re.compile(
    rf"/((?:19|20)\d{{2}})[/-]({'|'.join(_MONTHS)})[a-z]{{0,6}}[/-](\d{{1,2}})(?=/|-|$)"
)
_YEAR_LAST = re.compile(r"(?<![\d.])(\d{1,2})([/\-_.])(\d{1,2})\2((?:19|20)\d{2})(?!\d)")


def day_goes_first(url: str, language: str | None) -> bool | None:
    """Whether a site writes the day before the month; None where neither its address nor its language tells.

    `language` is the tag that the page states ("en-US"). The address goes first: "en-US" is what content systems come with.
    """
    end = (urlsplit(url).hostname or "").rpartition(".")[2]
    if end in _DAY_FIRST_ENDS | _MONTH_FIRST_ENDS:
        return end in _DAY_FIRST_ENDS
    tag = (language or "").strip().lower().replace("_", "-")
    if not tag or tag in _EITHER_TAGS:
        return None
    return tag not in _MONTH_FIRST_TAGS


def in_order(raw: str, *, day_first: bool | None) -> str:
    """`raw` with a day that could be two written as one ("2024-04-03"), where the order is known."""
    if day_first is None or not (match := _SLASHED.search(raw)):
        return raw
    first, second, year = int(match[1]), int(match[3]), int(match[4])
    if first == second or max(first, second) > 12:
        return raw
    day, month = (first, second) if day_first else (second, first)
    return f"{raw[: match.start()]}{year}-{month:02}-{day:02}{raw[match.end() :]}"


def url_day(url: str, *, day_first: bool | None = None) -> str | None:
    """The day in a URL's path as ISO text: "/2024/08/21/", "/20240821-", "/2024/aug/21/", "/21-08-2024"."""
    path = re.sub(r"^[a-z]+://[^/]*", "", url.partition("?")[0]).lower()
    for match in _YEAR_FIRST.finditer(path):
        if day := _iso(match[1], match[3] or match[5], match[4] or match[6]):
            return day
    for match in _NAMED_MONTH.finditer(path):
        if day := _iso(match[1], str(_MONTHS[match[2]]), match[3]):
            return day
    for match in _YEAR_LAST.finditer(path):
        first, second = match[1], match[3]
        if int(second) > 12 or (day_first is False and int(first) <= 12):
            first, second = second, first
        elif int(first) <= 12 and day_first is None and first != second:
            continue
        if day := _iso(match[4], second, first):
            return day
    return None


def _iso(year: str, month: str, day: str) -> str | None:
    try:
        return date(int(year), int(month), int(day)).isoformat()
    except ValueError:
        return None
