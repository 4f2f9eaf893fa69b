"""Feeds read in worker processes: parsing never holds up the fetching of others, and a parser that dies takes no run along.

A worker gives back the ledger's rows ready made, and of the document what is learned about the feed: entries as records
took 26 us of processor each on their way, rows and reading take 6. Few small feeds are read in a thread, where a process
would take longer to start than to work.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Iterable, Iterator
from concurrent.futures import TimeoutError as FutureTimeout
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime
from multiprocessing import get_context

from pebble import ProcessExpired, ProcessPool

from extractors.errors import FeedUnreadable
from extractors.feeds import read_feed
from extractors.records import FeedDocument
from wirewatch.entering import ledger_rows
from wirewatch.identities import COMPARED, id_marks
from wirewatch.packing import PackedRow, packed
from wirewatch.records import Feed, FeedReading, FeedState
from wirewatch.verdicts import Fetched

# Fewer feeds than this, each smaller than that, are parsed sooner than a process starts (0.5 s against 5 ms a feed).
FEW_FEEDS, SMALL_BODY = 100, 200_000
# A feed of 50,000 entries takes 4 s on a busy machine; what takes longer is an attack.
SECONDS_A_FEED = 30.0
# Parsers grow with what they have met; a fresh worker now and then keeps a long run's memory flat.
FEEDS_A_WORKER = 5_000


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedJob:
    """A feed's bytes and what is known of it besides."""

    feed: Feed
    state: FeedState | None
    verdict: Fetched
    zone: str | None
    now: datetime
    oldest: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadFeed:
    """A feed that was read: the ledger's rows, ready to be written, and what is learned about the feed."""

    reading: FeedReading
    rows: tuple[PackedRow, ...]


class FeedReaders:
    """Reads feeds, each within a time limit."""

    def __init__(self, pool: ProcessPool, *, few: bool) -> None:
        self._pool = pool
        self._few = few

    async def read(self, job: FeedJob) -> ReadFeed | str:
        """What the feed gives, or why it is none."""
        if self._few and len(job.verdict.body) < SMALL_BODY:
            return await asyncio.to_thread(read_one, job)
        future = self._pool.schedule(read_one, args=[job], timeout=SECONDS_A_FEED)
        try:
            outcome: ReadFeed | str = await asyncio.wrap_future(future)
        except (TimeoutError, FutureTimeout):
            return f"slow: not read within {SECONDS_A_FEED:g} s"
        except ProcessExpired as fault:
            return f"deadly: its parser died: {fault}"
        return outcome


@contextmanager
def open_feed_readers(*, feeds: int, workers: int = 2) -> Iterator[FeedReaders]:
    """Readers for about so many feeds, ended at the end. Processes start with the first feed that needs one."""
    # Not forked: the parent runs threads (event loop, Elasticsearch client).
    pool = ProcessPool(max_workers=workers, max_tasks=FEEDS_A_WORKER, context=get_context("spawn"))
    try:
        yield FeedReaders(pool, few=feeds < FEW_FEEDS)
    finally:
        pool.stop()  # type: ignore[no-untyped-call]
        pool.join()


def read_one(job: FeedJob) -> ReadFeed | str:
    """One feed's bytes to rows; a text when they are no feed."""
    verdict = job.verdict
    content_type = verdict.header("content-type")
    try:
        document = read_feed(
            verdict.body, url=verdict.final_url, content_type=content_type, zone=job.zone, now=job.now,
            distrust_ids=job.state is not None and job.state.distrust_ids,
        )  # fmt: skip
    except FeedUnreadable as fault:
        return fault.reason
    rows = ledger_rows(document, job.feed, job.state, job.now, oldest=job.oldest)
    return ReadFeed(reading=reading_of(document), rows=tuple(map(packed, rows)))


def reading_of(document: FeedDocument) -> FeedReading:
    """What a document teaches about its feed."""
    entries = document.entries
    faults = Counter(fault.kind for entry in entries for fault in entry.faults)
    return FeedReading(
        kind=document.kind, entries=len(entries), title=document.title, language=document.language,
        published=tuple(at for entry in entries if (at := entry.published_at)),
        appeared=tuple(at for entry in entries if (at := entry.published_at or entry.updated_at)),
        faults=document.faults, entry_faults=tuple(faults.most_common()), id_marks=id_marks(entries),
        ttl_minutes=document.ttl_minutes, skip_hours=document.skip_hours, skip_days=document.skip_days,
        sitemaps=document.sitemaps,
    )  # fmt: skip


def joined(first: ReadFeed, others: Iterable[ReadFeed]) -> ReadFeed:
    """A sitemap index with what stands in its sitemaps, as one feed."""
    parts = [first, *others]
    readings = [part.reading for part in parts]
    faults: Counter[str] = Counter()
    for reading in readings:
        faults.update(dict(reading.entry_faults))
    rows = {row.entry_key: row for part in parts for row in part.rows}
    return ReadFeed(
        rows=tuple(rows.values()),
        reading=replace(
            first.reading,
            entries=sum(reading.entries for reading in readings),
            published=tuple(at for reading in readings for at in reading.published),
            appeared=tuple(at for reading in readings for at in reading.appeared),
            entry_faults=tuple(faults.most_common()),
            id_marks=tuple(mark for reading in readings for mark in reading.id_marks)[:COMPARED],
        ),
    )
