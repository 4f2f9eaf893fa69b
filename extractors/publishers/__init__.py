"""Publishers as data: one TOML file a house. Loads them with every fault, and finds the one a URL belongs to."""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from extractors.errors import PublisherFault
from extractors.records import Publisher

SHIPPED = Path(__file__).parent


@dataclass(frozen=True, slots=True)
class Publishers:
    """The publishers known, found by the host of a URL."""

    all: tuple[Publisher, ...]
    _by_domain: dict[str, Publisher] = field(default_factory=dict)

    def of(self, url: str) -> Publisher | None:
        """The publisher whose domain is the URL's host or the nearest parent of it."""
        try:
            host = (urlsplit(url).hostname or "").removesuffix(".")
        except ValueError:
            return None
        labels = host.split(".")
        for start in range(len(labels) - 1):
            if found := self._by_domain.get(".".join(labels[start:])):
                return found
        return None


def load_publishers(folder: Path | None = None) -> Publishers:
    """The shipped publishers; those of `folder` on top, which win over shipped ones of the same domain.

    Raises:
        PublisherFaults: every fault of every file.
    """
    faults: list[PublisherFault] = []
    shipped = _shipped()
    own = _read_folder(folder, faults) if folder else ()
    if faults:
        raise PublisherFaults(faults)
    by_domain = {d: p for p in (*shipped, *own) for d in p.domains}
    return Publishers((*shipped, *own), by_domain)


class PublisherFaults(PublisherFault):
    """Everything that is wrong with the publishers' files, all at once."""

    def __init__(self, faults: list[PublisherFault]) -> None:
        first = faults[0]
        super().__init__(first.file, first.key, first.reason)
        self.args = ("\n".join(str(fault) for fault in faults),)
        self.faults = tuple(faults)


@cache
def _shipped() -> tuple[Publisher, ...]:
    faults: list[PublisherFault] = []
    found = _read_folder(SHIPPED, faults)
    if faults:
        raise PublisherFaults(faults)
    return found


def _read_folder(folder: Path, faults: list[PublisherFault]) -> tuple[Publisher, ...]:
    found: list[Publisher] = []
    owners: dict[str, str] = {}
    for file in sorted(folder.glob("*.toml")):
        try:
            table = tomllib.loads(file.read_text(encoding="utf-8"))
        except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as fault:
            faults.append(PublisherFault(str(file), "(file)", f"unreadable: {fault}"))
            continue
        before = len(faults)
        publisher = _publisher(file, table, faults)
        for domain in publisher.domains:
            if domain in owners:
                faults.append(
                    PublisherFault(str(file), "domains", f"{domain} is also claimed by {owners[domain]}")
                )
            owners[domain] = file.name
        if len(faults) == before:
            found.append(publisher)
    return tuple(found)


_TEXTS = ("name", "family", "zone", "language", "kind")
_LISTS = ("domains", "credit", "boilerplate")
_ARTICLE = ("body", "drop")


def _publisher(file: Path, table: dict[str, Any], faults: list[PublisherFault]) -> Publisher:
    top = _Table(file, "", table, (*_TEXTS, *_LISTS, "article"), faults)
    texts = {key: top.text(key) for key in _TEXTS}
    lists = {key: top.texts(key) for key in _LISTS}
    article = _Table(file, "article.", top.table("article"), _ARTICLE, faults)
    if not texts["name"]:
        top.fault("name", "wants the publisher's name")
    if not lists["domains"]:
        top.fault("domains", 'wants at least one domain: domains = ["daily.example"]')
    for domain in lists["domains"]:
        if domain != domain.lower() or "/" in domain or "." not in domain:
            top.fault(
                "domains", f"{domain!r} is no domain; wanted is a host name in lower case, no scheme, no path"
            )
    _check_zone(top, texts["zone"])
    _check_patterns(top, lists)
    return Publisher(
        name=texts["name"] or file.stem,
        domains=lists["domains"],
        family=texts["family"],
        zone=texts["zone"],
        language=texts["language"],
        kind=texts["kind"],
        credit=lists["credit"],
        boilerplate=lists["boilerplate"],
        body_selector=article.text("body"),
        drop_selectors=article.texts("drop"),
    )


class _Table:
    """One TOML table being read: typed values out, faults noted."""

    def __init__(
        self,
        file: Path,
        path: str,
        table: dict[str, Any],
        known: tuple[str, ...],
        faults: list[PublisherFault],
    ) -> None:
        self._file, self._path, self._table, self._faults = file, path, table, faults
        for key in sorted(table.keys() - set(known)):
            self.fault(key, f"no such key; known are {', '.join(known)}")

    def fault(self, key: str, reason: str) -> None:
        self._faults.append(PublisherFault(str(self._file), self._path + key, reason))

    def text(self, key: str) -> str | None:
        value = self._table.get(key)
        if value is None:
            return None
        if not isinstance(value, str) or not value.strip():
            self.fault(key, f"wants text in quotes, not {value!r}")
            return None
        return value

    def texts(self, key: str) -> tuple[str, ...]:
        value = self._table.get(key, [])
        if not isinstance(value, list) or not all(isinstance(v, str) and v for v in value):
            self.fault(key, f"wants a list of texts, not {value!r}")
            return ()
        return tuple(value)

    def table(self, key: str) -> dict[str, Any]:
        value = self._table.get(key, {})
        if not isinstance(value, dict):
            self.fault(key, f"wants a table: [{key}]")
            return {}
        return value


def _check_zone(table: _Table, zone: str | None) -> None:
    if zone is None:
        return
    try:
        ZoneInfo(zone)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        table.fault("zone", f"{zone!r} is no time zone; wanted is a name such as Asia/Seoul")


def _check_patterns(table: _Table, lists: dict[str, tuple[str, ...]]) -> None:
    for key in ("credit", "boilerplate"):
        for pattern in lists[key]:
            try:
                re.compile(pattern)
            except re.error as wrong:
                table.fault(key, f"{pattern!r} is no regular expression: {wrong}")
