"""A change of stories, written so that it can be cut off at any point: journaled whole, then done, then struck out."""

from __future__ import annotations

from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor

from pydantic import TypeAdapter

from wirewatch.clustering.store import Change
from wirewatch.index import Index
from wirewatch.index.bulk import Action, batched, bulk
from wirewatch.index.client import IndexRejected
from wirewatch.index.homes import follow
from wirewatch.index.lookup import by_ids
from wirewatch.index.memory import Memory
from wirewatch.index.shelf import KEYS_AT_ONCE

_JOURNAL = "journal"
# Not the codec of records: a field that is set to None must stay in the journal, it takes a value away.
_CHANGE: TypeAdapter[Change] = TypeAdapter(Change)


class Journal:
    """Writes changes, one at a time."""

    def __init__(self, index: Index, memory: Memory) -> None:
        self.index = index
        self.memory = memory
        self.client = index.client

    def unfinished(self) -> Change | None:
        """The journal's change, if it may not be wholly written."""
        source = self.memory.kept(_JOURNAL)
        return _CHANGE.validate_json(source["body"]) if source else None

    def write(self, change: Change) -> None:
        """Journal the change, then write it, then close the journal."""
        body = _CHANGE.dump_json(change).decode()
        journal = {"kind": "journal", "batch": change.batch_key, "body": body}
        self.client.index(index=self.memory.alias, id=_JOURNAL, document=journal)
        # In no order: what is cut off between them is done again from the journal. Articles take the node as long as
        # all the rest, so two requests at a time.
        with ThreadPoolExecutor(1) as pool:
            articles = pool.submit(self._write_articles, change)
            self._write_stories(change)
            articles.result()
        self._move_claims(change)
        self.index.refresh("articles", "stories", "clustering")
        self.client.options(ignore_status=404).delete(index=self.memory.alias, id=_JOURNAL)

    def write_all(self, actions: Iterable[Action]) -> None:
        """Write all of it; a document that is refused stops the writer, because its journal would never be done."""
        for key, reason in bulk(self.client, actions, moved=follow(self.client, self.index.names)).refused:
            raise IndexRejected(key, reason)

    def _write_stories(self, change: Change) -> None:
        self.index.stories.save(change.stories)
        self.write_all(self.memory.actions(change))

    def _write_articles(self, change: Change) -> None:
        """Fields of articles; those of the batch only while their text is still the one decided on."""
        hits = list(by_ids(self.index, "articles", change.articles, {"includes": ["text_hash"]}))
        self.write_all(
            {
                "_op_type": "update",
                "_index": hit["_index"],
                "_id": hit["_id"],
                "doc": change.articles[hit["_id"]],
                "retry_on_conflict": 3,
            }
            for hit in hits
            if change.texts.get(hit["_id"]) in {None, hit["_source"]["text_hash"]}
        )

    def _move_claims(self, change: Change) -> None:
        """Stored claims follow their articles into another story; those of new articles are not stored yet."""
        moved = {key: fields["story_key"] for key, fields in change.articles.items() if "story_key" in fields}
        moved = {key: story for key, story in moved.items() if key not in change.texts}
        for keys in batched(moved, KEYS_AT_ONCE):
            hits = list(
                self.index.claims.scan({"terms": {"article_key": list(keys)}}, fields=["article_key"])
            )
            self.write_all(
                {
                    "_op_type": "update",
                    "_index": hit["_index"],
                    "_id": hit["_id"],
                    "doc": {"story_key": moved[hit["_source"]["article_key"]]},
                }
                for hit in hits
            )
