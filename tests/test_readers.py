"""Workers that read pages are bounded in time and memory, and one page's end is no other's."""

from __future__ import annotations

import asyncio
import subprocess
import sys
from datetime import UTC, datetime

import pytest

from extractors.reading import Reading
from extractors.records import Page, Rejected
from wirewatch.pipeline.pages import Job, Unread, open_readers

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)
ARTICLE = (
    "<html><head><title>The ferry returns</title></head><body><article><h1>The ferry returns</h1>"
    + "".join(
        f"<p>The northern ferry of Marlow Bay left the pier at {hour} with 84 passengers on board, the port authority said.</p>"
        for hour in range(7, 17)
    )
)

LONG = ARTICLE + "".join(
    f"<p>On day {day} another ferry left the pier with {day} people.</p>" for day in range(20_000)
)


def job(body: bytes) -> Job:
    url = "https://daily.example/news/ferry"
    page = Page(url=url, final_url=url, status=200, body=body, fetched_at=NOW)
    return Job(page=page, entry=None, publisher=None, learned_lines=frozenset(), now=NOW)


def read(bodies: list[bytes], seconds: float):
    async def run():
        with open_readers(workers=1, seconds=seconds) as readers:
            return [await readers.read(job(body)) for body in bodies]

    return asyncio.run(run())


def test_a_page_that_takes_too_long_is_left_unread_and_the_next_is_read():
    # The clock of a page runs from its start in a worker that is warm: a long page needs far more than a tenth of a second.
    (late,) = read([LONG.encode()], 0.1)
    assert isinstance(late, Unread)
    assert late.reason.startswith("too slow")
    article, rejected = read([ARTICLE.encode(), b"%PDF-1.7"], 60)
    assert isinstance(article, Reading)
    assert isinstance(rejected, Rejected)


@pytest.mark.skipif(sys.platform != "linux", reason="the limit is Linux's")
def test_a_worker_that_wants_too_much_memory_is_refused_it():
    code = (
        "from wirewatch.pipeline.pages import bound_memory\n"
        "assert bound_memory(100_000_000)\n"
        "keep = bytearray(50_000_000)\n"
        "try:\n    bytearray(400_000_000)\nexcept MemoryError:\n    print('refused')\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "refused\n"
