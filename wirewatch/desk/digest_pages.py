"""What each subscriber would be told now, and why: every digest as it would be made, without sending anything."""

from __future__ import annotations

from datetime import UTC, datetime

from fastapi import FastAPI, HTTPException, Request
from fastapi.responses import HTMLResponse
from fastapi.templating import Jinja2Templates

from wirewatch.desk.asking import Source
from wirewatch.dispatch import preview
from wirewatch.readership import subscribers_in_force
from wirewatch.subscribers import SubscribersError
from wirewatch.windows import next_boundary


def add(app: FastAPI, pages: Jinja2Templates, source: Source) -> None:
    """Put the pages into the app."""

    @app.get("/digests", response_class=HTMLResponse, name="digests", include_in_schema=False)
    def digests(request: Request) -> HTMLResponse:
        index, now = source.index(), datetime.now(UTC)
        try:
            subscribers, faults = subscribers_in_force(index, source.settings), []
        except SubscribersError as fault:
            subscribers, faults = (), fault.faults
        rows = [(one, next_boundary(one, now)) for one in subscribers]
        context = {"rows": rows, "faults": faults, "now": now}
        return pages.TemplateResponse(request, "digests.html", context)

    @app.get("/digests/{name}", response_class=HTMLResponse, name="digest", include_in_schema=False)
    def digest(request: Request, name: str) -> HTMLResponse:
        index, now = source.index(), datetime.now(UTC)
        try:
            mail = preview(index, source.settings, name, now)
        except SubscribersError as fault:
            raise HTTPException(404, f"There is no digest for {name}: {fault}") from fault
        context = {"name": name, "mail": mail, "digest": mail.digest, "now": now}
        return pages.TemplateResponse(request, "digest.html", context)
