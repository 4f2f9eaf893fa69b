"""A story as it is told: from its articles, its title, first reporter, reports, conflicts and revision.

Everything is computed anew from the articles; only the key, the first revision's time and the count of revisions come
from before.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from wirewatch.records import StoredArticle, Story
from wirewatch.stories.conflicts import conflicts, stances
from wirewatch.stories.reports import independent_reports, order

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import datetime

    from extractors.records import Claim

# Bounds of what one document carries.
MOST_CLAIMS = 60
MOST_ENTITIES = 30
MOST_PLACES = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """A story, and what its articles say of their place in it: (key, fields) for each."""

    story: Story
    representative: str
    lags: dict[str, int]


def tell(
    story_key: str,
    articles: Sequence[StoredArticle],
    *,
    before: Story | None,
    terms: Iterable[str],
    now: datetime,
    revised: bool = False,
) -> Told:
    """The story of these articles; `before` is how it was told last, `revised` that one changed in substance."""
    ordered = sorted(articles, key=order)
    speaker = representative(ordered)
    originals = [article for article in ordered if article.near_duplicate_of is None]
    reports = independent_reports(ordered)
    first = ordered[0]
    story = Story(
        story_key=story_key,
        title=speaker.title,
        language=speaker.language,
        articles=tuple(article.article_key for article in ordered),
        urls=tuple(article.url for article in ordered),
        copies=len(ordered) - len(originals),
        publishers=tuple(dict.fromkeys(article.publisher for article in ordered)),
        families=tuple(dict.fromkeys(article.family for article in ordered if article.family)),
        languages=tuple(dict.fromkeys(article.language for article in ordered if article.language)),
        independent_reports=len(reports),
        reports=reports,
        first_publisher=first.publisher,
        topics_primary=_united(article.topics_primary for article in originals),
        topics_all=_united(article.topics_all for article in ordered),
        entities=_frequent((article.entities for article in originals), MOST_ENTITIES),
        places=_frequent((article.places for article in originals), MOST_PLACES),
        claims=_claims(originals),
        conflicts=conflicts(originals),
        stances=stances(ordered),
        terms=tuple(terms),
        first_seen_at=min(
            [article.first_seen_at for article in ordered] + ([before.first_seen_at] if before else [])
        ),
        last_seen_at=max(article.first_seen_at for article in ordered),
        first_published_at=min((a.published_at for a in ordered if a.published_at), default=None),
        changed_at=now,
        backfill=all(article.backfill for article in ordered),
    )
    if before is not None:
        changed = revised or materially_different(before, story)
        story = replace(
            story,
            revision=before.revision + changed,
            changed_at=now if changed else before.changed_at,
        )
    lags = {a.article_key: int((a.sort_at - first.sort_at).total_seconds() // 60) for a in ordered}
    return Told(story=story, representative=speaker.article_key, lags=lags)


def representative(ordered: Sequence[StoredArticle]) -> StoredArticle:
    """The article whose headline stands for the story: the earliest original news text that is open to read."""

    def rank(article: StoredArticle) -> tuple[object, ...]:
        return (
            article.near_duplicate_of is not None,
            article.type != "news",
            bool(article.farm_signals),
            article.access != "open",
            *order(article),
        )

    return min(ordered, key=rank)


def materially_different(before: Story, after: Story) -> bool:
    """Whether a reader of the story as told before would want to know: a mere further copy changes nothing."""

    def substance(story: Story) -> tuple[object, ...]:
        return (
            story.independent_reports,
            sorted(story.topics_primary),
            story.conflicts,
            story.stances,
            sorted(
                {(claim.event or "", claim.unit, claim.low, claim.high) for claim in story.claims}, key=str
            ),
        )

    return substance(before) != substance(after)


def _united(parts: Iterable[tuple[str, ...]]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(item for part in parts for item in part))


def _frequent(parts: Iterable[tuple[str, ...]], most: int) -> tuple[str, ...]:
    counts = Counter(item for part in parts for item in dict.fromkeys(part))
    return tuple(sorted(counts, key=lambda item: (-counts[item], item))[:most])


def _claims(originals: Sequence[StoredArticle]) -> tuple[Claim, ...]:
    """The claims of the originals, each figure of each source once, newest article first."""
    kept: dict[tuple[object, ...], Claim] = {}
    for article in reversed(originals):
        for claim in article.claims:
            key = (
                claim.event,
                claim.unit,
                claim.low,
                claim.high,
                claim.source or article.publisher,
                claim.certainty,
            )
            kept.setdefault(key, claim)
    return tuple(kept.values())[:MOST_CLAIMS]
