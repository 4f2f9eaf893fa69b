"""The part of the index that dispatching works on, in memory: same promises (create once, write if unchanged), and a
search that sees only what was refreshed.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from wirewatch.index.codec import document
from wirewatch.records import Delivery, FeedState, StoredArticle, Story


class Kept:
    """Records by key."""

    def __init__(self, records: Iterable[Any] = (), key: str = "") -> None:
        self.by_key = {getattr(record, key): record for record in records}

    def get(self, keys: Iterable[str]) -> dict[str, Any]:
        return {key: self.by_key[key] for key in keys if key in self.by_key}

    def records(self) -> Iterator[Any]:
        yield from self.by_key.values()


class Rows:
    """Deliveries: each write raises the version, a write on an old version loses."""

    def __init__(self) -> None:
        self.rows: dict[str, tuple[Delivery, int]] = {}
        self.searchable: dict[str, Delivery] = {}

    def create_one(self, row: Delivery) -> bool:
        if row.digest_key in self.rows:
            return False
        self.rows[row.digest_key] = (row, 1)
        return True

    def with_token(self, key: str) -> tuple[Delivery, int] | None:
        return self.rows.get(key)

    def replace(self, row: Delivery, token: int) -> bool:
        if self.rows[row.digest_key][1] != token:
            return False
        self.rows[row.digest_key] = (row, token + 1)
        return True

    def delete(self, keys: Iterable[str]) -> None:
        for key in keys:
            self.rows.pop(key, None)

    def refresh(self) -> None:
        self.searchable = {key: row for key, (row, _) in self.rows.items()}

    def scan(self, query: Any, *, sort: Any = (), fields: Any = ()) -> Iterator[dict[str, Any]]:
        wanted, span = query["bool"]["filter"]
        least = datetime.fromisoformat(span["range"]["window_end"]["gte"])
        for row in sorted(self.searchable.values(), key=lambda row: row.window_end):
            if row.subscriber == wanted["term"]["subscriber"] and row.window_end >= least:
                yield {"_source": {name: value for name, value in document(row).items() if name in fields}}


class Decided(Kept):
    """Corrections, none taken back."""

    def standing(self, kinds: Iterable[str]) -> list[Any]:
        return [one for one in self.by_key.values() if one.kind in kinds]


@dataclass
class IndexInMemory:
    """Stories, articles and feeds as given, and a ledger of deliveries."""

    stories: Kept = field(default_factory=Kept)
    articles: Kept = field(default_factory=Kept)
    feeds: Kept = field(default_factory=Kept)
    deliveries: Rows = field(default_factory=Rows)
    searches: Kept = field(default_factory=Kept)
    subscriptions: Kept = field(default_factory=Kept)
    corrections: Decided = field(default_factory=Decided)

    def put(self, stories: Iterable[Story] = (), articles: Iterable[StoredArticle] = ()) -> None:
        self.stories.by_key.update((story.story_key, story) for story in stories)
        self.articles.by_key.update((article.article_key, article) for article in articles)

    def put_feed(self, state: FeedState) -> None:
        self.feeds.by_key[state.url] = state

    def refresh(self, *kinds: str) -> None:
        if not kinds or "deliveries" in kinds:
            self.deliveries.refresh()

    def stories_changed_since(self, since: datetime | None, until: datetime) -> Iterator[Story]:
        for story in self.stories.by_key.values():
            if (
                story.merged_into is None
                and (since is None or since < story.changed_at)
                and story.changed_at <= until
            ):
                yield story
