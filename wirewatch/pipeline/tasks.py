"""The steps as Airflow runs them: settings from the environment, counts as the answer."""

from __future__ import annotations

import logging
from datetime import UTC, datetime

from wirewatch.entering import SHARDS
from wirewatch.pipeline.engine import Engine, open_engine
from wirewatch.verdicts import Due

# One piece of re-tagging: a task slot is never away for longer than a usual ingest task takes.
RETAG_SECONDS = 240
LOG = logging.getLogger("wirewatch")


def plan_polls() -> list[int]:
    """The numbers of the polling tasks that have a feed due."""
    from wirewatch.pipeline.polls import due_feeds, shard_of

    with open_engine(say=LOG.info) as engine:
        shards = engine.settings.shards
        return sorted({shard_of(due.feed.url, shards) for due in due_feeds(engine) if isinstance(due, Due)})


def poll_shard(shard: int) -> dict[str, int]:
    """Poll the due feeds of one task. Fails only when every one of them failed."""
    from wirewatch.pipeline.polls import poll

    with open_engine(say=LOG.info) as engine:
        counts = poll(engine, shard=shard, shards=engine.settings.shards)
    if counts.get("feeds", 0) and counts.get("failed", 0) == counts["feeds"]:
        raise RuntimeError(
            f"every feed of shard {shard} failed: {counts}; the feed page of the desk says why"
        )
    return counts


def plan_ingest() -> list[int]:
    """The numbers of the ingest tasks that have an entry waiting."""
    with open_engine(say=LOG.info) as engine:
        engine.index.refresh("entries")
        waiting = engine.index.ledger.open_shards(engine.clock())
        return sorted({shard % engine.settings.shards for shard in waiting})


def ingest_shard(shard: int) -> dict[str, int]:
    """Fetch, read and store the queued entries of one task; `drift_alarms` counts those of every publisher."""
    from wirewatch.pipeline.ingesting import ingest
    from wirewatch.pipeline.sites import open_alarms

    with open_engine(say=LOG.info) as engine:
        counts = ingest(engine, shards=ledger_shards(shard, engine.settings.shards))
        return {**counts, "drift_alarms": open_alarms(engine.index)}


def cluster_articles() -> dict[str, int]:
    """Place what was stored among the stories. One at a time."""
    from wirewatch.pipeline.placing import cluster

    with open_engine(say=LOG.info) as engine:
        return cluster(engine)


def recluster_stories(since: str, *, dry_run: bool) -> dict[str, int]:
    """Decide the stories since then anew; every difference goes into the log."""
    from wirewatch.pipeline.reclustering import moment, recluster

    with open_engine(say=LOG.info) as engine:
        at = moment(since, engine.clock())
        return recluster(engine, since=at, dry_run=dry_run, tell=lambda each: LOG.info("%s", each))


def retag_articles(
    *, dry_run: bool = False, since: str | None = None, topics: list[str] | None = None
) -> dict[str, int]:
    """Bring a piece of the older articles up to the rules in force; ends early where entries wait to be ingested."""
    from wirewatch.retagging import Wanted, for_seconds, retag

    with open_engine(say=LOG.info) as engine:
        over = for_seconds(RETAG_SECONDS)

        def enough() -> bool:
            return over() or bool(engine.index.ledger.open_shards(engine.clock()))

        wanted = Wanted(
            since=datetime.fromisoformat(since).astimezone(UTC) if since else None,
            topics=tuple(topics or ()),
            dry_run=dry_run,
            enough=over if dry_run else enough,
        )
        report = retag(engine.index, engine.rules, now=engine.clock(), wanted=wanted, say=LOG.info)
    for topic, one in sorted(report.topics.items()):
        LOG.info("%s: +%d -%d", topic, one.added, one.removed)
        for sign, samples in (("+", one.added_to), ("-", one.removed_from)):
            for sample in samples:
                words = ", ".join(sample.words)
                LOG.info(
                    "%s %s %s (%s) rule %s: %s", topic, sign, sample.title, sample.url, sample.rule, words
                )
    return report.counts()


def plan_digests() -> list[str]:
    """Plan the digests that are due; their keys."""
    from wirewatch.dispatch import plan_due

    with open_engine(say=LOG.info) as engine:
        return plan_due(engine.index, engine.settings, engine.clock())


def send_digests() -> dict[str, int]:
    """Render and send what is planned."""
    with open_engine(say=LOG.info) as engine:
        return digest(engine)


def tend_index() -> dict[str, int]:
    """Daily care of the index."""
    from wirewatch.pipeline.tending import tend

    with open_engine(say=LOG.info, prepared=False) as engine:  # it moves what cannot be prepared as it is
        return tend(engine)


def digest(engine: Engine) -> dict[str, int]:
    """Plan, render and send every digest that is due."""
    from wirewatch.dispatch import deliver_due

    return deliver_due(engine.index, engine.settings, engine.clock(), say=engine.say)


def ledger_shards(task: int, tasks: int) -> list[int]:
    """The ledger shards that one of `tasks` tasks owns: those that leave its number when divided by the tasks."""
    return [shard for shard in range(SHARDS) if shard % tasks == task]


def run_once(engine: Engine, *, everything: bool = False) -> dict[str, dict[str, int]]:
    """One pass of all steps in this process: poll, ingest, cluster, digest. Counts by step."""
    from wirewatch.pipeline.ingesting import ingest
    from wirewatch.pipeline.placing import cluster
    from wirewatch.pipeline.polls import poll

    return {
        "poll": poll(engine, everything=everything),
        "ingest": ingest(engine, workers=engine.settings.shards),
        "cluster": cluster(engine),
        "digest": digest(engine),
    }
