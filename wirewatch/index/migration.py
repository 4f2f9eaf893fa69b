"""Documents of earlier schema versions into indices of today's, while readers read and writers write.

For each index of an earlier version: make its successor without the alias; copy in the order of writing (`_seq_no`),
pass after pass, until little is left; close the old index for writing, copy the rest, take out what was deleted
meanwhile; put the alias from the old onto the new in one step. Readers see the one or the other, whole. Writers that
meet the closed index wait and follow (`wirewatch.index.homes`). The server needs no part of its own for it: the bare
node has no reindex API.

Killed at any point and started again it goes on where the successor's `_meta` says it was. The old index stays,
closed and unread, until `drop_replaced`: who has it open in a long read ends it in peace.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from elasticsearch import Elasticsearch, helpers

from wirewatch.index.bulk import CHUNK, CHUNK_BYTES
from wirewatch.index.client import Capabilities, IndexRejected
from wirewatch.index.schema import KINDS, Names, create, live_by_kind, prepare

Document = dict[str, Any]
# How far the copy is, written into the successor every so many documents: a cluster update costs 20 to 100 ms.
NOTED_EVERY = 5000
# Passes go on until one finds fewer than this; the rest, copied while the index is closed, takes about as long
# as one bulk request.
FEW = 500
MOST_PASSES = 20
# A long read holds a point in time for at most two minutes between two pages; a day is long after the last of them.
REPLACED_KEPT = timedelta(days=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Moved:
    """One index that was moved: from, to, how many documents it holds, how many were copied in this run."""

    kind: str
    source: str
    target: str
    documents: int
    copied: int


def outdated(client: Elasticsearch, names: Names) -> list[tuple[str, str]]:
    """(kind, index) of every live index of an earlier version."""
    return [
        (kind, index)
        for kind, indices in live_by_kind(client, names).items()
        for index in indices
        if (place := names.place(kind, index)) is not None and place.version < names.version
    ]


def migrate(
    client: Elasticsearch,
    names: Names,
    capabilities: Capabilities,
    *,
    now: datetime,
    say: Callable[[str], None] = lambda _line: None,
    newer: Mapping[str, Callable[[Document], Document]] | None = None,
) -> Iterator[Moved]:
    """Move every index of an earlier version, one after the other. Nothing to move: nothing is done.

    `newer` makes a document of a kind as today's schema wants it (`UPGRADES` unless given); it must be pure.

    Raises:
        IndexRejected: when a document does not fit; the old index goes on as it was.
    """
    upgrades = UPGRADES if newer is None else newer
    waiting = outdated(client, names)
    if waiting:
        prepare_templates(client, names, capabilities, now)
    for number, (kind, source) in enumerate(waiting, 1):
        say(f"{number} of {len(waiting)}: {source}")
        yield _Move(client, names, kind, source, upgrades.get(kind, _as_it_is), say).run()


def prepare_templates(client: Elasticsearch, names: Names, capabilities: Capabilities, now: datetime) -> None:
    """Today's templates; what else `prepare` makes is made as well, but for the fields it may be refused."""
    from wirewatch.index.client import IndexOutdated

    try:
        prepare(client, names, capabilities, now)
    except IndexOutdated:  # that is what we are here for
        return


class _Move:
    """One index on its way."""

    def __init__(
        self,
        client: Elasticsearch,
        names: Names,
        kind: str,
        source: str,
        newer: Callable[[Document], Document],
        say: Callable[[str], None],
    ) -> None:
        place = names.place(kind, source)
        if place is None:
            raise ValueError(f"{source} is no index of {kind}")
        self.client, self.names, self.kind, self.source, self.newer, self.say = (
            client, names, kind, source, newer, say,
        )  # fmt: skip
        self.target = create(client, names, kind, place.month, alias=False)
        self.alias = names.alias(kind)
        self.copied = 0

    def run(self) -> Moved:
        joined = self.target in live_by_kind(self.client, self.names)[self.kind]
        done = self._noted()
        for _ in range(MOST_PASSES):
            before = self.copied
            done = self._copy(done, joined=joined)
            if self.copied - before < FEW:
                break
        try:
            self.client.indices.add_block(index=self.source, block="write")  # waits for writes under way
            self._copy(done, joined=joined)
            if not joined:
                self._take_out_deleted()
            documents = self._swap()
        except BaseException:  # Ctrl-C too: writers must not stay shut out of an index that did not move
            self.client.indices.put_settings(index=self.source, settings={"index.blocks.write": None})
            raise
        self.say(f"{self.source}: {documents} documents are in {self.target} now")
        return Moved(
            kind=self.kind, source=self.source, target=self.target, documents=documents, copied=self.copied
        )

    def _copy(self, done: int, *, joined: bool) -> int:
        """Everything written after sequence number `done` and wholly there; up to which number that is."""
        settled = self._settled()
        self.client.indices.refresh(index=self.source)
        total = int(self.client.count(index=self.source)["count"])
        since_noted = 0
        while True:
            hits = self._written(done, settled)
            if not hits:
                return max(done, settled)
            self._write(hits, joined=joined)
            done = hits[-1]["_seq_no"]
            self.copied += len(hits)
            since_noted += len(hits)
            if since_noted >= NOTED_EVERY:
                since_noted = 0
                self._note(done)
                self.say(f"{self.source}: {min(self.copied, total)} of {total}")

    def _settled(self) -> int:
        """Up to which sequence number every write is there. One above it may be seen before one below it."""
        answer = self.client.indices.stats(index=self.source, level="shards", metric="docs")
        shards = answer["indices"][self.source]["shards"]
        if len(shards) != 1:
            raise IndexRejected(self.source, f"has {len(shards)} shards; what is of one shard can be moved")
        (copies,) = shards.values()
        return next(int(copy["seq_no"]["local_checkpoint"]) for copy in copies if copy["routing"]["primary"])

    def _written(self, done: int, settled: int) -> list[dict[str, Any]]:
        answer = self.client.search(
            index=self.source,
            query={"range": {"_seq_no": {"gt": done, "lte": settled}}},
            sort=[{"_seq_no": "asc"}],
            size=CHUNK,
            seq_no_primary_term=True,
            track_total_hits=False,
        )
        hits: list[dict[str, Any]] = answer["hits"]["hits"]
        return hits

    def _write(self, hits: list[dict[str, Any]], *, joined: bool) -> None:
        """One chunk. The sequence number is the version: of two migrations at once the later write wins in any order."""
        how: dict[str, Any] = {"_op_type": "create"} if joined else {"_op_type": "index"}
        actions = [
            {
                **how,
                "_index": self.target,
                "_id": hit["_id"],
                "_source": self.newer(hit["_source"]),
                **({} if joined else {"version": hit["_seq_no"] + 1, "version_type": "external_gte"}),
            }
            for hit in hits
        ]
        outcomes = helpers.streaming_bulk(
            self.client, actions, max_chunk_bytes=CHUNK_BYTES, raise_on_error=False, max_retries=5
        )
        for ok, item in outcomes:
            result = next(iter(item.values()))
            if not ok and result.get("status") != 409:  # 409: a later writing of it is there
                raise IndexRejected(f"{self.source} {result['_id']}", str(result.get("error")))

    def _take_out_deleted(self) -> None:
        """Delete from the successor what was deleted from the source after it was copied."""
        if self._counted(self.source) == self._counted(self.target):
            return
        kept = set(self._ids(self.source))
        gone = [
            {"_op_type": "delete", "_index": self.target, "_id": key}
            for key in self._ids(self.target)
            if key not in kept
        ]
        helpers.bulk(self.client, gone)
        counts = self._counted(self.source), self._counted(self.target)
        if counts[0] != counts[1]:
            raise IndexRejected(self.source, f"holds {counts[0]} documents, its successor {counts[1]}")

    def _counted(self, index: str) -> int:
        self.client.indices.refresh(index=index)
        return int(self.client.count(index=index)["count"])

    def _ids(self, index: str) -> Iterator[str]:
        for hit in helpers.scan(self.client, index=index, _source=False, size=5000):
            yield hit["_id"]

    def _swap(self) -> int:
        documents = self._counted(self.target)
        self.client.indices.put_mapping(index=self.target, meta=self._meta())
        self.client.indices.put_mapping(
            index=self.source, meta={**self._meta(self.source), "replaced_at": datetime.now(UTC).isoformat()}
        )
        self.client.indices.update_aliases(
            actions=[
                {"remove": {"index": self.source, "alias": self.alias}},
                {"add": {"index": self.target, "alias": self.alias}},
            ]
        )
        return documents

    # ------------------------------------------------------------------ how far

    def _meta(self, index: str | None = None) -> dict[str, Any]:
        """What an index says of itself, without how far a copy into it is."""
        name = index or self.target
        answer = self.client.indices.get_mapping(index=name)
        meta = dict(answer[name]["mappings"].get("_meta", {}))
        meta.pop("copied", None)
        return meta

    def _note(self, done: int) -> None:
        copied = {"source": self.source, "seq_no": done}
        self.client.indices.put_mapping(index=self.target, meta={**self._meta(), "copied": copied})

    def _noted(self) -> int:
        answer = self.client.indices.get_mapping(index=self.target)
        copied = answer[self.target]["mappings"].get("_meta", {}).get("copied", {})
        return int(copied["seq_no"]) if copied.get("source") == self.source else -1


def drop_replaced(
    client: Elasticsearch, names: Names, *, now: datetime, kept: timedelta = REPLACED_KEPT
) -> list[str]:
    """Delete indices that a migration replaced longer ago than `kept`; their names."""
    dropped = []
    there = {index for indices in live_by_kind(client, names).values() for index in indices}
    for kind in KINDS:
        answer = client.options(ignore_status=404).indices.get_mapping(
            index=names.everything(kind), allow_no_indices=True
        )
        for index, about in answer.body.items() if answer.meta.status == 200 else ():
            replaced = about["mappings"].get("_meta", {}).get("replaced_at")
            if index not in there and replaced and datetime.fromisoformat(replaced) + kept <= now:
                client.indices.delete(index=index)
                dropped.append(index)
    return dropped


# --------------------------------------------------------------------------- documents of earlier versions


def _as_it_is(document: Document) -> Document:
    return document


def _article(document: Document) -> Document:
    """Version 2 holds topics by level."""
    topics = document.get("topics", ())
    return {
        **document,
        "topics_secondary": [tag["topic"] for tag in topics if tag["level"] == "secondary"],
        "topics_mentioned": [tag["topic"] for tag in topics if tag["level"] == "mention"],
    }


UPGRADES: Mapping[str, Callable[[Document], Document]] = {"articles": _article}
