"""How a node fares: does it answer, what did it say last, and what would mend what it says. Also: ending it in order."""

from __future__ import annotations

import http.client
import json
import re
import time
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import psutil

from wirewatch.embedded.conf import CLUSTER_NAME, LOG_FILE
from wirewatch.embedded.errors import NodeFailed

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

CONSOLE_FILE = "console.log"
LOG_LINES = 30
LOOK_SECONDS = 0.3
REPORT_SECONDS = 15
HEALTH_SECONDS = 5.0
# After it answers, shards of earlier runs are still being opened; an index that stays red is no reason to refuse the node.
OPENING_SECONDS = 30
# SIGTERM to end: 1 s idle; a minute is for an overloaded disk.
STOP_SECONDS = 60
LINE_CHARACTERS = 400
_LOG_BYTES = 200_000
_NOISE = re.compile(r"\s+at |\s+\.\.\. \d+ more|NOTE: Picked up JDK_JAVA_OPTIONS")

_PORT_TAKEN = re.compile(r"Address already in use|BindHttpException|BindTransportException")
# What the log says, and what mends it.
_MENDS = (
    (
        re.compile(r"failed to obtain node locks"),
        "another process uses {folder}/data: end it, or name another folder in WIREWATCH_HOME",
    ),
    (
        re.compile(
            r"insufficient memory|Could not reserve enough space|Cannot allocate memory|OutOfMemoryError"
        ),
        "there is not enough memory: free some, or set WIREWATCH_ELASTICSEARCH_HEAP_MB (256 is the least)",
    ),
    (re.compile(r"No space left on device"), "the disk is full: free some space for {folder}"),
)


def answers(url: str, *, opened: bool = False) -> bool:
    """Whether our node answers there; with `opened`, whether all its primary shards are open too."""
    health = _health(url)
    return health is not None and (not opened or health.get("status") in {"yellow", "green"})


def await_answer(url: str, lives: Callable[[], bool], seconds: float, say: Callable[[str], None]) -> bool:
    """Wait until the node answers. False: it ended, or did not answer within `seconds`."""
    begun = time.monotonic()
    reported = begun
    answered: float | None = None
    while (now := time.monotonic()) - begun < seconds:
        if answers(url, opened=answered is None or now - answered < OPENING_SECONDS):
            return True
        if answered is None and answers(url):
            answered = now
        if not lives():
            return False
        if now - reported >= REPORT_SECONDS:
            reported = now
            say(f"  Elasticsearch is still starting ({now - begun:.0f} s)")
        time.sleep(LOOK_SECONDS)
    return answered is not None


def log_tail(folder: Path, lines: int = LOG_LINES) -> str:
    """The last lines of the log and of the console (which has what failed before there was a log), less Java's stacks."""
    console = _last(folder / CONSOLE_FILE, lines)
    return "\n".join([*_last(folder / "logs" / LOG_FILE, lines), *console])


def failure(reason: str, folder: Path) -> NodeFailed:
    """The error for a node that failed, with the tail of its log and what mends it, where that is known."""
    log = log_tail(folder)
    mend = next((f": {mend.format(folder=folder)}" for sign, mend in _MENDS if sign.search(log)), "")
    return NodeFailed(reason + mend, log=log, folder=folder)


def port_was_taken(folder: Path) -> bool:
    """Whether the log says that a port was in use."""
    return _PORT_TAKEN.search(log_tail(folder, LOG_LINES * 10)) is not None


def end_processes(family: Sequence[psutil.Process]) -> None:
    """Ask the first to end, which asks the others; kill what is left after a minute.

    Raises:
        psutil.AccessDenied: they are another user's.
    """
    family[0].terminate()
    _, left = psutil.wait_procs(family, timeout=STOP_SECONDS)
    for process in left:
        process.kill()
    psutil.wait_procs(left, timeout=STOP_SECONDS)


def _health(url: str) -> dict[str, object] | None:
    parts = urlsplit(url)
    connection = http.client.HTTPConnection(parts.hostname or "", parts.port, timeout=HEALTH_SECONDS)
    try:
        connection.request("GET", "/_cluster/health?timeout=1s")
        answer = connection.getresponse()
        body = json.loads(answer.read())
    except (OSError, http.client.HTTPException, ValueError):
        return None
    finally:
        connection.close()
    ours = isinstance(body, dict) and body.get("cluster_name") == CLUSTER_NAME
    return body if ours and answer.status == http.HTTPStatus.OK else None


def _last(file: Path, lines: int) -> list[str]:
    try:
        with file.open("rb") as opened:
            opened.seek(max(0, opened.seek(0, 2) - _LOG_BYTES))
            found = opened.read().decode("utf-8", "replace").splitlines()
    except OSError:
        return []
    telling = [line[:LINE_CHARACTERS] for line in found if line.strip() and not _NOISE.match(line)]
    return telling[-lines:]
