"""What analysts decided on stories, applied to the stories that stand.

A new correction is applied as it is said and to nothing else: articles move, all others stay. A correction that was
taken back leaves the articles it spoke of to the machine, which decides them anew under the corrections that remain.
"""

from __future__ import annotations

import logging
from collections import defaultdict
from dataclasses import replace
from typing import TYPE_CHECKING

from wirewatch.clustering.anew import decide_anew, profile_from
from wirewatch.clustering.board import story_key_for
from wirewatch.clustering.outcome import Outcome
from wirewatch.stories.rulings import rulings

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from wirewatch.clustering.store import Change
    from wirewatch.clustering.writer import Writer
    from wirewatch.corrections import Correction
    from wirewatch.records import StoredArticle, Story
    from wirewatch.stories.rulings import Rulings

log = logging.getLogger(__name__)


def rule(writer: Writer) -> Iterator[Change]:
    """Have the writer follow the corrections that there are; the changes to stories that were not made yet.

    Each change is to be written before the next one is asked for.
    """
    corrections = writer.store.corrections()
    writer.rulings = rulings(corrections)
    ruled = writer.store.ruled()
    active = {each.correction_key for each in writer.rulings.corrections}
    fresh = [each for each in reversed(writer.rulings.corrections) if each.correction_key not in ruled]
    gone = [each for each in corrections if each.correction_key in ruled - active]
    if fresh or gone:
        writer.counts["corrections"] = len(fresh) + len(gone)
        for warning in writer.rulings.warnings:
            log.warning("%s", warning)
    if fresh:
        known = tuple(sorted(ruled | {each.correction_key for each in fresh}))
        yield writer.written(replace(_applied(writer, fresh), ruled=known))
    if gone:
        yield writer.written(replace(_undone(writer, gone), ruled=tuple(sorted(active))))


def _applied(writer: Writer, fresh: Sequence[Correction]) -> Outcome:
    spoken_of = {key for each in fresh for key in (*each.articles, *each.others)}
    stories = {
        one.group for one in writer.store.comparables(spoken_of).values() if one.group not in spoken_of
    }
    stored = {each.article_key: each for all_ in writer.store.members(stories).values() for each in all_}
    told = writer.store.stories(stories)
    where = {key: article.story_key or "" for key, article in stored.items()}
    # What contradicts each other is settled in the rulings; apart first, so that nobody stands in a merge's way.
    for each in fresh:
        if each.kind == "split":
            _split(each, where, writer.rulings)
    for each in fresh:
        if each.kind == "merge":
            _merge(each, where, writer.rulings, told)
    return _moved(writer, stored, where)


def _split(correction: Correction, where: dict[str, str], ruled: Rulings) -> None:
    """The articles leave the stories that hold what they must not be with."""
    leaving = [key for key in correction.articles if key in where]
    own = story_key_for(correction.correction_key, "split")
    for key in leaving:
        strangers = ruled.apart(key)
        if any(where.get(other) == where[key] for other in strangers):
            for mate in ruled.together(key):
                if mate in where:
                    where[mate] = own


def _merge(correction: Correction, where: dict[str, str], ruled: Rulings, told: Mapping[str, Story]) -> None:
    """The stories of articles that belong together become the oldest of them, as far as nothing keeps them apart."""
    for key in (*correction.articles, *correction.others):
        stories = {where[mate] for mate in ruled.together(key) if mate in where}
        if len(stories) < 2:
            continue
        home, *others = sorted(stories, key=lambda story: _age(story, told))
        for other in others:
            if not ruled.groups_apart(_groups(home, where, ruled), _groups(other, where, ruled)):
                where.update({article: home for article, story in where.items() if story == other})


def _age(story: str, told: Mapping[str, Story]) -> tuple[bool, str, str]:
    known = told.get(story)
    return known is None, known.first_seen_at.isoformat() if known else "", story


def _groups(story: str, where: Mapping[str, str], ruled: Rulings) -> set[str]:
    return {group for key, at in where.items() if at == story and (group := ruled.group(key)) is not None}


def _moved(writer: Writer, stored: Mapping[str, StoredArticle], where: Mapping[str, str]) -> Outcome:
    """Articles in their new stories. A copy whose original is elsewhere now stands for itself."""
    touched = {
        story
        for key, article in stored.items()
        if where[key] != article.story_key
        for story in (where[key], article.story_key)
    }
    members: defaultdict[str, list[StoredArticle]] = defaultdict(list)
    for key, article in sorted(stored.items()):
        if where[key] in touched:
            original = article.near_duplicate_of
            away = original is not None and where.get(original, where[key]) != where[key]
            members[where[key]].append(
                replace(article, near_duplicate_of=None, duplicate_kind=None) if away else article
            )
    merged = {}
    for key, article in sorted(stored.items()):
        old = article.story_key or ""
        if old in touched and old not in members:
            merged[old] = where[key]
    profiles = {}
    for story, articles in members.items():
        profile = profile_from(
            writer, story, [each.article_key for each in articles if each.near_duplicate_of is None]
        )
        if profile is not None:
            profiles[story] = profile
    return Outcome(members=members, before=stored, merged=merged, profiles=profiles, news=frozenset(members))


def _undone(writer: Writer, gone: Sequence[Correction]) -> Outcome:
    spoken_of = {key for each in gone for key in (*each.articles, *each.others)}
    stories = {
        one.group for one in writer.store.comparables(spoken_of).values() if one.group not in spoken_of
    }
    keys = [each.article_key for each in writer.store.placed_in(stories)]
    scope = writer.store.articles_by_key(keys)
    if not scope:
        return Outcome(members={}, before={})
    outcome = decide_anew(writer, (), scope)
    return replace(outcome, news=frozenset(outcome.members))
