"""Which article each new article is a copy of, and which passages are furniture that many articles share.

Decides only; the candidates come from the store. The rule is order-free: an article is a copy of its *single best* match
among the articles before it (by time, then key). That depends on which articles there are, not on the order they came
in: when one arrives late, those it may be the original of are placed again.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from wirewatch.stories.sameness import (
    FEWEST_SHINGLES,
    SHORT_WORDS,
    Kind,
    Overlap,
    compare,
    copy_kind,
    same_template,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from extractors.fingerprints import Reading

# Reprints trail their source by days, anniversaries and templates return by months.
COPY_WINDOW = timedelta(days=14)

# Two texts that share fewer fingerprints are not looked at. Short texts have few: 60 words give about 13.
FEWEST_SHARED = 3
FEWEST_SHARED_SHORT = 2

# The most candidates looked at for one article, best first: what keeps a hub text in thousands of articles cheap.
MOST_CANDIDATES = 50

# A fingerprint in so many articles that are no copies of one another, nor of one story, is furniture (a newsletter
# box, a copyright line). 4 and 6 measure alike in F1 (.984, .982); 6 lets twice as many wrong merges through first.
FURNITURE_IN = 4

# Equal texts of a few words are one text only under an equal title and this close in time.
FEW_WORDS_WINDOW = timedelta(days=3)


# A series fills its form in again by the day or the week; figures that change sooner are one event's (quakes, tolls:
# without this, short reports fall from .887 to .866).
SERIES_APART = timedelta(hours=12)


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparable:
    """What of an article is needed to compare it. `group` is its story, or its own key before it has one."""

    article_key: str
    at: datetime
    title: tuple[str, ...]
    text_hash: str
    values: tuple[str, ...]
    shingle_count: int
    group: str

    @property
    def place(self) -> tuple[datetime, str]:
        """Where it stands in the order of articles."""
        return self.at, self.article_key


@dataclass(frozen=True, slots=True, kw_only=True)
class Copy:
    """An article is a copy of `of_key`."""

    of_key: str
    kind: Kind
    overlap: Overlap


@dataclass(frozen=True, slots=True, kw_only=True)
class Copies:
    """What was found for a batch.

    A `Copy` or None for each article of it, `later` articles that must be placed again because one of the batch may be
    their original, and fingerprints `learned` to be furniture. `twins` are the articles, by key of the batch's, that are
    the same form with other figures: never of one story.
    """

    found: dict[str, Copy | None]
    later: frozenset[str]
    learned: frozenset[str]
    twins: dict[str, frozenset[str]]


def find_copies(
    batch: Sequence[Comparable],
    candidates: Mapping[str, Iterable[Comparable]],
    furniture: frozenset[str],
    reading: Callable[[Comparable, frozenset[str]], Reading],
) -> Copies:
    """Place a batch: `candidates` are stored articles by key of the batch's article, `reading` gives texts.

    The batch is gone through twice: what is furniture is learned from all of it before anything is decided.
    """
    mates = _mates(batch, furniture)
    pairs = {one.article_key: _ordered(one, candidates.get(one.article_key, ()), mates) for one in batch}
    judge = _Judge(reading)
    learned = _learn(batch, pairs, furniture, judge)
    without = furniture | learned
    found: dict[str, Copy | None] = {}
    later: set[str] = set()
    twins: dict[str, frozenset[str]] = {}
    members = {one.article_key for one in batch}
    for one in batch:
        best: tuple[float, tuple[datetime, str], Comparable, Overlap] | None = None
        for other in pairs[one.article_key]:
            if other.place > one.place and other.article_key in members:
                continue  # it is placed by itself
            overlap = judge(one, other, without)
            if overlap is None:
                continue
            if other.place > one.place:
                later.add(other.article_key)
            elif best is None or (-overlap.strength, other.place) < best[:2]:
                best = (-overlap.strength, other.place, other, overlap)
        apart = frozenset(other.article_key for other in pairs[one.article_key] if judge.twins(one, other))
        if apart:
            twins[one.article_key] = apart
        found[one.article_key] = None if best is None else _copy(one, best[2], best[3], without, reading)
    return Copies(found=found, later=frozenset(later), learned=frozenset(learned), twins=twins)


def fewest_shared(values: Sequence[str]) -> int:
    """How many fingerprints a candidate must share with a text of these fingerprints."""
    return FEWEST_SHARED_SHORT if len(values) < SHORT_WORDS / 4 else FEWEST_SHARED


class _Judge:
    """Compares pairs, each once unless furniture learned since touches it."""

    def __init__(self, reading: Callable[[Comparable, frozenset[str]], Reading]) -> None:
        self._reading = reading
        self._known: dict[tuple[str, str], tuple[Reading, Reading, Overlap | None]] = {}

    def __call__(self, one: Comparable, other: Comparable, without: frozenset[str]) -> Overlap | None:
        if abs(one.at - other.at) > COPY_WINDOW:
            return None
        if one.text_hash == other.text_hash:
            close = one.title == other.title and abs(one.at - other.at) <= FEW_WORDS_WINDOW
            same = one.shingle_count >= FEWEST_SHINGLES or (one.shingle_count > 0 and close)
            return Overlap(jaccard=1.0, containment=1.0, strength=2.0) if same else None
        if one.place > other.place:
            one, other = other, one
        texts = self._reading(one, without), self._reading(other, without)
        known = self._known.get((one.article_key, other.article_key))
        if known is not None and known[0] is texts[0] and known[1] is texts[1]:
            return known[2]
        overlap = compare(*texts)
        self._known[one.article_key, other.article_key] = (*texts, overlap)
        return overlap

    def twins(self, one: Comparable, other: Comparable) -> bool:
        """Whether two articles that were compared and are no copies are one form with other figures, a turn apart."""
        return abs(one.at - other.at) >= SERIES_APART and self.one_form(one, other)

    def one_form(self, one: Comparable, other: Comparable) -> bool:
        """Whether two articles that were compared and are no copies are one form with other figures."""
        if one.place > other.place:
            one, other = other, one
        known = self._known.get((one.article_key, other.article_key))
        return known is not None and known[2] is None and same_template(known[0], known[1])


def _copy(
    one: Comparable,
    other: Comparable,
    overlap: Overlap,
    without: frozenset[str],
    reading: Callable[[Comparable, frozenset[str]], Reading],
) -> Copy:
    kind: Kind = "exact"
    if one.text_hash != other.text_hash:
        kind = copy_kind(reading(one, without), reading(other, without), overlap)
    return Copy(of_key=other.article_key, kind=kind, overlap=overlap)


class _Mates:
    """The batch's own articles by fingerprint and by text."""

    def __init__(self, batch: Sequence[Comparable], furniture: frozenset[str]) -> None:
        self.furniture = furniture
        self.by_value: defaultdict[str, list[Comparable]] = defaultdict(list)
        self.by_text: defaultdict[str, list[Comparable]] = defaultdict(list)
        for one in batch:
            if one.shingle_count:
                self.by_text[one.text_hash].append(one)
            for value in one.values:
                if value not in furniture:
                    self.by_value[value].append(one)

    def of(self, one: Comparable) -> list[tuple[int, Comparable]]:
        """Articles of the batch that share enough with `one`, and how many fingerprints."""
        shared: Counter[str] = Counter()
        mates: dict[str, Comparable] = {}
        for value in one.values:
            for mate in self.by_value.get(value, ()):
                shared[mate.article_key] += 1
                mates[mate.article_key] = mate
        for mate in self.by_text.get(one.text_hash, ()):
            mates[mate.article_key] = mate
            shared[mate.article_key] = max(shared[mate.article_key], len(one.values), FEWEST_SHARED)
        mates.pop(one.article_key, None)
        fewest = fewest_shared(one.values)
        return [(shared[key], mate) for key, mate in mates.items() if shared[key] >= fewest]


def _mates(batch: Sequence[Comparable], furniture: frozenset[str]) -> _Mates:
    return _Mates(batch, furniture)


def _ordered(one: Comparable, stored: Iterable[Comparable], mates: _Mates) -> list[Comparable]:
    """Candidates from the store and the batch, most shared fingerprints first, at most `MOST_CANDIDATES`."""
    own = set(one.values) - mates.furniture
    ranked = {mate.article_key: (count, mate) for count, mate in mates.of(one)}
    for other in stored:
        if other.article_key != one.article_key:
            count = len(own.intersection(other.values))
            ranked.setdefault(other.article_key, (count, other))
    best = sorted(ranked.values(), key=lambda pair: (-pair[0], pair[1].place))
    return [other for _, other in best[:MOST_CANDIDATES]]


def _learn(
    batch: Sequence[Comparable],
    pairs: Mapping[str, Sequence[Comparable]],
    furniture: frozenset[str],
    judge: _Judge,
) -> set[str]:
    """Fingerprints that articles share which are no copies: witnesses, counted once a group of copies or story."""
    groups = _Groups()
    apart: list[tuple[Comparable, Comparable]] = []
    for one in batch:
        best: tuple[float, str] | None = None
        for other in pairs[one.article_key]:
            overlap = judge(one, other, furniture)
            if overlap is None:
                if not judge.one_form(
                    one, other
                ):  # what issues of a bulletin share is their form, and no furniture
                    apart.append((one, other))
            elif best is None or overlap.strength > best[0]:
                best = (overlap.strength, other.group)
        if best is not None:
            groups.unite(one.group, best[1])
    witnesses: defaultdict[str, set[str]] = defaultdict(set)
    for one, other in apart:
        home, group = groups.root(one.group), groups.root(other.group)
        if home != group:
            for value in set(one.values).intersection(other.values):
                witnesses[value].update((home, group))
    return {value for value, seen in witnesses.items() if len(seen) >= FURNITURE_IN} - furniture


class _Groups:
    """Which groups are one (union-find)."""

    def __init__(self) -> None:
        self._parent: dict[str, str] = {}

    def root(self, key: str) -> str:
        while (parent := self._parent.get(key, key)) != key:
            self._parent[key] = self._parent.get(parent, parent)
            key = parent
        return key

    def unite(self, one: str, other: str) -> None:
        first, second = sorted((self.root(one), self.root(other)))
        self._parent[second] = first
