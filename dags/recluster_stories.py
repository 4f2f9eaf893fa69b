"""
# Recluster stories

Decides anew which articles tell of one event, over the articles that are stored: after a change of the rules or of the
publishers' families, or when many articles came late.

## When it runs

Only when somebody triggers it. `since` says how far back: `36h`, `7d`, `2w` or a date. With `dry_run` it writes nothing and
its log shows what would change: stories that come about, that change their articles, that go into others, and their
independent reports before and after.

## What it leaves behind

Story keys stay where most of a story's articles stay; others redirect. No subscriber is told again: a story that was only
decided anew keeps its revision, unless its figures contradict each other only now.

## When it fails

When Elasticsearch cannot be reached, or another process writes stories. It runs in the pool of one slot, so clustering waits
for it; fetching goes on, and what arrived is placed at the end.

## How to mend it

Trigger it again with the same `since`: what was done is found to be as decided, and it goes on from there.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from airflow.sdk import Param, dag, task

from wirewatch.scheduling import Pool, Tag, Weight, run_settings


@dag(
    schedule=None,
    doc_md=__doc__,
    params={
        "since": Param("7d", type="string", description="How far back: 36h, 7d, 2w or a date."),
        "dry_run": Param(True, type="boolean", description="Only show what would change."),
    },
    **run_settings(Tag.ANALYSE, limit=timedelta(hours=6), weight=Weight.UPKEEP),
)
def recluster_stories() -> None:
    @task(pool=Pool.STORIES)
    def recluster(params: dict[str, Any] | None = None) -> dict[str, int]:
        """Decides the stories anew, as the only writer."""
        from wirewatch import pipeline

        given = params or {}
        return pipeline.recluster_stories(given["since"], dry_run=given["dry_run"])

    recluster()


recluster_stories()
