"""Asking feeds outside of polling: which feeds a site has, and whether the feeds of a list are what they should be.

Stores nothing. Every address goes through the same Fetcher, with its guard, limits and pace.
"""

from __future__ import annotations

import asyncio
import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urljoin

from extractors.errors import FeedUnreadable
from extractors.feeds import find_feed_links, read_feed
from extractors.languages import detect_language
from extractors.records import FeedDocument
from extractors.urls import canonical_url
from wirewatch.fetch import Fetcher
from wirewatch.records import Feed
from wirewatch.verdicts import Fetched, FetchVerdict

# Where content systems put feeds when no page names them; asked only as long as fewer than MANY were found.
COMMON_PATHS = (
    "/feed",
    "/rss",
    "/rss.xml",
    "/feed.xml",
    "/atom.xml",
    "/index.xml",
    "/feeds/posts/default",
    "/feed.json",
)
NEWS_SITEMAPS = ("/news-sitemap.xml", "/sitemap-news.xml", "/sitemap_news.xml", "/google-news-sitemap.xml")
MANY = 3
# Sitemaps that a robots.txt names; large sites name hundreds, the news ones are told by their name.
_MOST_SITEMAPS = 5
_SITEMAP = re.compile(r"^\s*sitemap\s*:\s*(\S+)", re.IGNORECASE | re.MULTILINE)
# A feed that shares so many of its articles with another of the list brings little.
OVERLAP_TOLD = 0.5


@dataclass(frozen=True, slots=True, kw_only=True)
class FoundFeed:
    """A feed that a site has, and where its address was found."""

    url: str
    found_in: str
    kind: str
    title: str | None
    language: str | None
    entries: int
    newest_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Checked:
    """How a feed of the list stands. `wrong` holds what an operator should look at; empty is well."""

    url: str
    reachable: bool
    kind: str | None = None
    entries: int = 0
    newest_at: datetime | None = None
    language: str | None = None
    final_url: str | None = None
    wrong: tuple[str, ...] = ()
    faults: tuple[str, ...] = ()


async def discover(fetcher: Fetcher, url: str, now: datetime) -> tuple[FetchVerdict, tuple[FoundFeed, ...]]:
    """The verdict on the page itself, and the feeds found: named by the page, at common paths, news sitemaps."""
    verdict = await fetcher.fetch_feed(url)
    if not isinstance(verdict, Fetched):
        return verdict, ()
    if (itself := _read(verdict, now)) is not None:
        return verdict, (_found(verdict.final_url, "the address itself", itself),)
    page = verdict.body.decode("utf-8", "replace")
    found: dict[str, FoundFeed] = {}
    named = [(link, "named by the page") for link in find_feed_links(page, verdict.final_url)]
    await _ask_each(fetcher, named, found, now)
    sitemaps = [(link, "named by robots.txt") for link in await _sitemaps_named(fetcher, verdict.final_url)]
    common = [(urljoin(verdict.final_url, path), "common path") for path in NEWS_SITEMAPS]
    await _ask_each(fetcher, [*sitemaps, *common], found, now)
    if len(found) < MANY:
        await _ask_each(
            fetcher, [(urljoin(verdict.final_url, path), "common path") for path in COMMON_PATHS], found, now
        )
    return verdict, tuple(found.values())


async def check(fetcher: Fetcher, feeds: Sequence[Feed], now: datetime) -> tuple[Checked, ...]:
    """How every feed of a list stands: reachable, readable, fresh, in its language, not the twin of another."""
    readings = await asyncio.gather(*(_reading(fetcher, feed, now) for feed in feeds))
    articles = [
        {entry.url for entry in reading.entries} if isinstance(reading, FeedDocument) else set()
        for _, reading in readings
    ]
    return tuple(
        _checked(feed, verdict, reading, _twins(number, articles, feeds), now)
        for number, (feed, (verdict, reading)) in enumerate(zip(feeds, readings, strict=True))
    )


async def _reading(fetcher: Fetcher, feed: Feed, now: datetime) -> tuple[FetchVerdict, FeedDocument | str]:
    verdict = await fetcher.fetch_feed(feed.url)
    if not isinstance(verdict, Fetched):
        return verdict, str(getattr(verdict, "reason", None) or f"HTTP {getattr(verdict, 'status', '')}")
    try:
        return verdict, read_feed(
            verdict.body,
            url=verdict.final_url,
            content_type=verdict.header("content-type"),
            zone=feed.zone,
            now=now,
        )
    except FeedUnreadable as fault:
        return verdict, fault.reason


def _checked(
    feed: Feed, verdict: FetchVerdict, reading: FeedDocument | str, twins: list[str], now: datetime
) -> Checked:
    if isinstance(reading, str):
        return Checked(url=feed.url, reachable=isinstance(verdict, Fetched), wrong=(reading,))
    wrong = [f"shares most of its articles with {twin}" for twin in twins]
    newest = _newest(reading)
    spoken = _spoken(reading)
    if feed.language and spoken and spoken != feed.language:
        wrong.append(f"the list says {feed.language}, its entries are in {spoken}")
    if newest is not None and (now - newest).days >= 14:
        wrong.append(f"its newest entry is {(now - newest).days} days old")
    if not reading.entries and not reading.sitemaps:
        wrong.append("no entries")
    if isinstance(verdict, Fetched) and any(status in {301, 308} for status, _ in verdict.redirects):
        wrong.append(f"moved to {verdict.final_url}")
    assumed = sum(fault.kind == "zone-assumed" for entry in reading.entries for fault in entry.faults)
    if assumed:
        wrong.append(f"{assumed} dates name no zone; set `zone` in the feed list")
    return Checked(
        url=feed.url, reachable=True, kind=reading.kind, entries=len(reading.entries), newest_at=newest, language=spoken,
        final_url=verdict.final_url if isinstance(verdict, Fetched) else None, wrong=tuple(wrong),
        faults=tuple(f"{fault.kind}: {fault.detail}" for fault in reading.faults),
    )  # fmt: skip


async def _ask_each(
    fetcher: Fetcher, addresses: Sequence[tuple[str, str]], found: dict[str, FoundFeed], now: datetime
) -> None:
    known = {canonical_url(url) for url in found}
    wanted = [(url, where) for url, where in addresses if canonical_url(url) not in known]
    verdicts = await asyncio.gather(*(fetcher.fetch_feed(url) for url, _ in wanted))
    for (_, where), verdict in zip(wanted, verdicts, strict=True):
        document = _read(verdict, now) if isinstance(verdict, Fetched) else None
        if document is None or not isinstance(verdict, Fetched):
            continue
        if all(canonical_url(verdict.final_url) != canonical_url(other) for other in found):
            found[verdict.final_url] = _found(verdict.final_url, where, document)


async def _sitemaps_named(fetcher: Fetcher, url: str) -> list[str]:
    verdict = await fetcher.fetch_feed(urljoin(url, "/robots.txt"))
    if not isinstance(verdict, Fetched):
        return []
    named = _SITEMAP.findall(verdict.body[:500_000].decode("utf-8", "replace"))
    return sorted(named, key=lambda address: "news" not in address.lower())[:_MOST_SITEMAPS]


def _read(verdict: Fetched, now: datetime) -> FeedDocument | None:
    try:
        return read_feed(
            verdict.body, url=verdict.final_url, content_type=verdict.header("content-type"), now=now
        )
    except FeedUnreadable:
        return None


def _found(url: str, where: str, document: FeedDocument) -> FoundFeed:
    return FoundFeed(
        url=url, found_in=where, kind=document.kind, title=document.title, language=_spoken(document) or document.language,
        entries=len(document.entries), newest_at=_newest(document),
    )  # fmt: skip


def _newest(document: FeedDocument) -> datetime | None:
    return max(
        (at for entry in document.entries if (at := entry.published_at or entry.updated_at)), default=None
    )


def _spoken(document: FeedDocument) -> str | None:
    """The language that most entries are really in."""
    texts = [" ".join(filter(None, (entry.title, entry.summary)))[:400] for entry in document.entries[:30]]
    counts = Counter(language for text in texts if text and (language := detect_language(text)) is not None)
    return counts.most_common(1)[0][0] if counts else None


def _twins(number: int, articles: list[set[str]], feeds: Sequence[Feed]) -> list[str]:
    ours = articles[number]
    return [
        feeds[other].url
        for other, theirs in enumerate(articles)
        if other < number and ours and len(ours & theirs) >= OVERLAP_TOLD * len(ours)
    ]
