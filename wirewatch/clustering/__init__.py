"""Extracted articles in, placed articles and stories out: the one ordered step of the engine."""

from wirewatch.clustering.board import story_key_for
from wirewatch.clustering.store import Change, Store, Wanted
from wirewatch.clustering.writer import Writer, cluster_articles, comparable

__all__ = ["Change", "Store", "Wanted", "Writer", "cluster_articles", "comparable", "story_key_for"]
