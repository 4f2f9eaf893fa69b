"""Searches kept under a name: save, open, share, delete; and who gets digests of them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Annotated, Literal

from fastapi import FastAPI, Form, HTTPException, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response
from fastapi.templating import Jinja2Templates
from pydantic import Field

from wirewatch.desk.asking import Asked, Source, asked_of, saved
from wirewatch.desk.rights import Analyst
from wirewatch.searches import LONGEST_NAME, Subscription, search_key, subscriber_name, subscription_key
from wirewatch.subscribers import mail_address, time_of_day, zone_name

SEE_OTHER = 303
# More than anybody reads through; a page of them stays one request.
MOST_SHOWN = 500

Link = Callable[..., str]


class Named(Asked):
    """A search and the name to keep it under."""

    name: str = Field(min_length=1, max_length=LONGEST_NAME)


def add(app: FastAPI, pages: Jinja2Templates, source: Source, link: Link) -> None:
    """Put the pages into the app."""
    _reading(app, pages, source, link)
    _writing(app, source, link)


def _reading(app: FastAPI, pages: Jinja2Templates, source: Source, link: Link) -> None:
    @app.get("/searches", response_class=HTMLResponse, name="searches", include_in_schema=False)
    def searches(request: Request) -> HTMLResponse:
        index = source.index()
        found = list(index.searches.records(sort=[{"name": "asc"}], size=MOST_SHOWN))
        subscriptions = defaultdict(list)
        for one in index.subscriptions.records(sort=[{"subscriber": "asc"}], size=MOST_SHOWN):
            subscriptions[one.search_key].append(one)
        context = {"searches": [(one, asked_of(one)) for one in found], "subscriptions": subscriptions}
        return pages.TemplateResponse(request, "searches.html", context)

    @app.get("/searches/{key}", name="search", include_in_schema=False)
    def search(request: Request, key: str) -> Response:
        """The link to share: it opens whatever the search asks for now."""
        found = source.index().searches.get([key]).get(key)
        if found is None:
            raise HTTPException(404, "There is no such search; it may have been deleted.")
        query = asked_of(found).query()
        return RedirectResponse(link(request, "stories") + (f"?{query}" if query else ""))


def _writing(app: FastAPI, source: Source, link: Link) -> None:
    @app.post("/searches", name="save", include_in_schema=False)
    def save(request: Request, analyst: Analyst, asked: Annotated[Named, Form()]) -> Response:
        name = " ".join(asked.name.split())
        if not name:
            raise HTTPException(422, "Give the search a name.")
        shelf = source.index().searches
        if not shelf.create_one(saved(asked, name=name, by=analyst, now=datetime.now(UTC))):
            raise HTTPException(
                409, f"There is a search named {name!r} already; delete it or choose another name."
            )
        shelf.refresh()
        return RedirectResponse(f"{link(request, 'searches')}#s-{search_key(name)}", SEE_OTHER)

    @app.post("/searches/{key}/delete", name="delete", include_in_schema=False)
    def delete(request: Request, key: str, analyst: Analyst) -> Response:
        """Its digests end with it."""
        del analyst
        index = source.index()
        ended = index.subscriptions.records({"term": {"search_key": key}}, size=MOST_SHOWN)
        index.subscriptions.delete([one.subscription_key for one in ended])
        index.searches.delete([key])
        index.refresh("searches", "subscriptions")
        return RedirectResponse(link(request, "searches"), SEE_OTHER)

    @app.post("/searches/{key}/subscribe", name="subscribe", include_in_schema=False)
    def subscribe(  # a form's fields
        request: Request,
        key: str,
        analyst: Analyst,
        frequency: Annotated[Literal["instant", "hourly", "daily", "weekly"], Form()] = "daily",
        address: Annotated[str, Form(max_length=254)] = "",
        zone: Annotated[str, Form(max_length=60)] = "UTC",
        at: Annotated[str, Form(max_length=5)] = "07:00",
    ) -> Response:
        index = source.index()
        search = index.searches.get([key]).get(key)
        if search is None:
            raise HTTPException(404, "There is no such search; it may have been deleted.")
        try:
            where = mail_address(address.strip()) if address.strip() else None
            zone, at = zone_name(zone.strip()), time_of_day(at.strip())
        except ValueError as fault:
            raise HTTPException(422, f"A digest {fault}.") from fault
        one = subscription_key(key, where)
        index.subscriptions.save([
            Subscription(
                subscription_key=one, subscriber=subscriber_name(search, one), search_key=key, address=where,
                frequency=frequency, zone=zone, at=at, made_by=analyst, made_at=datetime.now(UTC),
            )
        ])  # fmt: skip
        index.subscriptions.refresh()
        return RedirectResponse(f"{link(request, 'searches')}#s-{key}", SEE_OTHER)

    @app.post("/subscriptions/{key}/end", name="unsubscribe", include_in_schema=False)
    def end(request: Request, key: str, analyst: Analyst) -> Response:
        del analyst
        index = source.index()
        index.subscriptions.delete([key])
        index.subscriptions.refresh()
        return RedirectResponse(link(request, "searches"), SEE_OTHER)
