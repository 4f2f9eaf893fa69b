"""
# Retag articles

Reads stored articles again by the topic rules in force, where they were tagged by older ones: topics, and mentions and
claims when the code that finds them changed. Only articles that the change can reach are read again.

## When it runs

Every half hour, at 23 and 53, and by hand with parameters. A run with nothing older ends at once. Each run takes one piece
of a few minutes, newest articles first, and ends early when entries wait to be ingested; the next run goes on.

By hand: **dry run** only reports what each topic would gain and lose, with samples, in the log of `retag`; **since** and
**topic** narrow the articles down.

## What it leaves behind

Articles with the version of the rules that tagged them, and stories that follow (`tell`, in the pool of one slot). No reader
is told of a story because of it: a topic gained here counts for digests only from articles that come later.

## When it fails

When Elasticsearch cannot be reached. A faulty topic file does not end it: the last good set stays in force, and the log says
which file, which key and why.

## How to mend it

Clear the failed task, or wait. What was written is not done again, and what somebody else wrote meanwhile is read again.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from airflow.sdk import Param, dag, task

from wirewatch.scheduling import Pool, Tag, Weight, run_settings


@dag(
    schedule="23,53 * * * *",
    doc_md=__doc__,
    params={
        "dry_run": Param(False, type="boolean", title="Dry run", description="Only report; write nothing."),
        "since": Param(
            None,
            type=["null", "string"],
            format="date-time",
            title="Since",
            description="Only articles from then on.",
        ),
        "topic": Param(
            None,
            type=["null", "string"],
            title="Topic",
            description="Only articles this topic can come to or go from.",
        ),
    },
    **run_settings(Tag.ANALYSE, Tag.UPKEEP, limit=timedelta(minutes=30), weight=Weight.UPKEEP),
)
def retag_articles() -> None:
    @task
    def retag(params: dict[str, Any] | None = None) -> dict[str, int]:
        """Reads a piece of the older articles again."""
        from wirewatch import pipeline

        asked = params or {}
        topic = asked.get("topic")
        return pipeline.retag_articles(
            dry_run=bool(asked.get("dry_run")), since=asked.get("since"), topics=[topic] if topic else None
        )

    @task(pool=Pool.STORIES)
    def tell() -> dict[str, int]:
        """Tells the stories of re-read articles anew, as the only writer."""
        from wirewatch import pipeline

        return pipeline.cluster_articles()

    retag() >> tell()


retag_articles()
