"""One writer at a time, wherever it runs: a lease in the store that a writer holds and renews while it works.

Airflow's pool of one slot keeps its own tasks apart; the lease keeps them apart from the command line and the desk too. A
lease whose holder died ends by itself: at once when the process was on this machine, else when it was not renewed.
"""

from __future__ import annotations

import os
import socket
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import orjson
from elasticsearch import ConflictError

from extractors.errors import WirewatchError
from wirewatch.index import Index

# A writer renews with every batch (seconds); one that is silent for so long is taken for dead.
LONGEST_SILENCE = timedelta(minutes=3)
# How often somebody who waits looks again.
LOOK_AGAIN = 0.25
_KEY = "writer"


class LeaseLost(WirewatchError):
    """The writer was silent for so long that another one took over; it has to stop, its next run goes on."""


@dataclass(slots=True)
class Lease:
    """The right to write stories, held until it is released or not renewed."""

    index: Index
    holder: str
    _version: tuple[int, int] = (0, 0)

    def take(self) -> bool:
        """Take the lease if nobody alive holds it."""
        alias = self.index.name("clustering")
        found = self.index.client.options(ignore_status=404).get(index=alias, id=_KEY)
        there = found.body.get("found")
        if there and not _is_over(found["_source"], datetime.now(UTC)):
            return False
        self._version = (found["_seq_no"], found["_primary_term"]) if there else (0, 0)
        try:
            self._write()
        except ConflictError:
            return False
        return True

    def renew(self) -> None:
        """Go on holding it.

        Raises:
            LeaseLost: somebody else took it.
        """
        try:
            self._write()
        except ConflictError:
            raise LeaseLost("another writer of stories took over; start again, nothing is lost") from None

    def release(self) -> None:
        """Let others write."""
        seq_no, term = self._version
        try:
            self.index.client.options(ignore_status=404).delete(
                index=self.index.name("clustering"), id=_KEY, if_seq_no=seq_no, if_primary_term=term
            )
        except ConflictError:
            return

    def _write(self) -> None:
        until = datetime.now(UTC) + LONGEST_SILENCE
        body = orjson.dumps(
            {"holder": self.holder, "host": socket.gethostname(), "pid": os.getpid()}
        ).decode()
        document = {"kind": "writer", "at": until.isoformat(), "body": body}
        alias = self.index.name("clustering")
        if self._version == (0, 0):
            done = self.index.client.create(index=alias, id=_KEY, document=document)
        else:
            seq_no, term = self._version
            done = self.index.client.index(
                index=alias, id=_KEY, document=document, if_seq_no=seq_no, if_primary_term=term
            )
        self._version = (done["_seq_no"], done["_primary_term"])


@contextmanager
def writing(index: Index, *, patience: timedelta = timedelta(0)) -> Iterator[Lease | None]:
    """The lease for as long as the block lasts; None when another writer is at work and still is after `patience`."""
    lease = Lease(index, holder=uuid.uuid4().hex)
    until = time.monotonic() + patience.total_seconds()
    while not (held := lease.take()) and time.monotonic() < until:
        time.sleep(LOOK_AGAIN)
    if not held:
        yield None
        return
    try:
        yield lease
    finally:
        lease.release()


def holder_of(index: Index) -> str | None:
    """Who writes stories now, as "host, process 123", or None."""
    found = index.client.options(ignore_status=404).get(index=index.name("clustering"), id=_KEY)
    if not found.body.get("found") or _is_over(found["_source"], datetime.now(UTC)):
        return None
    body = orjson.loads(found["_source"]["body"])
    return f"{body['host']}, process {body['pid']}"


def _is_over(source: dict[str, str], now: datetime) -> bool:
    if datetime.fromisoformat(source["at"]) <= now:
        return True
    body = orjson.loads(source["body"])
    return bool(body["host"] == socket.gethostname() and not _lives(int(body["pid"])))


def _lives(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True
