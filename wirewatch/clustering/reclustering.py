"""The stories of a time decided anew, beside those that stand; then what differs takes its place, part by part.

Deciding writes nothing: a dry run ends there. Taking the place is a change a part, each journaled like any batch, each
holding every story that exchanges articles with another of it; so a reader finds every article in one story at any time.
The decision depends on the stored articles alone: cut off at any point, a second run finds the parts that are done to be
as decided and goes on with the others.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Literal

from wirewatch.clustering.anew import outcome_of, unplaced
from wirewatch.clustering.generation import FOUNDING, Drawn, Generation, Redrawn
from wirewatch.clustering.store import Change, Placed, Store
from wirewatch.clustering.writer import BATCH, Writer
from wirewatch.records import Story
from wirewatch.stories.reports import order
from wirewatch.stories.rulings import rulings

What = Literal["new", "changed", "merged"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """What a re-clustering makes of one story.

    new: it came about, most of it out of `other`. changed: it keeps its key; articles `came` and `went`, or only what
    is a copy of what changed. merged: it is no more and redirects to `other`. The numbers are of articles and of
    independent reports, before and after.
    """

    what: What
    story_key: str
    title: str
    title_before: str | None = None
    other: str | None = None
    articles: tuple[int, int]
    independent_reports: tuple[int, int]
    came: tuple[str, ...] = ()
    went: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """Stories that exchange articles among themselves, what becomes of them, and the change that does it."""

    differences: tuple[Difference, ...]
    change: Change


@dataclass(frozen=True, slots=True, kw_only=True)
class Reclustering:
    """What was decided. `parts` makes the changes one after the other; each is written, or not, before the next."""

    articles: int
    kept: int  # stories that stay exactly as they are
    redrawn: Redrawn
    parts: Iterator[Part]


def recluster(
    store: Store, *, since: datetime, now: datetime, say: Callable[[str], None], batch: int = BATCH
) -> Reclustering:
    """Decide every article of `since` and later anew, with all others of their stories."""
    since = since.replace(hour=0, minute=0, second=0, microsecond=0)  # word counts are kept by the day
    writer = Writer(store, now, rulings(store.corrections()))
    placed = store.placed_since(since) or []
    scope = store.placed_in({each.story_key for each in placed})
    generation = Generation(
        store=store,
        scope={each.article_key: each for each in scope},
        terms=store.term_counts(since),
    )
    originals = {each.article_key for each in scope if each.near_duplicate_of is None}
    inner = writer.over(generation, FOUNDING)
    for start in range(0, len(scope), batch):
        keys = [each.article_key for each in scope[start : start + batch]]
        articles = sorted(map(unplaced, store.articles_by_key(keys)), key=order)
        if articles:
            generation.close(articles[0].sort_at)
            generation.absorb(inner.place(articles), originals)
        say(f"{min(start + batch, len(scope))} of {len(scope)} articles decided anew")
    redrawn = generation.redraw()
    return Reclustering(
        articles=len(scope),
        kept=redrawn.kept,
        redrawn=redrawn,
        parts=_parts(writer, generation, redrawn, batch),
    )


def _parts(writer: Writer, generation: Generation, redrawn: Redrawn, size: int) -> Iterator[Part]:
    for part in _packed(redrawn, generation.scope, size):
        outcome = outcome_of(writer, generation, part, {})
        articles = {key for each in part.stories for key in each.articles}
        outcome = replace(outcome, terms=generation.counted(articles))
        before = writer.store.stories(outcome.asked())
        change = writer.written(outcome)
        yield Part(differences=tuple(_differences(part, before, change)), change=change)


def _packed(redrawn: Redrawn, scope: Mapping[str, Placed], size: int) -> Iterator[Redrawn]:
    """Stories that exchange articles in one part; parts of about `size` articles."""
    full: list[Drawn] = []
    for group in _exchanging(redrawn.stories, scope):
        full += group
        if sum(len(each.articles) for each in full) >= size:
            yield _part(full, redrawn)
            full = []
    if full:
        yield _part(full, redrawn)


def _exchanging(stories: Sequence[Drawn], scope: Mapping[str, Placed]) -> Iterable[list[Drawn]]:
    """Stories grouped so that no article goes from one group to another."""
    parent: dict[str, str] = {}

    def root(key: str) -> str:
        while parent.setdefault(key, key) != key:
            key = parent[key]
        return key

    for each in stories:
        for key in each.articles:
            if key in scope:
                first, second = sorted((root(each.story_key), root(scope[key].story_key)))
                parent[second] = first
    groups: defaultdict[str, list[Drawn]] = defaultdict(list)
    for each in stories:
        groups[root(each.story_key)].append(each)
    return groups.values()


def _part(stories: Sequence[Drawn], redrawn: Redrawn) -> Redrawn:
    keys = {each.story_key for each in stories}
    merged = {old: new for old, new in redrawn.merged.items() if new in keys}
    return Redrawn(stories=tuple(stories), merged=merged, kept=0)


def _differences(part: Redrawn, before: Mapping[str, Story], change: Change) -> Iterable[Difference]:
    after = {story.story_key: story for story in change.stories}
    for each in part.stories:
        told, known = after[each.story_key], before.get(each.story_key)
        yield Difference(
            what="changed" if each.held else "new",
            story_key=each.story_key,
            title=told.title,
            title_before=known.title if known and each.held and known.title != told.title else None,
            other=None if each.held else each.parent,
            articles=(len(each.held), len(each.articles)),
            independent_reports=(
                known.independent_reports if known and each.held else 0,
                told.independent_reports,
            ),
            came=tuple(sorted(each.articles - each.held)),
            went=tuple(sorted(each.held - each.articles)),
        )
    for old, new in sorted(part.merged.items()):
        if old in before:
            yield Difference(
                what="merged",
                story_key=old,
                title=before[old].title,
                other=new,
                articles=(len(before[old].articles), 0),
                independent_reports=(before[old].independent_reports, 0),
                went=before[old].articles,
            )
