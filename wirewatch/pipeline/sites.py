"""What a batch of pages teaches about their sites and publishers: recurring lines, and whether reading got worse.

Loaded once a batch and host, written once after it. What is written holds every article under its key, so that work done
twice after a crash is learned once; and it goes through only on the version it was read from, so that two tasks with hosts
of one publisher lose nothing of each other.
"""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import TypeVar

from extractors.lines import ShownLines, SiteLines, learn
from extractors.reading import Reading
from extractors.records import Article, Page, Rejected
from extractors.urls import article_key, canonical_url, host_of
from wirewatch.drift import RESCUES, Alarm, Observation, PublisherHistory, remember
from wirewatch.index import Index, IndexRejected, name_id
from wirewatch.index.shelf import Shelf

Record = TypeVar("Record")

# Tries of one conditional write: more tasks than this never meet on one publisher at one moment.
TRIES = 8


class SiteMemory:
    """What is known of the sites of one batch, and what the batch adds to it."""

    def __init__(self, index: Index) -> None:
        self._index = index
        self._learned: dict[str, asyncio.Task[frozenset[str]]] = {}
        self._shown: defaultdict[str, list[ShownLines]] = defaultdict(list)
        self._observed: defaultdict[str, list[Observation]] = defaultdict(list)

    async def lines_of(self, url: str) -> frozenset[str]:
        """The learned lines of the host of `url`; asked of the index once."""
        host = host_of(url)
        if host not in self._learned:
            self._learned[host] = asyncio.create_task(asyncio.to_thread(self._load, host))
        return await self._learned[host]

    def note(self, page: Page, publisher: str, read: Reading | Rejected) -> None:
        """Keep in mind what one page showed."""
        key = _key_of(page, read)
        self._observed[publisher].append(observed(key, page.fetched_at, read))
        if isinstance(read, Reading):
            self._shown[host_of(page.final_url)].append(shown_lines(key, page.fetched_at, read.article))

    def write(self, now: datetime) -> tuple[tuple[str, Alarm], ...]:
        """Store what was noted. Gives the alarms that this batch raised, each with its publisher."""
        for host, shown in self._shown.items():
            _merge(self._index.sites, name_id(host), SiteLines(host=host), _learning(shown, now))
        raised: list[tuple[str, Alarm]] = []
        for publisher, pages in self._observed.items():
            before, after = _merge(
                self._index.publishers,
                name_id(publisher),
                PublisherHistory(publisher=publisher),
                _remembering(pages, now),
            )
            known = {alarm.measure for alarm in before.alarms}
            raised += [(publisher, alarm) for alarm in after.alarms if alarm.measure not in known]
        self._shown.clear()
        self._observed.clear()
        return tuple(raised)

    def _load(self, host: str) -> frozenset[str]:
        site = self._index.sites.get([name_id(host)]).get(name_id(host))
        return site.learned if site else frozenset()


def open_alarms(index: Index) -> int:
    """How many drift alarms are open, over all publishers."""
    index.refresh("publishers")
    return sum(len(history.alarms) for history in index.drifting())


def _key_of(page: Page, read: Reading | Rejected) -> str:
    """One article by whatever address it was fetched: its own word goes first, as in the index."""
    stated = read.article.canonical_url if isinstance(read, Reading) else None
    return article_key(canonical_url(stated or page.final_url) or page.url)


def shown_lines(key: str, seen_at: datetime, article: Article) -> ShownLines:
    """The article as it stood on its page."""
    return ShownLines(
        article_key=key, seen_at=seen_at, lines=tuple(article.text.splitlines()), left_out=article.left_out
    )


def observed(key: str, seen_at: datetime, read: Reading | Rejected) -> Observation:
    """What the drift alarm wants to know of one page."""
    from extractors.boilerplate import size_of

    if isinstance(read, Rejected):
        return Observation(page_key=key, seen_at=seen_at, rejected=read.reason)
    article = read.article
    sources: Mapping[str, str] = dict(article.provenance)
    return Observation(
        page_key=key,
        seen_at=seen_at,
        words=size_of(article.text),
        trimmed=article.trimmed,
        rescued=sources.get("text") in RESCUES,
        untitled=sources.get("title") == "first-line",
        undated=article.published is None,
        unsigned=not article.authors,
    )


def _learning(shown: Sequence[ShownLines], now: datetime) -> Callable[[SiteLines], SiteLines]:
    return lambda site: learn(site, shown, now=now)


def _remembering(
    pages: Sequence[Observation], now: datetime
) -> Callable[[PublisherHistory], PublisherHistory]:
    return lambda history: remember(history, pages, now=now)


def _merge(
    shelf: Shelf[Record], key: str, empty: Record, change: Callable[[Record], Record]
) -> tuple[Record, Record]:
    """Change one record where it lives, whoever else writes it; what was there and what is there now."""
    for _ in range(TRIES):
        found = shelf.with_token(key)
        before = found[0] if found else empty
        after = change(before)
        if after == before or (shelf.replace(after, found[1]) if found else shelf.create_one(after)):
            return before, after
    raise IndexRejected(key, f"{TRIES} others wrote {shelf.kind} at the same time")
