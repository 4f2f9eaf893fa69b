"""Due feeds to ledger entries: fetch, parse, enter; only then is the feed's state written (T3).

One feed's failure is a line of its state and never stops the others. Asking, parsing and entering run side by side.
"""

from __future__ import annotations

import asyncio
import traceback
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from collections.abc import Set as AbstractSet
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from itertools import zip_longest

from extractors.urls import host_of, same_site
from wirewatch.feedreading import FeedJob, FeedReaders, ReadFeed, joined, open_feed_readers
from wirewatch.fetch import Fetcher
from wirewatch.index import Entered, feed_id
from wirewatch.packing import PackedRow
from wirewatch.pipeline.engine import Engine
from wirewatch.polling import after_poll, due, unchanged, validators
from wirewatch.records import Feed, FeedReading, FeedState
from wirewatch.twins import Twins
from wirewatch.verdicts import Due, Fetched, FetchVerdict, NotYet

# Polls entered at once: a crash repeats at most what is on the way, and a bulk request stays in its best size.
BATCH = 200
# Feeds asked at once for each connection: enough that no connection waits for a parser.
IN_FLIGHT = 2
# The longest month, so that nothing is called pruned that is still kept.
MONTH = timedelta(days=31)
# Of a sitemap index the newest sitemaps are read; the others hold what is long known.
NEWEST_SITEMAPS = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Poll:
    """What came of asking one feed."""

    due: Due
    verdict: FetchVerdict
    reading: FeedReading | None = None
    rows: tuple[PackedRow, ...] = ()
    fault: str | None = None


def due_feeds(engine: Engine) -> list[Due | NotYet]:
    """A verdict for every feed of the operator's list."""
    feeds, states = _feeds(engine)
    return due(feeds, states, engine.clock())


def _feeds(engine: Engine) -> tuple[Sequence[Feed], dict[str, FeedState]]:
    """The operator's list, and by address what is known of its feeds."""
    feeds = engine.feeds()
    engine.index.refresh("feeds")
    by_id = engine.index.feeds.get(feed_id(feed.url) for feed in feeds)
    return feeds, {state.url: state for state in by_id.values()}


def shard_of(url: str, shards: int) -> int:
    """Which polling task owns a feed: feeds of one host stay together."""
    return int(sha256(host_of(url).encode()).hexdigest(), 16) % shards


def poll(engine: Engine, *, shard: int = 0, shards: int = 1, everything: bool = False) -> dict[str, int]:
    """Poll what is due in this shard. Counts: feeds, unchanged, failed, entries, new, changed."""
    feeds, states = _feeds(engine)
    wanted = [
        verdict
        for verdict in due(feeds, states, engine.clock(), everything=everything)
        if isinstance(verdict, Due) and shard_of(verdict.feed.url, shards) == shard
    ]
    return asyncio.run(_poll(engine, wanted, Twins(feeds, states)))


async def _poll(engine: Engine, wanted: Sequence[Due], twins: Twins) -> dict[str, int]:
    counts: Counter[str] = Counter(feeds=0, failed=0, new=0)
    done: asyncio.Queue[Poll | None] = asyncio.Queue(maxsize=2 * BATCH)
    await asyncio.to_thread(engine.index.refresh, "entries")
    with open_feed_readers(feeds=len(wanted)) as readers:
        async with Fetcher(engine.settings) as fetcher:
            asking = asyncio.create_task(_ask_all(_Asking(engine, fetcher, readers), wanted, done))
            try:
                while batch := await _batch_of(done):
                    counts.update(await asyncio.to_thread(_enter, engine, batch, twins))
                    engine.say(
                        f"polled {counts['feeds']} of {len(wanted)} feeds: {counts['new']} new entries, {counts['failed']} failed"
                    )
                await asking
            finally:
                asking.cancel()
    await asyncio.to_thread(engine.index.refresh, "entries")
    return dict(counts)


async def _ask_all(asking: _Asking, wanted: Sequence[Due], done: asyncio.Queue[Poll | None]) -> None:
    """Ask every feed, so many at once, hosts by turns; then say that there is no more."""
    waiting = _by_turns(wanted)

    async def ask_on() -> None:
        for each in waiting:
            await done.put(await asking.one(each))

    runners = min(len(wanted), IN_FLIGHT * asking.engine.settings.fetch_concurrency)
    try:
        await asyncio.gather(*(ask_on() for _ in range(runners)))
    finally:
        await done.put(None)


async def _batch_of(done: asyncio.Queue[Poll | None]) -> list[Poll]:
    """What is done, up to a batch; waits for the first only. Empty when nothing is left."""
    first = await done.get()
    if first is None:
        return []
    batch = [first]
    while len(batch) < BATCH and not done.empty():
        following = done.get_nowait()
        if following is None:
            done.put_nowait(None)
            break
        batch.append(following)
    return batch


def _by_turns(wanted: Iterable[Due]) -> Iterator[Due]:
    """Feeds in an order in which hosts take turns, so that a host with hundreds does not make the others wait."""
    hosts: dict[str, list[Due]] = defaultdict(list)
    for each in wanted:
        hosts[host_of(each.feed.url)].append(each)
    return (each for turn in zip_longest(*hosts.values()) for each in turn if each is not None)


@dataclass(frozen=True, slots=True)
class _Asking:
    """One feed's way through fetch and parser."""

    engine: Engine
    fetcher: Fetcher
    readers: FeedReaders

    async def one(self, wanted: Due) -> Poll:
        etag, last_modified = validators(wanted.state, self.engine.clock())
        url = (wanted.state and wanted.state.current_url) or wanted.feed.url
        verdict = await self.fetcher.fetch_feed(url, etag=etag, last_modified=last_modified)
        if not isinstance(verdict, Fetched) or unchanged(wanted.state, verdict):
            return Poll(due=wanted, verdict=verdict)
        read = await self._read(wanted, verdict)
        if isinstance(read, str):
            return Poll(due=wanted, verdict=verdict, fault=read)
        if read.reading.sitemaps:
            read = await self._with_sitemaps(wanted, read)
        return Poll(due=wanted, verdict=verdict, reading=read.reading, rows=read.rows)

    async def _read(self, wanted: Due, verdict: Fetched) -> ReadFeed | str:
        feed = wanted.feed
        publisher = self.engine.publishers.of(feed.url)
        zone = feed.zone or (publisher.zone if publisher else None)
        now = self.engine.clock()
        oldest = now - MONTH * self.engine.settings.keep_months
        job = FeedJob(feed=feed, state=wanted.state, verdict=verdict, zone=zone, now=now, oldest=oldest)
        try:
            return await self.readers.read(job)
        except BrokenProcessPool:
            raise
        except Exception as fault:  # noqa: BLE001  # the per-item guard: one feed's bytes never stop the others
            self.engine.say(f"{feed.url}: {traceback.format_exc(limit=-3)}")
            return f"unexpected: {type(fault).__name__}: {fault}"

    async def _with_sitemaps(self, wanted: Due, index: ReadFeed) -> ReadFeed:
        """The index with the entries of its newest sitemaps, as far as they can be had."""
        found: list[ReadFeed] = []
        ours = [url for url in index.reading.sitemaps if same_site(url, wanted.feed.url)]
        for url in ours[:NEWEST_SITEMAPS]:
            verdict = await self.fetcher.fetch_feed(url)
            read = await self._read(wanted, verdict) if isinstance(verdict, Fetched) else "not fetched"
            if not isinstance(read, str):
                found.append(read)
        return joined(index, found)


def _enter(engine: Engine, polls: Sequence[Poll], twins: Twins) -> Counter[str]:
    """Rows first, states after them: a crash in between repeats the poll and finds its rows known."""
    now = engine.clock()
    entered = engine.index.ledger.enter((row for each in polls for row in each.rows), now)
    fresh = set(entered.new)
    states = [_state(each, _counted(each, fresh, entered), twins, now) for each in polls]
    engine.index.feeds.save(states)
    for key, reason in entered.refused:
        engine.say(f"entry {key} refused by Elasticsearch: {reason}")
    return Counter(
        feeds=len(polls),
        failed=sum(state.failures > 0 for state in states),
        unchanged=sum(
            each.reading is None and state.failures == 0 for each, state in zip(polls, states, strict=True)
        ),
        entries=sum(len(each.rows) for each in polls),
        new=len(entered.new),
        changed=len(entered.changed),
        refused=len(entered.refused),
    )


def _counted(each: Poll, fresh: AbstractSet[str], entered: Entered) -> int:
    """New entries of this poll, and those that a poll before entered and ended before it could count them."""
    polled_at = each.due.state.polled_at if each.due.state is not None else None
    keys = {row.entry_key for row in each.rows}
    there = [at for key in keys if (at := entered.seen_before.get(key)) is not None]
    return len(keys & fresh) + sum(polled_at is None or at > polled_at for at in there)


def _state(each: Poll, new: int, twins: Twins, now: datetime) -> FeedState:
    state = after_poll(each.due.feed, each.due.state, each.verdict, each.reading, new, now, fault=each.fault)
    return twins.slowed(each.due.feed, each.due.state, state, now)
