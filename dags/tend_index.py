"""
# Tend the index

Keeps the store in order: moves documents of an earlier schema version, makes next month's indices, deletes months that are older
than `keep_months`, gives a full Elasticsearch its lifecycle and snapshot policies, lists the subscribers for dashboards.
Counts the entries that feeds gave against those the ledger accounts for. `ledger_difference` in the task's XCom, and as the
gauge `wirewatch.ledger_difference` where Airflow sends its metrics, must be 0; the log names each feed and day that differs.

## When it runs

Once a day, at 03:17 UTC.

## When it fails

When Elasticsearch cannot be reached, or refuses a template. Nothing of the news flow depends on the same day's run: next
month's indices are made well ahead.

## How to mend it

Look at the task's log, run `wirewatch doctor`, then trigger the DAG.

## What it does not do

Airflow's own database also grows, but tasks have no access to it (Airflow 3 forbids it). `wirewatch up` runs
`airflow db clean` by itself once a day; elsewhere schedule that command beside Airflow, as `docker-compose.yml` does.
"""

from __future__ import annotations

from datetime import timedelta

from airflow.sdk import dag, task

from wirewatch.scheduling import Tag, Weight, measured, run_settings


@dag(
    schedule="17 3 * * *",
    doc_md=__doc__,
    **run_settings(Tag.UPKEEP, limit=timedelta(minutes=60), weight=Weight.UPKEEP),
)
def tend_index() -> None:
    @task
    def tend() -> dict[str, int]:
        """Templates, next month's indices, retention, the ledger reconciled; every count is also a metric."""
        from wirewatch import pipeline

        return measured(pipeline.tend_index())

    tend()


tend_index()
