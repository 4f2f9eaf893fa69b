"""What about the stories an operator should look at, read from the store: what is wrong, and how to mend it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

from wirewatch.index import Index
from wirewatch.index.lease import holder_of
from wirewatch.index.similar import SimilarStore
from wirewatch.stories.assignment import MOST_ARTICLES, MOST_HELD
from wirewatch.stories.rulings import rulings

# A run places what waits within minutes; an article that waits longer is stuck.
LONGEST_WAIT = timedelta(hours=1)
# Full stories named one by one.
NAMED = 5


def story_alarms(index: Index, now: datetime) -> Iterator[tuple[str, str]]:
    """Pairs of what is wrong and what to do about it."""
    yield from _stuck(index, now)
    originals = {"bool": {"must_not": [{"exists": {"field": "near_duplicate_of"}}]}}
    yield from _full(index, originals, MOST_ARTICLES, "originals")
    yield from _full(index, {"match_all": {}}, MOST_HELD, "articles")
    store = SimilarStore(index)
    since = store.memory.noted_reclustering()
    if since is not None and holder_of(index) is None:
        yield (
            f"a re-clustering since {since:%Y-%m-%d %H:%M} was cut off",
            "run `wirewatch recluster` to go on with it",
        )
    for warning in rulings(store.corrections()).warnings:
        yield (
            warning,
            "take one of the two back: `wirewatch stories corrections`, `wirewatch stories undo KEY`",
        )


def _stuck(index: Index, now: datetime) -> Iterator[tuple[str, str]]:
    before = (now - LONGEST_WAIT).isoformat()
    waiting = index.articles.count({
        "bool": {
            "must_not": [{"exists": {"field": "clustered_at"}}],
            "filter": [{"range": {"indexed_at": {"lt": before}}}],
        }
    })  # fmt: skip
    if waiting:
        yield (
            f"{waiting} articles wait for a story for more than an hour",
            "look at the log of `cluster` in the DAG ingest_stories, or run `wirewatch run --once`",
        )


def _full(index: Index, query: dict[str, Any], most: int, noun: str) -> Iterator[tuple[str, str]]:
    answer = index.client.search(
        index=index.name("articles"),
        query=query,
        size=0,
        aggs={"stories": {"terms": {"field": "story_key", "min_doc_count": most, "size": NAMED}}},
        track_total_hits=False,
    )
    for bucket in answer["aggregations"]["stories"]["buckets"]:
        yield (
            f"story {bucket['key']} is full: {bucket['doc_count']} {noun}",
            f"look at it with `wirewatch story {bucket['key']}`; `wirewatch stories split` takes articles out",
        )
