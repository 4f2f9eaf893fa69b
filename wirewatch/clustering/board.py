"""The stories as they stand while a batch is placed: what the store holds, and what the batch did to it."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field, replace
from hashlib import sha256
from typing import TYPE_CHECKING, Any

from wirewatch.clustering.store import Store, Wanted
from wirewatch.records import StoredArticle
from wirewatch.stories.assignment import UNITED_TITLES, Profile, choose_story, one_story, profile_of
from wirewatch.stories.copies import Comparable, Copies, Copy
from wirewatch.stories.likeness import Bag, TermCounts, heaviest, plain
from wirewatch.stories.sameness import UNITING_JACCARD

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from datetime import datetime

# Words shown as those that cluster a story, and terms by which stories are looked up for an article.
STORY_TERMS = 12
ASKED_TERMS = 30


def story_key_for(article_key: str) -> str:
    """The key of the story that an article founds."""
    return sha256(f"story|{article_key}".encode()).hexdigest()[:32]


@dataclass(slots=True)
class Board:
    """The stories as they stand while a batch is placed: what the store holds, and what the batch did to it."""

    store: Store
    batch: Sequence[StoredArticle]
    copies: Copies
    known: Mapping[str, Comparable]
    profiles: dict[str, Profile] = field(default_factory=dict)
    merged: dict[str, str] = field(default_factory=dict)  # story -> the story it went into
    terms: dict[str, TermCounts] = field(default_factory=dict)
    _story: dict[str, str] = field(default_factory=dict)  # article -> story, for the batch
    _like: dict[str, list[Profile]] = field(default_factory=dict)
    _bags: dict[str, Bag] = field(default_factory=dict)
    _vectors: Mapping[str, Mapping[str, float]] = field(default_factory=dict)
    _at: Mapping[str, datetime] = field(default_factory=dict)
    _houses: dict[str, str] = field(default_factory=dict)
    _by_term: defaultdict[str, set[str]] = field(default_factory=lambda: defaultdict(set))
    _seen: dict[str, Profile] = field(default_factory=dict)  # profiles of the store, as they came
    _stored: set[str] = field(default_factory=set)  # stories that were there before the batch
    _links: dict[str, Copy] = field(default_factory=dict)  # later articles given another original

    def count(self, article: StoredArticle, bag: Bag) -> None:
        """Count the terms of a new original."""
        self._bags[article.article_key] = bag
        self._houses[article.article_key] = _house(article)
        self.terms.setdefault(f"{article.sort_at:%Y-%m-%d}", TermCounts()).add(bag)

    def look_up(self, vectors: Mapping[str, Mapping[str, float]], at: Mapping[str, datetime]) -> None:
        """Ask the store, once, for the stories that any of these articles may belong to."""
        self._vectors, self._at = vectors, at
        wanted = {
            key: Wanted(
                terms=tuple((term, vector[term]) for term in heaviest(vector, ASKED_TERMS)), at=at[key]
            )
            for key, vector in vectors.items()
            if vector
        }
        self._like = self.store.profiles_like(wanted) if wanted else {}
        self._seen = {profile.story_key: profile for found in self._like.values() for profile in found}
        self._stored.update(self._seen)
        self._stored.update(article.story_key for article in self.batch if article.story_key)
        self._stored.update(each.group for each in self.known.values() if each.group != each.article_key)

    def story_of(self, article_key: str) -> str:
        """The story of an article of the batch or of the store, merges followed."""
        story = self._story.get(article_key)
        if story is None:
            story = self.known[article_key].group
        while story in self.merged:
            story = self.merged[story]
        return story

    def _has_story(self, article_key: str) -> bool:
        return article_key in self._story or self.known[article_key].group != article_key

    def story_of_copies(self, article_key: str) -> str | None:
        """The story of the closest stored article that is a copy of this one, if there is any."""
        links = [
            (-copy.overlap.strength, key)
            for key in self.copies.later
            if (copy := self.copies.found.get(key)) is not None and copy.of_key == article_key
        ]
        return self.story_of(min(links)[1]) if links else None

    def likely_story(self, article_key: str) -> str:
        """The story most like an article, or a new one founded by it."""
        vector = self._vectors[article_key]
        keys = {profile.story_key: profile for profile in self._like.get(article_key, ())}
        for term in heaviest(vector, ASKED_TERMS):
            keys.update((key, self.profiles[key]) for key in self._by_term.get(term, ()))
        current = [self.profiles.get(key, profile) for key, profile in keys.items() if key not in self.merged]
        barred = {
            self.story_of(twin) for twin in self.copies.twins.get(article_key, ()) if self._has_story(twin)
        }
        current = [profile for profile in current if profile.story_key not in barred]
        title_only = self._bags[article_key].title_only
        chosen = choose_story(
            vector,
            self._at[article_key],
            current,
            title_only=title_only,
            house=self._houses[article_key],
        )
        return chosen.story_key if chosen else story_key_for(article_key)

    def put(self, article: StoredArticle, story: str) -> None:
        """Put an article into a story; an original adds its vector to the story's profile.

        A roundup, an explainer or a live blog joins a story but adds nothing: it would bridge all it touches.
        """
        key = article.article_key
        self._story[key] = story
        vector = self._vectors.get(key)
        if vector is None:
            return
        title_only = self._bags[key].title_only
        profile = self.profiles.get(story) or self._stored_profile(key, story)
        if profile is None:
            profile = profile_of(story, vector, article.sort_at, title_only=title_only, house=_house(article))
        elif article.type == "news":
            profile = profile.with_article(
                vector, article.sort_at, title_only=title_only, house=_house(article)
            )
        self._show(profile)

    def settle_later(self) -> None:
        """Give stored articles whose original came late to it, where both are of one story or enough is shared."""
        for key in sorted(self.copies.later):
            copy = self.copies.found.get(key)
            if copy is None:
                continue
            mine, its = self.story_of(key), self.story_of(copy.of_key)
            if mine != its:
                if copy.kind == "embedded" or copy.overlap.jaccard < UNITING_JACCARD:
                    continue
                self._merge(mine, its)
            self._links[key] = copy

    def touched(self) -> set[str]:
        """The stories to be told anew."""
        keys = {self.story_of(article.article_key) for article in self.batch}
        return keys | {self.story_of(key) for key in self._links} | set(map(self._final, self.merged))

    def members(
        self, stored: Mapping[str, Sequence[StoredArticle]], fields: dict[str, dict[str, Any]]
    ) -> dict[str, list[StoredArticle]]:
        """All articles by story, with their copies as decided; what that changes goes into `fields`."""
        found: defaultdict[str, list[StoredArticle]] = defaultdict(list)
        batch = {article.article_key for article in self.batch}
        older = (
            article
            for articles in stored.values()
            for article in articles
            if article.article_key not in batch
        )
        for article in (*older, *self.batch):
            key = article.article_key
            copy = self.copies.found[key] if key in batch else self._links.get(key)
            placed = article
            if key in batch or copy is not None:
                of_key, kind = (copy.of_key, copy.kind) if copy else (None, None)
                fields[key].update(near_duplicate_of=of_key, duplicate_kind=kind)
                placed = replace(article, near_duplicate_of=of_key, duplicate_kind=kind)
            story = self._story.get(key) or article.story_key
            found[self._final(story or "")].append(placed)
        return found

    def load_profiles(self, story_keys: Iterable[str]) -> None:
        """Have the profiles of these stories at hand, those that the batch did not change included."""
        missing = [key for key in story_keys if key not in self.profiles]
        self.profiles.update(self.store.profiles(missing) if missing else {})

    def grown(self) -> set[str]:
        """Stories that took in another one that was there before."""
        return {self._final(key) for key in self._stored.intersection(self.merged)}

    def merged_before(self) -> int:
        """How many stories that were there before the batch went into others."""
        return len(self._stored.intersection(self.merged))

    def story_terms(self, story_key: str) -> tuple[str, ...]:
        """The words that cluster a story."""
        profile = self.profiles.get(story_key)
        return tuple(plain(term) for term in profile.search_terms()[:STORY_TERMS]) if profile else ()

    def _final(self, story: str) -> str:
        while story in self.merged:
            story = self.merged[story]
        return story

    def _stored_profile(self, article_key: str, story: str) -> Profile | None:
        if story == story_key_for(article_key):
            return None
        return self._seen.get(story) or self.store.profiles([story]).get(story)

    def _show(self, profile: Profile) -> None:
        self.profiles[profile.story_key] = profile
        for term in profile.search_terms():
            self._by_term[term].add(profile.story_key)

    def unite_alike(self) -> None:
        """Let stories that the batch touched take in those that proved to be the same, most alike first."""
        pairs: dict[tuple[str, str], float] = {}
        for one, other in self._neighbours():
            if (cosine := one_story(self._profile(one), self._profile(other))) is not None:
                pairs[one, other] = cosine
        barred = self._barred()
        for one, other in sorted(pairs, key=lambda pair: (-pairs[pair], pair)):
            first, second = self._final(one), self._final(other)
            if barred and self._kept_apart(first, second, barred):
                continue
            if first != second and one_story(self._profile(first), self._profile(second)) is not None:
                self._merge(first, second)

    def _barred(self) -> list[tuple[str, str]]:
        """Pairs of articles that are one form with other figures."""
        return [
            (key, twin) for key, twins in self.copies.twins.items() if key in self._story for twin in twins
        ]

    def _kept_apart(self, one: str, other: str, barred: Sequence[tuple[str, str]]) -> bool:
        return any({self.story_of(key), self.story_of(twin)} == {one, other} for key, twin in barred)

    def _neighbours(self) -> list[tuple[str, str]]:
        """Pairs of stories, one of them of the batch, whose heavy terms alone make them half as like as it takes."""
        around = {**self._seen, **self.profiles}
        rows = {key: profile.outline() for key, profile in around.items() if key not in self.merged}
        by_term: defaultdict[str, list[tuple[str, float]]] = defaultdict(list)
        for key, row in rows.items():
            for term, weight in row.items():
                by_term[term].append((key, weight))
        found = []
        for key in self.profiles:
            cosines: defaultdict[str, float] = defaultdict(float)
            for term, weight in rows.get(key, {}).items():
                for other, its in by_term[term]:
                    cosines[other] += weight * its
            found += [
                (min(key, other), max(key, other)) for other in cosines if _worth(cosines[other], key, other)
            ]
        return sorted(set(found))

    def _profile(self, story: str) -> Profile:
        return self.profiles.get(story) or self._seen[story]

    def _merge(self, one: str, other: str) -> None:
        """Let the story that was there first take the other's articles."""
        known = {key: self.profiles.get(key) or self._seen.get(key) for key in (one, other)}
        missing = [key for key, profile in known.items() if profile is None]
        known.update(self.store.profiles(missing) if missing else {})
        stored = self._stored | set(missing)

        def age(key: str) -> tuple[bool, str, str]:
            profile = known[key]
            return key not in stored, profile.first_at.isoformat() if profile else "", key

        stays, goes = sorted((one, other), key=age)
        self.merged[goes] = stays
        first, second = known[stays], known[goes]
        self.profiles.pop(goes, None)
        if first is not None and second is not None:
            self._show(first.joined(second))


def _house(article: StoredArticle) -> str:
    return article.family or article.publisher


def _worth(cosine: float, one: str, other: str) -> bool:
    return one != other and cosine >= UNITED_TITLES / 2
