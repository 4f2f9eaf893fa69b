"""What Airflow wrote to its log folder: the end of a task's log in words, and the removal of what is old."""

from __future__ import annotations

import json
import shutil
from typing import TYPE_CHECKING, Any

from wirewatch.embedded.children import last_lines

if TYPE_CHECKING:
    from pathlib import Path

# Lines of a task's log that hold our own words and not Airflow's frame.
_SHOWN = 12


def task_log_tail(logs: Path, *, dag_id: str, run_id: str, task_id: str, map_index: int = -1) -> str:
    """What the latest try of a task said last; Airflow writes JSON, one object a line."""
    folder = logs / f"dag_id={dag_id}" / f"run_id={run_id}" / f"task_id={task_id}"
    if map_index >= 0:
        folder /= f"map_index={map_index}"
    tries = sorted(folder.glob("attempt=*.log"), key=lambda file: file.stat().st_mtime)
    if not tries:
        return "(no log was written)"
    lines = [words for line in last_lines(tries[-1], 200).splitlines() for words in _words(line)]
    return "\n".join(lines[-_SHOWN:])


def remove_old_logs(logs: Path, *, before: float) -> None:
    """Remove the logs of runs, and the DAG processor's of days, that nothing was written to since `before`."""
    for folder in (*logs.glob("dag_id=*/run_id=*"), *(logs / "dag_processor").glob("????-??-??")):
        if folder.stat().st_mtime < before:
            shutil.rmtree(folder, ignore_errors=True)


def _words(line: str) -> list[str]:
    try:
        said: dict[str, Any] = json.loads(line)
    except ValueError:
        return [line]
    if not isinstance(said, dict) or str(said.get("event", "")).startswith("::"):
        return []
    causes = [
        f"    {each.get('exc_type')}: {each.get('exc_value')}" for each in said.get("error_detail") or []
    ]
    return [f"  {said.get('level', '')}: {said.get('event', '')}", *causes]
