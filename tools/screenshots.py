"""Make docs/images/*.png: the desk on the sample newsroom, photographed in headless Chromium.

    python tools/screenshots.py [FOLDER]

Collects the sample into an index of its own (in the Elasticsearch of the settings, or an embedded node), which is
dropped again. Needs Chromium: `apt-get install chromium`.
"""

from __future__ import annotations

import os
import shutil
import sys
import tempfile
import threading
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, sync_playwright

from wirewatch.desk.serving import listen, server
from wirewatch.index import Index, Question
from wirewatch.newsroom import Newsroom
from wirewatch.pipeline import open_engine
from wirewatch.pipeline.ingesting import ingest
from wirewatch.pipeline.placing import cluster
from wirewatch.pipeline.polls import poll
from wirewatch.settings import Settings, load_settings

IMAGES = Path(__file__).parent.parent / "docs" / "images"
# A README loads them all at once; more than this each is a burden.
LARGEST_BYTES = 300_000
WIDE = {"width": 1200, "height": 860}
TALL = {"width": 1200, "height": 1350}
NARROW = {"width": 390, "height": 860}
QUIET = (
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-sync",
)


def main(arguments: list[str]) -> int:
    """Collect, photograph, weigh; 1 when an image is too large."""
    folder = Path(arguments[0]) if arguments else IMAGES
    folder.mkdir(parents=True, exist_ok=True)
    with (
        tempfile.TemporaryDirectory(prefix="wirewatch-shots-") as home,
        _collected(Path(home)) as settings_index,
    ):
        settings, index = settings_index
        story = _richest(index)
        print(f"story: {story}")
        with _served(settings) as address, sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=QUIET)
            for name, path, scheme, size in (
                ("stories", "/", "light", WIDE),
                ("story", f"/stories/{story}", "light", TALL),
                ("stories-dark", "/", "dark", WIDE),
                ("story-dark", f"/stories/{story}", "dark", WIDE),
                ("story-phone", f"/stories/{story}", "light", NARROW),
                ("digest", "/digests/sample", "light", WIDE),
            ):
                _photograph(browser, address + path, folder / f"{name}.png", scheme, size)
            browser.close()
    weights = {image.name: image.stat().st_size for image in sorted(folder.glob("*.png"))}
    for name, weight in weights.items():
        print(f"{folder / name}: {weight / 1000:.0f} KB{' TOO LARGE' if weight > LARGEST_BYTES else ''}")
    return int(any(weight > LARGEST_BYTES for weight in weights.values()))


@contextmanager
def _collected(home: Path) -> Iterator[tuple[Settings, Index]]:
    settings = load_settings(
        environ={
            **os.environ,
            "WIREWATCH_HOME": str(home),
            "WIREWATCH_INDEX_PREFIX": f"shots{uuid.uuid4().hex[:8]}",
            "WIREWATCH_ALLOW_LOOPBACK": "1",
            "WIREWATCH_FEEDS": str(home / "feeds.toml"),
            "WIREWATCH_HOST_DELAY_SECONDS": "0",
        }
    )
    if settings.elasticsearch_url is None:
        from wirewatch.embedded import ensure_node

        ensure_node(settings, say=print)
    try:
        with Newsroom(home, datetime.now(UTC)) as newsroom:
            newsroom.write_feed_list(home / "feeds.toml")
            with open_engine(settings, say=print) as engine:
                try:
                    poll(engine, everything=True)
                    ingest(engine, workers=2)
                    cluster(engine)
                    engine.index.refresh()
                    yield settings, engine.index
                finally:
                    engine.index.drop()
    finally:
        if settings.elasticsearch_url is None:
            from wirewatch.embedded import stop_node

            stop_node(settings)


def _richest(index: Index) -> str:
    """The story that shows most: conflicting figures, several reports, copies."""
    found = index.search_stories(Question(sort="reports", size=100, tagged_only=True)).stories
    return max(
        found, key=lambda story: (bool(story.conflicts), story.copies > 0, story.independent_reports)
    ).story_key


@contextmanager
def _served(settings: Settings) -> Iterator[str]:
    running, listener = server(settings), listen(0)
    thread = threading.Thread(target=running.run, kwargs={"sockets": [listener]}, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{listener.getsockname()[1]}"
    running.should_exit = True
    thread.join(10)


def _photograph(browser: Browser, address: str, file: Path, scheme: str, size: dict[str, Any]) -> None:
    context = browser.new_context(viewport=size, color_scheme=scheme)  # type: ignore[arg-type]
    page = context.new_page()
    page.goto(address)
    page.screenshot(path=str(file))
    context.close()


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
