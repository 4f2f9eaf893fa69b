"""The stories of a scope decided anew, beside those that stand: a generation.

A `Generation` answers like the store, but the articles of its scope have no place in it until it has placed them. What
comes out is matched with the stories that stand (`stories.lineage`), so that keys stay; only what differs is handed on.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from wirewatch.clustering.board import Board, day_of, shown_terms, story_key_for
from wirewatch.clustering.store import Extent
from wirewatch.stories.assignment import STORY_WINDOW, Profile
from wirewatch.stories.likeness import Bag, TermCounts, bag_of
from wirewatch.stories.lineage import Before, inherit

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from collections.abc import Set as AbstractSet
    from datetime import datetime

    from wirewatch.clustering.store import Placed, Store, Wanted
    from wirewatch.records import StoredArticle
    from wirewatch.stories.copies import Comparable

# Stories of the generation looked at for one article, as many as the store gives.
MOST_STORIES = 20
# Keys of stories while they are being decided; none of them is ever stored.
FOUNDING = "anew"


@dataclass(frozen=True, slots=True, kw_only=True)
class Drawn:
    """A story as decided anew: what it holds and what it held under this key, and where most of it came from."""

    story_key: str
    working_key: str
    articles: frozenset[str]
    held: frozenset[str]
    parent: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Redrawn:
    """What differs from the stories that stand: stories that changed, and keys that redirect from now on."""

    stories: tuple[Drawn, ...]
    merged: dict[str, str]
    kept: int  # stories that stay as they are


@dataclass(slots=True)
class Generation:
    """The store as if the articles of a scope had not been placed. `terms` are the word counts without them."""

    store: Store
    scope: Mapping[str, Placed]
    terms: TermCounts
    placed: dict[str, str] = field(default_factory=dict)  # article -> working key of its story
    copies: dict[str, tuple[str | None, str | None]] = field(
        default_factory=dict
    )  # article -> original, kind
    recounted: dict[str, tuple[str, Bag, bool]] = field(
        default_factory=dict
    )  # article -> day, words, more or less
    shown: dict[str, tuple[str, ...]] = field(default_factory=dict)
    _open: dict[str, Profile] = field(default_factory=dict)
    _merged: dict[str, str] = field(default_factory=dict)
    _by_term: defaultdict[str, set[str]] = field(default_factory=lambda: defaultdict(set))
    _sizes: dict[str, tuple[int, str]] = field(default_factory=dict)  # articles and the first, by working key
    _hidden: frozenset[str] = frozenset()

    def __post_init__(self) -> None:
        self._hidden = frozenset(each.story_key for each in self.scope.values())

    # ------------------------------------------------------------------ as a store

    def similar(
        self, wanted: Sequence[Comparable], furniture: AbstractSet[str]
    ) -> dict[str, list[Comparable]]:
        """As the store has it, without articles of the scope that have no place yet."""
        found = self.store.similar(wanted, furniture)
        return {
            key: [self._as_placed(other) for other in others if self._is_placed(other.article_key)]
            for key, others in found.items()
        }

    def texts(self, keys: Iterable[str]) -> dict[str, str]:
        """As the store has them."""
        return self.store.texts(keys)

    def comparables(self, keys: Iterable[str]) -> dict[str, Comparable]:
        """Articles of the scope belong to no story before they are placed."""
        return {key: self._as_placed(one) for key, one in self.store.comparables(keys).items()}

    def profiles_like(self, wanted: Mapping[str, Wanted]) -> dict[str, list[Profile]]:
        """Stories of the generation and stories outside of its scope."""
        outside = self.store.profiles_like(wanted)
        return {
            key: [
                *(each for each in outside.get(key, ()) if self._stands(each.story_key)),
                *self._like(question),
            ]
            for key, question in wanted.items()
        }

    def profiles(self, story_keys: Iterable[str]) -> dict[str, Profile]:
        """Profiles by story, the generation's first."""
        keys = list(story_keys)
        found = {key: self._open[key] for key in keys if key in self._open}
        rest = [key for key in keys if key not in found and self._stands(key)]
        return found | (self.store.profiles(rest) if rest else {})

    def extents(self, story_keys: Iterable[str]) -> dict[str, Extent]:
        """Stories as far as they are decided, and stories outside of the scope."""
        keys = set(story_keys)
        standing = {key for key in keys if key not in self._hidden}
        found = self.store.extents(standing) if standing else {}
        for key, (number, first) in self._sizes.items():
            if key in keys:
                before = found.get(key)
                found[key] = Extent(
                    articles=number + (before.articles if before else 0),
                    first=before.first if before else first,
                )
        return found

    def furniture(self) -> frozenset[str]:
        """What is learned stays learned."""
        return self.store.furniture()

    def term_counts(self, before: datetime | None = None) -> TermCounts:
        """Word counts without the scope."""
        del before
        return TermCounts(articles=self.terms.articles, counts=self.terms.counts.copy())

    # ------------------------------------------------------------------ deciding

    def absorb(self, board: Board, originals: AbstractSet[str]) -> None:
        """Take over what a batch was decided to be; `originals` were counted as originals when they were stored."""
        self._merged.update(board.merged)
        for key in board.merged:
            self._forget(key)
            number, first = self._sizes.pop(key, (0, ""))
            if number:
                home, known = board.final(key), self._sizes.get(board.final(key), (0, first))
                self._sizes[home] = (known[0] + number, known[1])
        for article in board.batch:
            key = article.article_key
            placed = board.placement(article)
            story = board.story_of(key)
            self.placed[key] = story
            number, first = self._sizes.get(story, (0, key))
            self._sizes[story] = (number + 1, first)
            self.copies[key] = (placed.near_duplicate_of, placed.duplicate_kind)
            self._recount(article, board.bags.get(key), was=key in originals)
        for key, copy in board.links().items():
            self.copies[key] = (copy.of_key, copy.kind)
        for profile in board.profiles.values():
            self._forget(profile.story_key)
            self._open[profile.story_key] = profile
            self.shown[profile.story_key] = shown_terms(profile)
            for term in profile.search_terms():
                self._by_term[term].add(profile.story_key)

    def close(self, at: datetime) -> None:
        """Let go of the stories that no article of this time or later can join."""
        for key in [key for key, each in self._open.items() if each.last_at + STORY_WINDOW < at]:
            self._forget(key)

    def counted(self, articles: Iterable[str]) -> dict[str, TermCounts]:
        """By day, what the stored word counts lack of these articles: originals only are counted."""
        days: dict[str, TermCounts] = {}
        for key in sorted(articles):
            if key in self.recounted:
                day, bag, more = self.recounted[key]
                counts = days.setdefault(day, TermCounts())
                counts.add(bag) if more else counts.take_out(bag)
        return days

    def profile(self, drawn: Drawn) -> Profile | None:
        """The profile of a story, if it is still at hand."""
        found = self._open.get(drawn.working_key)
        return None if found is None else replace(found, story_key=drawn.story_key)

    def redraw(self, fresh: AbstractSet[str] = frozenset()) -> Redrawn:
        """Which stories differ from those that stand, under which keys; `fresh` articles had no place before."""
        now, working, before = self._groups()
        lineage = inherit(before, now)
        held = {story.story_key: story.articles for story in before if not story.gone}
        keys = self._keys(lineage.keys, now, {story.story_key for story in before})
        stories = []
        for place, articles in enumerate(now):
            was = held.get(keys[place], frozenset())
            if was != articles or not fresh.isdisjoint(articles) or any(map(self._is_other_copy, articles)):
                stories.append(
                    Drawn(
                        story_key=keys[place],
                        working_key=working[place],
                        articles=articles,
                        held=was,
                        parent=_parent(articles, held),
                    )
                )
        merged = {old: keys[home] for old, home in lineage.homes.items()}
        return Redrawn(stories=tuple(stories), merged=merged, kept=len(now) - len(stories))

    # ------------------------------------------------------------------ inside

    def _groups(self) -> tuple[list[frozenset[str]], list[str], list[Before]]:
        """The stories of now as sets of articles with their working keys, and those of before."""
        groups: defaultdict[str, set[str]] = defaultdict(set)
        for key, story in self.placed.items():
            groups[self._final(story)].add(key)
        own = {story_key_for(key, FOUNDING) for key in self.placed}
        outside = {*groups, *self._merged}.difference(own)
        stored = [*self.scope.values(), *(self.store.placed_in(sorted(outside)) if outside else ())]
        held: defaultdict[str, list[Placed]] = defaultdict(list)
        for each in stored:
            held[each.story_key].append(each)
            if each.article_key not in self.placed:
                groups[self._final(each.story_key)].add(each.article_key)
        before = [
            Before(
                story_key=key,
                articles=frozenset(each.article_key for each in articles),
                first_at=min(each.sort_at for each in articles),
            )
            for key, articles in held.items()
        ]
        before += [
            Before(
                story_key=story.story_key,
                articles=frozenset(story.articles),
                first_at=story.first_seen_at,
                gone=True,
            )
            for story in self.store.merged_into(held)
        ]
        working = sorted(groups, key=lambda key: (min(groups[key]), key))
        return [frozenset(groups[key]) for key in working], working, before

    def _keys(
        self, inherited: Sequence[str | None], now: Sequence[frozenset[str]], known: set[str]
    ) -> list[str]:
        """Every story's key; one that inherits none is named after its first article, if that name is free."""
        founders = {place: min(now[place]) for place, key in enumerate(inherited) if key is None}
        wanted = {place: story_key_for(founder) for place, founder in founders.items()}
        taken = known | set(self.store.stories(wanted.values())) if wanted else known
        keys = []
        for place, inherited_key in enumerate(inherited):
            key, times = inherited_key or wanted[place], 0
            while inherited_key is None and key in taken:
                times += 1
                key = story_key_for(founders[place], f"story {times}")
                if key not in taken and key in self.store.stories([key]):
                    taken.add(key)
            keys.append(key)
        return keys

    def _is_other_copy(self, article_key: str) -> bool:
        stored = self.scope.get(article_key)
        decided = self.copies.get(article_key)
        return decided is not None and (stored is None or stored.near_duplicate_of != decided[0])

    def _recount(self, article: StoredArticle, bag: Bag | None, *, was: bool) -> None:
        """Keep the counts of words what they would be if only originals had ever been counted."""
        if was != (bag is not None):
            words = bag or bag_of(article.title, article.text, article.entities)
            self.recounted[article.article_key] = (day_of(article), words, bag is not None)

    def _is_placed(self, article_key: str) -> bool:
        return article_key in self.placed or article_key not in self.scope

    def _as_placed(self, one: Comparable) -> Comparable:
        story = self.placed.get(one.article_key)
        if story is not None:
            return replace(one, group=self._final(story))
        if one.article_key in self.scope:
            return replace(one, group=one.article_key)
        return replace(one, group=self._final(one.group))

    def _stands(self, story_key: str) -> bool:
        return story_key not in self._hidden and story_key not in self._merged and story_key not in self._open

    def _like(self, question: Wanted) -> list[Profile]:
        scores: defaultdict[str, float] = defaultdict(float)
        for term, weight in question.terms:
            for key in self._by_term.get(term, ()):
                scores[key] += weight
        ranked = sorted(scores, key=lambda key: (-scores[key], key))
        near = (self._open[key] for key in ranked if _near(self._open[key], question.at))
        return [profile for profile, _ in zip(near, range(MOST_STORIES), strict=False)]

    def _forget(self, story_key: str) -> None:
        profile = self._open.pop(story_key, None)
        if profile is not None:
            for term in profile.search_terms():
                self._by_term[term].discard(story_key)

    def _final(self, story: str) -> str:
        while story in self._merged:
            story = self._merged[story]
        return story


def _near(profile: Profile, at: datetime) -> bool:
    return profile.first_at - STORY_WINDOW <= at <= profile.last_at + STORY_WINDOW


def _parent(articles: frozenset[str], held: Mapping[str, frozenset[str]]) -> str | None:
    """The story of before that most of these articles were in."""
    shares = {key: len(articles & old) for key, old in held.items() if not articles.isdisjoint(old)}
    return min(shares, key=lambda key: (-shares[key], key)) if shares else None
