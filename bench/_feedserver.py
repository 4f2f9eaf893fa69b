"""A loopback server of feeds for the polling bench, in a process of its own: it must cost less than what it measures.

`/f/N` is a feed of 30 entries; asked with `If-None-Match` it answers 304. `/many/N` is a feed of N entries.
"""

from __future__ import annotations

import asyncio
import sys
from functools import lru_cache

ENTRIES = 30
ITEM = (
    "<item><title>Report %(n)d of feed %(f)s: drills near the harbour continue</title>"
    '<link>https://site%(f)s.example/news/%(n)d?utm_source=rss</link><guid isPermaLink="false">%(f)s-%(n)d</guid>'
    "<pubDate>Wed, 21 Aug 2024 %(h)02d:%(m)02d:00 +0900</pubDate><category>World</category>"
    "<description><![CDATA[<p>Officials said on Wednesday that the drills near the harbour would go on for three more days,"
    " and that report %(n)d of feed %(f)s was complete.</p>]]></description></item>"
)


def feed(name: str, entries: int) -> bytes:
    items = "".join(ITEM % {"n": n, "f": name, "h": n % 24, "m": n % 60} for n in range(entries))
    return f'<?xml version="1.0" encoding="utf-8"?><rss version="2.0"><channel><title>Feed {name}</title>{items}</channel></rss>'.encode()


@lru_cache(maxsize=4)
def _many(entries: int) -> bytes:
    """Without descriptions, so that 50,000 entries stay below the 16 MB that a feed may have."""
    items = "".join(
        f"<item><title>Report {n}</title><link>https://many.example/news/{n}</link><pubDate>Wed, 21 Aug 2024 09:00:{n % 60:02d} +0900</pubDate></item>"
        for n in range(entries)
    )
    return f'<rss version="2.0"><channel><title>Many</title>{items}</channel></rss>'.encode()


class _Connection(asyncio.Protocol):
    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = transport
        self._pending = b""

    def data_received(self, data: bytes) -> None:
        self._pending += data
        while b"\r\n\r\n" in self._pending:
            head, _, self._pending = self._pending.partition(b"\r\n\r\n")
            self._transport.write(_answer(head))  # type: ignore[attr-defined]


def _answer(head: bytes) -> bytes:
    path = head.split(b" ", 2)[1].decode()
    if b"if-none-match" in head.lower():
        return b'HTTP/1.1 304 Not Modified\r\nETag: "same"\r\n\r\n'
    kind, _, name = path[1:].partition("/")
    body = _many(int(name)) if kind == "many" else feed(name, ENTRIES)
    return (
        b'HTTP/1.1 200 OK\r\nContent-Type: application/rss+xml\r\nETag: "same"\r\nContent-Length: %d\r\n\r\n'
        % len(body)
        + body
    )


async def _serve(addresses: list[str]) -> None:
    loop = asyncio.get_running_loop()
    port = 0
    servers = []
    for address in addresses:
        server = await loop.create_server(_Connection, address, port, backlog=1024)
        port = server.sockets[0].getsockname()[1]
        servers.append(server)
    print(port, flush=True)
    await asyncio.Event().wait()


if __name__ == "__main__":
    asyncio.run(_serve(sys.argv[1:]))
