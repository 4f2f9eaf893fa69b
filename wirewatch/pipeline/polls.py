"""Due feeds to ledger entries: fetch, parse, enter; only then is the feed's state written (T3).

One feed's failure is a line of its state and never stops the others.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256

from extractors.errors import FeedUnreadable
from extractors.feeds import read_feed
from extractors.records import FeedDocument
from wirewatch.entering import ledger_rows
from wirewatch.fetch import Fetcher
from wirewatch.index import feed_id
from wirewatch.index.shelf import batched
from wirewatch.pipeline.engine import Engine
from wirewatch.polling import after_poll, due, validators
from wirewatch.records import Due, FeedState, Fetched, FetchVerdict, LedgerEntry, NotYet

# Feeds polled before anything is written: a crash repeats at most this many polls.
BATCH = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Poll:
    """What came of asking one feed."""

    due: Due
    verdict: FetchVerdict
    document: FeedDocument | None = None
    fault: str | None = None


def due_feeds(engine: Engine, *, everything: bool = False) -> list[Due | NotYet]:
    """A verdict for every feed of the operator's list."""
    feeds = engine.feeds()
    engine.index.refresh("feeds")
    by_id = engine.index.feeds.get(feed_id(feed.url) for feed in feeds)
    states = {state.url: state for state in by_id.values()}
    return due(feeds, states, engine.clock(), everything=everything)


def shard_of(url: str, shards: int) -> int:
    """Which polling task owns a feed: feeds of one host stay together."""
    from extractors.urls import host_of

    return int(sha256(host_of(url).encode()).hexdigest(), 16) % shards


def poll(engine: Engine, *, shard: int = 0, shards: int = 1, everything: bool = False) -> dict[str, int]:
    """Poll what is due in this shard. Counts: feeds, unchanged, failed, entries, new, changed."""
    wanted = [
        verdict
        for verdict in due_feeds(engine, everything=everything)
        if isinstance(verdict, Due) and shard_of(verdict.feed.url, shards) == shard
    ]
    return asyncio.run(_poll(engine, wanted))


async def _poll(engine: Engine, wanted: Sequence[Due]) -> dict[str, int]:
    counts: Counter[str] = Counter(feeds=0, failed=0, new=0)
    async with Fetcher(engine.settings) as fetcher:
        for batch in batched(wanted, BATCH):
            polls = await asyncio.gather(*(_ask(engine, fetcher, each) for each in batch))
            counts.update(await asyncio.to_thread(_enter, engine, polls))
            engine.say(
                f"polled {counts['feeds']} of {len(wanted)} feeds: {counts['new']} new entries, {counts['failed']} failed"
            )
    return dict(counts)


async def _ask(engine: Engine, fetcher: Fetcher, wanted: Due) -> Poll:
    feed, state = wanted.feed, wanted.state
    etag, last_modified = validators(state, engine.clock())
    url = (state and state.current_url) or feed.url
    verdict = await fetcher.fetch_feed(url, etag=etag, last_modified=last_modified)
    if not isinstance(verdict, Fetched):
        return Poll(due=wanted, verdict=verdict)
    publisher = engine.publishers.of(feed.url)
    zone = feed.zone or (publisher.zone if publisher else None)
    try:
        document = await asyncio.to_thread(
            read_feed,
            verdict.body,
            url=verdict.final_url,
            content_type=verdict.header("content-type"),
            zone=zone,
            now=engine.clock(),
        )
    except FeedUnreadable as fault:
        return Poll(due=wanted, verdict=verdict, fault=fault.reason)
    return Poll(due=wanted, verdict=verdict, document=document)


def _enter(engine: Engine, polls: Sequence[Poll]) -> Counter[str]:
    now = engine.clock()
    rows: dict[str, tuple[LedgerEntry, ...]] = {}
    for each in polls:
        if each.document is not None:
            rows[each.due.feed.url] = ledger_rows(each.document, each.due.feed, each.due.state, now)
    engine.index.refresh("entries")
    entered = engine.index.ledger.enter((row for group in rows.values() for row in group), now)
    engine.index.refresh("entries")
    fresh = set(entered.new)
    new = {url: len({row.entry_key for row in group} & fresh) for url, group in rows.items()}
    states = [_state(each, new.get(each.due.feed.url, 0), engine) for each in polls]
    engine.index.feeds.save(states)
    for key, reason in entered.refused:
        engine.say(f"entry {key} refused by Elasticsearch: {reason}")
    return Counter(
        feeds=len(polls),
        failed=sum(state.failures > 0 for state in states),
        unchanged=sum(
            each.document is None and state.failures == 0 for each, state in zip(polls, states, strict=True)
        ),
        entries=sum(len(group) for group in rows.values()),
        new=len(entered.new),
        changed=len(entered.changed),
        refused=len(entered.refused),
    )


def _state(each: Poll, new: int, engine: Engine) -> FeedState:
    return after_poll(
        each.due.feed, each.due.state, each.verdict, each.document, new, engine.clock(), fault=each.fault
    )
