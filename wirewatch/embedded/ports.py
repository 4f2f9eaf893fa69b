"""A port of loopback that stays ours between its choice and the moment, seconds later, when a child of ours listens on it.

A lock says so to every other Wirewatch that shares the folder of locks; it goes with the process that holds it.
"""

from __future__ import annotations

import socket
from dataclasses import dataclass
from typing import TYPE_CHECKING

import filelock

if TYPE_CHECKING:
    from pathlib import Path

# How far to look above a port that is taken.
PORTS_TRIED = 200


@dataclass(frozen=True, slots=True)
class HeldPort:
    """A port, and the lock by which it is held."""

    number: int
    lock: filelock.BaseFileLock

    def release(self) -> None:
        """Leave it to others."""
        self.lock.release()


def hold_port(wanted: int, locks: Path) -> HeldPort:
    """`wanted`, or the next port above it that nobody listens on and no other Wirewatch is about to listen on.

    Raises:
        OSError: there is none.
    """
    for number in range(wanted, min(wanted + PORTS_TRIED, 65_536)):
        lock = filelock.FileLock(locks / f"{number}.lock", thread_local=False)
        try:
            locks.mkdir(parents=True, exist_ok=True)
            lock.acquire(timeout=0)
        except filelock.Timeout:
            continue
        except OSError:  # another user's folder: no reason not to start, the port is only looked at
            pass
        if _free(number):
            return HeldPort(number, lock)
        lock.release()
    raise OSError(f"no free port between {wanted} and {wanted + PORTS_TRIED}")


def _free(port: int) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True
