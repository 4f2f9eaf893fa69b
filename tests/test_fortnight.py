"""Two simulated weeks of the sample press on a web where one answer in twenty fails: nothing is lost, nothing unaccounted for."""

from __future__ import annotations

import hashlib
import uuid
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

import pytest

from extractors.urls import article_key, canonical_url
from wirewatch.newsroom import Newsroom
from wirewatch.pipeline import Engine, open_engine
from wirewatch.pipeline.ingesting import ingest_with, readers_of
from wirewatch.pipeline.pages import Readers
from wirewatch.pipeline.placing import cluster
from wirewatch.pipeline.polls import poll
from wirewatch.records import FINAL_STATES
from wirewatch.settings import load_settings

pytestmark = pytest.mark.elastic

EPOCH = datetime(2026, 11, 20, 12, tzinfo=UTC)
STEP, LAST_STEP, INGEST_EVERY = timedelta(hours=12), timedelta(days=1), timedelta(days=5)
# What passes: a page that once answers 404 is gone for good, and rightly so.
PASSING = (500, 502, 503, 429, 0)


@dataclass
class Fortnight:
    """The simulated clock and the troubles of the web."""

    now: datetime = EPOCH - timedelta(days=14)
    asked: Counter[tuple[str, str]] = field(default_factory=Counter)
    troubles: int = 0

    def clock(self) -> datetime:
        return self.now

    def trouble(self, publisher: str, path: str) -> int | None:
        """One answer in twenty fails, the same ones in every run."""
        self.asked[publisher, path] += 1
        draw = hashlib.sha256(f"{publisher}{path}{self.asked[publisher, path]}".encode()).digest()
        if draw[0] >= 256 // 20:
            return None
        self.troubles += 1
        return PASSING[draw[1] % len(PASSING)]


@dataclass
class Lived:
    """A fortnight gone by."""

    fortnight: Fortnight
    newsroom: Newsroom
    engine: Engine
    polled: Counter[str]


@pytest.fixture(scope="module")
def lived(node_url, tmp_path_factory) -> Iterator[Lived]:
    home = tmp_path_factory.mktemp("fortnight")
    fortnight = Fortnight()
    with Newsroom(home, EPOCH, clock=fortnight.clock, trouble=fortnight.trouble) as newsroom:
        newsroom.write_feed_list(home / "feeds.toml")
        settings = load_settings(
            environ={
                "WIREWATCH_HOME": str(home),
                "WIREWATCH_ELASTICSEARCH_URL": node_url,
                "WIREWATCH_INDEX_PREFIX": f"t{uuid.uuid4().hex[:10]}",
                "WIREWATCH_ALLOW_LOOPBACK": "1",
                "WIREWATCH_HOST_DELAY_SECONDS": "0",
                "WIREWATCH_FEEDS": str(home / "feeds.toml"),
            }
        )
        # One reader for the whole time: a process a call would begin for longer than it reads.
        with open_engine(settings, clock=fortnight.clock) as engine, readers_of(engine, workers=1) as readers:
            polled = _live(fortnight, engine, readers)
            yield Lived(fortnight, newsroom, engine, polled)
            engine.index.drop()


def _live(fortnight: Fortnight, engine: Engine, readers: Readers) -> Counter[str]:
    polled: Counter[str] = Counter()
    ingest_at = fortnight.now + INGEST_EVERY
    # A few days more, in which nothing new appears and everything comes to its end.
    while fortnight.now < EPOCH + timedelta(days=6):
        polled.update(poll(engine))
        if fortnight.now >= ingest_at and engine.index.ledger.open_shards(fortnight.now):
            ingest_with(engine, readers)
            ingest_at = fortnight.now + INGEST_EVERY
        fortnight.now += STEP if fortnight.now < EPOCH else LAST_STEP
    ingest_with(engine, readers)
    cluster(engine)
    engine.index.refresh("entries", "feeds", "articles")
    return polled


def test_the_web_did_misbehave(lived: Lived):
    asked = lived.fortnight.asked.total()
    assert 0.02 < lived.fortnight.troubles / asked < 0.1
    assert lived.polled["failed"] > 0


def test_o1_every_entry_seen_is_in_the_ledger_once_and_the_difference_is_0(lived: Lived):
    days = list(lived.engine.index.ledger.reconcile())
    assert sum(day.difference for day in days) == 0
    per_feed = Counter(row.feed for row in lived.engine.index.ledger.records())
    states = {state.url: state for state in lived.engine.index.feeds.records()}
    assert {url: state.entries_seen for url, state in states.items()} == {
        url: per_feed[url] for url in states
    }
    assert sum(per_feed.values()) == lived.polled["new"]


def test_o3_every_entry_ends_in_a_final_state_with_a_reason(lived: Lived):
    rows = list(lived.engine.index.ledger.records())
    unfinished = [
        (row.link, row.state, row.reason) for row in rows if row.state not in FINAL_STATES or not row.reason
    ]
    assert unfinished == []


def test_no_article_that_the_press_lists_was_missed(lived: Lived):
    listed = {article_key(canonical_url(address)): address for address in lived.newsroom.addresses().values()}
    rows = list(lived.engine.index.ledger.records())
    seen = {row.article_key for row in rows} | {article_key(row.url) for row in rows}
    assert [address for key, address in listed.items() if key not in seen] == []


def test_failures_passed_and_every_feed_is_well_in_the_end(lived: Lived):
    wrong = [
        (state.url, state.status, state.reason)
        for state in lived.engine.index.feeds.records()
        if state.status not in {"ok", "quiet", "unreachable"}
    ]
    assert wrong == []
