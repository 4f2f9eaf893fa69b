"""Pages read in worker processes that can be killed: no page holds up the others, whatever it does to its parser."""

from __future__ import annotations

import asyncio
import traceback
from collections.abc import Iterator
from concurrent.futures import TimeoutError as FutureTimeout
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from multiprocessing import get_context
from pathlib import Path

import psutil
from pebble import ProcessExpired, ProcessPool

from extractors.reading import Reading, read_page
from extractors.records import Entry, Page, Publisher, Rejected
from extractors.taxonomy import Taxonomy, load_taxonomy

# Parsers grow with what they have met; a fresh worker now and then keeps a long run's memory flat.
PAGES_A_WORKER = 2000
# Memory that a worker may take beyond what it holds when it begins: the largest page of the fuzzer adds 140 MB, and a long run
# some hundreds. A page that wants more ends as unparsable, and the machine stays usable.
WORKER_BYTES = 1_500_000_000

_WARMING_URL = "https://warming.example/2026/border-talks"
_WARMING_PAGE = (
    b"<html lang='en'><head><title>Border talks resume</title></head><body><article><h1>Border talks resume</h1>"
    + b"<p>Officials of both sides met on Monday; about 300 soldiers had left the village, the ministry said.</p>"
    * 6
    + b"</article></body></html>"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """One page and what is known of it besides its bytes."""

    page: Page
    entry: Entry | None
    publisher: Publisher | None
    learned_lines: frozenset[str]
    now: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Unread:
    """The page could not be worked on: kept aside with its reason."""

    url: str
    reason: str


class Readers:
    """A pool of worker processes that read pages, each within a time limit."""

    def __init__(self, pool: ProcessPool, seconds: float) -> None:
        self._pool = pool
        self._seconds = seconds

    async def read(self, job: Job) -> Reading | Rejected | Unread:
        """The page's facts; `Unread` when its worker had to be killed or died."""
        future = self._pool.schedule(_read, args=[job], timeout=self._seconds)
        try:
            outcome: Reading | Rejected | Unread = await asyncio.wrap_future(future)
        except (TimeoutError, FutureTimeout):
            return Unread(url=job.page.url, reason=f"too slow: over {self._seconds:g} s")
        except ProcessExpired as fault:
            return Unread(url=job.page.url, reason=f"its worker died: {fault}")
        return outcome


@contextmanager
def open_readers(*, workers: int, seconds: float, topics: tuple[Path, ...] = ()) -> Iterator[Readers]:
    """A pool of `workers` processes, ended at the end."""
    pool = ProcessPool(
        max_workers=workers,
        max_tasks=PAGES_A_WORKER,
        initializer=_begin,
        initargs=[topics],
        # Not forked: the parent runs threads (event loop, Elasticsearch client).
        context=get_context("spawn"),
    )
    try:
        yield Readers(pool, seconds)
    finally:
        pool.stop()  # type: ignore[no-untyped-call]
        pool.join()


_TAXONOMY: list[Taxonomy] = []  # one a worker process, loaded when it begins


def _begin(topics: tuple[Path, ...]) -> None:
    _TAXONOMY[:] = [load_taxonomy(topics)]
    _warm()
    bound_memory(WORKER_BYTES)


def _warm() -> None:
    """Read a page before the first real one: what is loaded at first use (1 s, 4 s on a busy machine) is no page's time."""
    now = datetime.now(UTC)
    page = Page(url=_WARMING_URL, final_url=_WARMING_URL, status=200, body=_WARMING_PAGE, fetched_at=now)
    read_page(page, taxonomy=_TAXONOMY[0], now=now, entry=None, publisher=None, learned_lines=frozenset())


def bound_memory(room: int) -> bool:
    """Let this process take no more than `room` bytes on top of what it holds; False where the system cannot."""
    try:
        import resource

        held = psutil.Process().memory_info().data
        _, hard = resource.getrlimit(resource.RLIMIT_DATA)
        wanted = held + room
        resource.setrlimit(resource.RLIMIT_DATA, (wanted if hard < 0 else min(wanted, hard), hard))
    except (ImportError, AttributeError, OSError, ValueError):
        return False
    return True


def _read(job: Job) -> Reading | Rejected | Unread:
    try:
        return read_page(
            job.page,
            taxonomy=_TAXONOMY[0],
            now=job.now,
            entry=job.entry,
            publisher=job.publisher,
            learned_lines=job.learned_lines,
        )
    except Exception:  # noqa: BLE001  # the per-item guard: the page goes to quarantine with its traceback
        return Unread(url=job.page.url, reason=traceback.format_exc(limit=-3)[-1500:])
