"""Moving to a new schema version on a real node: readers read, writers write, kill -9, and nothing is lost."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import uuid
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

import pytest

from extractors.records import TopicTag
from tests.builders import NOON, build_article, build_entry, build_feed_state
from wirewatch.index import Index, IndexOutdated, IndexRejected, connect
from wirewatch.index.migration import NOTED_EVERY, migrate
from wirewatch.index.schema import KINDS, SCHEMA_VERSION
from wirewatch.settings import Settings, load_settings

pytestmark = pytest.mark.elastic


@pytest.fixture
def home(node_url: str, tmp_path) -> Settings:
    return load_settings(
        environ={
            "WIREWATCH_HOME": str(tmp_path / "home"),
            "WIREWATCH_ELASTICSEARCH_URL": node_url,
            "WIREWATCH_INDEX_PREFIX": f"t{uuid.uuid4().hex[:10]}",
        }
    )


@pytest.fixture
def old(home: Settings) -> Iterator[Index]:
    """An index as an earlier version of Wirewatch left it."""
    opened = connect(home, prepared=False)
    earlier = Index(
        opened.client,
        prefix=home.index_prefix,
        url=opened.url,
        capabilities=opened.capabilities,
        version=SCHEMA_VERSION - 1,
    )
    earlier.prepare(NOON)
    yield earlier
    earlier.drop()
    earlier.close()


def rows(count, *, start=0, **fields):
    return [
        build_entry(url=f"https://a.example/{number}", **fields) for number in range(start, start + count)
    ]


def test_what_was_stored_is_there_after_the_move_and_the_old_indices_go_a_day_later(old, home):
    article = build_article(
        topics=(TopicTag(topic="defection", level="secondary", rule="r", evidence=()),),
        topics_all=("defection",),
    )
    old.articles.save([article])
    old.feeds.save([build_feed_state()])
    new = connect(home, now=NOON)
    assert len(new.outdated()) == len(KINDS)
    moved = list(new.migrate(NOON))
    assert {each.kind: each.documents for each in moved if each.documents} == {"articles": 1, "feeds": 1}
    assert new.outdated() == []
    (stored,) = new.articles.get([article.article_key]).values()
    assert stored == replace(article, topics_secondary=("defection",))
    assert new.feeds.with_token(build_feed_state_key())[0] == build_feed_state()
    assert list(new.migrate(NOON)) == []
    assert new.drop_replaced() == []
    assert len(new.drop_replaced(kept=timedelta(0))) == len(KINDS)
    assert new.articles.count() == 1


def build_feed_state_key():
    from wirewatch.index import feed_key

    return feed_key(build_feed_state())


class Traffic:
    """A writer that creates, changes and deletes, and a reader that counts, until they are stopped."""

    def __init__(self, home: Settings, first: int) -> None:
        self.home, self.first = home, first
        self.acknowledged = {row.entry_key: "queued" for row in rows(first)}
        self.deleted: set[str] = set()
        self.faults: list[object] = []
        self.stop = threading.Event()
        self.threads = [
            threading.Thread(target=self.safely, args=(each,)) for each in (self.write, self.read)
        ]

    def __enter__(self):
        for thread in self.threads:
            thread.start()
        return self

    def __exit__(self, *_):
        self.stop.set()
        for thread in self.threads:
            thread.join(120)

    def safely(self, work) -> None:
        index = connect(self.home, now=NOON)
        try:
            while not self.stop.is_set():
                work(index)
        except Exception as fault:  # noqa: BLE001 the test tells of it
            self.faults.append(fault)
        finally:
            index.close()

    def write(self, index: Index) -> None:
        number = len(self.acknowledged)
        fresh = rows(20, start=number)
        changed = rows(20, start=number - 700, state="indexed", reason="r")
        gone = [row.entry_key for row in rows(2, start=number - self.first)]
        for batch in (fresh, changed):
            self.faults.extend(index.ledger.save(batch).refused)
            self.acknowledged.update((row.entry_key, row.state) for row in batch)
        self.deleted.update(gone)
        index.ledger.delete(gone)
        index.refresh("entries")

    def read(self, index: Index) -> None:
        last = rows(1, start=self.first - 1)[0].entry_key
        keys = [hit["_id"] for hit in index.ledger.scan(fields=["entry_key"])]
        missing = self.first - len(self.deleted) - len(keys)
        if missing > 0 or len(keys) != len(set(keys)) or last not in index.ledger.get([last]):
            self.faults.append((missing, len(keys) - len(set(keys))))


def test_readers_and_writers_go_on_through_the_move_and_nothing_is_lost_or_seen_twice(old, home):
    old.ledger.create(rows(1500))
    old.refresh("entries")
    new = connect(home, now=NOON)
    with Traffic(home, 1500) as traffic:
        moved = list(new.migrate(NOON))
    new.refresh("entries")
    assert traffic.faults == []
    assert {each.kind for each in moved} >= {"entries", "feeds"}
    assert len(traffic.acknowledged) > 1500
    expected = {key: state for key, state in traffic.acknowledged.items() if key not in traffic.deleted}
    assert {row.entry_key: row.state for row in new.ledger.records()} == expected


def test_killed_in_the_middle_it_goes_on_where_it_was(old, home):
    total = 2 * NOTED_EVERY
    old.ledger.create(rows(total))
    environ = {
        **os.environ,
        "WIREWATCH_HOME": str(home.home),
        "WIREWATCH_ELASTICSEARCH_URL": str(home.elasticsearch_url),
        "WIREWATCH_INDEX_PREFIX": home.index_prefix,
    }
    command = [sys.executable, "-c", "from wirewatch.cli import main; main()", "index", "migrate"]
    running = subprocess.Popen(command, env=environ, stderr=subprocess.PIPE, text=True)
    for line in running.stderr:
        if f"entries-v{SCHEMA_VERSION - 1}-" in line and f" of {total}" in line:
            break
    running.send_signal(signal.SIGKILL)
    running.communicate()
    assert running.returncode == -signal.SIGKILL
    new = connect(home, now=NOON)
    assert new.ledger.count() == total
    moved = {each.kind: each for each in new.migrate(NOON)}
    assert moved["entries"].documents == total
    assert moved["entries"].copied <= total - NOTED_EVERY
    assert new.ledger.count() == total


def test_a_field_of_another_type_stops_writers_until_the_documents_are_moved(old, home):
    name = old.names.single("feeds")
    old.client.indices.delete(index=name)
    old.client.indices.create(
        index=name,
        mappings={"properties": {"url": {"type": "keyword"}, "entries_seen": {"type": "keyword"}}},
        aliases={old.name("feeds"): {}},
    )
    old.client.index(index=name, id="f", document={"url": "https://a.example", "entries_seen": "7"})
    with pytest.raises(IndexOutdated, match="entries_seen"):
        connect(home, now=NOON)
    new = connect(home, prepared=False)
    list(new.migrate(NOON))
    new.prepare(NOON)
    assert [state.entries_seen for state in new.feeds.records()] == [7]


def test_a_document_that_does_not_fit_leaves_everything_as_it_was(old, home):
    old.feeds.save([build_feed_state()])
    old.refresh("feeds")
    new = connect(home, now=NOON)
    spoilt = {"feeds": lambda document: {**document, "no_such_field": 1}}
    with pytest.raises(IndexRejected, match="no_such_field"):
        list(migrate(new.client, new.names, new.capabilities, now=NOON, newer=spoilt))
    assert new.feeds.indices() == [old.names.single("feeds")]
    assert new.feeds.save([build_feed_state(title="still open")]).refused == ()
