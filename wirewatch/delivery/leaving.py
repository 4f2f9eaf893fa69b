"""The page behind the unsubscribe link: GET shows a button, POST ends the subscription (RFC 8058).

Mail scanners open every link, so opening changes nothing. Posting needs no login, no cookie and no redirect: mail
programs do it by themselves. The route must stand outside any login; a desk inside Airflow is the wrong place.
"""

from __future__ import annotations

from collections.abc import Callable
from html import escape

from fastapi import APIRouter
from fastapi.responses import HTMLResponse

from wirewatch.delivery.links import subscriber_of
from wirewatch.settings import Settings

# Longer than the token of the longest name, and far below what a server would choke on.
LONGEST_TOKEN = 300

_PAGE = """<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="robots" content="noindex">
<title>{title}</title>
</head>
<body>
<h1>{title}</h1>
{body}
</body>
</html>
"""
_ASK = '<form method="post"><p>Digests of “{name}” will not be sent any more.</p><p><button>Unsubscribe</button></p></form>'
_DONE = "<p>Digests of “{name}” will not be sent any more.</p>"
_UNKNOWN = "<p>The link is incomplete or not one of ours. Copy it whole from the digest.</p>"


def leaving_router(settings: Settings, leave: Callable[[str], bool]) -> APIRouter:
    """The routes under /u/. `leave` ends the subscription of a token (`wirewatch.dispatch.leave`)."""
    router = APIRouter()

    @router.get("/u/{token}", response_class=HTMLResponse, name="leave")
    def ask(token: str) -> HTMLResponse:
        name = subscriber_of(token, settings) if len(token) <= LONGEST_TOKEN else None
        if name is None:
            return _unknown()
        return _page("Unsubscribe", _ASK.format(name=escape(name)))

    @router.post("/u/{token}", response_class=HTMLResponse, name="left")
    def done(token: str) -> HTMLResponse:
        name = subscriber_of(token, settings) if len(token) <= LONGEST_TOKEN else None
        if name is None or not leave(token):
            return _unknown()
        return _page("You have unsubscribed", _DONE.format(name=escape(name)))

    return router


def _unknown() -> HTMLResponse:
    return _page("Unknown link", _UNKNOWN, status=404)


def _page(title: str, body: str, status: int = 200) -> HTMLResponse:
    return HTMLResponse(_PAGE.format(title=title, body=body), status_code=status)
