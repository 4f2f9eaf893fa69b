"""Courtesy to hosts: how many requests at once, how long between two, and who asked to be left alone.

A request waits for its host first and for a global slot second, so that one slow host never holds the slots of others.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta

# A 429 without Retry-After: the shortest pause that real servers accept (facts: pacing that works).
PAUSE_AFTER_429 = timedelta(seconds=30)
# A host that refused several connections in a row is left alone for so long.
CONNECTION_FAILURES = 3
PAUSE_AFTER_FAILURES = timedelta(minutes=10)


@dataclass(slots=True)
class _Host:
    slots: asyncio.Semaphore
    next_at: float = 0.0
    left_alone_until: float = 0.0
    failures: int = 0


class Hosts:
    """The state of every host asked in this run."""

    def __init__(self, *, at_once: int, per_host: int, clock: Callable[[], float] = time.monotonic) -> None:
        self._slots = asyncio.Semaphore(at_once)
        self._per_host = per_host
        self._clock = clock
        self._hosts: dict[str, _Host] = {}

    @asynccontextmanager
    async def turn(self, host: str, delay: float) -> AsyncIterator[None]:
        """Wait for a turn at `host`, `delay` seconds after the last one began; hold it inside."""
        state = self._of(host)
        async with state.slots:
            if delay > 0:
                now = self._clock()
                starts = max(now, state.next_at)
                state.next_at = starts + delay
                if starts > now:
                    await asyncio.sleep(starts - now)
            async with self._slots:
                yield

    def left_alone(self, host: str) -> timedelta | None:
        """How much longer a host is not to be asked; None when it may be."""
        left = self._of(host).left_alone_until - self._clock()
        return timedelta(seconds=left) if left > 0 else None

    def asked_to_wait(self, host: str, pause: timedelta | None) -> None:
        """The host answered 429 or 503 with this Retry-After."""
        state = self._of(host)
        state.left_alone_until = self._clock() + (pause or PAUSE_AFTER_429).total_seconds()

    def connected(self, host: str) -> None:
        """The host answered something."""
        self._of(host).failures = 0

    def not_connected(self, host: str) -> None:
        """No connection came about."""
        state = self._of(host)
        state.failures += 1
        if state.failures >= CONNECTION_FAILURES:
            state.left_alone_until = self._clock() + PAUSE_AFTER_FAILURES.total_seconds()

    def _of(self, host: str) -> _Host:
        state = self._hosts.get(host)
        if state is None:
            state = self._hosts[host] = _Host(asyncio.Semaphore(self._per_host))
        return state
