"""Fixtures that the whole suite shares: a real node, an index of one test's own."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from wirewatch.index import Index, connect
from wirewatch.settings import Settings, load_settings

NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)


@pytest.fixture(scope="session")
def node_url() -> Iterator[str]:
    """The address of a real Elasticsearch: the one named by the environment, or a node of the suite's own."""
    named = load_settings().elasticsearch_url
    if named:
        yield named
        return
    from tests.nodes import shared_node

    with shared_node() as node:
        yield node.url


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    """Settings of a fresh home."""
    return load_settings(environ={"WIREWATCH_HOME": str(tmp_path / "home")})


@pytest.fixture
def index(node_url: str, tmp_path: Path) -> Iterator[Index]:
    """An empty index of this test's own, dropped afterwards."""
    opened = connect(
        load_settings(
            environ={
                "WIREWATCH_HOME": str(tmp_path / "home"),
                "WIREWATCH_ELASTICSEARCH_URL": node_url,
                "WIREWATCH_INDEX_PREFIX": f"t{uuid.uuid4().hex[:10]}",
            }
        ),
        now=NOON,
    )
    yield opened
    opened.drop()
    opened.close()
