"""The desk's web application: routes, headers, and what a reader sees when the index is down."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from threading import Lock
from typing import Annotated, Any, Literal

import elastic_transport
from fastapi import FastAPI, Query, Request
from fastapi.responses import HTMLResponse, JSONResponse, Response
from fastapi.staticfiles import StaticFiles
from fastapi.templating import Jinja2Templates
from pydantic import BaseModel, Field

from wirewatch.desk.views import (
    article_view,
    feed_rows,
    moment,
    short_span,
    story_view,
)
from wirewatch.index import Index, IndexUnreachable, Question, connect
from wirewatch.settings import Settings

HERE = Path(__file__).parent
# No inline script, no foreign host; frames only from our own origin (the Airflow UI shows the desk in one).
SECURITY = {
    "Content-Security-Policy": "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self' data:; "
    "connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'self'",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-store",
}
SINCE = {"day": timedelta(days=1), "week": timedelta(days=7), "month": timedelta(days=31)}
PAGE = 25
LONGEST_WORDS = 500
Name = Annotated[str, Field(min_length=1, max_length=200)]


class Asked(BaseModel):
    """The query of the story list; every parameter bounded."""

    q: str = Field(default="", max_length=LONGEST_WORDS)
    topic: list[Name] = Field(default=[], max_length=30)
    publisher: list[Name] = Field(default=[], max_length=30)
    language: list[Name] = Field(default=[], max_length=30)
    since: Literal["", "day", "week", "month"] = ""
    reports: int = Field(default=1, ge=1, le=100)
    conflicts: bool = False
    sort: Literal["newest", "relevance", "reports"] = "newest"
    page: int = Field(default=1, ge=1, le=400)

    def question(self, now: datetime) -> Question:
        """What the index is asked."""
        return Question(
            words=self.q.strip(),
            topics=tuple(self.topic),
            publishers=tuple(self.publisher),
            languages=tuple(self.language),
            since=now - SINCE[self.since] if self.since else None,
            minimum_reports=self.reports,
            conflicts_only=self.conflicts,
            sort=self.sort,
            size=PAGE,
            offset=(self.page - 1) * PAGE,
        )


class Source:
    """The index, opened when the first page asks for it and again after it was down."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._index: Index | None = None
        self._lock = Lock()

    def index(self) -> Index:
        """The opened index.

        Raises:
            IndexUnreachable: with the mend in it.
        """
        with self._lock:
            if self._index is None:
                self._index = connect(self._settings)
            return self._index

    def forget(self) -> None:
        """Open it anew next time: the embedded node may come back at another address."""
        with self._lock:
            if self._index is not None:
                self._index.close()
            self._index = None


def build_app(settings: Settings, *, dependencies: Sequence[Any] = (), root_path: str = "") -> FastAPI:
    """The desk. `dependencies` guard every route (Airflow's authentication); `root_path` is where it is mounted."""
    app = FastAPI(
        title="Wirewatch desk",
        dependencies=list(dependencies),
        root_path=root_path,
        openapi_url=None,
        docs_url=None,
        redoc_url=None,
    )
    pages = _templates(app, settings)
    source = Source(settings)
    _guard(app, pages, source)
    _story_pages(app, pages, source)
    _other_pages(app, pages, source)
    app.mount("/static", StaticFiles(directory=HERE / "static"), name="static")
    return app


def _templates(app: FastAPI, settings: Settings) -> Jinja2Templates:
    pages = Jinja2Templates(directory=HERE / "templates")
    pages.env.trim_blocks = pages.env.lstrip_blocks = True
    pages.env.filters.update(moment=moment, span=short_span)
    pages.env.globals["kibana_url"] = settings.kibana_url

    def link(request: Request, name: str, /, **parameters: Any) -> str:
        root = str(request.scope.get("root_path", "")).rstrip("/")
        return root + str(app.url_path_for(name, **parameters))

    pages.env.globals["link"] = link
    return pages


def _guard(app: FastAPI, pages: Jinja2Templates, source: Source) -> None:
    @app.middleware("http")
    async def headers(request: Request, call_next: Callable[[Request], Awaitable[Response]]) -> Response:
        response = await call_next(request)
        for name, value in SECURITY.items():
            response.headers.setdefault(name, value)
        return response

    def problem(request: Request, status: int, what: str, mend: str) -> HTMLResponse:
        context = {"what": what, "mend": mend}
        return pages.TemplateResponse(request, "problem.html", context, status_code=status)

    @app.exception_handler(IndexUnreachable)
    def unreachable(request: Request, fault: IndexUnreachable) -> HTMLResponse:
        return problem(
            request, 503, f"Elasticsearch at {fault.url} does not answer: {fault.reason}.", fault.mend
        )

    @app.exception_handler(elastic_transport.TransportError)
    def lost(request: Request, fault: elastic_transport.TransportError) -> HTMLResponse:
        source.forget()
        return problem(
            request,
            503,
            "Elasticsearch stopped answering.",
            f"{type(fault).__name__}. Reload in a moment; `wirewatch doctor` says more.",
        )


def _story_pages(app: FastAPI, pages: Jinja2Templates, source: Source) -> None:
    @app.get("/", response_class=HTMLResponse, name="stories")
    def stories(request: Request, asked: Annotated[Asked, Query()]) -> HTMLResponse:
        now = datetime.now(UTC)
        found = source.index().search_stories(asked.question(now))
        context = {"asked": asked, "found": found, "pages": -(-found.total // PAGE), "now": now}
        return pages.TemplateResponse(request, "stories.html", context)

    @app.get("/stories/{key}", response_class=HTMLResponse, name="story")
    def story(request: Request, key: str) -> HTMLResponse:
        index = source.index()
        found = index.story(key)
        if found is None:
            return _missing(pages, request, f"There is no story {key}.")
        view = story_view(found, index.articles_of(found.story_key))
        return pages.TemplateResponse(request, "story.html", {"view": view, "now": datetime.now(UTC)})

    @app.get("/articles/{key}", response_class=HTMLResponse, name="article")
    def article(request: Request, key: str) -> HTMLResponse:
        index = source.index()
        found = index.articles.get([key]).get(key)
        if found is None:
            return _missing(pages, request, f"There is no article {key}.")
        related = [found.near_duplicate_of] if found.near_duplicate_of else []
        original = index.articles.get(related).get(found.near_duplicate_of or "")
        return pages.TemplateResponse(request, "article.html", {"view": article_view(found, original)})


def _other_pages(app: FastAPI, pages: Jinja2Templates, source: Source) -> None:
    @app.get("/feeds", response_class=HTMLResponse, name="feeds")
    def feeds(request: Request) -> HTMLResponse:
        index, now = source.index(), datetime.now(UTC)
        states = index.ledger.by_state()
        days = list(index.ledger.reconcile())
        context = {
            "rows": feed_rows(index.feed_states(), days, now),
            "states": states,
            "reasons": {state: index.ledger.by_reason(state, 5) for state in states if state not in {"indexed", "extracted"}},
            "difference": sum(day.difference for day in days),
            "now": now,
        }  # fmt: skip
        return pages.TemplateResponse(request, "feeds.html", context)

    @app.get("/health", name="health")
    def health() -> JSONResponse:
        status = source.index().client.cluster.health()["status"]
        return JSONResponse({"elasticsearch": status}, status_code=503 if status == "red" else 200)


def _missing(pages: Jinja2Templates, request: Request, what: str) -> HTMLResponse:
    mend = "It may have been merged or passed the time that documents are kept. The list has what there is."
    return pages.TemplateResponse(request, "problem.html", {"what": what, "mend": mend}, status_code=404)
