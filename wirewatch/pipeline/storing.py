"""A page's reading as the document that is stored. Decides only which text wins and what a revision keeps."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from urllib.parse import urlsplit

from extractors.reading import Reading
from wirewatch.corrections import tag_fields
from wirewatch.records import LedgerEntry, Revision, StoredArticle, StoredClaim
from wirewatch.rereading import mention_fields
from wirewatch.stories.sameness import what_changed

# A feed's or page's date this far ahead of us is a mistake, not a scoop (P8); clocks differ by minutes.
CLOCK_SKEW = timedelta(minutes=10)


def stored_article(
    read: Reading,
    rows: Sequence[LedgerEntry],
    *,
    url: str,
    where: str,
    fetched_at: datetime,
    now: datetime,
    known: StoredArticle | None,
) -> StoredArticle:
    """The document of one article, its topics as the machine says; what was there before becomes a revision."""
    from extractors.urls import article_key

    article, row = read.article, rows[0]
    published_at, published_from = _published(read, row, now)
    first_seen_at = known.first_seen_at if known else min(row.seen_at for row in rows)
    fresh = StoredArticle(
        article_key=article_key(url),
        url=url,
        canonical_url=article.canonical_url,
        syndicated_from=article.syndicated_from,
        title=article.title or row.title or url,
        raw_title=article.raw_title,
        text=article.text,
        language=article.language,
        authors=article.authors,
        publisher=row.publisher or article.site_name or urlsplit(url).netloc,
        family=row.family,
        feeds=tuple(dict.fromkeys([*(known.feeds if known else ()), *(row.feed for row in rows)])),
        credit=article.credit,
        type=article.type,
        access=article.access,
        section=article.section,
        keywords=article.keywords,
        image=article.image,
        published_at=published_at,
        published_from=published_from,
        published_raw=article.published.raw if article.published else row.published_raw,
        published_zone=article.published.zone if article.published else None,
        modified_at=article.modified.at.astimezone(UTC) if article.modified else None,
        first_seen_at=first_seen_at,
        fetched_at=fetched_at,
        indexed_at=now,
        sort_at=published_at if published_at and published_at <= now + CLOCK_SKEW else first_seen_at,
        provenance=tuple(f"{field}: {how}" for field, how in article.provenance),
        farm_signals=tuple(f"{signal.kind}: {signal.detail}" for signal in article.farm_signals),
        taxonomy_version=read.taxonomy_version,
        reader_version=read.reader_version,
        claims=read.claims,
        text_hash=read.fingerprint.text_hash,
        fingerprints=read.fingerprint.values,
        shingle_count=read.fingerprint.shingle_count,
        backfill=all(row.backfill for row in rows),
        archived_in=where,
        **tag_fields(read.topics),
        **mention_fields(read.mentions),
    )
    return fresh if known is None else _revised(fresh, known, now)


def stored_claims(article: StoredArticle) -> list[StoredClaim]:
    """An article's claims as documents of their own."""
    return [
        StoredClaim(
            claim_key=f"{article.article_key}-{number}",
            article_key=article.article_key,
            story_key=article.story_key,
            url=article.url,
            publisher=article.publisher,
            family=article.family,
            language=article.language,
            sort_at=article.sort_at,
            first_seen_at=article.first_seen_at,
            low=claim.low,
            high=claim.high,
            approximate=claim.approximate,
            unit=claim.unit,
            event=claim.event,
            source=claim.source,
            certainty=claim.certainty,
            role=claim.role,
            period=claim.period,
            field=claim.evidence.field,
            start=claim.evidence.start,
            end=claim.evidence.end,
            evidence_text=claim.evidence.text,
        )
        for number, claim in enumerate(article.claims)
    ]


def _published(read: Reading, row: LedgerEntry, now: datetime) -> tuple[datetime | None, str | None]:
    found = read.article.published
    if found is not None and found.at <= now + CLOCK_SKEW:
        return found.at.astimezone(UTC), found.source
    if row.published_at is not None:
        return row.published_at, row.published_from or "feed"
    return None, None


def _revised(fresh: StoredArticle, known: StoredArticle, now: datetime) -> StoredArticle:
    if fresh.text_hash == known.text_hash and fresh.title == known.title:
        return fresh
    earlier = Revision(
        text_hash=known.text_hash,
        title=known.title,
        replaced_at=now,
        changes=what_changed(known.title, known.text, fresh.title, fresh.text),
    )
    return replace(
        fresh,
        revisions=(*known.revisions, earlier),
        story_key=known.story_key,
        story_title=known.story_title,
        near_duplicate_of=known.near_duplicate_of,
        duplicate_kind=known.duplicate_kind,
        is_representative=known.is_representative,
        independent_reports=known.independent_reports,
        conflicts=known.conflicts,
        clustered_at=None,
        backfill=False,
    )
