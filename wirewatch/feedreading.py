"""Feeds read in worker processes: parsing never holds up the fetching of others, and a parser that dies takes no run along.

A worker gives back the ledger's rows ready made, and the document without its texts: only dates and faults are still
needed of it. Few small feeds are read in a thread, where a process would take longer to start than to work.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from concurrent.futures import TimeoutError as FutureTimeout
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime
from multiprocessing import get_context

from pebble import ProcessExpired, ProcessPool

from extractors.errors import FeedUnreadable
from extractors.feeds import read_feed
from extractors.records import Entry, FeedDocument
from wirewatch.entering import ledger_rows
from wirewatch.identities import COMPARED
from wirewatch.packing import PackedRow, packed
from wirewatch.records import Feed, FeedState
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
    """A feed that was read: the ledger's rows, ready to be written, and the document without texts."""

    document: FeedDocument
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
    return ReadFeed(document=without_texts(document), rows=tuple(map(packed, rows)))


def without_texts(document: FeedDocument) -> FeedDocument:
    """The document with the dates and faults of its entries only, and with what shows whether the ids of the first stay."""
    bare = tuple(
        Entry(
            feed_url=entry.feed_url, entry_id=entry.entry_id if place < COMPARED else "", url=entry.url, link=entry.link,
            title=entry.title if place < COMPARED else None, published_at=entry.published_at, updated_at=entry.updated_at,
            faults=entry.faults,
        )
        for place, entry in enumerate(document.entries)
    )  # fmt: skip
    return replace(document, entries=bare)
