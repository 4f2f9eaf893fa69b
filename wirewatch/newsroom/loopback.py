"""A thread with its own event loop, for servers that live beside the code that uses them.

Starts and stops the loop and runs coroutines in it; knows nothing of what is served.
"""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Coroutine
from typing import Any, TypeVar

T = TypeVar("T")

# Starting or stopping a server on loopback takes milliseconds; a loop that needs longer hangs.
LONGEST_STEP_SECONDS = 30.0


class LoopThread:
    """An event loop in a daemon thread. `start`, then `run` coroutines from outside, then `stop`."""

    def __init__(self, name: str) -> None:
        self._name = name
        self._loop: asyncio.AbstractEventLoop | None = None
        self._thread: threading.Thread | None = None

    @property
    def running(self) -> bool:
        """Whether the loop takes work."""
        return self._loop is not None

    def start(self) -> None:
        """Start the thread; does nothing when it runs already."""
        if self._loop is not None:
            return
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name=self._name, daemon=True)
        self._thread.start()

    def run(self, work: Coroutine[Any, Any, T]) -> T:
        """Run one coroutine in the loop and return what it returns."""
        if self._loop is None:
            work.close()
            raise RuntimeError(f"{self._name} is not running; call start() first")
        return asyncio.run_coroutine_threadsafe(work, self._loop).result(LONGEST_STEP_SECONDS)

    def stop(self) -> None:
        """Cancel what still runs, stop the loop and wait for the thread; does nothing when it is stopped."""
        if self._loop is None or self._thread is None:
            return
        self.run(_cancel_all())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(LONGEST_STEP_SECONDS)
        self._loop.close()
        self._loop = self._thread = None


async def _cancel_all() -> None:
    mine = asyncio.current_task()
    others = [task for task in asyncio.all_tasks() if task is not mine]
    for task in others:
        task.cancel()
    await asyncio.gather(*others, return_exceptions=True)
    for _ in range(3):  # turns of the loop in which closed connections say goodbye
        await asyncio.sleep(0)
