"""The desk's web application: what is mounted, the headers, and what a reader sees when something is wrong."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import elastic_transport
from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse, Response
from fastapi.staticfiles import StaticFiles
from fastapi.templating import Jinja2Templates
from starlette.exceptions import HTTPException

from wirewatch.desk import (
    api,
    decision_pages,
    digest_pages,
    feed_pages,
    search_pages,
    story_pages,
    workbench,
)
from wirewatch.desk.asking import Source
from wirewatch.desk.rights import WhoDecides, airflow_user, foreign
from wirewatch.desk.views import moment, short_span
from wirewatch.index import IndexUnreachable
from wirewatch.settings import Settings

HERE = Path(__file__).parent
# No inline script or style, no foreign host; frames only from our own origin (the Airflow UI shows the desk in one).
SECURITY = {
    "Content-Security-Policy": "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; "
    "connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'self'",
    "X-Content-Type-Options": "nosniff",
    # "no-referrer" would make browsers send "Origin: null" with the desk's own forms.
    "Referrer-Policy": "same-origin",
    "Cache-Control": "no-store",
}


def build_app(
    settings: Settings,
    *,
    who_decides: WhoDecides = airflow_user,
    how_to_decide: str = "Only who may trigger the DAG ingest_stories in Airflow may do this.",
    describe_api: bool = False,
) -> FastAPI:
    """The desk. `who_decides` names the analyst of a request; `how_to_decide` tells others what they lack.

    `describe_api` serves the OpenAPI description of the JSON API at /api/openapi.json.
    """
    app = FastAPI(
        title="Wirewatch",
        description="Stories, their articles and the feeds' health.",
        openapi_url="/api/openapi.json" if describe_api else None,
        docs_url=None,
        redoc_url=None,
    )
    app.state.who_decides, app.state.how_to_decide = who_decides, how_to_decide
    pages = _templates(app, settings)
    source = Source(settings)
    _headers(app, pages, settings)
    _problems(app, pages, source)
    _health(app, source)
    story_pages.add(app, pages, source)
    decision_pages.add(app, pages, source, _linker(app))
    search_pages.add(app, pages, source, _linker(app))
    digest_pages.add(app, pages, source)
    feed_pages.add(app, pages, source)
    workbench.add(app, pages, source)
    api.add(app, source)
    app.mount("/static", StaticFiles(directory=HERE / "static"), name="static")
    return app


def _templates(app: FastAPI, settings: Settings) -> Jinja2Templates:
    def of_this_request(request: Request) -> dict[str, Any]:
        return {"analyst": app.state.who_decides(request), "how_to_decide": app.state.how_to_decide}

    pages = Jinja2Templates(directory=HERE / "templates", context_processors=[of_this_request])
    pages.env.trim_blocks = pages.env.lstrip_blocks = True
    pages.env.filters.update(moment=moment, span=short_span, plain=lambda name: name.replace("_", " "))
    pages.env.globals["kibana_url"] = settings.kibana_url

    pages.env.globals["link"] = _linker(app)
    return pages


def _linker(app: FastAPI) -> Callable[..., str]:
    """Makes the path of a route by its name, below wherever the desk is mounted."""

    def link(request: Request, name: str, /, **parameters: Any) -> str:
        root = str(request.scope.get("root_path", "")).rstrip("/")
        return root + str(app.url_path_for(name, **parameters))

    return link


def _headers(app: FastAPI, pages: Jinja2Templates, settings: Settings) -> None:
    @app.middleware("http")
    async def headers(request: Request, call_next: Callable[[Request], Awaitable[Response]]) -> Response:
        reason = foreign(request, settings)
        if reason is None:
            response = await call_next(request)
        else:
            context = {
                "what": f"This request was not carried out: {reason}.",
                "mend": "Use the desk's own pages.",
            }
            response = pages.TemplateResponse(request, "problem.html", context, status_code=403)
        for name, value in SECURITY.items():
            response.headers.setdefault(name, value)
        if response.status_code == 200 and "/static/" in request.url.path:
            response.headers["Cache-Control"] = "no-cache"  # asked again each time, sent once: ETag
        return response


def _problems(app: FastAPI, pages: Jinja2Templates, source: Source) -> None:
    def problem(request: Request, status: int, what: str, mend: str) -> Response:
        path = request.url.path.removeprefix(str(request.scope.get("root_path", "")))
        if path.startswith("/api/"):
            return JSONResponse({"detail": what, "mend": mend}, status_code=status)
        context = {"what": what, "mend": mend}
        return pages.TemplateResponse(request, "problem.html", context, status_code=status)

    @app.exception_handler(IndexUnreachable)
    def unreachable(request: Request, fault: IndexUnreachable) -> Response:
        return problem(
            request, 503, f"Elasticsearch at {fault.url} does not answer: {fault.reason}.", fault.mend
        )

    @app.exception_handler(elastic_transport.TransportError)
    def lost(request: Request, fault: elastic_transport.TransportError) -> Response:
        source.forget()
        mend = f"{type(fault).__name__}. Reload in a moment; `wirewatch doctor` says more."
        return problem(request, 503, "Elasticsearch stopped answering.", mend)

    @app.exception_handler(elastic_transport.ApiError)
    def not_answered(request: Request, fault: elastic_transport.ApiError) -> Response:
        source.forget()  # indices that were dropped are made anew when it is opened
        what = f"Elasticsearch could not answer (HTTP {fault.meta.status}: {fault.message})."
        return problem(request, 503, what, "Reload in a moment; `wirewatch doctor` says more.")

    @app.exception_handler(RequestValidationError)
    def out_of_bounds(request: Request, fault: RequestValidationError) -> Response:
        faults = "; ".join(
            f"{'.'.join(str(part) for part in error['loc'][1:])}: {error['msg']}" for error in fault.errors()
        )
        return problem(request, 422, "This address asks for something the desk cannot give.", faults)

    @app.exception_handler(HTTPException)
    def refused(request: Request, fault: HTTPException) -> Response:
        what = "There is no such page." if fault.status_code == 404 and fault.detail == "Not Found" else None
        mend = "It may have been merged, or have passed the time that documents are kept."
        return problem(
            request, fault.status_code, what or str(fault.detail), mend if fault.status_code == 404 else ""
        )


def _health(app: FastAPI, source: Source) -> None:
    @app.get("/health", name="health", include_in_schema=False)
    def health() -> JSONResponse:
        status = source.index().client.cluster.health()["status"]
        return JSONResponse({"elasticsearch": status}, status_code=503 if status == "red" else 200)
