"""The nouns of the engine: feeds, ledger rows, stored articles, stories, subscribers, digests, deliveries.

Frozen, keyword-only, tuples inside, aware UTC times. The field names of the stored records are the field names in
`mappings/` (a test compares them).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from extractors.records import Claim, Fault, Mention, TopicTag

# --------------------------------------------------------------------------- feeds


@dataclass(frozen=True, slots=True, kw_only=True)
class Feed:
    """A feed the operator subscribed to, from the feed list."""

    url: str
    publisher: str | None = None
    family: str | None = None
    language: str | None = None
    zone: str | None = None
    every: timedelta | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedReading:
    """What a feed's bytes teach about the feed itself; its entries are in the ledger. Small: it comes from another process."""

    kind: str
    entries: int
    title: str | None = None
    language: str | None = None
    published: tuple[datetime, ...] = ()  # of the entries that say when
    appeared: tuple[datetime, ...] = ()  # the same, or when they were updated
    faults: tuple[Fault, ...] = ()
    entry_faults: tuple[tuple[str, int], ...] = ()  # kinds of fault and how many entries have them
    id_marks: tuple[str, ...] = ()
    ttl_minutes: int | None = None
    skip_hours: tuple[int, ...] = ()  # UTC
    skip_days: tuple[int, ...] = ()  # Monday is 0
    sitemaps: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedState:
    """What the last polls left behind for one feed. One document a feed; `url` is the feed list's address."""

    url: str
    publisher: str | None = None
    family: str | None = None
    language: str | None = None
    zone: str | None = None
    current_url: str | None = None  # where it moved to, after confirmed permanent redirects
    moved_to: str | None = None  # a permanent redirect seen, not yet confirmed
    moved_seen: int = 0
    etag: str | None = None
    last_modified: str | None = None
    body_hash: str | None = None
    kind: str | None = None
    title: str | None = None
    status: str = "new"  # new | ok | quiet | empty | blocked | broken | gone | unreachable | refused
    reason: str | None = None
    faults: tuple[str, ...] = ()
    failures: float = 0.0  # weighted: hard 1.0, soft 0.5, temporary 0.25; 0 after a success
    polled_at: datetime | None = None
    read_at: datetime | None = None  # last full body read
    changed_at: datetime | None = None  # last time a new entry came
    next_poll_at: datetime | None = None
    interval_seconds: int | None = None
    rhythm_seconds: int | None = None  # usual time between two new entries, from its own history
    entries_seen: int = 0
    entries_new: int = 0  # in the last read
    gap_suspected: bool = False
    distrust_ids: bool = False
    id_marks: tuple[str, ...] = ()  # hashes of the last entries and of their ids: do ids stay, who is a twin
    first_read_at: datetime | None = None


# --------------------------------------------------------------------------- the entry ledger

# Every entry ends in exactly one of the final states, with a reason. `queued` and `extracted` are on the way.
OPEN_STATES = ("queued", "extracted")
FINAL_STATES = (
    "indexed",  # an article of its own
    "near_duplicate",  # a copy of another article; reason names the kind and the article
    "updated",  # a known article, a new revision stored
    "not_an_article",  # reason: consent-wall, blocked, soft-404, index-page, ...
    "refused",  # robots, 401, 403, 451, an address we must not fetch
    "gone",  # 404 or 410
    "failed",  # tried the allowed number of times
    "filtered",  # a rule of the operator's left it out
    "quarantined",  # could not be processed, kept with its reason
)


@dataclass(frozen=True, slots=True, kw_only=True)
class LedgerEntry:
    """One entry of one feed on its way to one final state. Id: `entry_key`, a hash of feed and canonical URL."""

    entry_key: str
    article_key: str  # hash of the canonical URL; of the final one once it is known
    feed: str
    url: str
    link: str
    host: str
    shard: int  # hash of host, 0..63; a task owns a range of them
    state: str
    reason: str | None = None
    title: str | None = None
    summary: str | None = None
    content_html: str | None = None
    authors: tuple[str, ...] = ()
    publisher: str | None = None
    family: str | None = None
    language: str | None = None
    zone: str | None = None
    published_at: datetime | None = None
    published_raw: str | None = None
    published_from: str | None = None
    updated_at: datetime | None = None
    updated_raw: str | None = None
    source_url: str | None = None
    source_name: str | None = None
    content_hash: str | None = None  # of what the feed says; a change queues the entry again
    backfill: bool = False  # first read of its feed: raises no alert
    seen_at: datetime
    state_at: datetime
    attempts: int = 0
    next_attempt_at: datetime | None = None
    archived_in: str | None = None


# --------------------------------------------------------------------------- articles and stories


@dataclass(frozen=True, slots=True, kw_only=True)
class Revision:
    """An earlier text of an article: what it was, when it was replaced, and what changed that matters."""

    text_hash: str
    title: str
    replaced_at: datetime
    changes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredArticle:
    """An article as Elasticsearch holds it. Id: `article_key`, a hash of the canonical URL.

    `story_key` and `clustered_at` are None until the clustering step has placed it.
    """

    article_key: str
    url: str
    canonical_url: str | None = None
    syndicated_from: str | None = None
    title: str
    raw_title: str | None = None
    text: str
    language: str | None = None
    authors: tuple[str, ...] = ()
    publisher: str
    family: str | None = None
    feeds: tuple[str, ...] = ()
    credit: str | None = None
    type: str = "news"
    access: str = "open"
    section: str | None = None
    keywords: tuple[str, ...] = ()
    image: str | None = None
    published_at: datetime | None = None
    published_from: str | None = None
    published_raw: str | None = None
    published_zone: str | None = None
    modified_at: datetime | None = None
    first_seen_at: datetime
    fetched_at: datetime
    indexed_at: datetime
    sort_at: datetime  # published_at where believable, else first_seen_at; on every document
    provenance: tuple[str, ...] = ()  # "title: json-ld", a line a field
    farm_signals: tuple[str, ...] = ()
    topics: tuple[TopicTag, ...] = ()  # with analysts' corrections: see `corrections.effective_topics`
    machine_topics: tuple[TopicTag, ...] | None = None  # the rules' own, where a correction made a difference
    topics_primary: tuple[str, ...] = ()  # for facets
    topics_secondary: tuple[str, ...] = ()
    topics_mentioned: tuple[str, ...] = ()
    topics_all: tuple[str, ...] = ()  # primary and secondary
    evidence_text: tuple[str, ...] = ()
    taxonomy_version: str | None = None  # the rules that tagged it
    reader_version: str | None = None  # the code and the alias table that read tags, mentions and claims
    untold: bool | None = None  # its topics or claims changed since its story was told
    mentions: tuple[Mention, ...] = ()
    entities: tuple[str, ...] = ()  # names of mentions, for facets
    places: tuple[str, ...] = ()  # "lat,lon"
    claims: tuple[Claim, ...] = ()
    text_hash: str
    fingerprints: tuple[str, ...] = ()
    shingle_count: int = 0
    near_duplicate_of: str | None = None  # article key
    duplicate_kind: str | None = None  # exact | syndicated | rewrite | embedded
    story_key: str | None = None
    story_title: str | None = None
    is_representative: bool = False
    lag_minutes: int | None = None
    independent_reports: int | None = None  # of its story; on every article, so that tables need no join
    conflicts: tuple[str, ...] = ()  # of its story
    clustered_at: datetime | None = None
    revisions: tuple[Revision, ...] = ()
    backfill: bool = False
    archived_in: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredClaim:
    """A claim with its article and story, a document of its own. Id: `claim_key`, article key and ordinal."""

    claim_key: str
    article_key: str
    story_key: str | None = None
    url: str
    publisher: str
    family: str | None = None
    language: str | None = None
    sort_at: datetime
    first_seen_at: datetime
    low: float | None = None
    high: float | None = None
    approximate: bool = False
    unit: str
    event: str | None = None
    source: str | None = None
    certainty: str
    role: str
    period: str | None = None
    field: str
    start: int
    end: int
    evidence_text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class IndependentReport:
    """A group of a story's articles that share text, publisher family or credited agency, and why they count as one."""

    articles: tuple[str, ...]  # article keys, earliest first
    publishers: tuple[str, ...]
    reasons: tuple[str, ...] = ()  # "same text as ...", "both of family ...", "both credit ..."


@dataclass(frozen=True, slots=True, kw_only=True)
class Story:
    """A cluster of articles on one event. Its key never changes; `merged_into` redirects.

    `revision` rises with every material change; digests watermark on it and on `changed_at`.
    """

    story_key: str
    title: str
    language: str | None = None
    articles: tuple[str, ...]  # article keys, earliest first
    urls: tuple[str, ...] = ()
    copies: int = 0  # articles that are near-duplicates of another of the story
    publishers: tuple[str, ...] = ()
    families: tuple[str, ...] = ()
    languages: tuple[str, ...] = ()
    independent_reports: int = 1
    reports: tuple[IndependentReport, ...] = ()
    first_publisher: str | None = None
    topics_primary: tuple[str, ...] = ()
    topics_all: tuple[str, ...] = ()
    entities: tuple[str, ...] = ()
    places: tuple[str, ...] = ()
    claims: tuple[Claim, ...] = ()
    conflicts: tuple[str, ...] = ()  # sentences: "killed: 300 (Agency A) against 1,000 (Ministry B)"
    stances: tuple[str, ...] = ()  # "denial", "correction" where an article of the story is one
    terms: tuple[str, ...] = ()  # the words that cluster it, heaviest first
    first_seen_at: datetime
    last_seen_at: datetime
    first_published_at: datetime | None = None
    changed_at: datetime
    revision: int = 1
    backfill: bool = False  # every article of it came with the first read of its feed
    merged_into: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleSet:
    """A set of topic rules that was in force. Id: `version`, the content hash that articles carry.

    `shared` and `topics` ("topic:hash") say what its rules mean, part by part (`extractors.taxonomy.changes`); `files`
    holds the operator's own files as JSON (name -> text), so that the set can be put back in force.
    """

    version: str
    shared: str
    topics: tuple[str, ...]
    files: str | None = None
    in_force_at: datetime  # when it was put in force last


# --------------------------------------------------------------------------- subscribers, digests, deliveries


@dataclass(frozen=True, slots=True, kw_only=True)
class Subscriber:
    """Who gets which digest, when and where to. From the subscribers file."""

    name: str
    address: str | None = None  # e-mail
    outbox: str | None = None  # a folder to write digests into
    topics: tuple[str, ...] = ()  # empty: every topic
    languages: tuple[str, ...] = ()
    minimum_reports: int = 1
    minimum_level: Literal["primary", "secondary", "mention"] = "secondary"
    frequency: Literal["instant", "hourly", "daily", "weekly"] = "daily"
    zone: str = "UTC"
    at: str = "07:00"
    maximum_items: int = 25
    when_empty: Literal["skip", "send"] = "skip"
    since: datetime | None = None  # never digest what changed before this
    search: str | None = None  # name or key of a saved search: only what it finds


@dataclass(frozen=True, slots=True, kw_only=True)
class ListedSubscriber:
    """A subscriber as dashboards and the desk may see one: without any address. Id: `name`."""

    name: str
    active: bool  # False: left, or no longer in force
    channel: Literal["mail", "folder", "none"]
    search: str | None = None  # key of the saved search that the digests are of
    topics: tuple[str, ...] = ()
    languages: tuple[str, ...] = ()
    minimum_reports: int = 1
    minimum_level: str = "secondary"
    frequency: str = "daily"
    zone: str = "UTC"
    at: str = "07:00"
    maximum_items: int = 25
    when_empty: str = "skip"
    since: datetime | None = None
    listed_at: datetime  # when this was first true of the subscriber
    left_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class DigestItem:
    """One story in one digest, and why it is there."""

    story_key: str
    revision: int
    kind: Literal["update", "corroborated", "new", "single"]
    headline: str
    summary: str
    publisher: str
    url: str
    independent_reports: int
    copies: int
    topics: tuple[str, ...]
    why: tuple[str, ...]  # the topic and the words that earned it
    changes: tuple[str, ...] = ()  # "+3 independent reports since Tuesday"
    conflicts: tuple[str, ...] = ()
    labels: tuple[str, ...] = ()  # "single source", "only state media report this", ...
    others: tuple[tuple[str, str], ...] = ()  # (publisher, URL) of further independent reports
    language: str | None = None  # of headline and summary
    first_seen_at: datetime
    last_seen_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Digest:
    """What changed for one subscriber in one window."""

    digest_key: str
    subscriber: str
    kind: str
    window_start: datetime
    window_end: datetime
    items: tuple[DigestItem, ...]
    left_out: tuple[tuple[str, int], ...] = ()  # (story key, revision) of matching stories beyond the maximum
    backfilled: int = 0  # matching stories that came with the first read of a feed, told as a number only
    data_as_of: datetime | None = None  # when the collectors last read anything
    feeds_silent: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivery:
    """The ledger row of one digest. Id: `digest_key`. Created once, rendered once, then sent."""

    digest_key: str
    subscriber: str
    kind: str
    window_start: datetime
    window_end: datetime
    state: Literal["planned", "rendered", "sending", "sent", "empty", "deferred", "failed"]
    reason: str | None = None
    message_id: str | None = None
    subject: str | None = None
    address_hash: str | None = None  # which address it goes to, for suppression; never the address itself
    message: str | None = None  # the rendered bytes of the mail, as text
    html: str | None = None
    # "story_key:revision:independent_reports"; 0 reports: beyond the maximum, counted but not shown
    stories: tuple[str, ...] = ()
    items: int = 0
    attempts: int = 0
    planned_at: datetime
    state_at: datetime
    next_attempt_at: datetime | None = None
