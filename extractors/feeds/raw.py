"""What a feed's bytes say, before anything is judged: strings as found, one record for every format."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True, kw_only=True)
class Link:
    """A link of an entry as written."""

    href: str
    rel: str = "alternate"
    type: str | None = None
    language: str | None = None


@dataclass(slots=True, kw_only=True)
class RawEntry:
    """One entry as written. Built up by a reader, then read only.

    `dates` holds (source, text) pairs in the order of trust: "published", "dc:date", "created"; `updates` those of changes.
    """

    links: list[Link] = field(default_factory=list)
    id: str | None = None
    id_is_link: bool = False
    title: str | None = None
    summary: str | None = None
    content: str | None = None
    dates: list[tuple[str, str]] = field(default_factory=list)
    updates: list[tuple[str, str]] = field(default_factory=list)
    authors: list[str] = field(default_factory=list)
    categories: list[str] = field(default_factory=list)
    language: str | None = None
    base: str | None = None
    source_url: str | None = None
    source_name: str | None = None
    faults: list[str] = field(default_factory=list)


@dataclass(slots=True, kw_only=True)
class RawFeed:
    """A feed as written, and its entries."""

    kind: str = ""
    title: str | None = None
    language: str | None = None
    home: str | None = None
    self_link: str | None = None
    hub: str | None = None
    ttl_minutes: int | None = None
    skip_hours: tuple[int, ...] = ()
    skip_days: tuple[int, ...] = ()
    base: str | None = None
    entries: list[RawEntry] = field(default_factory=list)
    total: int = 0
    sitemaps: tuple[str, ...] = ()
    has_content: bool = False  # the channel itself carries text
