"""A whole Airflow for one laptop: its parts started, watched, restarted and stopped by us, over SQLite and loopback only.

The parts are those of `airflow standalone`, started one by one: standalone itself gives no way to leave out the log servers,
which bind every interface, and it goes on when its scheduler has died. Everybody on this machine is admin, which is
acceptable on loopback only; a shared Airflow is set up as in `docker-compose.yml`.
"""

from __future__ import annotations

import getpass
import json
import os
import secrets
import subprocess
import sys
import time
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from wirewatch.discovery import dags_folder, plugins_folder
from wirewatch.embedded.airflow_api import AirflowApi, AirflowUnreachable
from wirewatch.embedded.airflow_logs import remove_old_logs, task_log_tail
from wirewatch.embedded.children import Child, end_marked, last_lines, start_child
from wirewatch.embedded.errors import EmbeddedError
from wirewatch.embedded.ports import HeldPort, hold_port

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from wirewatch.settings import Settings

    Say = Callable[[str], None]

# SQLite at 32 slots lost its scheduler to `database is locked`; 2 to 4 ran a 20-way map without one. Four are as many as
# two pages shards, a poll and a digest need at once.
TASK_SLOTS = 4
# First start on a busy two-core machine: 60 s until every part had a heartbeat.
START_SECONDS = 300
# A scheduler without heartbeat for this long is restarted; the loop of a healthy one was seen to stall for 40 s under load.
SILENT_SECONDS = 120
# A task in hand gets this long at a stop; the ledger knows what it did not finish.
TASK_PATIENCE_SECONDS = 20
PART_PATIENCE_SECONDS = 10
KEEP_RUNS = timedelta(days=30)
KEEP_LOGS = timedelta(days=14)
CLEAN_EVERY = timedelta(days=1)

PARTS = {
    "api-server": ["api-server"],
    "dag-processor": ["dag-processor"],
    "scheduler": ["scheduler", "--skip-serve-logs"],
    # No task of ours defers; without it the UI shows a red badge.
    "triggerer": ["triggerer", "--skip-serve-logs"],
}
_HEALTH_NAMES = {"scheduler": "scheduler", "dag-processor": "dag_processor", "triggerer": "triggerer"}


class AirflowFailed(EmbeddedError):
    """A part of Airflow did not start, or ended by itself; the message ends with its log."""


@dataclass(slots=True)
class Airflow:
    """The Airflow of one home. `environ` is what its tasks see besides Airflow's own settings."""

    settings: Settings
    environ: Mapping[str, str]
    say: Say
    port: int = 0
    parts: dict[str, Child] = field(default_factory=dict)
    _heard: dict[str, float] = field(default_factory=dict)
    _api: AirflowApi | None = None
    _held: HeldPort | None = None

    @property
    def folder(self) -> Path:
        """AIRFLOW_HOME."""
        return self.settings.home / "airflow"

    @property
    def url(self) -> str:
        """Where the UI and the API answer."""
        return f"http://127.0.0.1:{self.port}"

    @property
    def api(self) -> AirflowApi:
        """A client of it."""
        if self._api is None:
            self._api = AirflowApi(self.url)
        return self._api

    def prepare(self) -> None:
        """Clear away what an earlier run left, and start all that needs no Elasticsearch: database, API, DAG files.

        Raises:
            AirflowFailed: with the tail of the log.
        """
        left = end_marked(self._mark())
        if left:
            self.say(f"Airflow: ended {len(left)} processes that an earlier run left behind")
        self.folder.mkdir(parents=True, exist_ok=True)
        self._held = hold_port(self.settings.airflow_port, self.settings.cache / "ports")
        self.port = self._held.number
        self._make_database()
        for part in ("api-server", "dag-processor"):
            self._start(part)

    def start(self) -> None:
        """Start the scheduler and wait until every part has a heartbeat and every DAG is known.

        Raises:
            AirflowFailed: with the tail of the log.
        """
        self._await("the API server", "api-server", self._api_answers)
        self.api.put_pools(json.loads((dags_folder() / "pools.json").read_text(encoding="utf-8")))
        self._start("scheduler")
        self._await("the DAG files", "dag-processor", self._dags_known)
        self._await("the scheduler", "scheduler", lambda: "scheduler" not in self._sick())
        self.say(f"Airflow is ready at {self.url}")
        self._start("triggerer")  # last: nothing waits for it

    def failing(self) -> list[str]:
        """Parts that have ended, or whose heartbeat has been away for too long."""
        now = time.monotonic()
        dead = [name for name, part in self.parts.items() if not part.running()]
        try:
            sick = self._sick()
        except AirflowUnreachable:
            sick = ["api-server"]
        for name in self.parts:
            if name not in sick:
                self._heard[name] = now
        silent = [name for name in sick if now - self._heard.get(name, now) > SILENT_SECONDS]
        return sorted({*dead, *silent})

    def restart(self, part: str) -> None:
        """Start one part anew, on the same port, after ending whatever is left of it."""
        self.parts[part].stop(patience=PART_PATIENCE_SECONDS)
        self._start(part)

    def stop(self) -> None:
        """Stop the scheduler first: what its tasks report still finds the API server."""
        for name in ("scheduler", "triggerer", "dag-processor", "api-server"):
            part = self.parts.pop(name, None)
            if part is not None:
                part.stop(patience=TASK_PATIENCE_SECONDS if name == "scheduler" else PART_PATIENCE_SECONDS)
        if self._api is not None:
            self._api.close()
        end_marked(self._mark())
        if self._held is not None:
            self._held.release()

    def log_tail(self, part: str, lines: int = 30) -> str:
        """What a part wrote last."""
        return last_lines(self._log(part), lines)

    def task_log_tail(self, dag_id: str, run_id: str, task_id: str, map_index: int = -1) -> str:
        """What the latest try of a task said last."""
        return task_log_tail(
            self.folder / "logs", dag_id=dag_id, run_id=run_id, task_id=task_id, map_index=map_index
        )

    def clean_when_due(self) -> None:
        """Once a day: runs older than a month leave Airflow's database, task logs older than two weeks the disk."""
        stamp = self.folder / "cleaned_at"
        now = datetime.now(UTC)
        if stamp.exists() and now.timestamp() - stamp.stat().st_mtime < CLEAN_EVERY.total_seconds():
            return
        first = not stamp.exists()
        stamp.touch()
        if first:
            return
        before = (now - KEEP_RUNS).isoformat()
        command = ["db", "clean", "--yes", "--skip-archive", "--clean-before-timestamp", before]
        if self._run("db-clean", command) != 0:
            self.say(f"Airflow: its database could not be cleaned; see {self._log('db-clean')}")
        remove_old_logs(self.folder / "logs", before=now.timestamp() - KEEP_LOGS.total_seconds())

    # ------------------------------------------------------------------ private

    def _mark(self, part: str = "") -> str:
        return f"airflow|{self.settings.home.resolve()}|{part}"

    def _log(self, part: str) -> Path:
        return self.folder / "logs" / f"{part}.log"

    def _make_database(self) -> None:
        from importlib.metadata import version

        stamp, wanted = self.folder / "database_version", version("apache-airflow-core")
        if stamp.exists() and stamp.read_text(encoding="utf-8") == wanted:
            self.clean_when_due()
            return
        self.say("Airflow: making its database")
        # A first start that was cut off may have left half a file; it holds defaults only, ours come by environment.
        (self.folder / "airflow.cfg").unlink(missing_ok=True)
        if self._run("db-migrate", ["db", "migrate"]) != 0:
            raise AirflowFailed(
                f"Airflow's database could not be made. Its log ends with:\n{self.log_tail('db-migrate')}"
            )
        stamp.write_text(wanted, encoding="utf-8")

    def _run(self, name: str, arguments: list[str]) -> int:
        child = start_child(
            name,
            _command(arguments),
            mark=self._mark(name),
            environ=self._environment(),
            folder=self.folder,
            log=self._log(name),
        )
        try:
            return child.process.wait(START_SECONDS)
        except subprocess.TimeoutExpired:
            child.stop(patience=1)
            return 1

    def _start(self, part: str) -> None:
        self._heard[part] = time.monotonic()
        log = self._log(part)
        if log.exists():
            log.replace(log.with_suffix(".before.log"))
        self.parts[part] = start_child(
            part,
            _command(PARTS[part]),
            mark=self._mark(part),
            environ=self._environment(),
            folder=self.folder,
            log=log,
        )

    def _await(self, what: str, part: str, ready: Callable[[], bool]) -> None:
        begun = reported = time.monotonic()
        while not _quietly(ready):
            now = time.monotonic()
            for name, child in self.parts.items():
                if not child.running():
                    raise AirflowFailed(
                        f"Airflow's {name} ended while it started. Its log ends with:\n{child.log_tail()}"
                    )
            if now - begun > START_SECONDS:
                raise AirflowFailed(
                    f"Airflow: waited {START_SECONDS} s for {what}. The log of {part} ends with:\n{self.log_tail(part)}"
                )
            if now - reported > 15:
                reported = now
                self.say(f"Airflow: still waiting for {what} ({now - begun:.0f} s)")
            time.sleep(0.5)

    def _api_answers(self) -> bool:
        return bool(self.api.health())

    def _dags_known(self) -> bool:
        expected = {file.stem for file in dags_folder().glob("*.py")}
        errors = self.api.import_errors()
        if errors:
            raise AirflowFailed(f"Airflow cannot read {errors[0][0]}:\n{errors[0][1]}")
        return expected <= self.api.dag_ids()

    def _sick(self) -> list[str]:
        health = self.api.health()
        return [part for part, name in _HEALTH_NAMES.items() if health.get(name) != "healthy"]

    def _environment(self) -> dict[str, str]:
        ours = {key: value for key, value in os.environ.items() if not key.startswith("AIRFLOW")}
        ours |= {"LOGNAME": _user_name(), **self.environ}
        ours["PATH"] = os.pathsep.join([str(Path(sys.executable).parent), ours.get("PATH", os.defpath)])
        return ours | self._airflow_settings()

    def _airflow_settings(self) -> dict[str, str]:
        made = self._secrets()
        sections: dict[str, dict[str, object]] = {
            "CORE": {
                "EXECUTOR": "LocalExecutor",
                "PARALLELISM": TASK_SLOTS,
                "LOAD_EXAMPLES": False,
                "DAGS_ARE_PAUSED_AT_CREATION": False,
                "DAGS_FOLDER": dags_folder(),
                "PLUGINS_FOLDER": plugins_folder(),
                "DAGBAG_IMPORT_TIMEOUT": 120,
                "FERNET_KEY": made["fernet_key"],
                "EXECUTION_API_SERVER_URL": f"{self.url}/execution/",
                "SIMPLE_AUTH_MANAGER_ALL_ADMINS": True,
            },
            "DATABASE": {
                # A writer waits for another this long before `database is locked` (default 5 s).
                "SQL_ALCHEMY_CONN": f"sqlite:///{self.folder / 'airflow.db'}?timeout=60",
                "LOAD_DEFAULT_CONNECTIONS": False,
            },
            "API": {
                "HOST": "127.0.0.1",
                "PORT": self.port,
                "WORKERS": 1,
                "BASE_URL": self.url,
                "SECRET_KEY": made["secret_key"],
                "INSTANCE_NAME": "Wirewatch",
            },
            "API_AUTH": {"JWT_SECRET": made["jwt_secret"]},
            "SCHEDULER": {
                # After a kill -9 a task counts as lost when its scheduler has been silent for 30 s; look often.
                "ORPHANED_TASKS_CHECK_INTERVAL": 15,
                "TASK_INSTANCE_HEARTBEAT_TIMEOUT": 180,
                "ENABLE_HEALTH_CHECK": False,
            },
            "DAG_PROCESSOR": {"REFRESH_INTERVAL": 10, "PARSING_PROCESSES": 1},
            "WORKERS": {"EXECUTION_API_TIMEOUT": 60},
            "LOGGING": {
                "BASE_LOG_FOLDER": self.folder / "logs",
                "COLORED_CONSOLE_LOG": False,
                # Its line for every request would bury our own.
                "NAMESPACE_LEVELS": "elastic_transport=WARNING",
            },
        }
        flat = {
            f"AIRFLOW__{section}__{key}": str(value)
            for section, keys in sections.items()
            for key, value in keys.items()
        }
        return {"AIRFLOW_HOME": str(self.folder), **flat}

    def _secrets(self) -> dict[str, str]:
        """Keys made at the first start, kept for the user alone."""
        file = self.folder / "secrets.json"
        try:
            kept: dict[str, str] = json.loads(file.read_text(encoding="utf-8"))
        except (FileNotFoundError, ValueError):
            import base64

            kept = {
                "jwt_secret": secrets.token_hex(32),
                "secret_key": secrets.token_hex(32),
                "fernet_key": base64.urlsafe_b64encode(secrets.token_bytes(32)).decode(),
            }
            scratch = file.with_suffix(".new")
            scratch.unlink(missing_ok=True)
            with os.fdopen(os.open(scratch, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as opened:
                json.dump(kept, opened)
            scratch.replace(file)
        return kept


def _user_name() -> str:
    """Airflow refuses to run for a user without a name, which a container's user may be."""
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return f"user{os.getuid()}"


def _command(arguments: list[str]) -> list[str]:
    # -P: the working folder holds folders named as packages could be.
    return [sys.executable, "-P", "-m", "airflow", *arguments]


def _quietly(ready: Callable[[], bool]) -> bool:
    try:
        return ready()
    except AirflowUnreachable:
        return False
