"""One round of poll, ingest and digest, followed from outside: what Airflow and the store say of it, line by line.

Looks, tells what changed, and wakes a DAG that nothing else would wake soon. Starts and stops no component.
"""

from __future__ import annotations

import time
from collections import Counter
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from wirewatch.embedded.airflow_api import FINISHED

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from wirewatch.embedded.airflow import Airflow
    from wirewatch.embedded.airflow_api import Run, TaskState
    from wirewatch.index import Index
    from wirewatch.records import Delivery

    Say = Callable[[str], None]

# An asset event starts the next DAG within a second or two; this long without any run, and nothing more will come.
QUIET_SECONDS = 12
# A scheduler that has just become ready makes up for the last tick of a clock within this time.
CLOCK_SECONDS = 8
# How often one round may wake `ingest_stories` by itself: entries that cannot be finished now wait for the sweeper.
WAKES = 2
# The event that wakes `send_digests` comes from the last task of a run, so the digest's run is a little older than the end.
EVENT_LEAD = timedelta(seconds=15)
_TASKS = ("plan", "poll", "ingest", "cluster", "publish", "send", "tend")
_TOLD = ("queued", "extracted", "indexed", "near_duplicate", "updated", "not_an_article", "refused", "gone", "filtered", "failed", "quarantined")  # fmt: skip


@dataclass(slots=True)
class Round:
    """What happens from `since` on. A `brief` one tells of failures, counts and digests, and wakes nobody."""

    airflow: Airflow
    since: datetime
    say: Say
    brief: bool = False
    delivery: Delivery | None = None
    over: bool = False
    _states: dict[tuple[str, str], str] = field(default_factory=dict)
    _failures: set[tuple[str, str, str, int, int]] = field(default_factory=set)
    _told: set[str] = field(default_factory=set)
    _counts: str = ""
    _quiet_from: float | None = None
    _woken: Counter[str] = field(default_factory=Counter)

    def begin(self) -> None:
        """Start a poll, unless Airflow's clock starts one by itself, as it does on most starts."""
        until = time.monotonic() + CLOCK_SECONDS
        while not any(run.dag_id == "poll_feeds" and not run.finished for run in self.airflow.api.runs()):
            if time.monotonic() > until:
                self._wake("poll_feeds", "the first poll after a start of `wirewatch up`")
                return
            time.sleep(1)

    def look(self, index: Index) -> None:
        """See how far it is and tell what changed; sets `delivery` or `over` when there is no more to wait for."""
        runs = [run for run in self.airflow.api.runs() if run.ended_at is None or run.ended_at >= self.since]
        for run in reversed(runs):
            self._tell_run(run)
        self._tell_counts(index)
        sent = deliveries(index, since=self.since)
        self.delivery = sent[-1] if sent else None
        if self.brief:
            self._tell_digests(sent)
        elif self.delivery is None and self._is_quiet(runs):
            self.over = not self._wake_what_waits(runs, index)

    def failed_runs(self) -> list[str]:
        """The runs of this round that ended red."""
        return [dag_id for (dag_id, _), state in self._states.items() if state.startswith("failed")]

    # ------------------------------------------------------------------ private

    def _tell_run(self, run: Run) -> None:
        tasks = self.airflow.api.tasks(run)
        for task in tasks:
            self._tell_failure(task)
        told = f"{run.state} ({_summary(tasks)})" if tasks else run.state
        key = (run.dag_id, run.run_id)
        if self._states.get(key) != told:
            self._states[key] = told
            if not self.brief:
                self.say(f"{run.dag_id:<14} {told}")

    def _tell_failure(self, task: TaskState) -> None:
        key = (task.dag_id, task.run_id, task.task_id, task.map_index, task.tries)
        if task.state not in {"failed", "up_for_retry"} or key in self._failures:
            return
        self._failures.add(key)
        shard = f" of shard {task.map_index}" if task.map_index >= 0 else ""
        again = "; it will be tried again" if task.state == "up_for_retry" else ""
        log = self.airflow.task_log_tail(task.dag_id, task.run_id, task.task_id, task.map_index)
        self.say(f"{task.dag_id}: `{task.task_id}`{shard} failed{again}. Its log ends with:\n{log}")

    def _tell_counts(self, index: Index) -> None:
        states = index.ledger.by_state()
        if not states:
            return
        parts = ", ".join(f"{states[name]} {name.replace('_', ' ')}" for name in _TOLD if states.get(name))
        line = f"{sum(states.values())} entries: {parts}; {index.articles.count()} articles, {index.stories.count()} stories"
        if line != self._counts:
            self._counts = line
            self.say(line)

    def _tell_digests(self, sent: Sequence[Delivery]) -> None:
        for delivery in sent:
            if delivery.digest_key not in self._told:
                self._told.add(delivery.digest_key)
                self.since = delivery.state_at  # what was told is not read again
                self.say(f"digest for {delivery.subscriber}: {delivery.subject} ({delivery.items} stories)")

    def _is_quiet(self, runs: Sequence[Run]) -> bool:
        polled = any(run.dag_id == "poll_feeds" and run.finished for run in runs)
        if not polled or any(run.state not in FINISHED for run in runs):
            self._quiet_from = None
            return False
        if self._quiet_from is None:
            self._quiet_from = time.monotonic()
        return time.monotonic() - self._quiet_from >= QUIET_SECONDS

    def _wake_what_waits(self, runs: Sequence[Run], index: Index) -> bool:
        """Start what still has work although no event announced it (lost with a kill). False: nothing has."""
        self._quiet_from = None
        waiting = index.ledger.open_shards(datetime.now(UTC)) or index.ledger.by_state().get("extracted")
        if waiting and self._woken["ingest_stories"] < WAKES:
            self._wake("ingest_stories", "entries were left waiting in the ledger")
            return True
        ingested = [run.ended_at for run in runs if run.dag_id == "ingest_stories" and run.ended_at]
        told = [run.created_at for run in runs if run.dag_id == "send_digests"]
        late = ingested and (not told or max(told) < max(ingested) - EVENT_LEAD)
        if late and not self._woken["send_digests"]:
            self._wake("send_digests", "stories changed and nobody was told")
            return True
        return False

    def _wake(self, dag_id: str, why: str) -> None:
        self._woken[dag_id] += 1
        self.airflow.api.trigger(dag_id, note=f"Started by `wirewatch up`: {why}.")
        self.say(f"{dag_id:<14} triggered: {why}")


def deliveries(index: Index, *, since: datetime | None = None) -> list[Delivery]:
    """The digests that were sent (not before `since`), oldest first."""
    terms: list[dict[str, object]] = [{"term": {"state": "sent"}}]
    if since is not None:
        terms.append({"range": {"state_at": {"gte": since.isoformat()}}})
    return list(index.deliveries.records({"bool": {"filter": terms}}, sort=[{"state_at": "asc"}]))


def _summary(tasks: Sequence[TaskState]) -> str:
    """`plan success, poll 1/2`: each task in its order, mapped ones as a fraction."""
    there = {task.task_id for task in tasks}
    names = [name for name in _TASKS if name in there]
    parts = []
    for name in names:
        mine = [task for task in tasks if task.task_id == name]
        if mine[0].map_index >= 0:
            done = sum(task.state == "success" for task in mine)
            failed = sum(task.state in {"failed", "upstream_failed"} for task in mine)
            parts.append(f"{name} {done}/{len(mine)}" + (f", {failed} failed" if failed else ""))
        elif mine[0].state not in {None, "scheduled", "queued"}:
            parts.append(f"{name} {mine[0].state}")
    return ", ".join(parts) or "waiting"
