"""Who may decide at this desk, and whether a request that would change something came from the desk's own pages.

Reading asks for nothing here: inside Airflow its login stands before every path. Deciding (pin, mute, merge, split,
correct a tag, save a search) asks for an analyst with a name. A form posted by a page of another site is refused
before anything looks at it, whoever the reader is.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated
from urllib.parse import urlsplit

from fastapi import Depends, HTTPException, Request

from wirewatch.settings import Settings

READS = frozenset({"GET", "HEAD", "OPTIONS"})
LOOPBACK_NAMES = frozenset({"127.0.0.1", "localhost", "[::1]"})
# What a proxy adds to the requests of others: then the asker is not at this machine, whatever the address says.
_PROXIED = ("forwarded", "x-forwarded-for", "x-forwarded-host", "x-real-ip")
# Where the plugin leaves the name of the Airflow user who may decide.
ANALYST_IN_SCOPE = "wirewatch.analyst"

# The name that decisions of this request are signed with; None when it may not decide.
WhoDecides = Callable[[Request], str | None]


def at_this_machine(settings: Settings) -> WhoDecides:
    """The standalone desk: whoever sits at this machine, under the name of the settings; without a name nobody."""

    def who(request: Request) -> str | None:
        host = request.url.netloc.rsplit(":", 1)[0] if request.url.port else request.url.netloc
        near = request.client is not None and request.client.host in {"127.0.0.1", "::1"}
        proxied = any(name in request.headers for name in _PROXIED)
        return settings.desk_analyst if near and host in LOOPBACK_NAMES and not proxied else None

    return who


def airflow_user(request: Request) -> str | None:
    """Inside Airflow: the user whom the plugin found to have the right."""
    name = request.scope.get(ANALYST_IN_SCOPE)
    return str(name) if name else None


def foreign(request: Request, settings: Settings) -> str | None:
    """Why a request that changes something is not from the desk's own pages; None when it may be.

    Browsers say where a form comes from: `Sec-Fetch-Site` on loopback and https, `Origin` everywhere. A program that
    says neither is no browser, carries no cookie it was not given, and may pass.
    """
    if request.method in READS:
        return None
    if request.headers.get("sec-fetch-site", "same-origin") != "same-origin":
        return "it was sent by a page of another site"
    origin = request.headers.get("origin")
    if origin is None:
        return None
    own = {request.headers.get("host", "").lower()}
    if settings.public_url:
        own.add(urlsplit(settings.public_url).netloc.lower())
    if urlsplit(origin).netloc.lower() in own:
        return None
    return f"it was sent by a page of {origin[:100]}"


def _analyst(request: Request) -> str:
    name: str | None = request.app.state.who_decides(request)
    if name is None:
        raise HTTPException(403, request.app.state.how_to_decide)
    return name


# A route that asks for it is only reached by somebody who may decide.
Analyst = Annotated[str, Depends(_analyst)]
