"""A real Elasticsearch node for tests: small, in a home of its own, gone when the tests are, however they end."""

from __future__ import annotations

import os
import shutil
import tempfile
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from wirewatch.embedded import Node, ensure_node
from wirewatch.settings import Settings, load_settings

if TYPE_CHECKING:
    from collections.abc import Iterator


@dataclass(frozen=True, slots=True)
class SharedNode:
    """A running node, and settings that point at it (give each test an `index_prefix` of its own)."""

    node: Node
    settings: Settings

    @property
    def url(self) -> str:
        return self.node.url


@contextmanager
def temporary_home() -> Iterator[Path]:
    """A home that any user may enter: pytest's own folders are closed, and the node does not run as root."""
    home = Path(tempfile.mkdtemp(prefix="wirewatch tests "))
    home.chmod(0o755)
    try:
        yield home
    finally:
        shutil.rmtree(home, ignore_errors=True)


def node_settings(home: Path, **overrides: object) -> Settings:
    """Settings of the embedded node in `home`: the default cache (fetched once a machine), the smallest heap."""
    environ = {
        key: value
        for key, value in os.environ.items()
        if not key.startswith("WIREWATCH_") or key in {"WIREWATCH_CACHE", "WIREWATCH_JAVA_HOME"}
    }
    chosen = {"home": home, "elasticsearch_heap_mb": 256, **overrides}
    return load_settings(environ={**environ, "WIREWATCH_HOME": str(home)}, overrides=chosen)


@contextmanager
def shared_node() -> Iterator[SharedNode]:
    """One node for a whole session. It also ends when the test run is killed."""
    with temporary_home() as home:
        settings = node_settings(home)
        with ensure_node(settings, say=print, attached=True, brief=True) as node:
            yield SharedNode(node, node_settings(home, elasticsearch_url=node.url))
