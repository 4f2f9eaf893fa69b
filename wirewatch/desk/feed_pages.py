"""Pages of feed health: every feed with what troubles it, and one feed with its last entries."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated

from fastapi import FastAPI, HTTPException, Query, Request
from fastapi.responses import HTMLResponse
from fastapi.templating import Jinja2Templates

from wirewatch.desk.asking import Source
from wirewatch.desk.views import feed_rows
from wirewatch.index import Index
from wirewatch.index import feed_id as id_of
from wirewatch.records import OPEN_STATES

ENTRIES_SHOWN = 50
REASONS_SHOWN = 5
# An article of one's own needs no explanation; open entries have not ended yet.
_NEEDS_NO_REASON = {"indexed", *OPEN_STATES}


def add(app: FastAPI, pages: Jinja2Templates, source: Source) -> None:
    """Put the pages into the app."""

    @app.get("/feeds", response_class=HTMLResponse, name="feeds", include_in_schema=False)
    def feeds(request: Request) -> HTMLResponse:
        index, now = source.index(), datetime.now(UTC)
        states = index.ledger.by_state()
        days = list(index.ledger.reconcile())
        context = {
            "rows": feed_rows(index.feed_states(), days, now, index.drifting()),
            "states": states,
            "reasons": _reasons(index, states),
            "difference": sum(day.difference for day in days),
            "topic_faults": source.topics().told,
            "now": now,
        }
        return pages.TemplateResponse(request, "feeds.html", context)

    @app.get("/feeds/one", response_class=HTMLResponse, name="feed", include_in_schema=False)
    def feed(request: Request, url: Annotated[str, Query(min_length=1, max_length=2000)]) -> HTMLResponse:
        index, now = source.index(), datetime.now(UTC)
        state = index.feeds.get([id_of(url)]).get(id_of(url))
        if state is None:
            raise HTTPException(404, f"No feed {url} has been polled.")
        context = {
            "row": feed_rows([state], [], now, index.drifting())[0],
            "states": index.ledger.by_state(feed=url),
            "entries": _last_entries(index, url),
            "now": now,
        }
        return pages.TemplateResponse(request, "feed.html", context)


def _reasons(index: Index, states: dict[str, int]) -> dict[str, dict[str, int]]:
    return {
        state: index.ledger.by_reason(state, REASONS_SHOWN)
        for state in states
        if state not in _NEEDS_NO_REASON
    }


def _last_entries(index: Index, url: str) -> list[dict[str, object]]:
    fields = ("url", "title", "state", "reason", "seen_at", "article_key", "attempts")
    hits = index.ledger.scan(
        {"term": {"feed": url}}, sort=[{"seen_at": "desc"}], size=ENTRIES_SHOWN, fields=fields
    )
    return [{**hit["_source"], "seen_at": datetime.fromisoformat(hit["_source"]["seen_at"])} for hit in hits]
