"""The few things we ask of a running Airflow through its public API: is it well, start a run, how far are the runs.

Speaks to our own Airflow on loopback, where everybody is admin and a token is handed out on request.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

import httpx

from extractors.errors import WirewatchError

if TYPE_CHECKING:
    from collections.abc import Mapping

# The API server shares two cores with the scheduler and a JVM: answers of 10 s were seen while all of them start.
ANSWER_SECONDS = 30.0
FINISHED = frozenset({"success", "failed"})


class AirflowUnreachable(WirewatchError):
    """The API server does not answer, or refuses."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """One DAG run. `created_at` is when it may first have run, `ended_at` None while it goes on."""

    dag_id: str
    run_id: str
    run_type: str
    state: str
    created_at: datetime
    started_at: datetime | None
    ended_at: datetime | None

    @property
    def finished(self) -> bool:
        """Whether it ended, well or not."""
        return self.state in FINISHED


@dataclass(frozen=True, slots=True, kw_only=True)
class TaskState:
    """One task of one run; `map_index` is -1 unless it is mapped."""

    dag_id: str
    run_id: str
    task_id: str
    map_index: int
    state: str | None
    tries: int


class AirflowApi:
    """A client of one Airflow. Any call may raise `AirflowUnreachable`."""

    def __init__(self, url: str) -> None:
        self.url = url
        self._client = httpx.Client(base_url=url, timeout=ANSWER_SECONDS, trust_env=False)
        self._token: str | None = None

    def close(self) -> None:
        """Let go of the connections."""
        self._client.close()

    def health(self) -> dict[str, str | None]:
        """The state of each component as its heartbeat tells it: healthy, unhealthy, or None if it never ran."""
        answer = self._call("GET", "/monitor/health", anonymous=True)
        return {name: part.get("status") for name, part in answer.items() if isinstance(part, dict)}

    def put_pools(self, pools: Mapping[str, Mapping[str, Any]]) -> None:
        """Make each pool as described; sizes an operator has set since are left alone."""
        there = {pool["name"] for pool in self._call("GET", "/pools?limit=1000")["pools"]}
        for name, pool in pools.items():
            if name not in there:
                self._call("POST", "/pools", {"name": name, **pool})

    def dag_ids(self) -> frozenset[str]:
        """The DAGs that are parsed and not paused."""
        return frozenset(dag["dag_id"] for dag in self._call("GET", "/dags?paused=false")["dags"])

    def import_errors(self) -> list[tuple[str, str]]:
        """(file, what is wrong) of each DAG file that cannot be read."""
        errors = self._call("GET", "/importErrors")["import_errors"]
        return [(error["filename"], error["stack_trace"]) for error in errors]

    def trigger(self, dag_id: str, *, note: str) -> str:
        """Start a run now; its id."""
        body = {"logical_date": None, "note": note}
        return str(self._call("POST", f"/dags/{dag_id}/dagRuns", body)["dag_run_id"])

    def runs(self, *, limit: int = 50) -> list[Run]:
        """The latest runs of all DAGs, latest first."""
        found = self._call("GET", f"/dags/~/dagRuns?order_by=-id&limit={limit}")["dag_runs"]
        return [_run(each) for each in found]

    def tasks(self, run: Run) -> list[TaskState]:
        """How far the tasks of a run are."""
        path = f"/dags/{run.dag_id}/dagRuns/{_quoted(run.run_id)}/taskInstances?limit=200"
        return [
            TaskState(
                dag_id=run.dag_id,
                run_id=run.run_id,
                task_id=each["task_id"],
                map_index=each["map_index"],
                state=each["state"],
                tries=each["try_number"],
            )
            for each in self._call("GET", path)["task_instances"]
        ]

    def _call(self, method: str, path: str, body: Any = None, *, anonymous: bool = False) -> Any:
        try:
            if self._token is None and not anonymous:
                self._token = self._client.get("/auth/token").raise_for_status().json()["access_token"]
            headers = {} if anonymous else {"Authorization": f"Bearer {self._token}"}
            answer = self._client.request(method, f"/api/v2{path}", json=body, headers=headers)
            if answer.status_code in {
                httpx.codes.UNAUTHORIZED,
                httpx.codes.FORBIDDEN,
            }:  # 403 is an invalid token
                self._token = None
            return answer.raise_for_status().json()
        except httpx.HTTPStatusError as error:
            text = error.response.text[:500]
            raise AirflowUnreachable(f"{method} {path}: {error.response.status_code} {text}") from error
        except (httpx.HTTPError, ValueError, KeyError) as error:
            raise AirflowUnreachable(f"{method} {path}: {error!r}") from error


def _quoted(run_id: str) -> str:
    from urllib.parse import quote

    return quote(run_id, safe="")


def _run(found: dict[str, Any]) -> Run:
    return Run(
        dag_id=found["dag_id"],
        run_id=found["dag_run_id"],
        run_type=found["run_type"],
        state=found["state"],
        created_at=datetime.fromisoformat(found["queued_at"] or found["run_after"]),
        started_at=_time(found["start_date"]),
        ended_at=_time(found["end_date"]),
    )


def _time(raw: str | None) -> datetime | None:
    return datetime.fromisoformat(raw) if raw else None
