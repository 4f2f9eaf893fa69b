"""Queued entries to stored articles: fetch, archive, read, store; then the ledger knows. One verdict an entry.

Placing the articles among the stories is the next step's work.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Iterable, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from extractors.reading import Reading
from extractors.records import Entry, Page, Publisher, Rejected
from extractors.urls import article_key, canonical_url
from wirewatch.archive import Archive
from wirewatch.corrections import with_topics
from wirewatch.fetch import Fetcher
from wirewatch.pipeline.engine import Engine
from wirewatch.pipeline.pages import Job, Readers, Unread, open_readers
from wirewatch.pipeline.sites import SiteMemory
from wirewatch.pipeline.storing import stored_article
from wirewatch.records import LedgerEntry, StoredArticle
from wirewatch.verdicts import Fetched, FetchVerdict, Gone, NotModified, Refused, Unreachable

# Entries under way at once: enough to keep all connections busy.
BATCH = 200
# What is finished is written this often, so that a crash repeats little and the counts move.
WRITTEN_AT_ONCE = 10
# First wait after a failed fetch; doubles with each try. Most outages of single pages end within the hour.
FIRST_WAIT = timedelta(minutes=5)
LONGEST_WAIT = timedelta(hours=24)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Outcome:
    rows: tuple[LedgerEntry, ...]
    article: StoredArticle | None = None


def ingest(
    engine: Engine, *, shards: Sequence[int] | None = None, workers: int | None = None
) -> dict[str, int]:
    """Work off the queued entries of these ledger shards (None: all). Counts by final or next state."""
    with readers_of(engine, workers=workers or 1) as readers:
        return ingest_with(engine, readers, shards=shards)


def readers_of(engine: Engine, *, workers: int) -> AbstractContextManager[Readers]:
    """Readers under this engine's limits and rules, ended at the end."""
    return open_readers(workers=workers, seconds=engine.settings.page_seconds, topics=engine.rules.folders)


def ingest_with(engine: Engine, readers: Readers, *, shards: Sequence[int] | None = None) -> dict[str, int]:
    """`ingest` with readers that stay open, for who ingests again and again: a reader takes seconds to begin."""
    return asyncio.run(_ingest(engine, readers, shards))


async def _ingest(engine: Engine, readers: Readers, shards: Sequence[int] | None) -> dict[str, int]:
    counts: Counter[str] = Counter()
    engine.index.refresh("entries")
    archive = Archive(engine.settings)
    async with Fetcher(engine.settings) as fetcher:
        while rows := engine.index.ledger.take(now=engine.clock(), shards=shards, limit=BATCH):
            sites = SiteMemory(engine.index)
            work = _Work(engine, fetcher, readers, archive, sites)
            async for outcomes in _work_off(engine, rows, work):
                await asyncio.to_thread(_store, engine, outcomes)
                counts.update(row.state for outcome in outcomes for row in outcome.rows)
            await asyncio.to_thread(_remember, engine, sites)
            engine.index.refresh("articles", "entries")
            engine.say(f"ingested {counts.total()} entries: " + _told(counts))
    return {"total": counts.total(), **counts}


def _remember(engine: Engine, sites: SiteMemory) -> None:
    for publisher, alarm in sites.write(engine.clock()):
        engine.say(f"drift alarm: {publisher}: {alarm.told}")


def _told(counts: Counter[str]) -> str:
    return ", ".join(f"{number} {state}" for state, number in counts.most_common())


async def _work_off(
    engine: Engine, rows: Iterable[LedgerEntry], work: _Work
) -> AsyncIterator[list[_Outcome]]:
    groups: dict[str, list[LedgerEntry]] = {}
    for row in rows:
        groups.setdefault(row.article_key, []).append(row)
    known = await asyncio.to_thread(engine.index.articles.get, groups)
    finished: list[_Outcome] = []
    for outcome in asyncio.as_completed([work.one(group, known.get(key)) for key, group in groups.items()]):
        finished.append(await outcome)
        if len(finished) == WRITTEN_AT_ONCE:
            yield finished
            finished = []
    yield finished


class _Work:
    """One article's way through fetch, archive and reading."""

    def __init__(
        self, engine: Engine, fetcher: Fetcher, readers: Readers, archive: Archive, sites: SiteMemory
    ) -> None:
        self._engine = engine
        self._sites = sites
        self._fetcher = fetcher
        self._readers = readers
        self._archive = archive

    async def one(self, rows: list[LedgerEntry], known: StoredArticle | None) -> _Outcome:
        """All entries of one article, one fetch."""
        if known is not None and not any(row.reason for row in rows):
            # Another feed carries what we have: one article, many feeds (P17).
            merged = replace(known, feeds=_feeds(known, rows))
            return self._settled(rows, merged, changed=merged != known)
        verdict = await self._fetcher.fetch_page(rows[0].link)
        if not isinstance(verdict, Fetched):
            return _Outcome(
                rows=_unfetched(rows, verdict, self._engine.clock(), self._engine.settings.max_attempts)
            )
        where = await asyncio.to_thread(self._archive.store, verdict)
        job = self._job(rows[0], verdict, await self._sites.lines_of(verdict.final_url))
        read = await self._readers.read(job)
        if not isinstance(read, Unread):
            self._sites.note(job.page, _publisher_name(rows[0], job), read)
        return await self._read_verdict(rows, verdict, where, read)

    def _job(self, row: LedgerEntry, verdict: Fetched, learned: frozenset[str]) -> Job:
        return Job(
            page=page_of(row.link, verdict),
            entry=entry_of(row),
            publisher=publisher_of(
                row, self._engine.publishers.of(verdict.final_url), self._engine.house_credits
            ),
            learned_lines=learned,
            now=self._engine.clock(),
        )

    async def _read_verdict(
        self, rows: list[LedgerEntry], verdict: Fetched, where: str, read: Reading | Rejected | Unread
    ) -> _Outcome:
        now = self._engine.clock()
        if isinstance(read, Unread):
            return _Outcome(rows=_ended(rows, "quarantined", read.reason, now, archived_in=where))
        if isinstance(read, Rejected):
            reason = f"{read.reason}: {read.detail}"
            return _Outcome(rows=_ended(rows, "not_an_article", reason, now, archived_in=where))
        home = canonical_url(read.article.canonical_url or verdict.final_url) or rows[0].url
        key = article_key(home)
        known = (await asyncio.to_thread(self._engine.index.articles.get, [key])).get(key)
        article = stored_article(
            read, rows, url=home, where=where, fetched_at=verdict.fetched_at, now=now, known=known
        )
        if known is not None:
            corrections = await asyncio.to_thread(self._engine.index.corrections.on_topics, [key])
            article = with_topics(article, article.topics, corrections, above=self._engine.rules.above)
        rows = [replace(row, article_key=key, archived_in=where) for row in rows]
        if known is not None and known.text_hash == article.text_hash and known.title == article.title:
            merged = replace(known, feeds=article.feeds)
            return self._settled(rows, merged, changed=merged != known)
        return _Outcome(rows=_ended(rows, "extracted", None, now, archived_in=where), article=article)

    def _settled(self, rows: list[LedgerEntry], known: StoredArticle, *, changed: bool) -> _Outcome:
        now = self._engine.clock()
        article = known if changed else None
        if known.clustered_at is None:
            return _Outcome(rows=_ended(rows, "extracted", None, now), article=article)
        state = "near_duplicate" if known.near_duplicate_of else "indexed"
        return _Outcome(rows=_ended(rows, state, "known article, text unchanged", now), article=article)


def _publisher_name(row: LedgerEntry, job: Job) -> str:
    return job.publisher.name if job.publisher else row.publisher or row.host


def _store(engine: Engine, outcomes: Iterable[_Outcome]) -> None:
    outcomes = list(outcomes)
    articles = {outcome.article.article_key: outcome.article for outcome in outcomes if outcome.article}
    refused = dict(engine.index.articles.save(articles.values()).refused)
    rows = [_unless_refused(row, refused) for outcome in outcomes for row in outcome.rows]
    # The ledger is written last: a crash before it repeats the work, and deterministic keys make that harmless.
    engine.index.ledger.save(rows)


def _unless_refused(row: LedgerEntry, refused: dict[str, str]) -> LedgerEntry:
    if row.article_key in refused and row.state == "extracted":
        return replace(
            row, state="quarantined", reason=f"Elasticsearch refused it: {refused[row.article_key]}"
        )
    return row


def _feeds(known: StoredArticle, rows: Iterable[LedgerEntry]) -> tuple[str, ...]:
    return tuple(dict.fromkeys([*known.feeds, *(row.feed for row in rows)]))


def _ended(
    rows: Iterable[LedgerEntry],
    state: str,
    reason: str | None,
    now: datetime,
    *,
    archived_in: str | None = None,
) -> tuple[LedgerEntry, ...]:
    return tuple(
        replace(
            row,
            state=state,
            reason=reason,
            state_at=now,
            attempts=row.attempts + 1,
            next_attempt_at=None,
            archived_in=archived_in or row.archived_in,
        )
        for row in rows
    )


def _unfetched(
    rows: Iterable[LedgerEntry], verdict: FetchVerdict, now: datetime, max_attempts: int
) -> tuple[LedgerEntry, ...]:
    match verdict:
        case Gone(status=status):
            return _ended(rows, "gone", f"HTTP {status}", now)
        case Refused(reason=reason):
            return _ended(rows, "refused", reason, now)
        case Unreachable(reason=reason, retry_after=retry_after):
            return tuple(_later(row, reason, retry_after, now, max_attempts) for row in rows)
        case NotModified():
            return _ended(rows, "failed", "304 to a request without conditions", now)
    raise AssertionError(verdict)


def _later(
    row: LedgerEntry, reason: str, retry_after: timedelta | None, now: datetime, max_attempts: int
) -> LedgerEntry:
    attempts = row.attempts + 1
    if attempts >= max_attempts:
        (ended,) = _ended([row], "failed", f"{attempts} tries, last: {reason}", now)
        return ended
    wait = min(max(retry_after or FIRST_WAIT * 2 ** (attempts - 1), FIRST_WAIT), LONGEST_WAIT)
    return replace(
        row, reason=f"try {attempts}: {reason}", attempts=attempts, next_attempt_at=now + wait, state_at=now
    )


def page_of(url: str, verdict: Fetched) -> Page:
    """The page record of what was fetched."""
    content_type = verdict.header("content-type")
    return Page(
        url=url,
        final_url=verdict.final_url,
        status=verdict.status,
        body=verdict.body,
        fetched_at=verdict.fetched_at,
        content_type=content_type,
        charset=_charset(content_type),
    )


def _charset(content_type: str | None) -> str | None:
    _, _, parameters = (content_type or "").partition(";")
    for parameter in parameters.split(";"):
        name, _, value = parameter.partition("=")
        if name.strip().lower() == "charset" and value:
            return value.strip().strip("\"'")
    return None


def entry_of(row: LedgerEntry) -> Entry:
    """What the feed said, as the ledger kept it."""
    return Entry(
        feed_url=row.feed,
        entry_id=row.entry_key,
        url=row.url,
        link=row.link,
        title=row.title,
        summary=row.summary,
        content_html=row.content_html,
        authors=row.authors,
        language=row.language,
        published_at=row.published_at,
        published_raw=row.published_raw,
        published_from=row.published_from,
        updated_at=row.updated_at,
        updated_raw=row.updated_raw,
        source_url=row.source_url,
        source_name=row.source_name,
    )


def publisher_of(row: LedgerEntry, known: Publisher | None, house_credits: tuple[str, ...] = ()) -> Publisher:
    """The publisher's file, with what the feed list says of it on top; credits know the list's own houses too."""
    base = known or Publisher(name=row.publisher or row.host)
    return replace(
        base,
        name=row.publisher or base.name,
        family=row.family or base.family,
        zone=row.zone or base.zone,
        language=row.language or base.language,
        credit=(*base.credit, *house_credits),
    )
