"""
# Ingest stories

Drains the entry ledger: fetches the pages of waiting entries, extracts, tags and indexes the articles, then assigns them
to stories, folding near-identical ones together.

## When it runs

Woken by an event on `wirewatch://entries`, and every ten minutes as a sweeper for what an event missed and for retries
that have become due. Runs never overlap.

## What it leaves behind

Every entry it took in exactly one state with a reason (`indexed`, `near_duplicate`, `not_an_article`, `gone`, ...; `queued`
again when a page could not be had this time), articles with their tags and the words that earned them, stories with their
independent reports, and one event on `wirewatch://stories`, which wakes `send_digests`. `drift_alarms` in the XCom of `ingest`, and the
gauge `wirewatch.drift_alarms` where Airflow sends its metrics, say how many publishers' measures are not as usual: `wirewatch doctor`
names them.

## When it fails

One bad page never stops the others: it ends in the ledger with its reason. A task fails when Elasticsearch cannot be
reached. `cluster` runs in a pool of one slot, so two runs can never found the same story twice; it takes up whatever an
earlier run left unassigned. If one shard fails, the others' articles are clustered all the same, and `every_shard_done`
turns the run red.

## How to mend it

Clear the failed task, or wait: the ledger still knows every entry, and the next run finishes the work. Keys come from
content, so nothing is stored twice.
"""

from __future__ import annotations

from datetime import timedelta

from airflow.providers.standard.operators.empty import EmptyOperator
from airflow.sdk import TriggerRule, dag, task

from wirewatch.scheduling import ENTRIES, STORIES, Pool, Tag, Weight, measured, run_settings, woken_by


@dag(
    schedule=woken_by(ENTRIES, or_at="*/10 * * * *"),
    doc_md=__doc__,
    **run_settings(Tag.COLLECT, Tag.ANALYSE, limit=timedelta(minutes=60), weight=Weight.PAGES),
)
def ingest_stories() -> None:
    @task
    def plan() -> list[int]:
        """Which shards have entries to take up."""
        from wirewatch import pipeline

        return pipeline.plan_ingest()

    @task(pool=Pool.PAGES, map_index_template="shard {{ task.op_kwargs['shard'] }}")
    def ingest(shard: int) -> dict[str, int]:
        """Fetches, extracts, tags and indexes the waiting entries of one shard of hosts."""
        from wirewatch import pipeline

        return measured(pipeline.ingest_shard(shard), "drift_alarms")

    # Not only after a good `ingest`: articles of an earlier run may still wait for a story.
    @task(pool=Pool.STORIES, priority_weight=Weight.CLUSTERING, trigger_rule=TriggerRule.ALL_DONE)
    def cluster() -> dict[str, int]:
        """Assigns every article without a story to one, in order, as the only writer."""
        from wirewatch import pipeline

        return pipeline.cluster_articles()

    @task(outlets=[STORIES])
    def publish(counts: dict[str, int]) -> dict[str, int]:
        """Wakes `send_digests`."""
        return counts

    ingested = ingest.expand(shard=plan())
    clustered = cluster()
    ingested >> clustered
    publish(clustered)
    ingested >> EmptyOperator(task_id="every_shard_done")


ingest_stories()
