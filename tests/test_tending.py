"""Daily care on a real, bare node; and what a full server would be asked for."""

from __future__ import annotations

import json
from dataclasses import fields
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from tests.builders import NOON, build_article
from wirewatch.index import Index
from wirewatch.index.lifecycle import lifecycle_policy, month_after, months_before, snapshot_policy
from wirewatch.index.schema import Names
from wirewatch.pipeline.engine import Engine
from wirewatch.pipeline.tending import tend
from wirewatch.records import ListedSubscriber
from wirewatch.settings import load_settings

SUBSCRIBERS = """
[[subscriber]]
name = "night-desk"
address = "night@paper.example"
topics = ["defection"]

[[subscriber]]
name = "folder"
outbox = "folder"
"""


def settings(index: Index, home: Path, subscribers: str, **more: str):
    (home / "subscribers.toml").write_text(subscribers)
    return load_settings(
        environ={
            "WIREWATCH_HOME": str(home),
            "WIREWATCH_ELASTICSEARCH_URL": index.url,
            "WIREWATCH_INDEX_PREFIX": index.names.prefix,
            "WIREWATCH_SUBSCRIBERS": str(home / "subscribers.toml"),
            "WIREWATCH_KEEP_MONTHS": "2",
            **more,
        }
    )


@pytest.mark.elastic
def test_months_past_their_time_go_the_next_one_is_made_and_the_subscribers_are_listed(index, tmp_path):
    old = build_article(url="https://a.example/old", first_seen_at=datetime(2026, 8, 31, tzinfo=UTC))
    kept = build_article(url="https://a.example/kept", first_seen_at=datetime(2026, 9, 1, tzinfo=UTC))
    index.articles.save([old, kept])
    said: list[str] = []
    asked = settings(index, tmp_path, SUBSCRIBERS, WIREWATCH_SNAPSHOT_REPOSITORY="nightly")
    counts = tend(Engine(settings=asked, index=index, clock=lambda: NOON, say=said.append))
    assert counts["months_deleted"] == 1
    index.refresh("articles")
    assert [article.url for article in index.articles.records()] == [kept.url]
    assert [name.rsplit("-", 1)[1] for name in index.months()["articles"]] == [
        "2026.09",
        "2026.11",
        "2026.12",
    ]
    assert [line for line in said if "snapshot_repository" in line]
    index.subscribers.refresh()
    listed = {one.name: (one.channel, one.active, one.topics) for one in index.subscribers.records()}
    assert listed == {"night-desk": ("mail", True, ("defection",)), "folder": ("folder", True, ())}
    later = NOON + timedelta(days=1)
    fewer = settings(index, tmp_path, SUBSCRIBERS.split("\n\n", maxsplit=1)[0])
    tend(Engine(settings=fewer, index=index, clock=lambda: later))
    index.subscribers.refresh()
    now = {one.name: (one.active, one.listed_at) for one in index.subscribers.records()}
    assert now == {"night-desk": (True, NOON), "folder": (False, later)}


def test_no_address_of_a_subscriber_can_be_stored():
    assert {"address", "outbox"} & {field.name for field in fields(ListedSubscriber)} == set()


@pytest.mark.parametrize(
    ("at", "back", "first"),
    [
        (datetime(2026, 1, 31, tzinfo=UTC), 1, "2025-12-01"),
        (datetime(2026, 12, 31, tzinfo=UTC), 12, "2025-12-01"),
        (datetime(2026, 12, 31, tzinfo=UTC), 0, "2026-12-01"),
    ],
)
def test_months_are_counted_by_the_calendar(at, back, first):
    assert f"{months_before(at, back):%Y-%m-%d}" == first


def test_the_month_after_december_is_january():
    assert f"{month_after(datetime(2026, 12, 31, tzinfo=UTC)):%Y-%m}" == "2027-01"


def test_a_full_server_deletes_no_month_before_we_would():
    days = int(lifecycle_policy(24)["phases"]["delete"]["min_age"].removesuffix("d"))
    assert days >= 24 * 31 + 31


def test_a_snapshot_holds_our_indices_and_nothing_else():
    policy = snapshot_policy(Names("wirewatch"), "nightly")
    assert policy["config"] == {"indices": ["wirewatch-*"], "include_global_state": False}
    assert json.dumps(policy)
