"""The sample newsroom as servers on loopback: one port a publisher, conditional requests, two editions.

What is served is decided in `site`; this file keeps the ports, the epoch and the edition, and speaks HTTP.
"""

from __future__ import annotations

import asyncio
import errno
import json
import os
import socket
import zlib
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from aiohttp import web

from extractors.errors import WirewatchError
from wirewatch.newsroom.loopback import LoopThread
from wirewatch.newsroom.press import PressPublisher, load_press
from wirewatch.newsroom.printing import Printed, feed_entries, print_articles
from wirewatch.newsroom.site import Document, build_site, not_found, place
from wirewatch.records import Feed

STATE_FILE = "newsroom.json"
STATE_VERSION = 1

# Where ports are looked for: below the ports that outgoing connections take, so that they are free the next time as
# well. Each home has a stretch of its own, so that two homes on one machine seldom meet.
FIRST_PORT = 20_000
STRETCHES = 500
STRETCH = 20


class NewsroomFault(WirewatchError):
    """The newsroom is asked for something it can only say once it has started."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Visit:
    """One request that was answered."""

    publisher: str
    path: str  # with its query
    status: int


@dataclass(frozen=True, slots=True, kw_only=True)
class _State:
    epoch: datetime
    advanced_at: datetime | None
    ports: dict[str, int]


class Newsroom:
    """The sample press. Dates count back from the first start, which `<home>/newsroom.json` keeps with the ports.

    With a `clock`, articles appear as their time comes; without, all of an edition are there at once. `trouble` may
    answer for a publisher and path with a status to send instead (0: close the connection), or None.
    """

    def __init__(
        self,
        home: Path,
        now: datetime,
        *,
        say: Callable[[str], None] | None = None,
        clock: Callable[[], datetime] | None = None,
        trouble: Callable[[str, str], int | None] | None = None,
    ) -> None:
        self._file = home / STATE_FILE
        self._now = now
        self._say = say or (lambda _: None)
        self._clock = clock
        self._trouble = trouble
        self._press = load_press()
        self._thread = LoopThread("sample-newsroom")
        self._runners: list[web.AppRunner] = []
        self._state: _State | None = _read_state(self._file)
        self._sites: dict[str, tuple[int, dict[str, Document]]] = {}
        self._visits: list[Visit] = []

    def start(self) -> None:
        """Serve every publisher; does nothing when it does already. Says so when a port had to change."""
        if self._thread.running:
            return
        state = self._state or _State(epoch=self._now.astimezone(UTC), advanced_at=None, ports={})
        sockets = self._bind_all(state)
        self._state = replace(state, ports={key: bound.getsockname()[1] for key, bound in sockets.items()})
        self._sites = {}
        self._save()
        self._thread.start()
        try:
            self._thread.run(self._serve(sockets))
        except BaseException:
            self.stop()
            raise

    def stop(self) -> None:
        """Stop serving; does nothing when stopped."""
        if not self._thread.running:
            return
        self._thread.run(self._close())
        self._thread.stop()

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    @property
    def epoch(self) -> datetime:
        """The instant all ages count back from."""
        return self._known().epoch

    @property
    def advanced_at(self) -> datetime | None:
        """When the second edition began; None before."""
        return self._known().advanced_at

    @property
    def visits(self) -> tuple[Visit, ...]:
        """Every request answered since the start, oldest first."""
        return tuple(self._visits)

    def base(self, publisher: str) -> str:
        """The address of a publisher's server, without a final slash."""
        return f"http://127.0.0.1:{self._known().ports[publisher]}"

    def feeds(self) -> tuple[Feed, ...]:
        """Every feed with what an operator's feed list would say about it."""
        return tuple(
            Feed(
                url=self.base(publisher.key) + feed.path,
                publisher=publisher.name,
                family=publisher.family,
                language=publisher.language,
                zone=publisher.zone,
            )
            for publisher in self._press
            for feed in publisher.feeds
        )

    def write_feed_list(self, path: Path) -> None:
        """Write the feeds as an operator's feed list: TOML with one [[feed]] table each."""
        lines = ["# The feeds of the sample newsroom. Its ports are kept in newsroom.json.", ""]
        for feed in self.feeds():
            # JSON strings without escapes beyond quotes are TOML strings as well.
            facts = {name: getattr(feed, name) for name in ("url", "publisher", "family", "language", "zone")}
            lines += [
                "[[feed]]",
                *(f"{name} = {json.dumps(value, ensure_ascii=False)}" for name, value in facts.items()),
                "",
            ]
        _write_whole(path, "\n".join(lines))

    def addresses(self) -> dict[str, str]:
        """Article key -> address, of every article that a feed lists in the edition of the moment."""
        found = {}
        for publisher in self._press:
            printed = self._printed(publisher)
            listed = {one for feed in publisher.feeds for one in feed_entries(feed, printed)}
            found.update({one.article.key: one.url for one in printed if one in listed})
        return found

    def advance(self, now: datetime | None = None) -> bool:
        """Begin the second edition: one article changes, late ones appear. Returns False when it had begun before."""
        state = self._known()
        if state.advanced_at is not None:
            return False
        self._state = replace(state, advanced_at=(now or datetime.now(UTC)).astimezone(UTC))
        self._sites = {}
        self._save()
        return True

    # ----------------------------------------------------------------------- state and ports

    def _known(self) -> _State:
        if self._state is None:
            raise NewsroomFault("the newsroom has no addresses yet; start it first")
        return self._state

    def _save(self) -> None:
        state = self._known()
        table = {
            "version": STATE_VERSION,
            "epoch": state.epoch.isoformat(),
            "advanced_at": state.advanced_at.isoformat() if state.advanced_at else None,
            "ports": state.ports,
        }
        self._file.parent.mkdir(parents=True, exist_ok=True)
        _write_whole(self._file, json.dumps(table, indent=1) + "\n")

    def _bind_all(self, state: _State) -> dict[str, socket.socket]:
        sockets: dict[str, socket.socket] = {}
        try:
            for publisher in self._press:
                sockets[publisher.key] = self._bind(publisher, state)
        except BaseException:
            for bound in sockets.values():
                bound.close()
            raise
        return sockets

    def _bind(self, publisher: PressPublisher, state: _State) -> socket.socket:
        wanted = state.ports.get(publisher.key)
        if wanted is not None:
            bound = _bound(wanted)
            if bound is not None:
                return bound
        stretch = FIRST_PORT + zlib.crc32(str(self._file).encode()) % STRETCHES * STRETCH
        for port in (*range(stretch, stretch + STRETCH), 0):
            bound = _bound(port)
            if bound is not None:
                break
        else:
            raise NewsroomFault("no free port on 127.0.0.1")
        if wanted is not None:
            self._say(
                f"{publisher.name}: port {wanted} is taken by another program, serving on "
                f"{bound.getsockname()[1]}; its addresses changed"
            )
        return bound

    # ----------------------------------------------------------------------- HTTP

    async def _serve(self, sockets: dict[str, socket.socket]) -> None:
        for publisher in self._press:
            app = web.Application()
            app.router.add_get("/{path:.*}", self._handler(publisher))
            runner = web.AppRunner(app, access_log=None, shutdown_timeout=1.0)
            await runner.setup()
            self._runners.append(runner)
            await web.SockSite(runner, sockets[publisher.key]).start()

    async def _close(self) -> None:
        await asyncio.gather(*(runner.cleanup() for runner in self._runners))
        self._runners.clear()

    def _handler(self, publisher: PressPublisher) -> Callable[[web.Request], Any]:
        async def answer(request: web.Request) -> web.Response:
            trouble = self._trouble(publisher.key, request.path_qs) if self._trouble else None
            if trouble is None:
                found = self._site(publisher).get(place(request.path_qs)) or not_found(publisher)
                response = _response(request, found)
            else:
                response = _refusal(request, trouble)
            self._visits.append(Visit(publisher=publisher.key, path=request.path_qs, status=response.status))
            return response

        return answer

    def _site(self, publisher: PressPublisher) -> dict[str, Document]:
        count, site = self._sites.get(publisher.key, (-1, {}))
        if count >= 0 and self._clock is None:
            return site
        printed = self._printed(publisher)
        if count != len(printed):
            site = build_site(publisher, printed, base=self.base(publisher.key))
            self._sites[publisher.key] = len(printed), site
        return site

    def _printed(self, publisher: PressPublisher) -> tuple[Printed, ...]:
        state = self._known()
        return print_articles(
            publisher,
            base=self.base(publisher.key),
            epoch=state.epoch,
            advanced_at=state.advanced_at,
            until=self._clock() if self._clock else None,
        )


def _response(request: web.Request, document: Document) -> web.Response:
    if document.location is not None:
        return web.Response(status=document.status, headers={"Location": document.location})
    response = web.Response(status=document.status, body=document.body)
    response.headers["Content-Type"] = document.content_type
    if document.status == 200:
        response.etag = document.etag
        response.last_modified = document.modified_at
        if _is_known(request, document):
            unchanged = web.Response(status=304)
            unchanged.etag = document.etag
            unchanged.last_modified = document.modified_at
            return unchanged
    response.enable_compression()
    return response


def _refusal(request: web.Request, status: int) -> web.Response:
    if status == 0 and request.transport is not None:
        request.transport.abort()
    return web.Response(status=status or 503, text="trouble")


def _is_known(request: web.Request, document: Document) -> bool:
    """RFC 9110, 13.2.2: If-None-Match decides alone where it is given, compared weakly."""
    asked = request.if_none_match
    if asked is not None:
        return any(tag.value in {"*", document.etag} for tag in asked)
    since = request.if_modified_since
    if since is None or document.modified_at is None:
        return False
    return document.modified_at.replace(microsecond=0) <= since


def _bound(port: int) -> socket.socket | None:
    bound = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    if os.name == "posix":
        bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        bound.bind(("127.0.0.1", port))
        bound.listen(128)  # only listening takes a port for good
    except OSError as fault:
        bound.close()
        if fault.errno in {errno.EADDRINUSE, errno.EACCES}:
            return None
        raise
    return bound


def _read_state(file: Path) -> _State | None:
    """What the last start left; None when there is nothing readable: then the sample begins anew."""
    try:
        table = json.loads(file.read_text(encoding="utf-8"))
        advanced = table["advanced_at"]
        return _State(
            epoch=datetime.fromisoformat(table["epoch"]),
            advanced_at=datetime.fromisoformat(advanced) if advanced else None,
            ports={str(key): int(port) for key, port in table["ports"].items()},
        )
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return None


def _write_whole(path: Path, content: str) -> None:
    partial = path.with_name(path.name + ".partial")
    partial.write_text(content, encoding="utf-8")
    partial.replace(path)
