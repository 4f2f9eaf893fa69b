"""The desk as a server of its own, on loopback."""

from __future__ import annotations

import socket
from collections.abc import Callable
from datetime import UTC, datetime
from urllib.parse import urlsplit

import uvicorn
from fastapi import FastAPI
from starlette.middleware.trustedhost import TrustedHostMiddleware

from wirewatch.delivery.leaving import leaving_router
from wirewatch.desk.app import build_app
from wirewatch.desk.asking import Source
from wirewatch.desk.rights import at_this_machine
from wirewatch.dispatch import leave
from wirewatch.settings import Settings

LOOPBACK = "127.0.0.1"
PORTS_TRIED = 100


def serve(settings: Settings, *, say: Callable[[str], None]) -> None:
    """Serve until interrupted, on the port of the settings or the next free one."""
    listener = listen(settings.desk_port)
    say(f"desk: http://{LOOPBACK}:{listener.getsockname()[1]}/  (Ctrl-C stops it)")
    server(settings).run(sockets=[listener])


def server(settings: Settings) -> uvicorn.Server:
    """The server, to be run with a socket that listens."""
    return uvicorn.Server(uvicorn.Config(standalone(settings), log_level="warning", access_log=False))


def standalone(settings: Settings) -> FastAPI:
    """The desk with what only a server of its own may offer: the API's description, and the unsubscribe page.

    That page must stand outside any login; inside Airflow it would not.
    """
    app = build_app(
        settings,
        who_decides=at_this_machine(settings),
        how_to_decide="This desk only reads. Set WIREWATCH_DESK_ANALYST to a name that decisions are signed with, "
        "start it anew, and open it at this machine.",
        describe_api=True,
    )
    # A page of another site whose name was pointed at 127.0.0.1 would else read the desk as its own.
    app.add_middleware(TrustedHostMiddleware, allowed_hosts=_names(settings), www_redirect=False)
    source = Source(settings)
    app.include_router(
        leaving_router(settings, lambda token: leave(source.index(), settings, token, datetime.now(UTC)))
    )
    return app


def _names(settings: Settings) -> list[str]:
    """The host names that the desk answers to."""
    public = urlsplit(settings.public_url).hostname if settings.public_url else None
    return [LOOPBACK, "localhost", *([public] if public else [])]


def listen(port: int) -> socket.socket:
    """A listening socket on the first free port from `port` on.

    Raises:
        OSError: when none of the next hundred is free.
    """
    for candidate in range(port, min(port + PORTS_TRIED, 65_536)) if port else (0,):
        listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listener.bind((LOOPBACK, candidate))
            listener.listen(128)
        except OSError:
            listener.close()
            continue
        return listener
    raise OSError(f"no free port between {port} and {port + PORTS_TRIED}")
