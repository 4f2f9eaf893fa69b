"""Deciding articles anew that have their places: around a batch, and where an analyst took a correction back.

Stories must not depend on which article came first. Within a batch they do not; so when a batch is the last of its
run, what surrounds it is decided along with it, as if all of it had come at once.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import replace
from typing import TYPE_CHECKING

from wirewatch.clustering.board import ASKED_TERMS
from wirewatch.clustering.generation import FOUNDING, Drawn, Generation, Redrawn
from wirewatch.clustering.outcome import Outcome
from wirewatch.clustering.store import Placed, Wanted
from wirewatch.stories.assignment import ALIKE, STORY_WINDOW, Profile, profile_of
from wirewatch.stories.likeness import TermCounts, bag_of, heaviest, likeness
from wirewatch.stories.reports import order

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from wirewatch.clustering.writer import Writer
    from wirewatch.records import StoredArticle

# So many articles at most are decided anew with a batch, itself included: one batch's work again. As long as the articles
# of the open window are no more, the stories are the same for every order of arrival.
SETTLED = 500
# Where there are more, a late article draws in the stories that it is at least half as like as it takes to join.
NEAR = 0.5


def around(writer: Writer, batch: Sequence[StoredArticle], most: int = SETTLED) -> list[StoredArticle]:
    """The placed articles to be decided anew with a batch that is in order."""
    keys = {article.article_key for article in batch}
    known = sum(article.story_key is not None for article in batch)
    left = most - len(batch) + known
    placed = writer.store.placed_since(batch[0].sort_at - STORY_WINDOW, left) if left >= 0 else None
    stories = _near_late(writer, batch, most) if placed is None else {each.story_key for each in placed}
    stories.update(article.story_key for article in batch if article.story_key is not None)
    scope = [each.article_key for each in writer.store.placed_in(stories) if each.article_key not in keys]
    return writer.store.articles_by_key(scope) if 0 < len(scope) <= 2 * most else []


def _near_late(writer: Writer, batch: Sequence[StoredArticle], most: int) -> set[str]:
    """The stories around articles that come after later ones, nearest first, up to so many articles."""
    if writer.store.placed_since(batch[0].sort_at, 0) is not None:
        return set()  # nothing in the store is later than anything in the batch
    bags = {
        article.article_key: bag_of(article.title, article.text, article.entities)
        for article in batch
        if article.story_key is None
    }
    vectors = {key: vector for key, vector in writer.vectors(bags).items() if vector}
    at = {article.article_key: article.sort_at for article in batch}
    found = writer.store.profiles_like({
        key: Wanted(terms=tuple((term, vector[term]) for term in heaviest(vector, ASKED_TERMS)), at=at[key])
        for key, vector in vectors.items()
    })  # fmt: skip
    scores: dict[tuple[str, int], float] = {}
    for key, profiles in found.items():
        for profile in profiles:
            score = likeness(vectors[key], profile.total, profile.members)
            if profile.last_at > at[key] and score >= NEAR * ALIKE:
                which = (profile.story_key, profile.members)
                scores[which] = max(score, scores.get(which, 0.0))
    stories: set[str] = set()
    for story, members in sorted(scores, key=lambda which: (-scores[which], which)):
        most -= members
        if most < 0:
            break
        stories.add(story)
    return stories


def decide_anew(
    writer: Writer,
    batch: Sequence[StoredArticle],
    scope: Sequence[StoredArticle],
    *,
    former: Mapping[str, str] | None = None,
) -> Outcome:
    """The stories of a scope and a batch, decided as if all of it had come at once.

    `former` are the stories that readers know articles in: what is told there does not leave by a hair.
    """
    stored = {article.article_key: article for article in (*scope, *batch)}
    counted = [
        each for each in stored.values() if each.story_key is not None and each.near_duplicate_of is None
    ]
    originals = {each.article_key for each in counted}
    generation = Generation(
        store=writer.store,
        scope={each.article_key: placed(each) for each in stored.values() if each.story_key is not None},
        terms=_without(writer.terms, counted),
    )
    inner = writer.over(generation, FOUNDING, former)
    board = inner.place(sorted(map(unplaced, stored.values()), key=order))
    generation.absorb(board, originals)
    writer.terms = inner.terms
    writer.furniture = inner.furniture
    redrawn = generation.redraw(frozenset(article.article_key for article in batch))
    outcome = outcome_of(writer, generation, redrawn, stored, batch)
    return replace(outcome, terms=generation.counted(stored), furniture=board.copies.learned, batch=batch)


def outcome_of(
    writer: Writer,
    generation: Generation,
    redrawn: Redrawn,
    stored: Mapping[str, StoredArticle],
    batch: Sequence[StoredArticle] = (),
) -> Outcome:
    """Redrawn stories with their articles; those that are not in `stored` are looked up."""
    missing = {key for each in redrawn.stories for key in each.articles}.difference(stored)
    if missing:
        old = {placed.story_key for key, placed in generation.scope.items() if key in missing}
        old |= {each.story_key for each in redrawn.stories}
        old |= {each.parent for each in redrawn.stories if each.parent}
        members = writer.store.members(old)
        stored = {**{each.article_key: each for all_ in members.values() for each in all_}, **stored}
    arrived = {article.article_key for article in batch}
    profiles = {}
    for each in redrawn.stories:
        profile = generation.profile(each)
        if profile is None:
            stands = [key for key in each.articles if _stands_alone(stored[key], generation)]
            profile = profile_from(writer, each.story_key, stands)
        if profile is not None:
            profiles[each.story_key] = profile
    return Outcome(
        members={
            each.story_key: [_decided(stored[key], generation) for key in sorted(each.articles)]
            for each in redrawn.stories
        },
        before=stored,
        merged=redrawn.merged,
        profiles=profiles,
        story_terms={each.story_key: generation.shown.get(each.working_key, ()) for each in redrawn.stories},
        parents={each.story_key: each.parent for each in redrawn.stories if each.parent and not each.held},
        news=frozenset(each.story_key for each in redrawn.stories if not arrived.isdisjoint(each.articles)),
        revised=_revised(redrawn.stories, redrawn.merged, batch),
    )


def profile_from(writer: Writer, story_key: str, keys: Iterable[str]) -> Profile | None:
    """A story's profile made from its originals, by what is known of words now."""
    profile: Profile | None = None
    originals = sorted(writer.store.articles_by_key(keys), key=order)
    bags = {each.article_key: bag_of(each.title, each.text, each.entities) for each in originals}
    vectors = writer.vectors(bags)
    for article in originals:
        key, house = article.article_key, article.family or article.publisher
        if profile is None:
            profile = profile_of(
                story_key, vectors[key], article.sort_at, title_only=bags[key].title_only, house=house
            )
        elif article.type == "news":
            profile = profile.with_article(
                vectors[key], article.sort_at, title_only=bags[key].title_only, house=house
            )
    return profile


def unplaced(article: StoredArticle) -> StoredArticle:
    """The article as if it had never been placed."""
    return replace(article, story_key=None, near_duplicate_of=None, duplicate_kind=None)


def placed(article: StoredArticle) -> Placed:
    """Where a stored article stands."""
    return Placed(
        article_key=article.article_key,
        story_key=article.story_key or "",
        sort_at=article.sort_at,
        near_duplicate_of=article.near_duplicate_of,
    )


def _decided(article: StoredArticle, generation: Generation) -> StoredArticle:
    if article.article_key not in generation.copies:
        return article
    of_key, kind = generation.copies[article.article_key]
    return replace(article, near_duplicate_of=of_key, duplicate_kind=kind)


def _stands_alone(article: StoredArticle, generation: Generation) -> bool:
    return _decided(article, generation).near_duplicate_of is None


def _without(terms: TermCounts, articles: Iterable[StoredArticle]) -> TermCounts:
    """Word counts without these articles; nothing falls below none."""
    left = TermCounts(articles=terms.articles, counts=terms.counts.copy())
    for article in articles:
        left.take_out(bag_of(article.title, article.text, article.entities))
    return TermCounts(articles=max(left.articles, 0), counts=+left.counts)


def _revised(
    stories: Sequence[Drawn], merged: Mapping[str, str], batch: Sequence[StoredArticle]
) -> frozenset[str]:
    """Stories in which an article says something else now, or that took another in as something arrived."""
    from wirewatch.clustering.writer import was_revised

    changed = {article.article_key for article in batch if was_revised(article)}
    arrived = {article.article_key for article in batch}
    taken_in: defaultdict[str, int] = defaultdict(int)
    for home in merged.values():
        taken_in[home] += 1
    return frozenset(
        each.story_key
        for each in stories
        if not changed.isdisjoint(each.articles)
        or (taken_in[each.story_key] and not arrived.isdisjoint(each.articles))
    )
