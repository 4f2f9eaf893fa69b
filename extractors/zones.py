"""Which zone a text names: offsets, abbreviations and spelled-out names, in the light of the publisher's own zone.

feedparser reads KST, JST, MSK, IST, CEST, BST and AEST as UTC without a word; this table does not. An abbreviation that
several countries use (CST, IST, BST) is the publisher's own when its zone uses it, else the commonest reading.
"""

from __future__ import annotations

import re
from datetime import datetime, timedelta, timezone, tzinfo
from functools import lru_cache
from zoneinfo import ZoneInfo

# Hours east. Names whose offset changed over the years (Moscow 2011-2014) point to the zone instead.
_HOURS: dict[str, float] = {
    "z": 0, "ut": 0, "utc": 0, "gmt": 0, "wet": 0, "west": 1, "bst": 1, "cet": 1, "met": 1, "mez": 1, "cest": 2, "mest": 2, "mesz": 2,
    "eet": 2, "eest": 3, "sast": 2, "cat": 2, "wat": 1, "eat": 3, "trt": 3, "idt": 3, "gst": 4, "irst": 3.5, "irdt": 4.5, "aft": 4.5,
    "pkt": 5, "uzt": 5, "ist": 5.5, "npt": 5.75, "bdt": 6, "mmt": 6.5, "ict": 7, "wib": 7, "wita": 8, "wit": 9, "hkt": 8, "sgt": 8,
    "myt": 8, "pht": 8, "pst8": -8, "awst": 8, "kst": 9, "jst": 9, "acst": 9.5, "acdt": 10.5, "aest": 10, "aedt": 11, "chst": 10,
    "nzst": 12, "nzdt": 13, "est": -5, "edt": -4, "cst": -6, "cdt": -5, "mst": -7, "mdt": -6, "pst": -8, "pdt": -7, "akst": -9,
    "akdt": -8, "hst": -10, "ast": -4, "adt": -3, "nst": -3.5, "ndt": -2.5, "art": -3, "brt": -3, "clt": -4, "cot": -5, "pet": -5,
    "msd": 4, "yekt": 5, "omst": 6, "krat": 7, "irkt": 8, "yakt": 9, "vlat": 10, "magt": 11, "pett": 12, "samt": 4, "get": 4, "amt": 4,
    "azt": 4, "almt": 5, "kgt": 6,
}  # fmt: skip
_NAMED: dict[str, str] = {
    "msk": "Europe/Moscow", "мск": "Europe/Moscow", "kyiv": "Europe/Kyiv", "киев": "Europe/Kyiv", "київ": "Europe/Kyiv",
    "et": "America/New_York", "ct": "America/Chicago", "mt": "America/Denver", "pt": "America/Los_Angeles",
    "moscow time": "Europe/Moscow", "kyiv time": "Europe/Kyiv", "korea standard time": "Asia/Seoul", "korean time": "Asia/Seoul",
    "seoul time": "Asia/Seoul", "japan standard time": "Asia/Tokyo", "china standard time": "Asia/Shanghai",
    "beijing time": "Asia/Shanghai", "eastern time": "America/New_York", "pacific time": "America/Los_Angeles",
    "eastern standard time": "America/New_York", "eastern daylight time": "America/New_York",
    "india standard time": "Asia/Kolkata", "moscow standard time": "Europe/Moscow", "british summer time": "Europe/London",
    "по московскому времени": "Europe/Moscow", "по киевскому времени": "Europe/Kyiv", "за київським часом": "Europe/Kyiv",
    "московского времени": "Europe/Moscow", "한국시간": "Asia/Seoul", "한국 시간": "Asia/Seoul", "서울시간": "Asia/Seoul",
    "北京时间": "Asia/Shanghai", "北京時間": "Asia/Shanghai", "日本時間": "Asia/Tokyo", "台北時間": "Asia/Taipei",
}  # fmt: skip

_OFFSET = re.compile(
    r"(?<!\d)(?:\b(?:GMT|UTC|UT)\s*)?([+\-\u2212\u2013])\s?(\d{1,2})(?::?(\d{2}))?(?!\d)", re.IGNORECASE
)
_AREA = re.compile(
    r"\b(?:Africa|America|Antarctica|Asia|Atlantic|Australia|Europe|Indian|Pacific)/[A-Za-z_]+(?:/[A-Za-z_]+)?\b"
)
_SPELLED = re.compile(
    "|".join(
        sorted(
            (re.escape(name) for name in _NAMED if len(name) > 4 or not name.isascii()), key=len, reverse=True
        )
    ),
    re.IGNORECASE,
)
_WORD = re.compile(r"(?<![^\W\d_])([A-Za-z]{1,5})(?![^\W\d_])")


def zone_info(name: str | None) -> ZoneInfo | None:
    """The zone of that name, or None when there is no such zone."""
    return None if not name else _zone(name)


def named_zone(text: str, home: ZoneInfo | None) -> tzinfo | None:
    """The zone that `text`, which stands after a time of day, names; None when it names none.

    `home` is the publisher's zone: it settles abbreviations that several countries use.
    """
    if match := _OFFSET.search(text):
        return _fixed(match)
    if match := _AREA.search(text):
        return _zone(match.group())
    if match := _SPELLED.search(text):
        return _zone(_NAMED[match.group().lower()])
    for match in _WORD.finditer(text):
        word = match.group(1)
        if len(word) <= 2 and not word.isupper():
            continue
        found = _abbreviated(word.upper(), home)
        if found is not None:
            return found
    return None


def _fixed(match: re.Match[str]) -> timezone | None:
    hours, minutes = int(match.group(2)), int(match.group(3) or 0)
    if hours > 14 or minutes > 59:
        return None
    span = timedelta(hours=hours, minutes=minutes)
    return timezone(span if match.group(1) == "+" else -span)


@lru_cache(maxsize=512)
def _abbreviated(word: str, home: ZoneInfo | None) -> tzinfo | None:
    low = word.lower()
    if home is not None:
        for month in (1, 7):
            moment = datetime(2021, month, 15, 12, tzinfo=home)
            offset = moment.utcoffset()
            if moment.tzname() == word and offset is not None:
                return home if home.key == _NAMED.get(low) else timezone(offset, word)
    if low in _NAMED:
        return _zone(_NAMED[low])
    hours = _HOURS.get(low)
    return None if hours is None else timezone(timedelta(hours=hours), word)


@lru_cache(maxsize=512)
def _zone(name: str) -> ZoneInfo | None:
    try:
        return ZoneInfo(name)
    except (
        KeyError,
        ValueError,
        OSError,
    ):  # not found is a KeyError; names that are no path, or a folder, the others
        return None
