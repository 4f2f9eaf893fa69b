"""The steps in their order: poll, ingest, cluster, digest, tend. The command line and the DAG tasks call the same ones.

A step takes an opened engine. The task functions below take nothing but a shard number, open the engine themselves
from the environment, and give back counts: that is all that Airflow carries between tasks.
"""

from __future__ import annotations

from wirewatch.pipeline.engine import Engine, open_engine
from wirewatch.pipeline.tasks import (
    cluster_articles,
    ingest_shard,
    plan_digests,
    plan_ingest,
    plan_polls,
    poll_shard,
    recluster_stories,
    retag_articles,
    run_once,
    send_digests,
    tend_index,
)

__all__ = [
    "Engine", "cluster_articles", "ingest_shard", "open_engine", "plan_digests", "plan_ingest", "plan_polls",
    "poll_shard", "recluster_stories", "retag_articles", "run_once", "send_digests", "tend_index",
]  # fmt: skip
