"""Extracted articles to their places among the stories, then the ledger and the claims follow.

The one step with one writer: Airflow gives it a pool of one slot.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import replace
from datetime import timedelta

from wirewatch.clustering import cluster_articles, finish
from wirewatch.index.lease import writing
from wirewatch.index.similar import SimilarStore
from wirewatch.pipeline.engine import Engine
from wirewatch.pipeline.retelling import retell, write_claims
from wirewatch.records import LedgerEntry, StoredArticle

# Ledger rows settled in one go; their articles are read along, 20 KB each.
BATCH = 500
# How long a run waits for another writer: an analyst's correction takes a second, a re-clustering minutes.
PATIENCE = timedelta(seconds=20)


def cluster(engine: Engine) -> dict[str, int]:
    """Place every article that waits; settle its entries. Counts of articles, stories and final states."""
    index = engine.index
    index.refresh("articles", "stories", "entries")
    counts: Counter[str] = Counter()
    with writing(index, patience=PATIENCE) as lease:
        if lease is None:
            counts["busy"] = 1
            engine.say("another writer is at work on the stories; what waits is placed by the next run")
        else:
            placed = cluster_articles(SimilarStore(index, lease), now=engine.clock(), say=engine.say)
            counts.update(placed.as_dict())
            counts.update(retell(engine, lease))
    index.refresh("articles", "stories")
    counts.update(settle(engine))
    return dict(counts)


def tell_stories(engine: Engine) -> dict[str, int]:
    """Tell the stories anew whose articles were read again, and nothing else."""
    with writing(engine.index, patience=PATIENCE) as lease:
        if lease is None:
            return {"busy": 1}
        finish(SimilarStore(engine.index, lease))
        return retell(engine, lease)


def settle(engine: Engine) -> dict[str, int]:
    """End the entries whose article has its place. Looks at the articles only, so it may run at any time."""
    states: Counter[str] = Counter()
    batch: list[LedgerEntry] = []
    for row in engine.index.ledger.extracted():
        batch.append(row)
        if len(batch) == BATCH:
            states.update(_settle(engine, batch))
            batch = []
    states.update(_settle(engine, batch))
    engine.index.refresh("entries", "claims")
    return dict(states)


def _settle(engine: Engine, rows: list[LedgerEntry]) -> Iterable[str]:
    articles = engine.index.articles.get({row.article_key for row in rows})
    originals = engine.index.articles.get(
        {article.near_duplicate_of for article in articles.values() if article.near_duplicate_of}
    )
    placed = {key: article for key, article in articles.items() if article.clustered_at is not None}
    write_claims(engine.index, placed.values())
    ended = []
    for row in rows:
        article = placed.get(row.article_key)
        if article is not None:
            state, reason = final_state(row, article, originals.get(article.near_duplicate_of or ""))
            ended.append(replace(row, state=state, reason=reason, state_at=engine.clock()))
        elif row.article_key not in articles:
            # Its article never arrived (a crash between the two writes): fetch it again.
            ended.append(
                replace(row, state="queued", reason="its article was not stored", state_at=engine.clock())
            )
    engine.index.ledger.save(ended)
    return [row.state for row in ended]


def final_state(row: LedgerEntry, article: StoredArticle, original: StoredArticle | None) -> tuple[str, str]:
    """How an entry ends whose article has its place, and why."""
    if article.near_duplicate_of is not None:
        of = original.url if original else article.near_duplicate_of
        return "near_duplicate", f"{article.duplicate_kind} of {of}"
    if article.revisions and article.revisions[-1].replaced_at > row.seen_at:
        changes = "; ".join(article.revisions[-1].changes) or "nothing that matters"
        return "updated", f"changed: {changes}"
    return "indexed", f"story {article.story_key}"
