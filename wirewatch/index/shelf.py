"""Documents of one kind: read by key, written in bulk, scanned. A verdict per document, never an exception for one."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Generic, TypeVar

from elasticsearch import ApiError, ConflictError, Elasticsearch

from wirewatch.index.bulk import Written, batched, bulk, merge
from wirewatch.index.client import IndexRejected
from wirewatch.index.codec import document, read
from wirewatch.index.homes import Homes, refused_for_moving
from wirewatch.index.schema import MONTHLY, Names

Record = TypeVar("Record")

# An ids query may carry as many keys as a bool query has clauses; far below that it stays fast.
KEYS_AT_ONCE = 1000
PAGE = 1000
KEEP_ALIVE = "2m"


@dataclass(frozen=True, slots=True)
class Token:
    """Which version of which document was read; a conditional write goes through only on that version."""

    index: str
    seq_no: int
    primary_term: int


class Shelf(Generic[Record]):
    """All documents of one kind, through its alias."""

    def __init__(
        self,
        client: Elasticsearch,
        names: Names,
        *,
        kind: str,
        record: type[Record],
        key: Callable[[Record], str],
        month: Callable[[Record], datetime] | None = None,
    ) -> None:
        self.client = client
        self.names = names
        self.kind = kind
        self.alias = names.alias(kind)
        self._record = record
        self._key = key
        self._month = month
        self.homes = Homes(client, names, kind)
        if (kind in MONTHLY) != (month is not None):
            raise ValueError(f"{kind}: a monthly kind needs its month, a single one has none")

    # ------------------------------------------------------------------ reading

    def get(self, keys: Iterable[str]) -> dict[str, Record]:
        """Records by key; unknown keys are left out. Sees what was written before the last refresh."""
        return {key: self._decode(hit) for key, hit in self._hits(keys).items()}

    def with_token(self, key: str) -> tuple[Record, Token] | None:
        """One record, read in real time, with the token for a conditional write."""
        if self._month is None:
            found = self.client.options(ignore_status=404).get(index=self.alias, id=key)
            return (self._decode(found.body), token_of(found.body)) if found.body.get("found") else None
        for index in self.indices():
            found = self.client.options(ignore_status=404).get(index=index, id=key)
            if found.body.get("found"):
                return self._decode(found.body), token_of(found.body)
        return None

    def scan(
        self,
        query: Mapping[str, Any] | None = None,
        *,
        sort: Sequence[Mapping[str, Any]] = (),
        size: int | None = None,
        fields: Sequence[str] = (),
        page: int = PAGE,
    ) -> Iterator[dict[str, Any]]:
        """Every matching document's hit, `page` at a time by a point in time; `size` bounds how many.

        Hits carry what `token_of` needs.
        """
        left = size
        after: list[Any] | None = None
        pit = self.client.open_point_in_time(index=self.alias, keep_alive=KEEP_ALIVE)["id"]
        order = [*sort, {"_shard_doc": "asc"}]
        try:
            while left is None or left > 0:
                answer = self.client.search(
                    pit={"id": pit, "keep_alive": KEEP_ALIVE},
                    query=query or {"match_all": {}},
                    sort=order,
                    size=page if left is None else min(page, left),
                    search_after=after,
                    track_total_hits=False,
                    seq_no_primary_term=True,
                    source_includes=list(fields) or None,
                )
                hits = answer["hits"]["hits"]
                yield from hits
                if not hits:
                    return
                after = hits[-1]["sort"]
                left = None if left is None else left - len(hits)
        finally:
            self.client.options(ignore_status=404).close_point_in_time(id=pit)

    def records(
        self,
        query: Mapping[str, Any] | None = None,
        *,
        sort: Sequence[Mapping[str, Any]] = (),
        size: int | None = None,
    ) -> Iterator[Record]:
        """Like `scan`, as records."""
        for hit in self.scan(query, sort=sort, size=size):
            yield self._decode(hit)

    def count(self, query: Mapping[str, Any] | None = None) -> int:
        """How many documents match."""
        return int(self.client.count(index=self.alias, query=query or {"match_all": {}})["count"])

    def refresh(self) -> None:
        """Make everything written so far visible to searches."""
        self.client.indices.refresh(index=self.alias)

    def indices(self) -> list[str]:
        """The indices behind the alias, newest first."""
        return self.homes.all()

    # ------------------------------------------------------------------ writing

    def create(self, records: Iterable[Record]) -> Written:
        """Write what is not there yet; what is there stays as it is and counts as known."""
        return self._bulk({"_op_type": "create", **self._action(record)} for record in records)

    def save(self, records: Iterable[Record]) -> Written:
        """Write records over what is there, each in the index where its key lives."""
        batches = batched(records, KEYS_AT_ONCE)
        done: list[Written] = []
        for batch in batches:
            where = self._where([self._key(record) for record in batch])
            actions = (
                {"_op_type": "index", **self._action(record, where.get(self._key(record)))}
                for record in batch
            )
            done.append(self._bulk(actions))
        return merge(done)

    def replace(self, record: Record, token: Token) -> bool:
        """Write one record if nobody wrote it, and no migration moved it, since the token was taken."""
        try:
            self.client.index(
                index=token.index,
                id=self._key(record),
                document=document(record),
                if_seq_no=token.seq_no,
                if_primary_term=token.primary_term,
            )
        except ConflictError:
            return False
        except ApiError as fault:
            if refused_for_moving(fault) and self.homes.moved(token.index) is not None:
                return False
            raise
        return True

    def update(self, changes: Iterable[tuple[Token, str, Mapping[str, Any]]]) -> Written:
        """Set fields of documents that nobody wrote since their token was taken; the others count as known."""
        actions = (
            {
                "_op_type": "update",
                "_index": token.index,
                "_id": key,
                "if_seq_no": token.seq_no,
                "if_primary_term": token.primary_term,
                "doc": dict(fields),
            }
            for token, key, fields in changes
        )
        return self._bulk(actions)

    def create_one(self, record: Record) -> bool:
        """Create one document; False when its key is taken.

        Raises:
            IndexRejected: when the server refuses the document.
        """
        written = self.create([record])
        if written.refused:
            raise IndexRejected(*written.refused[0])
        return bool(written.done)

    def delete(self, keys: Iterable[str]) -> None:
        """Take documents away; unknown keys are fine."""
        where = self._where(list(keys))
        self._bulk({"_op_type": "delete", "_index": index, "_id": key} for key, index in where.items())

    # ------------------------------------------------------------------ inside

    def _decode(self, hit: Mapping[str, Any]) -> Record:
        return read(self._record, hit["_source"])

    def _action(self, record: Record, index: str | None = None) -> dict[str, Any]:
        return {
            "_index": index or self._home(record),
            "_id": self._key(record),
            "_source": document(record),
        }

    def _home(self, record: Record) -> str:
        return self.homes.of(None if self._month is None else self._month(record))

    def _where(self, keys: Sequence[str]) -> dict[str, str]:
        if self._month is None:
            return dict.fromkeys(keys, self.homes.of(None))
        return {key: hit["_index"] for key, hit in self._hits(keys, source=False).items()}

    def _hits(self, keys: Iterable[str], *, source: Any = True) -> dict[str, dict[str, Any]]:
        found: dict[str, dict[str, Any]] = {}
        for batch in batched(dict.fromkeys(keys), KEYS_AT_ONCE):
            answer = self.client.search(
                index=self.alias,
                query={"ids": {"values": list(batch)}},
                size=len(batch),
                source=source,
                track_total_hits=False,
                request_cache=False,
            )
            found.update((hit["_id"], hit) for hit in answer["hits"]["hits"])
        return found

    def _bulk(self, actions: Iterable[dict[str, Any]]) -> Written:
        return bulk(self.client, actions, moved=self.homes.moved)


def token_of(hit: Mapping[str, Any]) -> Token:
    """Which version of its document a hit shows."""
    return Token(hit["_index"], hit["_seq_no"], hit["_primary_term"])
