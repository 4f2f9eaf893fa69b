"""A feed's entries as rows of the ledger. Decides keys and shards; writes nothing."""

from __future__ import annotations

from datetime import datetime
from hashlib import sha256

from extractors.records import Entry, FeedDocument
from extractors.urls import article_key, host_of
from wirewatch.records import Feed, FeedState, LedgerEntry

# Hosts are spread over this many ledger shards; a task owns some of them, so one task owns a host.
LEDGER_SHARDS = 64


def ledger_rows(
    document: FeedDocument, feed: Feed, state: FeedState | None, now: datetime
) -> tuple[LedgerEntry, ...]:
    """One row an entry, each key once. Rows of a feed's first read are marked as backfill."""
    backfill = state is None or state.first_read_at is None
    rows = (_row(entry, feed, document, now, backfill=backfill) for entry in document.entries)
    return tuple({row.entry_key: row for row in rows}.values())


def _row(entry: Entry, feed: Feed, document: FeedDocument, now: datetime, *, backfill: bool) -> LedgerEntry:
    host = host_of(entry.link)
    return LedgerEntry(
        entry_key=_hash(feed.url, entry.url),
        article_key=article_key(entry.url),
        feed=feed.url,
        url=entry.url,
        link=entry.link,
        host=host,
        shard=int(_hash(host), 16) % LEDGER_SHARDS,
        state="queued",
        title=entry.title,
        summary=entry.summary,
        content_html=entry.content_html,
        authors=entry.authors,
        publisher=feed.publisher,
        family=feed.family,
        language=feed.language or entry.language or document.language,
        zone=feed.zone,
        published_at=entry.published_at,
        published_raw=entry.published_raw,
        published_from=entry.published_from,
        updated_at=entry.updated_at,
        updated_raw=entry.updated_raw,
        source_url=entry.source_url,
        source_name=entry.source_name,
        content_hash=_hash(
            entry.title or "", entry.summary or "", entry.content_html or "", entry.updated_raw or ""
        ),
        backfill=backfill,
        seen_at=now,
        state_at=now,
    )


def _hash(*parts: str) -> str:
    return sha256("|".join(parts).encode("utf-8", "surrogatepass")).hexdigest()[:32]
