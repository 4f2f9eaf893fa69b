"""Puts the Wirewatch desk and the Kibana link into the Airflow UI.

The desk is mounted at /wirewatch and every path below it, known or not, asks for an Airflow user: Airflow leaves the apps
of plugins open by default. Nothing heavy is imported until the API server asks for the app; the scheduler and every task
load this file too. It is the only file in this folder: Airflow executes each one under its bare name.
"""

from __future__ import annotations

import html
from functools import cached_property
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from airflow.configuration import conf
from airflow.plugins_manager import AirflowPlugin

if TYPE_CHECKING:
    from fastapi import FastAPI
    from starlette.types import ASGIApp, Receive, Scope, Send

PREFIX = "/wirewatch"
_READS = {"GET", "HEAD", "OPTIONS"}


class WirewatchPlugin(AirflowPlugin):
    """The desk as an app of the API server, and its links in the navigation."""

    name = "wirewatch"

    @cached_property
    def fastapi_apps(self) -> list[dict[str, Any]]:
        """Asked for by the API server only."""
        return [{"app": guarded_desk(), "url_prefix": PREFIX, "name": "Wirewatch desk"}]

    @cached_property
    def external_views(self) -> list[dict[str, Any]]:
        """The desk inside the navigation, and Kibana as an outside link when one is set."""
        from wirewatch.settings import SettingsError, load_settings

        desk = {
            "name": "Wirewatch",
            "href": f"{_base_path()}{PREFIX}/",
            "destination": "nav",
            "url_route": "wirewatch",
            "nav_top_level": True,
        }
        try:
            kibana = load_settings().kibana_url
        except SettingsError:  # the desk itself shows what is wrong
            kibana = None
        return [desk, *([{"name": "Kibana", "href": kibana, "destination": "nav"}] if kibana else [])]


def guarded_desk() -> FastAPI:
    """The desk behind Airflow's authentication; with faulty settings, a page that names the faults."""
    from wirewatch.settings import SettingsError, load_settings

    try:
        from wirewatch.desk import build_app

        app = build_app(load_settings())
    except SettingsError as error:
        app = _faults_page("Wirewatch's settings are at fault", error.faults)
    except ImportError as error:  # Airflow itself must start all the same
        app = _faults_page("The desk cannot be loaded", [(str(error.name), str(error))])
    app.add_middleware(AirflowUserRequired)
    return app


class AirflowUserRequired:
    """Lets a request through for an Airflow user who may see plugins; a write, for one who may trigger our DAGs.

    A middleware, not a dependency: dependencies leave out mounted files and paths that do not exist.
    """

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            await self.app(scope, receive, send)
            return
        if scope["type"] != "http":
            raise RuntimeError(f"the desk speaks HTTP only, not {scope['type']}")
        refusal = await _refusal(scope, receive)
        await (refusal or self.app)(scope, receive, send)


async def _refusal(scope: Scope, receive: Receive) -> ASGIApp | None:
    """Why this request may not pass, as a response; None when it may.

    Leaves the user's name in the scope, for the desk to sign decisions with, if the user has the right to write.
    """
    from airflow.api_fastapi.auth.managers.models.resource_details import AccessView, DagAccessEntity
    from airflow.api_fastapi.core_api import security
    from fastapi import HTTPException, Request
    from fastapi.concurrency import run_in_threadpool
    from fastapi.responses import HTMLResponse

    request = Request(scope, receive)
    try:
        user = await security.get_user(request, None, await security.bearer_scheme(request))
        security.requires_access_view(AccessView.PLUGINS)(request, user)
        if request.method in _READS and "/static/" in request.url.path:
            return None
        may_trigger = security.requires_access_dag("POST", DagAccessEntity.RUN, "ingest_stories")
        try:
            await run_in_threadpool(may_trigger, request, user)
            scope["wirewatch.analyst"] = user.get_name()
        except HTTPException:
            if request.method not in _READS:
                raise
    except HTTPException as refused:
        reason = html.escape(str(refused.detail))
        page = f'<p>{reason}. <a href="{_base_path()}/" target="_top">Log in to Airflow</a> first.</p>'
        return HTMLResponse(page, status_code=refused.status_code)
    return None


def _faults_page(title: str, faults: list[tuple[str, str]]) -> FastAPI:
    from fastapi import FastAPI
    from fastapi.responses import PlainTextResponse

    app = FastAPI(openapi_url=None, docs_url=None, redoc_url=None)
    text = "\n".join([f"{title}:", *(f"{where}: {what}" for where, what in faults)])

    @app.get("/{path:path}")
    def show_faults(path: str) -> PlainTextResponse:  # noqa: ARG001 every path answers the same
        return PlainTextResponse(text, status_code=503)

    return app


def _base_path() -> str:
    """The path that Airflow itself is served under: "" unless [api] base_url has one."""
    return urlsplit(conf.get("api", "base_url", fallback="") or "").path.rstrip("/")
