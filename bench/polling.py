"""Polling at scale: one process, a loopback server, states and ledger in a real Elasticsearch.

1. Feeds that answer 304: feeds a second, states read and written.
2. Feeds full of new entries: entries a second, parsed and entered into the ledger.
3. One feed of 50,000 entries.
Peak memory is that of the polling process and its parsing processes, without the server and Elasticsearch.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import threading
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path
from typing import Any

import psutil

from wirewatch.embedded import ensure_node
from wirewatch.pipeline import Engine, open_engine
from wirewatch.pipeline.polls import poll
from wirewatch.records import FeedState
from wirewatch.settings import Settings, load_settings

HOSTS = 100
# Memory is read ten times a second, children are looked for every fifth time: looking each time took 4 ms of processor and
# the interpreter's lock with them, a twentieth of what is measured. A child of half a second holds no peak.
LOOKS_FOR_CHILDREN = 5


def main(argv: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="python -m bench polling", description=__doc__)
    parser.add_argument("--feeds", type=int, default=10_000, help="feeds that answer 304")
    parser.add_argument("--full", type=int, default=2_000, help="feeds of 30 new entries")
    parser.add_argument("--json", type=Path, help="write the figures here as well")
    asked = parser.parse_args(argv)
    with tempfile.TemporaryDirectory(prefix="wirewatch-bench-") as scratch:
        home = Path(scratch)
        home.chmod(0o755)
        settings = load_settings(
            overrides={
                "home": home,
                "allow_loopback": True,
                "index_prefix": f"bench{uuid.uuid4().hex[:8]}",
                "host_concurrency": 8,
            }
        )
        with _node(settings) as settings, _server() as port:
            report = _measured(settings, home, port, asked.feeds, asked.full)
    for name, value in report.items():
        print(f"{name:32} {value}")
    if asked.json:
        asked.json.write_text(json.dumps(report, indent=1), encoding="utf-8")
    return 0


def _measured(settings: Settings, home: Path, port: int, unchanged: int, full: int) -> dict[str, Any]:
    report: dict[str, Any] = {}
    now = datetime.now(UTC)
    quiet = [f"http://{_host(n)}:{port}/f/q{n}" for n in range(unchanged)]
    with _engine(settings, home, quiet) as engine:
        known = FeedState(
            url="", status="ok", etag='"same"', read_at=now, first_read_at=now, changed_at=now, interval_seconds=1_800,
            next_poll_at=now - timedelta(minutes=1), polled_at=now - timedelta(minutes=31),
        )  # fmt: skip
        engine.index.feeds.save(replace(known, url=url) for url in quiet)
        engine.index.refresh("feeds")
        report |= _told("304", _timed(engine), "feeds", unchanged)
    fresh = [f"http://{_host(n)}:{port}/f/n{n}" for n in range(full)]
    with _engine(settings, home, fresh) as engine:
        report |= _told("new", _timed(engine), "new")
    with _engine(settings, home, [f"http://{_host(0)}:{port}/many/50000"]) as engine:
        report |= _told("50,000 entries", _timed(engine), "new")
        engine.index.drop()
    return report


def _told(
    name: str, timed: tuple[dict[str, int], float, float, int], what: str, number: int | None = None
) -> dict[str, Any]:
    counts, seconds, used, peak = timed
    number = counts[what] if number is None else number
    return {
        f"{name}: {what}": number,
        f"{name}: seconds": round(seconds, 1),
        f"{name}: a second": round(number / seconds),
        f"{name}: a second of processor": round(number / used),
        f"{name}: failed feeds": counts["failed"],
        f"{name}: peak MB": peak,
    }


@contextmanager
def _engine(settings: Settings, home: Path, urls: list[str]) -> Iterator[Engine]:
    path = home / "feeds.toml"
    path.write_text("".join(f'[[feed]]\nurl = "{url}"\n' for url in urls), encoding="utf-8")
    with open_engine(replace(settings, feeds=path)) as engine:
        yield engine


def _timed(engine: Engine) -> tuple[dict[str, int], float, float, int]:
    """Counts, seconds, processor seconds of this process and its workers, peak MB."""
    with _peak_memory() as peak:
        began, used = time.monotonic(), _processor()
        counts = poll(engine, everything=True)
        seconds, used = time.monotonic() - began, _processor() - used
    return counts, seconds, used, peak()


def _processor() -> float:
    spent = os.times()
    return spent.user + spent.system + spent.children_user + spent.children_system


@contextmanager
def _peak_memory() -> Iterator[Any]:
    """The highest resident memory of this process with its workers, sampled; the server is not ours."""
    us, over, highest = psutil.Process(), threading.Event(), [0]

    def sample() -> None:
        for turn in count():
            if over.wait(0.1):
                return
            if turn % LOOKS_FOR_CHILDREN == 0:
                ours = [us, *_workers(us)]
            highest[0] = max(highest[0], sum(map(_resident, ours)))

    thread = threading.Thread(target=sample, daemon=True)
    thread.start()
    yield lambda: highest[0] // 1_000_000
    over.set()
    thread.join()


def _workers(us: psutil.Process) -> list[psutil.Process]:
    found = []
    for child in us.children(recursive=True):
        with suppress(psutil.Error):
            if "_feedserver" not in " ".join(child.cmdline()) and "java" not in child.name():
                found.append(child)
    return found


def _resident(process: psutil.Process) -> int:
    try:
        return int(process.memory_info().rss)
    except psutil.Error:
        return 0


def _host(number: int) -> str:
    return f"127.2.0.{number % HOSTS + 1}"


@contextmanager
def _server() -> Iterator[int]:
    command = [sys.executable, "-m", "bench._feedserver", *(_host(n) for n in range(HOSTS))]
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, text=True, cwd=Path(__file__).parent.parent
    ) as server:
        assert server.stdout is not None
        try:
            yield int(server.stdout.readline())
        finally:
            server.terminate()


@contextmanager
def _node(settings: Settings) -> Iterator[Settings]:
    if settings.elasticsearch_url:
        yield settings
        return
    node = ensure_node(settings, say=print)
    try:
        yield replace(settings, elasticsearch_url=node.url)
    finally:
        node.stop()
