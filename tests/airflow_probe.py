"""Runs inside a process of its own (tests/test_dags.py, tests/test_plugin.py): Airflow's settings and log set-up stay out of pytest.

Prints one JSON object. AIRFLOW_HOME and AIRFLOW__* are set by the caller, before Airflow is imported.
"""

from __future__ import annotations

import contextlib
import io
import json
import os
import re
import sys
import types
from typing import Any


def _describe(dag: Any) -> dict[str, Any]:
    return {
        "doc": dag.doc_md or "",
        "tags": sorted(dag.tags),
        "max_active_runs": dag.max_active_runs,
        "catchup": dag.catchup,
        "dagrun_timeout": dag.dagrun_timeout.total_seconds() if dag.dagrun_timeout else None,
        "schedule": str(type(dag.timetable).__name__),
        "tasks": {
            task.task_id: {
                "owner": task.owner,
                "pool": task.pool,
                "retries": task.retries,
                "backoff": bool(task.retry_exponential_backoff),
                "execution_timeout": task.execution_timeout.total_seconds()
                if task.execution_timeout
                else None,
                "priority": task.priority_weight,
                "trigger_rule": str(task.trigger_rule),
                "map_index_template": getattr(task, "map_index_template", None),
                "outlets": [getattr(o, "uri", "") for o in getattr(task, "outlets", None) or []],
                "upstream": sorted(task.upstream_task_ids),
                "doc": task.doc or task.doc_md or "",
            }
            for task in dag.tasks
        },
    }


def _bag() -> Any:
    from airflow.dag_processing.dagbag import DagBag

    from wirewatch.discovery import dags_folder

    return DagBag(dag_folder=str(dags_folder()))


def look() -> dict[str, Any]:
    before = set(sys.modules)
    bag = _bag()
    heavy = {"elasticsearch", "trafilatura", "feedparser", "lxml", "wirewatch.pipeline", "extractors.topics"}
    return {
        "errors": bag.import_errors,
        "dags": {dag_id: _describe(dag) for dag_id, dag in bag.dags.items()},
        "heavy_imports": sorted(heavy & (set(sys.modules) - before)),
    }


class _Down(Exception):
    """Stands for Elasticsearch being away."""


def _pipeline(**answers: Any) -> types.ModuleType:
    """A pipeline whose steps answer as told: a value, or a function of the shard."""
    module = types.ModuleType("wirewatch.pipeline")

    def step(name: str) -> Any:
        def run(*args: Any, **named: Any) -> Any:
            answer = answers.get(name, {})
            return answer(*args, **named) if callable(answer) else answer

        return run

    names = (
        "plan_polls poll_shard plan_ingest ingest_shard cluster_articles plan_digests send_digests tend_index "
        "retag_articles recluster_stories"
    )
    for name in names.split():
        setattr(module, name, step(name))
    return module


def _down(*_: Any, **__: Any) -> None:
    raise _Down("no Elasticsearch")


def _second_is_down(shard: int) -> dict[str, int]:
    if shard == 1:
        _down()
    return {"new": 3, "drift_alarms": 0}


def _as_triggered(since: str, *, dry_run: bool) -> dict[str, int]:
    if (since, dry_run) != ("7d", True):
        raise ValueError(f"{since!r}, {dry_run!r}")
    return {"stories_kept": 5}


SCENARIOS: dict[str, tuple[str, dict[str, Any]]] = {
    "poll, two shards": ("poll_feeds", {"plan_polls": [0, 1], "poll_shard": {"new": 3}}),
    "poll, nothing due": ("poll_feeds", {"plan_polls": []}),
    "poll, one shard fails": ("poll_feeds", {"plan_polls": [0, 1], "poll_shard": _second_is_down}),
    "poll, no plan": ("poll_feeds", {"plan_polls": _down}),
    "poll, every shard fails": ("poll_feeds", {"plan_polls": [0, 1], "poll_shard": _down}),
    "ingest, no plan": ("ingest_stories", {"plan_ingest": _down, "cluster_articles": _down}),
    "ingest, two shards": (
        "ingest_stories",
        {
            "plan_ingest": [0, 1],
            "ingest_shard": {"indexed": 2, "drift_alarms": 1},
            "cluster_articles": {"placed": 4},
        },
    ),
    "ingest, nothing waiting": ("ingest_stories", {"plan_ingest": [], "cluster_articles": {"placed": 0}}),
    "ingest, one shard fails": (
        "ingest_stories",
        {"plan_ingest": [0, 1], "ingest_shard": _second_is_down, "cluster_articles": {"placed": 1}},
    ),
    "digest, one due": ("send_digests", {"plan_digests": ["ana"], "send_digests": {"sent": 1}}),
    "digest, nobody due": ("send_digests", {"plan_digests": []}),
    "tend": ("tend_index", {"tend_index": {"removed": 0}}),
    "retag": (
        "retag_articles",
        {"retag_articles": {"changed": 2}, "cluster_articles": {"stories_retold": 1}},
    ),
    "recluster": ("recluster_stories", {"recluster_stories": _as_triggered}),
    "retag, no Elasticsearch": ("retag_articles", {"retag_articles": _down}),
}


def flow() -> dict[str, Any]:
    from airflow.models.pool import Pool
    from airflow.utils import db

    import wirewatch
    from wirewatch.discovery import dags_folder

    db.initdb()
    for name, pool in json.loads((dags_folder() / "pools.json").read_text()).items():
        Pool.create_or_update_pool(name, pool["slots"], pool["description"], pool["include_deferred"])
    bag = _bag()
    for dag in bag.dags.values():
        for task in dag.tasks:
            task.retries = 0
    results = {}
    for scenario, (dag_id, answers) in SCENARIOS.items():
        wirewatch.pipeline = sys.modules["wirewatch.pipeline"] = _pipeline(**answers)  # type: ignore[attr-defined]
        run = bag.dags[dag_id].test()
        tasks = run.get_task_instances()
        results[scenario] = {
            "run": str(run.state),
            "tasks": sorted([ti.task_id, ti.map_index, str(ti.state), ti.rendered_map_index] for ti in tasks),
            "published": _published(run.run_id),
        }
    return results


def _published(run_id: str) -> list[str]:
    from airflow.models.asset import AssetEvent
    from airflow.utils.session import create_session

    with create_session() as session:
        events = session.query(AssetEvent).filter(AssetEvent.source_run_id == run_id)
        return [event.asset.uri for event in events]


def plugins() -> dict[str, Any]:
    from airflow import plugins_manager
    from airflow.providers_manager import ProvidersManager

    if os.environ.get("PROBE_WITHOUT_ENTRY_POINTS"):
        plugins_manager._load_entrypoint_plugins = lambda: ([], {})
    found, errors = plugins_manager._get_plugins()
    apps, _ = plugins_manager.get_fastapi_plugins()
    return {
        "names": [plugin.name for plugin in found],
        "errors": errors,
        "mounted": [app["url_prefix"] for app in apps],
        "provider": "wirewatch" in ProvidersManager().providers,
    }


def routes() -> dict[str, Any]:
    """How the desk answers nobody, a viewer and an admin, below the path /air: each route, files, unknown paths."""
    from airflow.utils import db
    from starlette.testclient import TestClient

    db.initdb()
    from airflow.api_fastapi.app import create_app
    from airflow.api_fastapi.auth.managers.simple.simple_auth_manager import SimpleAuthManager

    app = create_app(apps="core")
    (mount,) = (route for route in app.routes if getattr(route, "path", "") == "/wirewatch")
    paths = sorted({*_paths(mount.app.routes), "/", "/nowhere", "/openapi.json", "/docs", "/static/none.css"})
    client = TestClient(app, raise_server_exceptions=False, follow_redirects=False)
    passwords = SimpleAuthManager.get_passwords()
    answers: dict[str, Any] = {"paths": paths}
    for who in ("nobody", "viewer", "admin"):
        headers = {}
        if who != "nobody":
            body = {"username": who, "password": passwords[who]}
            token = client.post("/air/auth/token", json=body).json()["access_token"]
            headers = {"Authorization": f"Bearer {token}"}
        answers[who] = {
            f"{method} {path}": client.request(method, f"/air/wirewatch{path}", headers=headers).status_code
            for path in paths
            for method in ("GET", "HEAD", "POST", "PUT", "DELETE")
        }
        if who == "admin":
            found = client.get("/air/api/v2/plugins", headers=headers).json()["plugins"]
            (answers["plugin"],) = (plugin for plugin in found if plugin["name"] == "wirewatch")
        if who == "viewer":
            client.cookies.set("_token", token)
            answers["by cookie"] = client.get("/air/wirewatch/health").status_code
            client.cookies.clear()
        if who != "nobody":
            answers[f"{who} at the workbench"] = client.get("/air/wirewatch/workbench", headers=headers).text
        if who == "admin":
            client.cookies.set("_token", token)
            form = {"text": "A text."}
            for site in ("http://testserver", "https://evil.example"):
                answers[f"posted from {site}"] = client.post(
                    "/air/wirewatch/workbench", data=form, headers={"Origin": site}
                ).status_code
            client.cookies.clear()
    return answers


def _paths(found: Any, prefix: str = "") -> list[str]:
    paths = []
    for route in found:
        path = prefix + getattr(route, "path", "")
        inner = getattr(getattr(route, "app", None), "routes", None)
        paths += _paths(inner, path) if inner else [re.sub(r"{[^}]*}", "x", path)]
    return paths


if __name__ == "__main__":
    printed = io.StringIO()
    with contextlib.redirect_stdout(printed):
        outcome = {name: globals()[name]() for name in sys.argv[1:]}
    sys.stdout.write("\n" + json.dumps(outcome) + "\n")
