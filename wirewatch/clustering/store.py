"""What the ordered writer needs of a store, and what it hands back to be written."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

from wirewatch.records import StoredArticle, Story
from wirewatch.stories.assignment import Profile
from wirewatch.stories.copies import Comparable
from wirewatch.stories.likeness import TermCounts


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """Everything that a batch changes, as absolute values. Applying it twice is applying it once."""

    batch_key: str
    articles: dict[str, dict[str, Any]]  # fields of articles by key
    texts: dict[str, str]  # text_hash of the batch's articles: only these texts were decided on
    stories: tuple[Story, ...]
    profiles: tuple[Profile, ...]
    closed: tuple[str, ...]  # stories whose profile goes: merged away or emptied
    furniture: frozenset[str]
    terms: dict[str, TermCounts]  # increments by day


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """A question for stories: terms with their weights, and the time they must be open at."""

    terms: tuple[tuple[str, float], ...]
    at: datetime


class Store(Protocol):
    """What the writer needs of the index (`wirewatch.index.similar`), or of memory in tests and benchmarks."""

    def waiting(self, limit: int) -> list[StoredArticle]:
        """Articles not yet placed, earliest first."""

    def similar(
        self, wanted: Sequence[Comparable], furniture: AbstractSet[str]
    ) -> dict[str, list[Comparable]]:
        """For each article, stored and placed ones that share its text or enough of its fingerprints, best first."""

    def texts(self, keys: Iterable[str]) -> dict[str, str]:
        """Texts of stored articles."""

    def comparables(self, keys: Iterable[str]) -> dict[str, Comparable]:
        """Stored articles by key, ready to be compared."""

    def profiles_like(self, wanted: Mapping[str, Wanted]) -> dict[str, list[Profile]]:
        """For each article, profiles of open stories that share its heavy terms, best first."""

    def profiles(self, story_keys: Iterable[str]) -> dict[str, Profile]:
        """Profiles by story."""

    def stories(self, story_keys: Iterable[str]) -> dict[str, Story]:
        """Stories by key, as stored."""

    def members(self, story_keys: Iterable[str]) -> dict[str, list[StoredArticle]]:
        """Articles of stories; texts and fingerprints may be left out."""

    def furniture(self) -> frozenset[str]:
        """Fingerprints learned to be furniture."""

    def term_counts(self) -> TermCounts:
        """Document frequencies of the last weeks."""

    def unfinished(self) -> Change | None:
        """The journal's change, if it may not be wholly written."""

    def write(self, change: Change) -> None:
        """Journal the change, then write it, then close the journal."""
