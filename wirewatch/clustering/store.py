"""What the ordered writer needs of a store, and what it hands back to be written."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

from wirewatch.corrections import Correction
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
    ruled: tuple[str, ...] | None = None  # corrections that the stories follow from now on


@dataclass(frozen=True, slots=True, kw_only=True)
class Placed:
    """Where an article stands: what is needed of it to say which articles a scope holds."""

    article_key: str
    story_key: str
    sort_at: datetime
    near_duplicate_of: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """A question for stories: terms with their weights, and the time they must be open at."""

    terms: tuple[tuple[str, float], ...]
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Extent:
    """How many articles a story holds, copies included, and which is its first."""

    articles: int
    first: str


class Lookups(Protocol):
    """What placing a batch asks for: similar texts, similar stories, and what was learned of words and passages."""

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

    def extents(self, story_keys: Iterable[str]) -> dict[str, Extent]:
        """How large stories are; those without articles are left out."""

    def furniture(self) -> frozenset[str]:
        """Fingerprints learned to be furniture."""

    def term_counts(self, before: datetime | None = None) -> TermCounts:
        """Document frequencies of the last weeks, or of the weeks before the day of `before`."""


class Store(Lookups, Protocol):
    """What the writer needs of the index (`wirewatch.index.similar`), or of memory in tests and benchmarks."""

    def waiting(self, limit: int) -> list[StoredArticle]:
        """Articles not yet placed, earliest first."""

    def stories(self, story_keys: Iterable[str]) -> dict[str, Story]:
        """Stories by key, as stored."""

    def merged_into(self, story_keys: Iterable[str]) -> list[Story]:
        """Stories that redirect to one of these, as they were told last."""

    def members(self, story_keys: Iterable[str]) -> dict[str, list[StoredArticle]]:
        """Articles of stories; texts and fingerprints may be left out."""

    def articles_by_key(self, keys: Iterable[str]) -> list[StoredArticle]:
        """Articles with everything in them, in no order."""

    def placed_since(self, since: datetime, most: int | None = None) -> list[Placed] | None:
        """Articles with a story whose time is `since` or later, earliest first; None when there are more than `most`."""

    def placed_in(self, story_keys: Iterable[str]) -> list[Placed]:
        """The articles of stories, earliest first."""

    def corrections(self) -> list[Correction]:
        """What analysts decided on stories, withdrawn decisions included."""

    def ruled(self) -> frozenset[str]:
        """The keys of the corrections that the stored stories follow."""

    def unfinished(self) -> Change | None:
        """The journal's change, if it may not be wholly written."""

    def write(self, change: Change) -> None:
        """Journal the change, then write it, then close the journal."""
