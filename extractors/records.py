"""One record type a stage: what is read out of bytes.

Frozen, keyword-only, tuples inside, aware UTC times. Absence is `None`, never `""`.
Offsets are Unicode code points into the named field of the same record.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """Something wrong that did not stop the reading: a stable `kind` and a sentence of `detail`."""

    kind: str
    detail: str


@dataclass(frozen=True, slots=True, kw_only=True)
class FoundDate:
    """An instant, where it was found and how its zone is known.

    `raw` is the text it was read from. `source` names the place ("json-ld", "meta", "time-element",
    "url", "visible", "feed:published", "feed:dc:date"); `zone` is "offset" (the text said so),
    "publisher" (the publisher's zone was assumed), "day" (only a day was given: midnight in
    the publisher's zone) or "assumed" (neither text nor publisher names a zone: read as UTC). `at` keeps the offset it was read with, so its day is the
    day as written; what is stored is UTC.
    """

    at: datetime
    raw: str
    source: str
    zone: Literal["offset", "publisher", "day", "assumed"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """What a feed says about one article; the article itself is not fetched yet.

    `url` is canonical, `link` is what the feed gave. Dates are as claimed by the feed: `None` where
    the feed gives none or an implausible one (then a `Fault` in `faults` says why), with the raw text.
    """

    feed_url: str
    entry_id: str
    url: str
    link: str
    title: str | None = None
    summary: str | None = None
    content_html: str | None = None
    authors: tuple[str, ...] = ()
    categories: tuple[str, ...] = ()
    language: str | None = None
    published_at: datetime | None = None
    published_raw: str | None = None
    published_from: str | None = None
    updated_at: datetime | None = None
    updated_raw: str | None = None
    source_url: str | None = None
    source_name: str | None = None
    faults: tuple[Fault, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedDocument:
    """A feed's bytes, read: `kind` is "rss20", "atom10", "rdf", "json", "sitemap-news", "sitemap-index", ..."""

    kind: str
    entries: tuple[Entry, ...]
    faults: tuple[Fault, ...] = ()
    title: str | None = None
    language: str | None = None
    home_url: str | None = None
    self_url: str | None = None
    hub_url: str | None = None
    ttl_minutes: int | None = None
    skip_hours: tuple[int, ...] = ()  # UTC
    skip_days: tuple[int, ...] = ()  # Monday is 0
    sitemaps: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """What a server sent for a URL. `url` was asked for, `final_url` answered after redirects."""

    url: str
    final_url: str
    status: int
    body: bytes
    fetched_at: datetime
    content_type: str | None = None
    charset: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """The exact characters that earned a tag or a claim: `field[start:end] == text`, in code points."""

    field: Literal["title", "text"]
    start: int
    end: int
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Article:
    """One publication of a text, as read from its page.

    `provenance` says for each field how it was obtained ("trafilatura", "json-ld", "feed", ...).
    `title` has the site's suffix taken off, `raw_title` is as found. `canonical_url` is where the article
    lives by its own word (same house only); `syndicated_from` is a canonical link to another house, which is
    evidence of syndication and never identity. `access` is "partial" for a paywall stub.
    `credit` is the agency the text names. `left_out` are the learned lines of the site that stood in the body and are not in
    `text`; `trimmed` is the share of the other words found that went as boilerplate.
    """

    url: str
    title: str
    text: str
    language: str | None = None
    raw_title: str | None = None
    authors: tuple[str, ...] = ()
    published: FoundDate | None = None
    modified: FoundDate | None = None
    canonical_url: str | None = None
    syndicated_from: str | None = None
    site_name: str | None = None
    section: str | None = None
    keywords: tuple[str, ...] = ()
    image: str | None = None
    credit: str | None = None
    access: Literal["open", "partial"] = "open"
    type: str = "news"
    farm_signals: tuple[Fault, ...] = ()
    left_out: tuple[str, ...] = ()
    trimmed: float = 0.0
    provenance: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Rejected:
    """The page is not an article: a stable `reason` from `extractors.pages.REASONS`, and what showed it."""

    url: str
    reason: str
    detail: str


@dataclass(frozen=True, slots=True, kw_only=True)
class TopicTag:
    """A topic an article is about, and the words that earned it.

    `level` is "primary", "secondary" or "mention"; `status` is "asserted", "denied", "planned", "demanded",
    "hypothetical", "historical" or "exercise"; `rule` is the id of the strongest rule that fired.
    `effective_from` is set when a later reading of an article known before gave it this topic: readers were not told
    of it then, and are not told as if it were news. None: from the first reading on.
    """

    topic: str
    level: Literal["primary", "secondary", "mention"]
    rule: str
    status: str = "asserted"
    evidence: tuple[Evidence, ...] = ()
    effective_from: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Mention:
    """A country, place, force, leader, ministry or agency that the text names.

    `id` is stable across languages and scripts (a Wikidata id where there is one).
    """

    id: str
    name: str
    kind: str
    evidence: tuple[Evidence, ...]
    latitude: float | None = None
    longitude: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """Who says what how many, in one clause.

    Exactly n is low = high = n; "more than n" is low = n, high = None; "up to n" the reverse; vague words
    ("hundreds") leave both None and are `approximate`. `certainty` is "asserted", "denied", "unconfirmed"
    or "forecast"; `role` is "current" or "comparison". `event` is what happened ("killed", "defected").
    """

    low: float | None = None
    high: float | None = None
    approximate: bool
    unit: str
    evidence: Evidence
    event: str | None = None
    source: str | None = None
    certainty: Literal["asserted", "denied", "unconfirmed", "forecast"] = "asserted"
    role: Literal["current", "comparison"] = "current"
    period: str | None = None
    attribution: Evidence | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Fingerprint:
    """A text made comparable: `values` are winnowed hashes of word shingles, 10 characters each.

    `text_hash` is equal for equal word sequences; `shingle_count` counts the distinct shingles.
    """

    text_hash: str
    values: tuple[str, ...]
    shingle_count: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Publisher:
    """A house that publishes, from its TOML file or from a feed list.

    `credit` holds patterns that find the agency a text credits; `boilerplate` holds line patterns.
    """

    name: str
    domains: tuple[str, ...] = ()
    family: str | None = None
    zone: str | None = None
    language: str | None = None
    kind: str | None = None
    credit: tuple[str, ...] = ()
    boilerplate: tuple[str, ...] = ()
    body_selector: str | None = None
    drop_selectors: tuple[str, ...] = field(default=())
