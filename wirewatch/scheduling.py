"""What the DAG files share: the assets that wake the next DAG, pools, tags, and how runs and tasks behave by default.

The only engine file that imports Airflow. It decides nothing about the news: a task's work is one call into
`wirewatch.pipeline`. The queue between DAGs is the entry ledger; an asset event only wakes the next DAG up, and its cron
sweeps up what an event missed.
"""

from __future__ import annotations

from datetime import timedelta
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from airflow.sdk import Asset, AssetOrTimeSchedule, CronTriggerTimetable

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

OWNER = "wirewatch"

# One event each time a poll entered something in the ledger, or a clustering run may have changed stories.
ENTRIES = Asset(name="wirewatch_entries", uri="wirewatch://entries", group="wirewatch")
STORIES = Asset(name="wirewatch_stories", uri="wirewatch://stories", group="wirewatch")


class Tag(StrEnum):
    """The closed list of DAG tags."""

    COLLECT = "collect"
    ANALYSE = "analyse"
    DELIVER = "deliver"
    UPKEEP = "upkeep"


class Pool(StrEnum):
    """The pools; their sizes are in `dags/pools.json`, which `airflow pools import` and `wirewatch up` read."""

    FEEDS = "feeds"
    PAGES = "pages"
    STORIES = "stories"


class Weight:
    """Who goes first when task slots are short: readers wait for digests; polling can be late by a minute."""

    DIGESTS = 100
    CLUSTERING = 50
    PAGES = 20
    FEEDS = 10
    UPKEEP = 1


def woken_by(asset: Asset, *, or_at: str) -> AssetOrTimeSchedule:
    """The schedule of a DAG that an asset event wakes, and cron (UTC) sweeps after what an event missed."""
    return AssetOrTimeSchedule(timetable=CronTriggerTimetable(or_at, timezone="UTC"), assets=[asset])


def run_settings(*tags: Tag, limit: timedelta, weight: int) -> dict[str, Any]:
    """Arguments for `@dag`: runs never overlap, end in bounded time, and are not made up for the past.

    Retries wait 20 s, 40 s, ...: long enough for an Elasticsearch node that `wirewatch up` restarts (15-60 s), short
    enough that a five-minute cadence holds.
    """
    return {
        "tags": ["wirewatch", *tags],
        "catchup": False,
        "max_active_runs": 1,
        "dagrun_timeout": limit,
        "default_args": {
            "owner": OWNER,
            "retries": 2,
            "retry_delay": timedelta(seconds=20),
            "retry_exponential_backoff": True,
            "max_retry_delay": timedelta(minutes=5),
            "execution_timeout": limit / 2,
            "priority_weight": weight,
            "weight_rule": "absolute",
        },
    }


def add_up(counts: Iterable[Mapping[str, int]]) -> dict[str, int]:
    """The sum of what several tasks counted, name by name."""
    total: dict[str, int] = {}
    for each in counts:
        for name, number in each.items():
            total[name] = total.get(name, 0) + number
    return total


def measured(counts: Mapping[str, int], *names: str) -> dict[str, int]:
    """The counts; those of `names` (none named: all) are also sent as gauges `wirewatch.NAME`.

    They go wherever Airflow sends its metrics (StatsD, OpenTelemetry). Counts of one shard are no gauges: the shards'
    tasks would overwrite one another.
    """
    from airflow.sdk.observability import stats

    for name in names or counts:
        stats.gauge(f"wirewatch.{name}", counts[name])
    return dict(counts)
