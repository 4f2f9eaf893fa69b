"""Entries of a feed -> rows of the ledger: their keys, their shard, and whether they came with the feed's first read.

Pure. Whether a row is new, changed or known is the ledger's to say.
"""

from __future__ import annotations

import hashlib
from dataclasses import replace
from datetime import datetime
from functools import lru_cache

from extractors.records import Entry, FeedDocument
from extractors.urls import article_key, host_of, registrable_domain
from wirewatch.records import Feed, FeedState, LedgerEntry

# Rows carry a shard of 0..63; tasks own ranges of them, so the number of tasks can change without rewriting rows.
SHARDS = 64


def ledger_rows(
    document: FeedDocument,
    feed: Feed,
    state: FeedState | None,
    now: datetime,
    *,
    oldest: datetime | None = None,
) -> tuple[LedgerEntry, ...]:
    """A queued row for every entry of the document.

    Everything in the first read of a feed is backfill: it was there before we came and raises no alert. An entry from
    before `oldest`, the retention's limit, ends as filtered at once: what was pruned must not return as new (O5).
    """
    backfill = state is None or state.first_read_at is None
    rows = (_row(entry, feed, now, backfill=backfill) for entry in document.entries)
    return tuple(_pruned(row) if _before(row, oldest) else row for row in rows)


def entry_key(feed_url: str, url: str) -> str:
    """The id of a row: one feed's word on one article."""
    return hashlib.sha256(f"{feed_url}|{url}".encode("utf-8", "replace")).hexdigest()[:32]


def shard_of(url: str) -> int:
    """The shard of an address. All hosts of a site share one, so that one task keeps the pace with it."""
    return _shard_of_host(host_of(url))


@lru_cache(maxsize=4_096)
def _shard_of_host(host: str) -> int:
    site = registrable_domain(host)
    return int(hashlib.sha256(site.encode()).hexdigest()[:8], 16) % SHARDS


def _before(row: LedgerEntry, oldest: datetime | None) -> bool:
    dates = [at for at in (row.published_at, row.updated_at) if at is not None]
    return oldest is not None and bool(dates) and max(dates) < oldest


def _pruned(row: LedgerEntry) -> LedgerEntry:
    return replace(row, state="filtered", reason="older than what is kept (keep_months)")


def _row(entry: Entry, feed: Feed, now: datetime, *, backfill: bool) -> LedgerEntry:
    return LedgerEntry(
        entry_key=entry_key(feed.url, entry.url), article_key=article_key(entry.url), feed=feed.url, url=entry.url, link=entry.link,
        host=host_of(entry.link), shard=shard_of(entry.link), state="queued", title=entry.title, summary=entry.summary,
        content_html=entry.content_html, authors=entry.authors, publisher=feed.publisher, family=feed.family,
        language=feed.language or entry.language, zone=feed.zone, published_at=entry.published_at, published_raw=entry.published_raw,
        published_from=entry.published_from, updated_at=entry.updated_at, updated_raw=entry.updated_raw, source_url=entry.source_url,
        source_name=entry.source_name, content_hash=_content_hash(entry), backfill=backfill, seen_at=now, state_at=now,
    )  # fmt: skip


def _content_hash(entry: Entry) -> str:
    """Of what the feed says about the article, dates left out: a bumped date without a changed word is no change (E18)."""
    said = "\x1f".join((entry.title or "", entry.summary or "", entry.content_html or ""))
    return hashlib.sha256(said.encode("utf-8", "replace")).hexdigest()[:32]
