"""What changed in a story since a reader was told of it, in sentences; and whether that is worth telling.

Decides only. Every sentence names the publisher or shows the words it rests on.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal
from zoneinfo import ZoneInfo

from extractors.records import Claim
from wirewatch.excerpts import quoted
from wirewatch.records import StoredArticle, Story
from wirewatch.stories.conflicts import conflicts, stances

# One source becoming two is what "single source" made the reader wait for; from there each step is about half as
# many again or more, so that a big story comes back a handful of times and not with every reprint.
REPORT_STEPS = (2, 3, 5, 10, 20, 50)

# Figures that differ by less are the same figure told another way ("about 1,500", "1,520").
MATERIAL_DIFFERENCE = 0.10

_MOST_FIGURES, _MOST_TEXTS = 3, 3
_DAYS_BY_NAME = timedelta(days=6)
_LONGEST_FIGURE = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """What a reader knows of a story: its revision, its independent reports then (0: never shown), and since when."""

    revision: int
    reports: int
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """What is worth telling, and the articles that brought it."""

    kind: Literal["update", "corroborated"]
    sentences: tuple[str, ...]
    articles: tuple[StoredArticle, ...]


def changes_since(
    told: Told, story: Story, articles: Sequence[StoredArticle], zone: ZoneInfo
) -> Change | None:
    """The material changes since the reader was told, or None when there is nothing worth telling."""
    fresh = [article for article in articles if _arrived(article) > told.at]
    known = [article for article in articles if _arrived(article) <= told.at]
    since = f"since {when(told.at, story.changed_at, zone)}"
    reports = _reports(told.reports, story.independent_reports, since)
    others = [
        *_stances(fresh, known),
        *_topics(fresh, known),
        *_disagreement(story, fresh, known),
        *_figures(fresh, known),
        *_corrections(articles, told.at),
    ]
    fewer = reports is not None and story.independent_reports < told.reports
    sentences = ([reports] if reports else []) + others
    if not sentences:
        return None
    return Change(
        kind="update" if others or fewer else "corroborated",
        sentences=tuple(sentences),
        articles=tuple(article for article in fresh if article.near_duplicate_of is None),
    )


def when(at: datetime, now: datetime, zone: ZoneInfo) -> str:
    """A past instant as the reader would say it: "14:05", "Tuesday", "3 November", "3 November 2025"."""
    local, today = at.astimezone(zone), now.astimezone(zone)
    if local.date() == today.date():
        return f"{local:%H:%M}"
    if today - local < _DAYS_BY_NAME:
        return f"{local:%A}"
    year = "" if local.year == today.year else f" {local.year}"
    return f"{local.day} {local:%B}{year}"


def _arrived(article: StoredArticle) -> datetime:
    return article.clustered_at or article.indexed_at


def _reports(before: int, now: int, since: str) -> str | None:
    if now > before and any(before < step <= now for step in REPORT_STEPS):
        return f"+{now - before} independent report{'s' if now - before > 1 else ''} {since}"
    if now < before and any(now < step <= before for step in REPORT_STEPS):
        return f"counted as {now} independent report{'s' if now > 1 else ''} now, as {before} before"
    return None


def _stances(fresh: Sequence[StoredArticle], known: Sequence[StoredArticle]) -> list[str]:
    """A denial or a correction, where there was none before."""
    found = []
    for word, takes in (("denied", _denies), ("corrected", _corrects)):
        if not any(takes(article) for article in known):
            names = list(dict.fromkeys(article.publisher for article in fresh if takes(article)))
            found += [f"{word}, as {_listed(names)} report{'s' if len(names) == 1 else ''}"] if names else []
    return found


def _denies(article: StoredArticle) -> bool:
    return "denial" in stances([article]) or any(
        claim.certainty == "denied" and claim.role == "current" for claim in article.claims
    )


def _corrects(article: StoredArticle) -> bool:
    return "correction" in stances([article])


def _disagreement(story: Story, fresh: Sequence[StoredArticle], known: Sequence[StoredArticle]) -> list[str]:
    """That reports contradict one another now; the story's conflicts say in what."""
    before = conflicts([article for article in known if article.near_duplicate_of is None])
    return ["reports differ now"] if fresh and known and story.conflicts and not before else []


def _topics(fresh: Sequence[StoredArticle], known: Sequence[StoredArticle]) -> list[str]:
    before = {topic for article in known for topic in article.topics_all}
    # Only what an article is mainly about: a passing mention is no news about the story.
    after = dict.fromkeys(topic for article in fresh for topic in article.topics_primary)
    new = [topic.replace("_", " ") for topic in after if topic not in before]
    return [f"now also about {_listed(new)}"] if new and known else []


def _figures(fresh: Sequence[StoredArticle], known: Sequence[StoredArticle]) -> list[str]:
    before = [claim for article in known for claim in article.claims if _counts(claim)]
    found: dict[str, str] = {}
    told: list[Claim] = []
    for article in fresh:
        for claim in article.claims:
            same = [other for other in before if (other.event, other.unit) == (claim.event, claim.unit)]
            news = same and all(_differs(claim, other) for other in [*same, *_of(told, claim)])
            if _counts(claim) and news:
                told.append(claim)
                old = quoted(same[-1].evidence.text, _LONGEST_FIGURE)
                words = quoted(claim.evidence.text, _LONGEST_FIGURE)
                found.setdefault(words, f"new figure in {article.publisher}: {words}; before: {old}")
    return list(found.values())[:_MOST_FIGURES]


def _of(claims: Sequence[Claim], like: Claim) -> list[Claim]:
    return [claim for claim in claims if (claim.event, claim.unit) == (like.event, like.unit)]


def _counts(claim: Claim) -> bool:
    stated = claim.low is not None or claim.high is not None
    return stated and claim.event is not None and claim.role == "current" and claim.certainty != "forecast"


def _differs(one: Claim, other: Claim) -> bool:
    return _apart(one.low, other.low) or _apart(one.high, other.high)


def _apart(one: float | None, other: float | None) -> bool:
    if one is None or other is None:
        return one is not other
    return abs(one - other) > MATERIAL_DIFFERENCE * max(abs(one), abs(other))


def _corrections(articles: Sequence[StoredArticle], at: datetime) -> list[str]:
    found = []
    for article in articles:
        changes = [
            change
            for revision in article.revisions
            if revision.replaced_at > at
            for change in revision.changes
        ]
        if changes:
            found.append(f"{article.publisher} changed its text: {'; '.join(dict.fromkeys(changes))}")
    return found[:_MOST_TEXTS]


def _listed(names: Sequence[str]) -> str:
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"
