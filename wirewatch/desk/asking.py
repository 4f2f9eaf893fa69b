"""The query of a story list, every parameter bounded, and the index that answers it."""

from __future__ import annotations

import time
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from threading import Lock
from typing import Annotated, Literal
from urllib.parse import parse_qsl, urlencode

from pydantic import BaseModel, Field

from extractors.taxonomy import Taxonomy, TaxonomyFaults, load_taxonomy
from wirewatch.attention import Attention
from wirewatch.index import Index, Question, connect
from wirewatch.rules import rules_in_force
from wirewatch.searches import SINCE, SavedSearch, search_key
from wirewatch.settings import Settings

PAGE = 25
LONGEST_WORDS = 500
# What another desk's analyst pinned or muted shows here after so many seconds at the latest; one's own at once.
ATTENTION_KEPT = 5.0
Name = Annotated[str, Field(min_length=1, max_length=200)]


class Asked(BaseModel):
    """What a reader asks of the stories. Nothing given: what is on a topic, newest first."""

    q: str = Field(default="", max_length=LONGEST_WORDS, description="words, a phrase in quotes, -not")
    topic: list[Name] = Field(default=[], max_length=30)
    publisher: list[Name] = Field(default=[], max_length=30)
    language: list[Name] = Field(default=[], max_length=30)
    since: Literal["", "day", "week", "month"] = ""
    reports: int = Field(default=1, ge=1, le=100, description="at least this many independent reports")
    conflicts: bool = Field(default=False, description="only where figures contradict each other")
    offtopic: bool = Field(default=False, description="stories without any topic, too")
    muted: bool = Field(default=False, description="stories that an analyst muted, too")
    sort: Literal["", "newest", "changed", "relevance", "reports"] = ""
    page: int = Field(default=1, ge=1, le=400)

    @property
    def order(self) -> str:
        """The order in force: best match for words, newest without, unless one was chosen."""
        return self.sort or ("relevance" if self.q.strip() else "newest")

    def query(self, **changes: object) -> str:
        """The query string that asks the same with some parameters changed; defaults are left out."""
        changed = self.model_copy(update={"page": 1, **changes})
        return urlencode(changed.model_dump(exclude_defaults=True), doseq=True)

    def pairs(self) -> list[tuple[str, str]]:
        """The same as `query`, as the fields of a form."""
        return parse_qsl(self.query())

    def question(self, now: datetime, attention: Attention, *, brief: bool = True) -> Question:
        """What the index is asked. `attention` says which stories come first and which are left out.

        Times are whole minutes: whoever asks the same within one is answered from what Elasticsearch kept.
        """
        now = now.replace(second=0, microsecond=0)
        return Question(
            words=self.q.strip(),
            topics=tuple(self.topic),
            publishers=tuple(self.publisher),
            languages=tuple(self.language),
            since=now - SINCE[self.since] if self.since else None,
            minimum_reports=self.reports,
            conflicts_only=self.conflicts,
            tagged_only=not self.offtopic,
            brief=brief,
            pinned=tuple(sorted(attention.pinned)),
            muted=() if self.muted else tuple(sorted(attention.muted)),
            sort="published" if self.order == "newest" else self.order,
            size=PAGE,
            offset=(self.page - 1) * PAGE,
        )


def saved(asked: Asked, *, name: str, by: str, now: datetime) -> SavedSearch:
    """What a reader asks, to be kept under a name."""
    return SavedSearch(
        search_key=search_key(name),
        name=name,
        words=asked.q.strip() or None,
        topics=tuple(asked.topic),
        publishers=tuple(asked.publisher),
        languages=tuple(asked.language),
        since=asked.since or None,
        minimum_reports=asked.reports,
        conflicts_only=asked.conflicts,
        untagged=asked.offtopic,
        sort=asked.sort or None,
        made_by=by,
        made_at=now,
    )


def asked_of(search: SavedSearch) -> Asked:
    """What a saved search asks, as the list takes it."""
    return Asked.model_validate(
        {
            "q": search.words or "",
            "topic": list(search.topics),
            "publisher": list(search.publishers),
            "language": list(search.languages),
            "since": search.since or "",
            "reports": search.minimum_reports,
            "conflicts": search.conflicts_only,
            "offtopic": search.untagged,
            "sort": search.sort or "",
        }
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Topics:
    """The topic rules that pages show. `told` says what is wrong with the operator's files."""

    taxonomy: Taxonomy
    folders: tuple[Path, ...]
    told: tuple[str, ...] = ()


class Source:
    """The index, opened when the first page asks for it and again after it was down."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self._index: Index | None = None
        self._attention = Attention()
        self._attention_at = float("-inf")
        self._lock = Lock()

    def index(self) -> Index:
        """The opened index.

        Raises:
            IndexUnreachable: with the mend in it.
        """
        with self._lock:
            if self._index is None:
                self._index = connect(self.settings)
            return self._index

    def topics(self) -> Topics:
        """The topic rules in force; while the operator's files are faulty, the last good set and what is wrong."""
        folders = self.settings.topic_folders
        try:
            return Topics(taxonomy=load_taxonomy(folders), folders=folders)
        except TaxonomyFaults:
            rules = rules_in_force(self.index(), self.settings)
            return Topics(taxonomy=rules.taxonomy, folders=rules.folders, told=rules.told())

    def attention(self) -> Attention:
        """Which stories are pinned and which are muted, some seconds old at most."""
        index = self.index()
        if time.monotonic() - self._attention_at > ATTENTION_KEPT:
            self._attention = index.corrections.attention()
            self._attention_at = time.monotonic()
        return self._attention

    def decided(self) -> None:
        """Something was decided here: make it seen by the next page."""
        self.index().corrections.refresh()
        self._attention_at = float("-inf")

    def forget(self) -> None:
        """Open it anew next time: the embedded node may come back at another address."""
        with self._lock:
            if self._index is not None:
                self._index.close()
            self._index = None
            self._attention_at = float("-inf")
