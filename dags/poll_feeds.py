"""
# Poll feeds

Asks every feed that is due for new entries and enters them in the ledger. Pages are not fetched here.

## When it runs

Every five minutes; runs never overlap. Which feeds are due is decided feed by feed: by the interval set for it, by how
often it brings something, and by how it failed. If none is due the run ends after `plan`.

## What it leaves behind

Entries in state `queued`, the state of every feed (next poll, failures, ETag), and one event on `wirewatch://entries`,
which wakes `ingest_stories`. The event only wakes: the ledger is the queue.

## When it fails

A feed that fails is recorded with its reason and waits longer; the others go on and the run stays green: look at feed
health in the desk, or `wirewatch feeds`. A *task* fails when Elasticsearch cannot be reached or the feed list is
unreadable. If one shard fails, what the others found is still published, and `every_shard_done` turns the run red.

## How to mend it

`wirewatch doctor` names what is wrong. Then trigger the DAG, or wait for the next run: nothing is lost meanwhile, feeds
are simply asked later.
"""

from __future__ import annotations

from datetime import timedelta

from airflow.providers.standard.operators.empty import EmptyOperator
from airflow.sdk import TriggerRule, dag, task
from airflow.sdk.exceptions import AirflowSkipException

from wirewatch.scheduling import ENTRIES, Pool, Tag, Weight, add_up, run_settings


@dag(
    schedule="*/5 * * * *",
    doc_md=__doc__,
    **run_settings(Tag.COLLECT, limit=timedelta(minutes=20), weight=Weight.FEEDS),
)
def poll_feeds() -> None:
    @task.short_circuit
    def plan() -> list[int]:
        """Which shards have a feed that is due; the run ends here if none has."""
        from wirewatch import pipeline

        return pipeline.plan_polls()

    @task(pool=Pool.FEEDS, map_index_template="shard {{ task.op_kwargs['shard'] }}")
    def poll(shard: int) -> dict[str, int]:
        """Polls the due feeds of one shard, side by side, each host by one task only."""
        from wirewatch import pipeline

        return pipeline.poll_shard(shard)

    @task(trigger_rule=TriggerRule.ALL_DONE, outlets=[ENTRIES])
    def publish(counts: list[dict[str, int]]) -> dict[str, int]:
        """Wakes `ingest_stories`, also when a shard failed: the others' entries are in the ledger."""
        if not counts:
            raise AirflowSkipException("no shard was polled: nothing to publish")
        return add_up(counts)

    polled = poll.expand(shard=plan())
    publish(polled)
    polled >> EmptyOperator(task_id="every_shard_done")


poll_feeds()
