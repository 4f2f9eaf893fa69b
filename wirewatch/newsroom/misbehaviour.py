"""A web server on loopback that misbehaves on demand: the tests' web.

Sends any `Answer` byte for byte, in the order scripted, and keeps a log of what it received. It speaks HTTP/1.1 by
hand, because a web framework would refuse to send most of this. What stands under which path is in `standing`.

    with MisbehavingWeb() as web:
        web.script("/feed.xml", [answers.too_many("120"), answers.text(feed, answers.RSS_TYPE)])
        ...
        assert [request.header("if-none-match") for request in web.requests("/feed.xml")] == [None, None]
"""

from __future__ import annotations

import asyncio
import contextlib
import socket
import struct
from collections.abc import Sequence
from datetime import UTC, datetime
from http import HTTPStatus
from types import TracebackType
from typing import Self

from wirewatch.newsroom.answers import Answer, Received, Reply
from wirewatch.newsroom.loopback import LoopThread
from wirewatch.newsroom.standing import standing

# A request head longer than this is not one of ours.
HEAD_LIMIT = 1 << 20


class MisbehavingWeb:
    """The server: `start` and `stop`, or a `with` block. Binds a free port of `host`, which must be loopback."""

    def __init__(self, host: str = "127.0.0.1", port: int = 0) -> None:
        if not host.startswith("127.") and host != "::1":
            raise ValueError(f"{host} is not a loopback address")
        self._host = host
        self._port = port
        self._thread = LoopThread("misbehaving-web")
        self._server: asyncio.Server | None = None
        self._standing = standing()
        self._scripts: dict[str, list[Reply]] = {}
        self._received: list[Received] = []

    def start(self) -> None:
        """Bind and serve; the address is in `base` from then on."""
        self._thread.start()
        try:
            self._server = self._thread.run(
                asyncio.start_server(self._serve, self._host, self._port, limit=HEAD_LIMIT, backlog=4096)
            )
        except OSError:
            self._thread.stop()
            raise
        self._port = self._server.sockets[0].getsockname()[1]

    def stop(self) -> None:
        """Close every connection and stop; does nothing when stopped."""
        if self._server is not None:
            self._thread.run(self._close(self._server))
            self._server = None
        self._thread.stop()

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    @property
    def port(self) -> int:
        """The port bound."""
        return self._port

    @property
    def base(self) -> str:
        """Where the server answers, without a final slash."""
        host = f"[{self._host}]" if ":" in self._host else self._host
        return f"http://{host}:{self._port}"

    def url(self, path: str) -> str:
        """The full address of a path."""
        return self.base + path

    def script(self, path: str, answers: Sequence[Reply] | Reply) -> str:
        """Answer requests for `path` (query included, or any query when it has none) in this order.

        The last answer stays. Goes before what stands there. Returns the full address.
        """
        replies = list(answers) if isinstance(answers, Sequence) else [answers]
        if not replies:
            raise ValueError("a script needs at least one answer")
        self._scripts[path] = replies
        return self.url(path)

    @property
    def received(self) -> tuple[Received, ...]:
        """Every request so far, oldest first."""
        return tuple(self._received)

    def requests(self, path: str) -> tuple[Received, ...]:
        """The requests for one path, whatever their query, oldest first."""
        return tuple(one for one in self.received if path in {one.path, one.path.partition("?")[0]})

    def forget(self) -> None:
        """Empty the log."""
        self._received.clear()

    # ----------------------------------------------------------------------- one connection

    @staticmethod
    async def _close(server: asyncio.Server) -> None:
        server.close()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            with contextlib.suppress(ConnectionError, asyncio.IncompleteReadError, asyncio.LimitOverrunError):
                while (received := await _read_request(reader)) is not None:
                    self._received.append(received)
                    if not await _send(writer, received, self._answer(received)):
                        break
                writer.close()
                await writer.wait_closed()
        finally:
            # On `stop` the connection may be in the middle of an endless body.
            writer.transport.abort()

    def _answer(self, received: Received) -> Answer:
        path = received.path.partition("?")[0]
        replies = self._scripts.get(received.path) or self._scripts.get(path)
        if replies is not None:
            reply = replies.pop(0) if len(replies) > 1 else replies[0]
        else:
            reply = self._standing.get(path, Answer(status=404, body=b"nothing stands here"))
        return reply if isinstance(reply, Answer) else reply(received)


async def _read_request(reader: asyncio.StreamReader) -> Received | None:
    try:
        head = await reader.readuntil(b"\r\n\r\n")
    except asyncio.IncompleteReadError:
        return None
    first, *lines = head.decode("latin-1").rstrip("\r\n").split("\r\n")
    method, path, _ = first.split(" ", 2)
    pairs = (line.partition(":") for line in lines)
    headers = tuple((name.strip().lower(), value.strip()) for name, _, value in pairs)
    length = int(dict(headers).get("content-length", "0"))
    body = await reader.readexactly(length) if length else b""
    return Received(method=method, path=path, headers=headers, body=body, at=datetime.now(UTC))


async def _send(writer: asyncio.StreamWriter, received: Received, answer: Answer) -> bool:
    """Send one answer. Returns whether the connection can take another request."""
    if answer.wait:
        await asyncio.sleep(answer.wait)
    if answer.reset_at == 0:
        _reset(writer)
        return False
    bodiless = received.method == "HEAD" or answer.status in {204, 304}
    length = len(answer.body) if answer.length is None else answer.length
    head = _head(answer, length, bodiless=bodiless)
    body = b"" if bodiless else answer.body[: answer.cut_at]
    if answer.slow_head:
        await _write(writer, head, answer)
    else:
        writer.write(head)
    if answer.reset_at is not None:
        writer.write(body[: answer.reset_at])
        await writer.drain()
        _reset(writer)
        return False
    await _write(writer, body, answer)
    while answer.endless and not bodiless:
        await _write(writer, body, answer)
    said = (received.header("connection") or "").lower()
    return said != "close" and (bodiless or length == len(body))


def _head(answer: Answer, length: int, *, bodiless: bool) -> bytes:
    try:
        phrase = HTTPStatus(answer.status).phrase
    except ValueError:
        phrase = "Unknown"
    lines = [f"HTTP/1.1 {answer.status} {phrase}"]
    lines += [f"{name}: {value}" for name, value in answer.headers]
    if length >= 0 and not bodiless:
        lines.append(f"Content-Length: {length}")
    if length < 0:
        lines.append("Connection: close")
    return ("\r\n".join(lines) + "\r\n\r\n").encode("utf-8", "surrogateescape")


async def _write(writer: asyncio.StreamWriter, content: bytes, answer: Answer) -> None:
    if not answer.piece:
        writer.write(content)
        await writer.drain()
        return
    for start in range(0, len(content), answer.piece):
        writer.write(content[start : start + answer.piece])
        await writer.drain()
        await asyncio.sleep(answer.pause)


def _reset(writer: asyncio.StreamWriter) -> None:
    bare: socket.socket | None = writer.get_extra_info("socket")
    if bare is not None:
        # Zero seconds of lingering makes the close a reset instead of an orderly end.
        bare.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    writer.transport.abort()
