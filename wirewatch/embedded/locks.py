"""One process at a time does a thing; the others say that they wait."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

import filelock

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path


@contextmanager
def hold(path: Path, *, seconds: float, say: Callable[[str], None], waiting: str) -> Iterator[None]:
    """Hold the lock file `path`; where another process holds it, say `waiting` and wait.

    Raises:
        filelock.Timeout: it is still held after `seconds`.
    """
    lock = filelock.FileLock(path, mode=0o644)
    try:
        lock.acquire(timeout=0)
    except filelock.Timeout:
        say(waiting)
        lock.acquire(timeout=seconds)
    try:
        yield
    finally:
        lock.release()
