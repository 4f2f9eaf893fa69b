"""Processes that we start and answer for: each with a log file, ended when we are gone, and found again after a kill -9.

Every child and whatever it forks carries a mark in its environment. Only marked processes are ever ended by a search.
"""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import psutil

from wirewatch.embedded import watchdog

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

MARK = "WIREWATCH_INTERNAL_CHILD_OF"
_LOG_BYTES = 200_000


@dataclass(slots=True)
class Child:
    """A process of ours that runs, or ran."""

    name: str
    process: subprocess.Popen[bytes]
    log: Path
    mark: str

    def running(self) -> bool:
        """Whether it lives."""
        return self.process.poll() is None

    def stop(self, *, patience: float) -> None:
        """Ask it to end; after `patience` seconds kill it and all that it left behind."""
        if self.running():
            self.process.terminate()
            with suppress(subprocess.TimeoutExpired):
                self.process.wait(patience)
        end_marked(self.mark)
        with suppress(subprocess.TimeoutExpired):
            self.process.wait(5)

    def log_tail(self, lines: int = 30) -> str:
        """The last lines that it wrote."""
        return last_lines(self.log, lines)


def start_child(
    name: str, command: Sequence[str], *, mark: str, environ: Mapping[str, str], folder: Path, log: Path
) -> Child:
    """Start it with a watchdog that ends it after us. Its output is appended to `log`.

    It gets a session of its own: Ctrl-C reaches us only, and we stop it in order.
    """
    log.parent.mkdir(parents=True, exist_ok=True)
    # SPT_NOENV: Airflow renames its processes, which would overwrite the mark.
    environ = {**environ, MARK: mark, "SPT_NOENV": "1"}
    with log.open("ab") as opened:
        process = subprocess.Popen(  # noqa: S603 our own command
            list(command),
            stdin=subprocess.DEVNULL,
            stdout=opened,
            stderr=subprocess.STDOUT,
            env=environ,
            cwd=folder,
            start_new_session=True,
        )
    created = psutil.Process(process.pid).create_time()
    guard = [
        sys.executable,
        "-P",
        str(Path(watchdog.__file__)),
        str(os.getpid()),
        str(process.pid),
        repr(created),
    ]
    dog = subprocess.Popen(  # noqa: S603 our own program
        guard, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, start_new_session=True, cwd="/"
    )
    threading.Thread(target=dog.wait, name=f"{name}-reaper", daemon=True).start()
    return Child(name, process, log, mark)


def end_marked(prefix: str) -> list[int]:
    """Kill every living process whose mark begins with `prefix`; their ids."""
    found = [process for process in psutil.process_iter() if _mark(process).startswith(prefix)]
    for process in found:
        with suppress(psutil.NoSuchProcess):
            process.kill()
    psutil.wait_procs(found, timeout=10)
    return [process.pid for process in found]


def last_lines(file: Path, lines: int) -> str:
    """The last lines of a file that may be long, or not be there."""
    try:
        with file.open("rb") as opened:
            opened.seek(max(0, opened.seek(0, 2) - _LOG_BYTES))
            return "\n".join(opened.read().decode("utf-8", "replace").splitlines()[-lines:])
    except OSError:
        return ""


def _mark(process: psutil.Process) -> str:
    try:
        if process.pid == os.getpid() or process.status() == psutil.STATUS_ZOMBIE:
            return ""
        return process.environ().get(MARK, "")
    except (psutil.Error, OSError):  # another user's, or just gone
        return ""
