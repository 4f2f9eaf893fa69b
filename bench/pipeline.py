"""The whole pipeline over real pages: served from loopback as feeds of their sites, through `wirewatch.pipeline`.

Prints entries by final state and reason, articles a second end to end, peak memory of each process, topics and stories.
"""

from __future__ import annotations

import argparse
import asyncio
import gzip
import json
import tempfile
import threading
import time
from collections import Counter, defaultdict
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any, Self
from urllib.parse import urlsplit
from xml.sax.saxutils import escape

import psutil
from aiohttp import web

from wirewatch.embedded import ensure_node
from wirewatch.index import Index
from wirewatch.pipeline import open_engine, run_once
from wirewatch.settings import load_settings

SAMPLE_SECONDS = 0.3


def main(argv: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="python -m bench pipeline", description=__doc__)
    parser.add_argument("--data", type=Path, required=True, help="folder with gold.json and html/")
    parser.add_argument("--limit", type=int, help="only the first N pages")
    parser.add_argument(
        "--keep", type=Path, help="home folder to keep and look at afterwards (else a temporary one)"
    )
    parser.add_argument("--json", type=Path, help="write the report here as well")
    asked = parser.parse_args(argv)
    pages = json.loads((asked.data / "gold.json").read_text(encoding="utf-8"))[: asked.limit]
    with tempfile.TemporaryDirectory(prefix="wirewatch-bench-") as scratch:
        Path(scratch).chmod(0o755)  # the node runs as another user when we are root
        home = (asked.keep or Path(scratch)).absolute()
        with sites(asked.data, pages) as feeds:
            report = measured(home, feeds)
    show(report)
    if asked.json:
        asked.json.write_text(json.dumps(report, indent=1, ensure_ascii=False), encoding="utf-8")
    return 0 if not report["unfinished"] else 1


@contextmanager
def sites(data: Path, pages: list[dict[str, Any]]) -> Iterator[list[str]]:
    """Every site on a loopback address of its own, with one RSS feed of its pages. Yields the feeds' addresses."""
    by_site: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for page in pages:
        by_site[urlsplit(page["url"]).hostname or "unknown"].append(page)
    ready, loop = threading.Event(), asyncio.new_event_loop()
    feeds: list[str] = []

    def serve() -> None:
        asyncio.set_event_loop(loop)
        loop.run_until_complete(_listen(data, list(by_site.values()), feeds))
        ready.set()
        loop.run_forever()

    thread = threading.Thread(target=serve, daemon=True)
    thread.start()
    ready.wait(60)
    try:
        yield feeds
    finally:
        loop.call_soon_threadsafe(loop.stop)
        thread.join(5)


async def _listen(data: Path, groups: list[list[dict[str, Any]]], feeds: list[str]) -> None:
    port = 0
    for number, group in enumerate(groups):
        address = f"127.1.{number // 250}.{number % 250 + 1}"
        runner = web.AppRunner(_site(data, group), access_log=None)
        await runner.setup()
        site = web.TCPSite(runner, address, port)
        await site.start()
        port = port or runner.addresses[0][1]
        feeds.append(f"http://{address}:{port}/feed.xml")


def _site(data: Path, group: list[dict[str, Any]]) -> web.Application:
    bodies = {f"/{number}{urlsplit(page['url']).path or '/'}": page for number, page in enumerate(group)}

    async def feed(request: web.Request) -> web.Response:
        items = "".join(
            f"<item><link>{escape(f'http://{request.host}{path}')}</link></item>" for path in bodies
        )
        text = f'<rss version="2.0"><channel><title>{request.host}</title>{items}</channel></rss>'
        return web.Response(text=text, content_type="application/rss+xml")

    async def page(request: web.Request) -> web.Response:
        # By the number alone: how the rest of a path is encoded is the fetcher's choice.
        number = request.path.split("/")[1]
        found = group[int(number)] if number.isdecimal() and int(number) < len(group) else None
        if found is None:
            return web.Response(status=404)
        with gzip.open(data / found["html"]) as file:
            return web.Response(body=file.read(), headers={"Content-Type": "text/html"})

    app = web.Application()
    app.router.add_get("/feed.xml", feed)
    app.router.add_get("/{path:.*}", page)
    return app


def measured(home: Path, feeds: list[str]) -> dict[str, Any]:
    """One run over all feeds, in a home of its own."""
    home.mkdir(parents=True, exist_ok=True)
    feed_list = home / "feeds.toml"
    feed_list.write_text("".join(f'[[feed]]\nurl = "{feed}"\n\n' for feed in feeds), encoding="utf-8")
    settings = load_settings(overrides={"home": home, "feeds": feed_list, "allow_loopback": True})
    with ExitStack() as opened:
        if not settings.elasticsearch_url:
            opened.enter_context(ensure_node(settings, say=print))
        with Memory() as memory, open_engine(settings, say=print) as engine:
            began = time.monotonic()
            counts = run_once(engine, everything=True)
            seconds = time.monotonic() - began
            return {
                "feeds": len(feeds),
                "counts": counts,
                "seconds": round(seconds, 1),
                "entries_per_second": round(counts["ingest"].get("total", 0) / seconds, 1),
                "peak_memory_mb": memory.peaks(),
                **found(engine.index),
            }


def found(index: Index) -> dict[str, Any]:
    """What the index holds after the run."""
    index.refresh()
    states = index.ledger.by_state()
    topics: Counter[str] = Counter()
    languages: Counter[str] = Counter()
    for article in index.articles.records():
        topics.update(article.topics_all)
        languages[article.language or "?"] += 1
    stories = list(index.stories.records())
    return {
        "states": states,
        "unfinished": sum(count for state, count in states.items() if state in {"queued", "extracted"}),
        "reasons": {
            state: index.ledger.by_reason(state, 12)
            for state in states
            if state not in {"indexed", "extracted"}
        },
        "topics": dict(topics.most_common()),
        "languages": dict(languages.most_common()),
        "stories": len(stories),
        "largest_stories": [
            (len(story.articles), story.title)
            for story in sorted(stories, key=lambda s: -len(s.articles))[:10]
        ],
    }


class Memory:
    """The peak resident memory of this process and all it starts, by what each is."""

    def __init__(self) -> None:
        self._peaks: dict[tuple[int, str], int] = {}
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._watch, daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        self._thread.join()

    def peaks(self) -> dict[str, int]:
        """Megabytes, the largest first."""
        rows = sorted(self._peaks.items(), key=lambda row: -row[1])
        return {f"{name} {pid}": size // 2**20 for (pid, name), size in rows}

    def _watch(self) -> None:
        while not self._stop.wait(SAMPLE_SECONDS):
            own = psutil.Process()
            for process in [own, *own.children(recursive=True)]:
                try:
                    name = "pipeline" if process.pid == own.pid else _role(process)
                    size = process.memory_info().rss
                except psutil.Error:
                    continue
                self._peaks[process.pid, name] = max(size, self._peaks.get((process.pid, name), 0))


def _role(process: psutil.Process) -> str:
    command = " ".join(process.cmdline())
    if "java" in process.name():
        return (
            "elasticsearch"
            if "org.elasticsearch.bootstrap" in command or "server" in command
            else "es-launcher"
        )
    return "reader" if "multiprocessing" in command else process.name()


def show(report: dict[str, Any]) -> None:
    print()
    for name, value in report.items():
        if isinstance(value, dict):
            print(f"{name}:")
            for key, inner in value.items():
                print(f"  {key}: {inner}")
        elif isinstance(value, list):
            print(f"{name}:")
            for row in value:
                print(f"  {row}")
        else:
            print(f"{name}: {value}")
