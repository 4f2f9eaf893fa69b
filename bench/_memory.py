"""A store of stories in memory, with the interface of the real one: for the pure speed, and for tests without a server."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import replace
from datetime import datetime
from typing import Any

from wirewatch.clustering import Change, Placed, Wanted, comparable
from wirewatch.clustering.store import Extent
from wirewatch.corrections import Correction
from wirewatch.records import StoredArticle, Story
from wirewatch.stories.assignment import STORY_WINDOW, Profile
from wirewatch.stories.copies import COPY_WINDOW, MOST_CANDIDATES, Comparable, fewest_shared
from wirewatch.stories.likeness import TermCounts

MOST_STORIES = 20


class MemoryStore:
    def __init__(self, articles: Iterable[StoredArticle] = ()) -> None:
        self.articles: dict[str, StoredArticle] = {}
        self.told: dict[str, Story] = {}
        self.known: dict[str, Profile] = {}
        self.learned: frozenset[str] = frozenset()
        self.days: dict[str, TermCounts] = {}
        self.decided: list[Correction] = []  # what analysts decided
        self.followed: frozenset[str] = frozenset()
        self._queue: list[str] = []
        self._comparable: dict[str, Comparable] = {}
        self._by_value: defaultdict[str, list[str]] = defaultdict(list)
        self._by_text: defaultdict[str, list[str]] = defaultdict(list)
        self._by_term: defaultdict[str, set[str]] = defaultdict(set)
        self._members: defaultdict[str, set[str]] = defaultdict(set)
        self.add(articles)

    def add(self, articles: Iterable[StoredArticle]) -> None:
        for article in articles:
            self.articles[article.article_key] = article
            self._queue.append(article.article_key)

    def waiting(self, limit: int) -> list[StoredArticle]:
        open_ = [self.articles[key] for key in self._queue if self.articles[key].clustered_at is None]
        open_.sort(key=lambda article: (article.sort_at, article.article_key))
        self._queue = [article.article_key for article in open_]
        return open_[:limit]

    def similar(
        self, wanted: Sequence[Comparable], furniture: AbstractSet[str]
    ) -> dict[str, list[Comparable]]:
        return {one.article_key: self._similar(one, furniture) for one in wanted}

    def _similar(self, one: Comparable, furniture: AbstractSet[str]) -> list[Comparable]:
        shared = Counter(
            key for value in one.values if value not in furniture for key in self._by_value.get(value, ())
        )
        shared.update(dict.fromkeys(self._by_text.get(one.text_hash, ()), 1000))
        fewest = fewest_shared(one.values)
        found = (
            (count, self._comparable[key])
            for key, count in shared.items()
            if count >= fewest and key != one.article_key
        )
        near = [(count, other) for count, other in found if abs(other.at - one.at) <= COPY_WINDOW]
        near.sort(key=lambda pair: (-pair[0], pair[1].place))
        return [other for _, other in near[:MOST_CANDIDATES]]

    def texts(self, keys: Iterable[str]) -> dict[str, str]:
        return {key: self.articles[key].text for key in keys}

    def comparables(self, keys: Iterable[str]) -> dict[str, Comparable]:
        return {key: self._comparable[key] for key in keys if key in self._comparable}

    def profiles_like(self, wanted: Mapping[str, Wanted]) -> dict[str, list[Profile]]:
        return {key: self._profiles_like(question) for key, question in wanted.items()}

    def _profiles_like(self, question: Wanted) -> list[Profile]:
        scores: Counter[str] = Counter()
        for term, weight in question.terms:
            for key in self._by_term.get(term, ()):
                scores[key] += weight  # type: ignore[assignment]
        ranked = sorted(scores, key=lambda key: (-scores[key], key))
        near = (self.known[key] for key in ranked if self._open(self.known[key], question.at))
        return [profile for profile, _ in zip(near, range(MOST_STORIES), strict=False)]

    @staticmethod
    def _open(profile: Profile, at: datetime) -> bool:
        return profile.first_at - STORY_WINDOW <= at <= profile.last_at + STORY_WINDOW

    def profiles(self, story_keys: Iterable[str]) -> dict[str, Profile]:
        return {key: self.known[key] for key in story_keys if key in self.known}

    def extents(self, story_keys: Iterable[str]) -> dict[str, Extent]:
        found = {key: _placed(self.articles[each] for each in self._members[key]) for key in set(story_keys)}
        return {
            key: Extent(articles=len(placed), first=placed[0].article_key)
            for key, placed in found.items()
            if placed
        }

    def stories(self, story_keys: Iterable[str]) -> dict[str, Story]:
        return {key: self.told[key] for key in story_keys if key in self.told}

    def members(self, story_keys: Iterable[str]) -> dict[str, list[StoredArticle]]:
        return {key: [self.articles[each] for each in sorted(self._members[key])] for key in story_keys}

    def merged_into(self, story_keys: Iterable[str]) -> list[Story]:
        homes = set(story_keys)
        return [story for _, story in sorted(self.told.items()) if story.merged_into in homes]

    def articles_by_key(self, keys: Iterable[str]) -> list[StoredArticle]:
        return [self.articles[key] for key in dict.fromkeys(keys) if key in self.articles]

    def placed_since(self, since: datetime, most: int | None = None) -> list[Placed] | None:
        found = [each for each in self.articles.values() if each.story_key and each.sort_at >= since]
        return None if most is not None and len(found) > most else _placed(found)

    def placed_in(self, story_keys: Iterable[str]) -> list[Placed]:
        return _placed(self.articles[each] for key in set(story_keys) for each in self._members[key])

    def corrections(self) -> list[Correction]:
        return list(self.decided)

    def ruled(self) -> frozenset[str]:
        return self.followed

    def furniture(self) -> frozenset[str]:
        return self.learned

    @property
    def terms(self) -> TermCounts:
        return self.term_counts()

    def term_counts(self, before: datetime | None = None) -> TermCounts:
        total = TermCounts()
        for day, counts in self.days.items():
            if before is None or day < f"{before:%Y-%m-%d}":
                total.articles += counts.articles
                total.counts.update(counts.counts)
        return total

    def unfinished(self) -> Change | None:
        return None

    def write(self, change: Change) -> None:
        for key, fields in change.articles.items():
            self._write_article(key, fields)
        self.told.update((story.story_key, story) for story in change.stories)
        for key in change.closed:
            self.known.pop(key, None)
            for keys in self._by_term.values():
                keys.discard(key)
        for profile in change.profiles:
            self.known[profile.story_key] = profile
            for term in profile.search_terms():
                self._by_term[term].add(profile.story_key)
        self.learned |= change.furniture
        for day, counts in change.terms.items():
            kept = self.days.setdefault(day, TermCounts())
            kept.articles += counts.articles
            kept.counts.update(counts.counts)
            kept.counts = +kept.counts
        if change.ruled is not None:
            self.followed = frozenset(change.ruled)

    def _write_article(self, key: str, fields: Mapping[str, Any]) -> None:
        before = self.articles[key]
        changed = dict(fields)
        if "clustered_at" in changed:
            changed["clustered_at"] = datetime.fromisoformat(changed["clustered_at"])
        after = replace(before, **changed)
        self.articles[key] = after
        if before.story_key:
            self._members[before.story_key].discard(key)
        self._members[after.story_key or ""].add(key)
        if key not in self._comparable:
            for value in after.fingerprints:
                self._by_value[value].append(key)
            if after.shingle_count:
                self._by_text[after.text_hash].append(key)
        self._comparable[key] = comparable(after)


def _placed(articles: Iterable[StoredArticle]) -> list[Placed]:
    return [
        Placed(
            article_key=each.article_key,
            story_key=each.story_key or "",
            sort_at=each.sort_at,
            near_duplicate_of=each.near_duplicate_of,
        )
        for each in sorted(articles, key=lambda each: (each.sort_at, each.article_key))
    ]
