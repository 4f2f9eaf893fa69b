"""What was decided about stories, however it was decided, made into the change that is written.

A batch placed onward, a scope decided anew and a correction of an analyst's all end here: articles by story go in, told
stories and the fields that change come out.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from hashlib import sha256
from typing import TYPE_CHECKING, Any

from wirewatch.clustering.store import Change
from wirewatch.records import StoredArticle, Story
from wirewatch.stories.telling import Told, tell

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from datetime import datetime

    from wirewatch.stories.assignment import Profile
    from wirewatch.stories.likeness import TermCounts


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """Every story that changes, with all its articles as decided.

    `news` are the stories that changed because something arrived or an analyst decided it; the others were only decided
    anew, and nobody is told of that. `revised` are those that changed in substance whatever their articles say.
    """

    members: Mapping[str, Sequence[StoredArticle]]
    before: Mapping[str, StoredArticle]  # the articles as stored
    batch: Sequence[StoredArticle] = ()  # those that had no place yet
    merged: Mapping[str, str] = field(
        default_factory=dict
    )  # story that is no more -> where its articles went
    profiles: Mapping[str, Profile] = field(default_factory=dict)
    terms: Mapping[str, TermCounts] = field(default_factory=dict)
    furniture: frozenset[str] = frozenset()
    story_terms: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    parents: Mapping[str, str] = field(default_factory=dict)  # new story -> the one most of it came from
    news: frozenset[str] = frozenset()
    revised: frozenset[str] = frozenset()
    ruled: tuple[str, ...] | None = None

    def asked(self) -> set[str]:
        """The stories that have to be known as they were told last."""
        return {*self.members, *self.merged, *self.parents.values()}


def change_of(outcome: Outcome, befores: Mapping[str, Story], now: datetime) -> Change:
    """The change that makes the stored stories what was decided; `befores` are those of `asked`, as stored."""
    keys = sorted(outcome.members)
    fields: dict[str, dict[str, Any]] = {}
    stories = []
    for key in keys:
        told = _tell(key, outcome, befores, now)
        stories.append(told.story)
        for article in outcome.members[key]:
            stored = outcome.before[article.article_key]
            place = _place(article, told)
            changed = {name: value for name, value in place.items() if value != getattr(stored, name)}
            if changed:
                fields[article.article_key] = changed
    for article in outcome.batch:
        fields.setdefault(article.article_key, {})["clustered_at"] = now.isoformat()
    redirects = _redirects(befores, outcome.merged, keys)
    named = [f"{a.article_key}{a.text_hash}" for a in outcome.batch] or [*keys, *outcome.merged, str(now)]
    return Change(
        batch_key=sha256("|".join(named).encode()).hexdigest()[:32],
        articles=fields,
        texts={article.article_key: article.text_hash for article in outcome.batch},
        stories=(*stories, *redirects),
        profiles=tuple(outcome.profiles[key] for key in keys if key in outcome.profiles),
        closed=tuple(sorted(set(outcome.merged).difference(keys))),
        furniture=outcome.furniture,
        terms=dict(outcome.terms),
        ruled=outcome.ruled,
    )


def _place(article: StoredArticle, told: Told) -> dict[str, Any]:
    """What the writer decides of an article; of these fields, what differs from the stored article is written."""
    return {
        "near_duplicate_of": article.near_duplicate_of,
        "duplicate_kind": article.duplicate_kind,
        "story_key": told.story.story_key,
        "story_title": told.story.title,
        "is_representative": article.article_key == told.representative,
        "lag_minutes": told.lags[article.article_key],
        "independent_reports": told.story.independent_reports,
        "conflicts": told.story.conflicts,
    }


def _tell(key: str, outcome: Outcome, befores: Mapping[str, Story], now: datetime) -> Told:
    before = befores.get(key)
    told = tell(
        key,
        outcome.members[key],
        before=before,
        terms=outcome.story_terms.get(key) or (before.terms if before else ()),
        now=now,
        revised=key in outcome.revised,
    )
    if key in outcome.news:
        return told
    origin = before or befores.get(outcome.parents.get(key, ""))
    if origin is None:
        return told
    return replace(told, story=_unannounced(told.story, origin, before, befores, outcome))


def _unannounced(
    story: Story, origin: Story, before: Story | None, befores: Mapping[str, Story], outcome: Outcome
) -> Story:
    """A story that was only decided anew: no reader is told again, unless figures contradict each other only now.

    Its reports, figures and topics were all there before, in this story or another, and are told from there. What one
    that it took in has not told to everybody yet, it tells in its place: it changed when that one did.
    """
    joined = [
        befores[old] for old, new in outcome.merged.items() if new == story.story_key and old in befores
    ]
    known = {conflict for source in (origin, *joined) for conflict in source.conflicts}
    if set(story.conflicts) - known:
        return story
    changed_at = max(source.changed_at for source in (origin, *joined))
    revision = before.revision if before is not None else 1
    return replace(story, changed_at=changed_at, revision=revision + (changed_at > origin.changed_at))


def _redirects(
    befores: Mapping[str, Story], merged: Mapping[str, str], keys: Sequence[str]
) -> Iterable[Story]:
    """Stories that went, as they were told last: one that comes about again goes on from there."""
    for key, home in sorted(merged.items()):
        story = befores.get(key)
        if story is not None and key not in keys:
            yield replace(story, merged_into=home)
