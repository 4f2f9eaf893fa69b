"""The entry ledger: every entry created once, queued, worked on, and ended in exactly one state with a reason."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

import orjson
from elasticsearch import Elasticsearch

from wirewatch.index.bulk import Written, batched, merge
from wirewatch.index.codec import read
from wirewatch.index.schema import Names
from wirewatch.index.shelf import KEYS_AT_ONCE, Shelf
from wirewatch.packing import PackedRow, packed
from wirewatch.records import FINAL_STATES, OPEN_STATES, LedgerEntry

# More feeds than this are reconciled in several pages of the composite aggregation.
FEEDS_A_PAGE = 1000


@dataclass(frozen=True, slots=True, kw_only=True)
class Entered:
    """What came of a feed's entries: created, queued again because the feed changed them, known, refused."""

    new: tuple[str, ...] = ()
    changed: tuple[str, ...] = ()
    known: tuple[str, ...] = ()
    refused: tuple[tuple[str, str], ...] = ()
    seen_before: Mapping[str, datetime] = field(
        default_factory=dict
    )  # when those that were there were first seen


@dataclass(frozen=True, slots=True, kw_only=True)
class Reconciliation:
    """One feed's day: entries seen, how they ended or stand, and what is unaccounted for (must be 0)."""

    feed: str
    day: str
    seen: int
    states: tuple[tuple[str, int], ...]
    difference: int


class Ledger(Shelf[LedgerEntry]):
    """All entries ever seen."""

    def __init__(self, client: Elasticsearch, names: Names) -> None:
        super().__init__(
            client,
            names,
            kind="entries",
            record=LedgerEntry,
            key=lambda entry: entry.entry_key,
            month=lambda entry: entry.seen_at,
        )

    def enter(self, rows: Iterable[PackedRow | LedgerEntry], now: datetime) -> Entered:
        """Create rows that are new; queue known ones again when the feed now says something else of them.

        Call `refresh` before, so that rows of the last poll are seen.
        """
        ready = (row if isinstance(row, PackedRow) else packed(row) for row in rows)
        new: list[Written] = []
        changed: list[Written] = []
        known: list[str] = []
        seen_before: dict[str, datetime] = {}
        for batch in batched(ready, KEYS_AT_ONCE):
            by_key = {row.entry_key: row for row in batch}
            there = self._hits(by_key, source=["content_hash", "state", "seen_at"])
            fresh = [row for key, row in by_key.items() if key not in there]
            again = [key for key, hit in there.items() if _says_other(by_key[key], hit["_source"])]
            known.extend(key for key in there if key not in again)
            seen_before.update(
                (key, datetime.fromisoformat(hit["_source"]["seen_at"])) for key, hit in there.items()
            )
            new.append(self._create_packed(fresh))
            changed.append(self.save(self._queued_again(again, by_key, now)))
        created, requeued = merge(new), merge(changed)
        return Entered(
            new=created.done,
            changed=requeued.done,
            known=(*known, *created.known),
            refused=created.refused + requeued.refused,
            seen_before=seen_before,
        )

    def _create_packed(self, rows: Iterable[PackedRow]) -> Written:
        actions = (
            {
                "_op_type": "create",
                "_index": self.homes.of(row.seen_at),
                "_id": row.entry_key,
                "_source": row.json,
            }
            for row in rows
        )
        return self._bulk(actions)

    def _queued_again(
        self, keys: Sequence[str], rows: dict[str, PackedRow], now: datetime
    ) -> Iterator[LedgerEntry]:
        for key, stored in self.get(keys).items():
            row = read(LedgerEntry, orjson.loads(rows[key].json))
            yield replace(
                row,
                seen_at=stored.seen_at,
                backfill=stored.backfill,
                article_key=stored.article_key,
                state="queued",
                reason="changed in the feed",
                state_at=now,
                attempts=0,
                next_attempt_at=None,
            )

    def take(
        self, *, now: datetime, shards: Sequence[int] | None = None, limit: int = 500
    ) -> list[LedgerEntry]:
        """Queued entries whose time has come, oldest first, of the given shards only."""
        query = {"bool": {"filter": [*_due(now), *_in_shards(shards)]}}
        return list(self.records(query, sort=[{"seen_at": "asc"}, {"entry_key": "asc"}], size=limit))

    def extracted(self, limit: int | None = None) -> Iterator[LedgerEntry]:
        """Entries whose article waits for its place among the stories, oldest first."""
        query = {"term": {"state": "extracted"}}
        return self.records(query, sort=[{"seen_at": "asc"}, {"entry_key": "asc"}], size=limit)

    def open_shards(self, now: datetime) -> list[int]:
        """The shards that have work waiting."""
        answer = self.client.search(
            index=self.alias,
            size=0,
            query={"bool": {"filter": _due(now)}},
            aggs={"shards": {"terms": {"field": "shard", "size": 64}}},
        )
        return sorted(int(bucket["key"]) for bucket in answer["aggregations"]["shards"]["buckets"])

    def by_state(self, *, feed: str | None = None) -> dict[str, int]:
        """How many entries are in which state."""
        answer = self.client.search(
            index=self.alias,
            size=0,
            query={"term": {"feed": feed}} if feed else {"match_all": {}},
            aggs={"states": {"terms": {"field": "state", "size": 50}}},
        )
        return {bucket["key"]: bucket["doc_count"] for bucket in answer["aggregations"]["states"]["buckets"]}

    def by_reason(self, state: str, limit: int = 50) -> dict[str, int]:
        """The reasons of one state, most frequent first."""
        answer = self.client.search(
            index=self.alias,
            size=0,
            query={"term": {"state": state}},
            aggs={"reasons": {"terms": {"field": "reason", "size": limit}}},
        )
        return {bucket["key"]: bucket["doc_count"] for bucket in answer["aggregations"]["reasons"]["buckets"]}

    def reconcile(self) -> Iterator[Reconciliation]:
        """Entries seen against the sum of the closed list of states, per feed and day of first sight."""
        after: dict[str, Any] | None = None
        while True:
            composite: dict[str, Any] = {
                "size": FEEDS_A_PAGE,
                "sources": [
                    {"feed": {"terms": {"field": "feed"}}},
                    {
                        "day": {
                            "date_histogram": {
                                "field": "seen_at",
                                "calendar_interval": "day",
                                "format": "yyyy-MM-dd",
                            }
                        }
                    },
                ],
                **({"after": after} if after else {}),
            }
            aggs = {
                "days": {
                    "composite": composite,
                    "aggs": {"states": {"terms": {"field": "state", "size": 50}}},
                }
            }
            answer = self.client.search(index=self.alias, size=0, aggs=aggs)["aggregations"]["days"]
            for bucket in answer["buckets"]:
                yield _reconciled(bucket)
            after = answer.get("after_key")
            if after is None:
                return


def _says_other(row: PackedRow, stored: dict[str, Any]) -> bool:
    waiting = stored.get("state") in OPEN_STATES
    return not waiting and row.content_hash is not None and row.content_hash != stored.get("content_hash")


def _due(now: datetime) -> list[dict[str, Any]]:
    not_before = {"range": {"next_attempt_at": {"gt": now.isoformat()}}}
    return [{"term": {"state": "queued"}}, {"bool": {"must_not": [not_before]}}]


def _in_shards(shards: Sequence[int] | None) -> list[dict[str, Any]]:
    return [] if shards is None else [{"terms": {"shard": list(shards)}}]


def _reconciled(bucket: dict[str, Any]) -> Reconciliation:
    states = {inner["key"]: inner["doc_count"] for inner in bucket["states"]["buckets"]}
    accounted = sum(count for state, count in states.items() if state in FINAL_STATES + OPEN_STATES)
    return Reconciliation(
        feed=bucket["key"]["feed"],
        day=bucket["key"]["day"],
        seen=bucket["doc_count"],
        states=tuple(sorted(states.items())),
        difference=bucket["doc_count"] - accounted,
    )
