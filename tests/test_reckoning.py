"""What feeds gave against what the ledger holds."""

from __future__ import annotations

import os
import subprocess
import sys
from datetime import timedelta

import pytest

from tests.builders import NOON, build_entry, build_feed_state
from wirewatch.packing import packed
from wirewatch.pipeline import Engine
from wirewatch.pipeline.polls import Poll, _enter
from wirewatch.pipeline.reckoning import reckon
from wirewatch.records import Feed, FeedReading
from wirewatch.twins import Twins
from wirewatch.verdicts import Due, Fetched

FEED = "https://paper.example/feed.xml"


def build_fetched(url):
    return Fetched(
        url=url, final_url=url, status=200, body=b"<rss/>", headers=(), fetched_at=NOON, elapsed=timedelta(0)
    )


_GAUGES = """
from airflow.sdk.observability import stats
from wirewatch.scheduling import measured

class Told:
    def gauge(self, stat, value, *_, **__):
        print(stat, value)

stats.initialize(factory=Told, export_legacy_names=False)
measured({"ledger_difference": 2})
measured({"indexed": 5, "drift_alarms": 1}, "drift_alarms")
"""


@pytest.mark.airflow
def test_counts_or_those_named_are_gauges_of_airflow_under_our_name(tmp_path):
    told = subprocess.run(
        [sys.executable, "-c", _GAUGES],
        env={**os.environ, "AIRFLOW_HOME": str(tmp_path)},
        capture_output=True,
        text=True,
        check=True,
    )
    sent = [line for line in told.stdout.splitlines() if line.startswith("wirewatch.")]
    assert sent == ["wirewatch.ledger_difference 2", "wirewatch.drift_alarms 1"]


@pytest.mark.elastic
def test_o1_entries_that_a_broken_off_poll_entered_are_counted_by_the_next(index, settings):
    engine = Engine(settings=settings, index=index, clock=lambda: NOON)
    rows = [
        build_entry(url=f"https://paper.example/{n}", seen_at=NOON - timedelta(hours=1)) for n in range(3)
    ]
    index.feeds.save([state := build_feed_state(polled_at=NOON - timedelta(hours=2), first_read_at=NOON)])
    index.ledger.enter(rows, NOON)
    assert reckon(index).difference == 3
    polled = Poll(
        due=Due(feed=Feed(url=FEED), state=state),
        verdict=build_fetched(FEED),
        reading=FeedReading(kind="rss20", entries=len(rows)),
        rows=tuple(map(packed, rows)),
    )
    assert _enter(engine, [polled], Twins([], {}))["new"] == 0
    assert reckon(index).difference == 0


@pytest.mark.elastic
def test_a_feed_older_than_the_ledger_may_have_given_more_than_is_held_but_never_less(index):
    months = timedelta(days=200)
    index.ledger.enter([build_entry()], NOON)
    index.feeds.save([build_feed_state(entries_seen=9, first_read_at=NOON - months)])
    assert reckon(index).difference == 0
    index.feeds.save([build_feed_state(entries_seen=0, first_read_at=NOON - months)])
    assert reckon(index).difference == 1
