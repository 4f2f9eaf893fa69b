"""
# Send digests

Composes what changed for every subscriber whose window has ended, stores it, and delivers it by mail or into the outbox
folder.

## When it runs

Woken by an event on `wirewatch://stories`, and every five minutes for subscribers who are due by the clock. Its tasks go
before all others when slots are short. If nobody is due the run ends after `plan`.

## What it leaves behind

One delivery row per subscriber and window, created once by its id. The message is rendered once and stored before it is
sent, with a Message-ID that comes from its content: a run that is repeated never sends a second, different digest.

## When it fails

A mail server that is down defers the delivery, with its reason, to a later run; the other subscribers get theirs. The task
fails when Elasticsearch cannot be reached, or the subscribers file is unreadable.

## How to mend it

`wirewatch doctor` checks mail settings and the subscribers file. Deferred deliveries go out by themselves.
"""

from __future__ import annotations

from datetime import timedelta

from airflow.sdk import dag, task

from wirewatch.scheduling import STORIES, Pool, Tag, Weight, run_settings, woken_by


@dag(
    schedule=woken_by(STORIES, or_at="*/5 * * * *"),
    doc_md=__doc__,
    **run_settings(Tag.DELIVER, limit=timedelta(minutes=20), weight=Weight.DIGESTS),
)
def send_digests() -> None:
    # In the pool of `cluster`: a digest that is planned in the middle of an assignment would tell half of it.
    @task.short_circuit(pool=Pool.STORIES)
    def plan() -> list[str]:
        """Whose digest is due; the run ends here if nobody's is."""
        from wirewatch import pipeline

        return pipeline.plan_digests()

    @task
    def send() -> dict[str, int]:
        """Composes, stores and delivers every digest that is due."""
        from wirewatch import pipeline

        return pipeline.send_digests()

    plan() >> send()


send_digests()
