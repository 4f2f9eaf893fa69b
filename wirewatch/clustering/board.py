"""The stories as they stand while a batch is placed: what the store holds, and what the batch did to it."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field, replace
from hashlib import sha256
from typing import TYPE_CHECKING

from wirewatch.clustering.store import Extent, Lookups, Wanted
from wirewatch.records import StoredArticle
from wirewatch.stories.assignment import (
    MOST_HELD,
    UNITED_TITLES,
    Profile,
    choose_story,
    one_story,
    profile_of,
)
from wirewatch.stories.copies import Comparable, Copies, Copy
from wirewatch.stories.likeness import Bag, TermCounts, heaviest, plain
from wirewatch.stories.rulings import Rulings
from wirewatch.stories.sameness import UNITING_JACCARD

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from datetime import datetime

# Words shown as those that cluster a story, and terms by which stories are looked up for an article.
STORY_TERMS = 12
ASKED_TERMS = 30


def story_key_for(article_key: str, founding: str = "story") -> str:
    """The key of the story that an article founds; `founding` tells other ways of founding one from the usual one."""
    return sha256(f"{founding}|{article_key}".encode()).hexdigest()[:32]


def shown_terms(profile: Profile) -> tuple[str, ...]:
    """The words that cluster a story, as a reader knows them."""
    words = list(dict.fromkeys(plain(term) for term in profile.search_terms()))
    whole = (word for word in words if not any(other != word and other.startswith(word) for other in words))
    return tuple(word for word, _ in zip(whole, range(STORY_TERMS), strict=False))


@dataclass(slots=True)
class Board:
    """The stories as they stand while a batch is placed: what the store holds, and what the batch did to it."""

    store: Lookups
    batch: Sequence[StoredArticle]
    copies: Copies
    known: Mapping[str, Comparable]
    rulings: Rulings = field(default_factory=Rulings)
    founding: str = "story"
    former: Mapping[str, str] = field(default_factory=dict)  # article -> the story that it was told in
    profiles: dict[str, Profile] = field(default_factory=dict)
    merged: dict[str, str] = field(default_factory=dict)  # story -> the story it went into
    terms: dict[str, TermCounts] = field(default_factory=dict)
    bags: dict[str, Bag] = field(default_factory=dict)  # of the batch's originals
    _story: dict[str, str] = field(default_factory=dict)  # article -> story, for the batch
    _like: dict[str, list[Profile]] = field(default_factory=dict)
    _vectors: Mapping[str, Mapping[str, float]] = field(default_factory=dict)
    _at: Mapping[str, datetime] = field(default_factory=dict)
    _houses: dict[str, str] = field(default_factory=dict)
    _by_term: defaultdict[str, set[str]] = field(default_factory=lambda: defaultdict(set))
    _seen: dict[str, Profile] = field(default_factory=dict)  # profiles of the store, as they came
    _stored: set[str] = field(default_factory=set)  # stories that were there before the batch
    _extents: dict[str, Extent] = field(default_factory=dict)
    _asked: set[str] = field(default_factory=set)
    _heirs: defaultdict[str, set[str]] = field(default_factory=lambda: defaultdict(set))  # of former stories
    _links: dict[str, Copy] = field(default_factory=dict)  # later articles given another original

    def count(self, article: StoredArticle, bag: Bag) -> None:
        """Count the terms of a new original."""
        self.bags[article.article_key] = bag
        self._houses[article.article_key] = _house(article)
        self.terms.setdefault(day_of(article), TermCounts()).add(bag)

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
        return self.final(story)

    def _has_story(self, article_key: str) -> bool:
        known = self.known.get(article_key)
        return article_key in self._story or (known is not None and known.group != article_key)

    def look_up_ruled(self) -> None:
        """Know where the articles are that analysts ruled on, those of the batch left out."""
        asked = self.rulings.articles.difference(self.known)
        if asked:
            self.known = {**self.known, **self.store.comparables(asked)}

    def ruled_story(self, article_key: str) -> str | None:
        """The story that an analyst wants the article in, when one of its articles has its place."""
        mates = self.rulings.together(article_key) - {article_key}
        found = {self.story_of(mate) for mate in mates if self._has_story(mate)}
        return min(found) if found else None

    def is_barred(self, article_key: str, story: str) -> bool:
        """Whether an analyst wants the article in no story with one that is in this one."""
        return any(
            self._has_story(other) and self.story_of(other) == story
            for other in self.rulings.apart(article_key)
        )

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
        told_in = {self.final(key) for key in self._heirs.get(self.former.get(article_key, ""), ())}
        keys.update((key, self.profiles[key]) for key in told_in if key in self.profiles)
        current = [self.profiles.get(key, profile) for key, profile in keys.items() if key not in self.merged]
        strangers = (*self.copies.twins.get(article_key, ()), *self.rulings.apart(article_key))
        barred = {self.story_of(stranger) for stranger in strangers if self._has_story(stranger)}
        current = [profile for profile in current if profile.story_key not in barred]
        title_only = self.bags[article_key].title_only
        chosen = choose_story(
            vector,
            self._at[article_key],
            current,
            title_only=title_only,
            house=self._houses[article_key],
            told_in=told_in,
        )
        return chosen.story_key if chosen else self._own_key(article_key)

    def look_up_extents(self) -> None:
        """Know how large the stories are that copies of the batch go into."""
        originals = {copy.of_key for copy in self.copies.found.values() if copy is not None}
        stored = {self.story_of(key) for key in originals if self._has_story(key)}
        self._extents.update(self.store.extents(stored) if stored else {})

    def with_room(self, story: str) -> str:
        """The story, or the first of its continuations that has room for one more copy."""
        number = 0
        home = story
        while (extent := self._extent(home)) is not None and extent.articles >= MOST_HELD:
            number += 1
            home = story_key_for(f"{story}|{number}", "continued")
        return home

    def first_of(self, story: str) -> str | None:
        """A story's first article, None when it has none yet."""
        extent = self._extent(story)
        return extent.first if extent else None

    def continued(self, article_key: str, story: str) -> str:
        """Where a copy goes whose story it is: past a full one into a continuation, as a copy of the first there."""
        home = self.with_room(story)
        if home != story:
            copy, first = self.copies.found[article_key], self.first_of(home)
            if first is not None and not self._has_story(first):
                self.known = {**self.known, **self.store.comparables([first])}
            relinked = replace(copy, of_key=first) if copy is not None and first is not None else None
            self.copies.found[article_key] = relinked
        return home

    def _extent(self, story: str) -> Extent | None:
        if story not in self._extents and story not in self._asked:
            self._asked.add(story)
            self._extents.update(self.store.extents([story]))
        return self._extents.get(story)

    def put(self, article: StoredArticle, story: str) -> None:
        """Put an article into a story; an original adds its vector to the story's profile.

        A roundup, an explainer or a live blog joins a story but adds nothing: it would bridge all it touches.
        """
        key = article.article_key
        self._story[key] = story
        if key in self.former:
            self._heirs[self.former[key]].add(story)
        known = self._extents.get(story)
        self._extents[story] = Extent(
            articles=known.articles + 1 if known else 1, first=known.first if known else key
        )
        vector = self._vectors.get(key)
        if vector is None:
            return
        title_only = self.bags[key].title_only
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
                if self._ruled_apart(mine, its):
                    continue
                self._merge(mine, its)
            self._links[key] = copy

    def unite_ruled(self) -> None:
        """Let the stories be one whose articles analysts want together."""
        for group in self.rulings.groups():
            first, *more = sorted({self.story_of(key) for key in group if self._has_story(key)}) or [""]
            for other in more:
                if (one := self.final(first)) != (two := self.final(other)):
                    self._merge(one, two)

    def links(self) -> Mapping[str, Copy]:
        """Stored articles that were given another original."""
        return self._links

    def touched(self) -> set[str]:
        """The stories to be told anew."""
        keys = {self.story_of(article.article_key) for article in self.batch}
        return keys | {self.story_of(key) for key in self._links} | set(map(self.final, self.merged))

    def placement(self, article: StoredArticle) -> StoredArticle:
        """The article with the copy it is, as decided; one that is neither of the batch nor given an original is as it was.

        A copy has its original in its own story: where an analyst put the two apart it stands for itself.
        """
        key = article.article_key
        copy = self.copies.found[key] if key in self._story else self._links.get(key)
        if key not in self._story and copy is None:
            return article
        return replace(
            article,
            near_duplicate_of=copy.of_key if copy else None,
            duplicate_kind=copy.kind if copy else None,
        )

    def members(self, stored: Mapping[str, Sequence[StoredArticle]]) -> dict[str, list[StoredArticle]]:
        """All articles by story, with their copies as decided."""
        found: defaultdict[str, list[StoredArticle]] = defaultdict(list)
        batch = {article.article_key for article in self.batch}
        older = (each for articles in stored.values() for each in articles if each.article_key not in batch)
        for article in (*older, *self.batch):
            story = self._story.get(article.article_key) or article.story_key
            found[self.final(story or "")].append(self.placement(article))
        return found

    def load_profiles(self, story_keys: Iterable[str]) -> None:
        """Have the profiles of these stories at hand, those that the batch did not change included."""
        missing = [key for key in story_keys if key not in self.profiles]
        self.profiles.update(self.store.profiles(missing) if missing else {})

    def grown(self) -> set[str]:
        """Stories that took in another one that was there before."""
        return {self.final(key) for key in self._stored.intersection(self.merged)}

    def merged_before(self) -> int:
        """How many stories that were there before the batch went into others."""
        return len(self._stored.intersection(self.merged))

    def story_terms(self, story_key: str) -> tuple[str, ...]:
        """The words that cluster a story."""
        profile = self.profiles.get(story_key)
        return shown_terms(profile) if profile else ()

    def final(self, story: str) -> str:
        """Where the articles of a story are after the batch's merges."""
        while story in self.merged:
            story = self.merged[story]
        return story

    def _own_key(self, article_key: str) -> str:
        return story_key_for(article_key, self.founding)

    def _stored_profile(self, article_key: str, story: str) -> Profile | None:
        if story == self._own_key(article_key):
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
            first, second = self.final(one), self.final(other)
            if self._kept_apart(first, second, barred):
                continue
            if first != second and one_story(self._profile(first), self._profile(second)) is not None:
                self._merge(first, second)

    def _barred(self) -> list[tuple[str, str]]:
        """Pairs of articles that are one form with other figures."""
        return [
            (key, twin) for key, twins in self.copies.twins.items() if key in self._story for twin in twins
        ]

    def _kept_apart(self, one: str, other: str, barred: Sequence[tuple[str, str]]) -> bool:
        return self._ruled_apart(one, other) or any(
            {self.story_of(key), self.story_of(twin)} == {one, other} for key, twin in barred
        )

    def _ruled_apart(self, one: str, other: str) -> bool:
        groups: defaultdict[str, set[str]] = defaultdict(set)
        for key in self.rulings.articles if self.rulings else ():
            if self._has_story(key) and (group := self.rulings.group(key)) is not None:
                groups[self.story_of(key)].add(group)
        return self.rulings.groups_apart(groups[one], groups[other])

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


def day_of(article: StoredArticle) -> str:
    """The day that an article's words are counted on."""
    return f"{article.sort_at:%Y-%m-%d}"


def _house(article: StoredArticle) -> str:
    return article.family or article.publisher


def _worth(cosine: float, one: str, other: str) -> bool:
    return one != other and cosine >= UNITED_TITLES / 2
