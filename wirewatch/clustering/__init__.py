"""Extracted articles in, placed articles and stories out: the one ordered step of the engine."""

from wirewatch.clustering.board import story_key_for
from wirewatch.clustering.running import apply_corrections, cluster_articles, finish
from wirewatch.clustering.store import Change, Placed, Store, Wanted
from wirewatch.clustering.writer import Writer, comparable

__all__ = [
    "Change", "Placed", "Store", "Wanted", "Writer", "apply_corrections", "cluster_articles", "comparable",
    "finish",    "story_key_for",
]  # fmt: skip
