"""Many documents in few requests on a real node: a verdict for each, patience with a busy server, requests of bounded size."""

from __future__ import annotations

import threading

import pytest

from tests.builders import NOON, build_entry
from wirewatch.index import Index, Written
from wirewatch.index.bulk import CHUNK, CHUNK_BYTES, bulk

pytestmark = pytest.mark.elastic


def carried_out(index: Index, *actions: dict[str, object]) -> Written:
    home = index.names.single("sites")
    return bulk(index.client, ({"_index": home, **action} for action in actions), moved=lambda _index: None)


def test_a_bulk_tells_apart_what_was_there_what_is_written_and_what_is_refused(index: Index):
    create = {"_op_type": "create", "_id": "old", "_source": b'{"host":"a.example"}'}
    assert carried_out(index, create).done == ("old",)
    mixed = carried_out(
        index,
        create,
        {"_op_type": "index", "_id": "new", "_source": {"host": "b.example"}},
        {"_op_type": "index", "_id": "wrong", "_source": {"no such field": 1}},
        {"_op_type": "update", "_id": "old", "doc": {"host": "c.example"}},
        {"_op_type": "delete", "_id": "never there"},
    )
    assert (mixed.known, mixed.done) == (("old",), ("new", "old"))
    ((key, reason),) = mixed.refused
    assert (key, "no such field" in reason) == ("wrong", True)
    stored = index.client.get(index=index.name("sites"), id="old")["_source"]
    assert stored == {"host": "c.example"}


def test_what_a_busy_server_puts_off_is_written_once_it_has_room(index: Index):
    # The block of a full disk answers each document with 429, as a full queue does.
    def full(full: bool | None) -> None:
        settings = {"blocks.read_only_allow_delete": full}
        index.client.indices.put_settings(index=index.name("entries"), settings=settings)

    full(True)
    room = threading.Timer(0.2, full, [None])
    room.start()
    entry = build_entry()
    assert index.ledger.enter([entry], NOON).new == (entry.entry_key,)
    room.join()


def test_documents_too_large_for_one_request_are_sent_in_several(index: Index):
    text = "x" * (2 * CHUNK_BYTES // CHUNK)
    entries = [build_entry(url=f"https://a.example/{number}", content_html=text) for number in range(CHUNK)]
    assert len(index.ledger.enter(entries, NOON).new) == CHUNK
    index.refresh("entries")
    assert index.ledger.count() == CHUNK
