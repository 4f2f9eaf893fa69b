"""Who gets digests: the subscribers file, read with every fault at once.

    [[subscriber]]
    name = "night-desk"
    address = "desk@paper.example"
    topics = ["defection", "troop_deployment"]
    frequency = "daily"
    zone = "Asia/Seoul"
    at = "06:30"

Reads and checks only; what a subscriber gets is decided in `wirewatch.digests`.
"""

from __future__ import annotations

import difflib
import re
import tomllib
from collections.abc import Callable, Iterable
from dataclasses import fields
from datetime import UTC, datetime, time
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo, available_timezones

from extractors.errors import WirewatchError
from wirewatch.records import Subscriber
from wirewatch.searches import LONGEST_NAME
from wirewatch.settings import Settings

# More stories than this make a mail that nobody reads and that mail programs cut (Gmail at 102 KB of HTML).
MOST_ITEMS = 100
FREQUENCIES = ("instant", "hourly", "daily", "weekly")
LEVELS = ("primary", "secondary", "mention")
EMPTY = ("skip", "send")

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}\Z")
_ADDRESS = re.compile(r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]+@[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)*\.?\Z")
_LANGUAGE = re.compile(r"[a-z]{2,3}\Z")
_LONGEST_ADDRESS = 254


class SubscribersError(WirewatchError):
    """Everything that is wrong with a subscribers file, all at once: (where, what would be right) pairs."""

    def __init__(self, faults: list[tuple[str, str]]) -> None:
        super().__init__("\n".join(f"{where}: {reason}" for where, reason in faults))
        self.faults = faults


def load_subscribers(
    settings: Settings, *, known_topics: Callable[[], Iterable[str]] | None = None
) -> tuple[Subscriber, ...]:
    """The subscribers of the settings' file; without a file, the sample's one.

    Raises:
        SubscribersError: with every fault found.
    """
    if settings.subscribers is None:
        return (sample_subscriber(),)
    return read_subscribers(settings.subscribers, known_topics=known_topics)


def sample_subscriber() -> Subscriber:
    """Who gets digests while nobody is named: a folder on this machine, every hour, every topic."""
    return Subscriber(name="sample", outbox="sample", frequency="hourly")


def read_subscribers(
    path: Path, *, known_topics: Callable[[], Iterable[str]] | None = None
) -> tuple[Subscriber, ...]:
    """The subscribers in a TOML file, in its order. Topics that `known_topics` does not give are faults.

    Raises:
        SubscribersError: with every fault found.
    """
    try:
        document = tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as fault:
        raise SubscribersError([(str(path), f"cannot be read: {fault.strerror or fault}")]) from fault
    except UnicodeDecodeError as fault:
        raise SubscribersError([(str(path), f"must be UTF-8: {fault}")]) from fault
    except tomllib.TOMLDecodeError as fault:
        raise SubscribersError([(str(path), f"is not TOML: {fault}")]) from fault
    faults = [
        (f"{path}: {key}", "only [[subscriber]] tables belong here")
        for key in document
        if key != "subscriber"
    ]
    tables = document.get("subscriber")
    if not isinstance(tables, list) or not tables:
        faults.append((str(path), "holds no [[subscriber]] table; write at least one (docs/digests.md)"))
        raise SubscribersError(faults)
    asked = any(isinstance(table, dict) and "topics" in table for table in tables)
    topics = frozenset(known_topics()) if known_topics is not None and asked else None
    found = []
    for number, table in enumerate(tables, start=1):
        where = f"{path}: subscriber {number}"
        if not isinstance(table, dict):
            faults.append((where, "must be a [[subscriber]] table"))
            continue
        found.append(_subscriber(table, where, topics, faults))
    faults += _doubles(path, [subscriber for subscriber in found if subscriber is not None])
    if faults:
        raise SubscribersError(faults)
    return tuple(subscriber for subscriber in found if subscriber is not None)


def mail_address(text: str) -> str:
    """One plain mail address.

    Raises:
        ValueError: with what would be right.
    """
    return _address(text)


def zone_name(text: str) -> str:
    """An IANA time zone.

    Raises:
        ValueError: with what would be right.
    """
    return _zone(text)


def time_of_day(text: str) -> str:
    """A time of day, "07:30".

    Raises:
        ValueError: with what would be right.
    """
    return _at(text)


def _subscriber(
    table: dict[str, Any], where: str, topics: frozenset[str] | None, faults: list[tuple[str, str]]
) -> Subscriber | None:
    name = table.get("name")
    if isinstance(name, str) and _NAME.match(name):
        where = f"{where} ({name})"
    values: dict[str, Any] = {}
    before = len(faults)
    for key, raw in table.items():
        if key not in _READERS:
            faults.append((f"{where}: {key}", f"no such key{_nearest(key, _READERS)}"))
            continue
        try:
            values[key] = _READERS[key](raw)
        except ValueError as fault:
            faults.append((f"{where}: {key}", f"{fault}, not {_shown(raw)}"))
    if "name" not in table:
        faults.append((f"{where}: name", "is missing; give each subscriber a name of its own"))
    if "address" not in table and "outbox" not in table:
        faults.append((where, "wants an address (mail) or an outbox (folder), or both"))
    if topics is not None:
        faults.extend(
            (f"{where}: topics", f"no such topic {topic!r}{_nearest(topic, topics)}")
            for topic in values.get("topics", ())
            if topic not in topics
        )
    return Subscriber(**values) if len(faults) == before else None


def _doubles(path: Path, subscribers: list[Subscriber]) -> list[tuple[str, str]]:
    names = [subscriber.name.lower() for subscriber in subscribers]
    return [
        (
            f"{path}: {name}",
            "two subscribers have this name; deliveries are kept by name, so give each its own",
        )
        for name in sorted({name for name in names if names.count(name) > 1})
    ]


def _nearest(key: str, known: Iterable[str]) -> str:
    known = sorted(known)
    close = difflib.get_close_matches(key, known, n=1)
    return f"; did you mean {close[0]}?" if close else f"; known are {', '.join(known)}"


def _shown(raw: object) -> str:
    return repr(raw)[:60]


# --------------------------------------------------------------------------- one reader a key


def _name(raw: object) -> str:
    if isinstance(raw, str) and _NAME.match(raw):
        return raw
    raise ValueError("wants up to 64 letters, digits, dots, dashes or underscores")


def _address(raw: object) -> str:
    if isinstance(raw, str) and len(raw) <= _LONGEST_ADDRESS and _ADDRESS.match(raw):
        return raw
    raise ValueError("wants one plain mail address (a domain beyond ASCII in its xn-- form)")


def _outbox(raw: object) -> str:
    if isinstance(raw, str) and raw.strip() and "\0" not in raw:
        return raw
    raise ValueError("wants a folder; a relative one lies in the home folder's outbox")


def _topics(raw: object) -> tuple[str, ...]:
    return _texts(raw, re.compile(r"[\w.-]+\Z"), 'wants a list of topic ids, ["defection"]')


def _languages(raw: object) -> tuple[str, ...]:
    return _texts(raw, _LANGUAGE, 'wants a list of language codes, ["en", "ko"]')


def _texts(raw: object, shape: re.Pattern[str], wanted: str) -> tuple[str, ...]:
    if isinstance(raw, list) and all(isinstance(text, str) and shape.match(text) for text in raw):
        return tuple(dict.fromkeys(raw))
    raise ValueError(wanted)


def _whole(least: int, most: int) -> Callable[[object], int]:
    def read(raw: object) -> int:
        if isinstance(raw, int) and not isinstance(raw, bool) and least <= raw <= most:
            return raw
        raise ValueError(f"wants a whole number between {least} and {most}")

    return read


def _one_of(choices: tuple[str, ...]) -> Callable[[object], str]:
    def read(raw: object) -> str:
        if isinstance(raw, str) and raw in choices:
            return raw
        raise ValueError(f"wants one of {', '.join(choices)}")

    return read


def _zone(raw: object) -> str:
    if isinstance(raw, str) and raw in available_timezones():
        ZoneInfo(raw)
        return raw
    raise ValueError('wants an IANA time zone, "Europe/Berlin" or "UTC"')


def _at(raw: object) -> str:
    if isinstance(raw, time) and not raw.second and not raw.microsecond:
        return raw.strftime("%H:%M")
    if isinstance(raw, str) and re.match(r"([01][0-9]|2[0-3]):[0-5][0-9]\Z", raw):
        return raw
    raise ValueError('wants a time of day, "07:30"')


def _search(raw: object) -> str:
    if isinstance(raw, str) and 0 < len(raw.strip()) <= LONGEST_NAME:
        return raw.strip()
    raise ValueError("wants the name of a saved search, as the desk lists them")


def _since(raw: object) -> datetime:
    if isinstance(raw, datetime) and raw.tzinfo is not None:
        return raw.astimezone(UTC)
    raise ValueError("wants a date and time with its offset, 2026-01-31T07:00:00Z (no quotes)")


_READERS: dict[str, Callable[[object], Any]] = {
    "name": _name,
    "address": _address,
    "outbox": _outbox,
    "topics": _topics,
    "languages": _languages,
    "minimum_reports": _whole(1, 100),
    "minimum_level": _one_of(LEVELS),
    "frequency": _one_of(FREQUENCIES),
    "zone": _zone,
    "at": _at,
    "maximum_items": _whole(1, MOST_ITEMS),
    "when_empty": _one_of(EMPTY),
    "since": _since,
    "search": _search,
}
KEYS = tuple(field.name for field in fields(Subscriber))
