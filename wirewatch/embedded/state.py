"""The note that says which node of this home runs: written by whoever starts it, read by everybody else.

A note counts only while its process lives: a process id alone may have been given to another one since.
"""

from __future__ import annotations

import json
import os
from dataclasses import asdict, dataclass, replace
from pathlib import Path

import psutil

# The system's clock may be set while the node runs, which moves the start times that the kernel reports.
CLOCK_SLACK_SECONDS = 5.0


@dataclass(frozen=True, slots=True, kw_only=True)
class NodeNote:
    """One started node: where it answers, its process (the launcher's), what it is."""

    url: str
    pid: int
    created: float
    version: str
    java: str
    folder: str
    ready: bool = False
    attached: bool = False

    def answering(self) -> NodeNote:
        """The same node, known to have answered."""
        return replace(self, ready=True)


def run_folder(home: Path) -> Path:
    """Where notes and locks of running things are."""
    return home / "run"


def read_note(home: Path) -> NodeNote | None:
    """The note as it stands, of a living process or not; None when there is none or it cannot be read as one."""
    try:
        fields = json.loads((run_folder(home) / "elasticsearch.json").read_text(encoding="utf-8"))
        return NodeNote(**fields)
    except (FileNotFoundError, NotADirectoryError, ValueError, TypeError):
        return None


def write_note(home: Path, note: NodeNote) -> None:
    """Put the note in place in one step, so that no reader sees half of it."""
    file = run_folder(home) / "elasticsearch.json"
    file.parent.mkdir(parents=True, exist_ok=True)
    scratch = file.with_name(f".{file.name}.{os.getpid()}")
    scratch.write_text(json.dumps(asdict(note), indent=1), encoding="utf-8")
    scratch.replace(file)


def drop_note(home: Path, pid: int) -> None:
    """Remove the note, unless it already speaks of another process."""
    note = read_note(home)
    if note is None or note.pid == pid:
        (run_folder(home) / "elasticsearch.json").unlink(missing_ok=True)


def process_of(pid: int, created: float) -> psutil.Process | None:
    """The living process with that id and start time, if it is still there."""
    try:
        process = psutil.Process(pid)
        if abs(process.create_time() - created) > CLOCK_SLACK_SECONDS:
            return None
        return None if process.status() == psutil.STATUS_ZOMBIE else process
    except psutil.Error:
        return None
