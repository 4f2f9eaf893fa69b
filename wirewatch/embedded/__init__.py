"""A real Elasticsearch from package indexes alone: fetched, started, shared, watched and stopped by us."""

from __future__ import annotations

from wirewatch.embedded.errors import DistributionUnavailable, EmbeddedError, JavaUnusable, NodeFailed
from wirewatch.embedded.node import Node, ensure_node, java_for, node_url, running_node, stop_node

__all__ = [
    "DistributionUnavailable",
    "EmbeddedError",
    "JavaUnusable",
    "Node",
    "NodeFailed",
    "ensure_node",
    "java_for",
    "node_url",
    "running_node",
    "stop_node",
]
