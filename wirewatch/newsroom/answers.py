"""Answers of a web server, byte for byte, well-behaved and otherwise; no socket here.

An `Answer` says what is sent and how: `misbehaviour` sends it. Anything that depends on the request is a function
from `Received` to `Answer`.
"""

from __future__ import annotations

import zlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from functools import lru_cache
from xml.sax.saxutils import escape

import brotli

RSS_TYPE = "application/rss+xml; charset=utf-8"
HTML_TYPE = "text/html; charset=utf-8"

# Past every limit a feed or a page may have by default (16 MB and 8 MB), yet made in a fraction of a second.
BOMB_MB = 256


@dataclass(frozen=True, slots=True, kw_only=True)
class Received:
    """One request as it arrived; header names in lower case."""

    method: str
    path: str  # with its query
    headers: tuple[tuple[str, str], ...]
    body: bytes
    at: datetime

    def header(self, name: str) -> str | None:
        """The first value of a header, or None."""
        return next((value for key, value in self.headers if key == name), None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What to send and how.

    `length` is the Content-Length said: None says the true one, -1 says none (the end of the connection ends the
    body). `piece` bytes at a time with `pause` seconds between; `endless` repeats the body until the client leaves;
    `cut_at` closes after that many bytes of body, `reset_at` resets the connection there (0: before the status line).
    """

    status: int = 200
    headers: tuple[tuple[str, str], ...] = ()
    body: bytes = b""
    length: int | None = None
    wait: float = 0.0
    piece: int = 0
    pause: float = 0.0
    slow_head: bool = False  # the head, too, goes out in pieces
    endless: bool = False
    cut_at: int | None = None
    reset_at: int | None = None

    def having(self, *headers: tuple[str, str]) -> Answer:
        """The same answer with more headers."""
        return replace(self, headers=(*self.headers, *headers))


Reply = Answer | Callable[[Received], Answer]


# --------------------------------------------------------------------------- good answers


def text(body: str | bytes, content_type: str = HTML_TYPE, *, status: int = 200) -> Answer:
    """A plain good answer."""
    content = body.encode() if isinstance(body, str) else body
    return Answer(status=status, headers=(("Content-Type", content_type),), body=content)


def rss(
    entries: Sequence[tuple[str, str, str]], *, title: str = "Test feed", link: str = "https://daily.example/"
) -> bytes:
    """An RSS 2.0 feed of (title, link, pubDate) entries; an empty date leaves `pubDate` out."""
    items = "".join(
        f"<item><title>{escape(name)}</title><link>{escape(url)}</link><guid>{escape(url)}</guid>"
        + (f"<pubDate>{escape(date)}</pubDate>" if date else "")
        + f"<description>{escape(name)}.</description></item>"
        for name, url, date in entries
    )
    return (
        '<?xml version="1.0" encoding="UTF-8"?><rss version="2.0"><channel>'
        f"<title>{escape(title)}</title><link>{escape(link)}</link><description>d</description>{items}"
        "</channel></rss>"
    ).encode()


def page(title: str, *paragraphs: str, language: str = "en") -> Answer:
    """A page with one article and nothing around it."""
    inside = "".join(f"<p>{escape(paragraph)}</p>" for paragraph in paragraphs)
    return text(
        f'<!doctype html><html lang="{language}"><head><meta charset="utf-8"><title>{escape(title)}</title></head>'
        f"<body><article><h1>{escape(title)}</h1>{inside}</article></body></html>"
    )


def conditional(
    body: bytes, *, etag: str | None = None, last_modified: str | None = None, content_type: str = RSS_TYPE
) -> Reply:
    """Answers 304 when the request carries the validators, as a good server does."""
    validators = tuple(
        (name, value)
        for name, value in (("ETag", etag), ("Last-Modified", last_modified))
        if value is not None
    )

    def reply(received: Received) -> Answer:
        asked = received.header("if-none-match")
        known = asked == etag if asked is not None else received.header("if-modified-since") == last_modified
        if known and validators and (asked is not None or last_modified is not None):
            return Answer(status=304, headers=validators)
        return text(body, content_type).having(*validators)

    return reply


def redirect(location: str, status: int = 302) -> Answer:
    """A redirect; `location` goes out as it is."""
    return Answer(status=status, headers=(("Location", location),))


# --------------------------------------------------------------------------- refusals


def too_many(retry_after: str | None = None, *, status: int = 429) -> Answer:
    """429 (or another status) with `Retry-After` as it is."""
    headers = () if retry_after is None else (("Retry-After", retry_after),)
    return Answer(status=status, headers=headers, body=b"slow down")


def too_many_until(ahead: timedelta, *, status: int = 429) -> Reply:
    """429 (or another status) with `Retry-After` as an HTTP date that lies `ahead` of the moment of the request."""

    def reply(received: Received) -> Answer:
        return too_many(format_datetime(received.at.astimezone(UTC) + ahead, usegmt=True), status=status)

    return reply


def reset(after: int = 0) -> Answer:
    """A connection reset, at once or after so many bytes of body."""
    return Answer(headers=(("Content-Type", RSS_TYPE),), body=b"x" * (after + 1), reset_at=after)


# --------------------------------------------------------------------------- bodies that lie or never end


def dripping(
    body: bytes, *, content_type: str = RSS_TYPE, pause: float = 1.0, slow_head: bool = False
) -> Answer:
    """One byte every `pause` seconds; with `slow_head` the status line and headers as well."""
    return replace(text(body, content_type), piece=1, pause=pause, slow_head=slow_head)


def endless(content_type: str = RSS_TYPE) -> Answer:
    """A feed that never ends, as fast as the client reads."""
    return replace(text(b"<item><title>more</title></item>" * 512, content_type), endless=True, length=-1)


def wrong_length(body: bytes, difference: int, content_type: str = RSS_TYPE) -> Answer:
    """A Content-Length that is off by `difference` bytes."""
    return replace(text(body, content_type), length=max(0, len(body) + difference))


def cut_off(body: bytes, at: int, content_type: str = RSS_TYPE) -> Answer:
    """Says the full length, then closes after `at` bytes."""
    return replace(text(body, content_type), length=len(body), cut_at=at)


def header_flood(count: int = 5_000, size: int = 100) -> Answer:
    """A good body behind `count` headers of `size` bytes each."""
    flood = tuple((f"X-Flood-{number}", "x" * size) for number in range(count))
    return text(rss([("one", "https://daily.example/1", "")]), RSS_TYPE).having(*flood)


# --------------------------------------------------------------------------- encodings


def gzipped(body: bytes, content_type: str = RSS_TYPE) -> Answer:
    """A body under `Content-Encoding: gzip`, as it should be."""
    return text(_gzip(body), content_type).having(("Content-Encoding", "gzip"))


def broken_gzip(body: bytes, content_type: str = RSS_TYPE) -> Answer:
    """Gzip with garbage in its middle."""
    whole = bytearray(_gzip(body))
    middle = len(whole) // 2
    whole[middle : middle + 8] = b"\xff" * 8
    return text(bytes(whole), content_type).having(("Content-Encoding", "gzip"))


def truncated_gzip(body: bytes, content_type: str = RSS_TYPE) -> Answer:
    """Gzip that stops half way, under a Content-Length that agrees with the half."""
    whole = _gzip(body)
    return text(whole[: len(whole) // 2], content_type).having(("Content-Encoding", "gzip"))


def not_gzip(body: bytes, content_type: str = RSS_TYPE) -> Answer:
    """Says gzip, sends plain bytes."""
    return text(body, content_type).having(("Content-Encoding", "gzip"))


def gzip_bomb(megabytes: int = BOMB_MB, content_type: str = RSS_TYPE) -> Answer:
    """A quarter of a megabyte that unpack to `megabytes` MB of spaces."""
    return text(_gzip_of_spaces(megabytes), content_type).having(("Content-Encoding", "gzip"))


def brotli_bomb(megabytes: int = BOMB_MB, content_type: str = RSS_TYPE) -> Answer:
    """Some fifty kilobytes that unpack to `megabytes` MB of spaces."""
    return text(_brotli_of_spaces(megabytes), content_type).having(("Content-Encoding", "br"))


def said_and_sent(
    body: str, *, said: str, sent: str, prolog: str | None = None, header: bool = True
) -> Answer:
    """A body encoded in `sent`, said to be in `said` by header and, when given, by the XML prolog."""
    start = f'<?xml version="1.0" encoding="{prolog}"?>' if prolog else ""
    kind = f"application/rss+xml; charset={said}" if header else "application/rss+xml"
    return text((start + body).encode(sent), kind)


def _gzip(body: bytes) -> bytes:
    packer = zlib.compressobj(9, zlib.DEFLATED, 31)
    return packer.compress(body) + packer.flush()


@lru_cache(maxsize=4)
def _gzip_of_spaces(megabytes: int) -> bytes:
    # One megabyte is packed once, ended by a full flush, and repeated: the whole is one valid stream.
    block = b" " * 1_000_000
    packer = zlib.compressobj(9, zlib.DEFLATED, -15)
    packed = packer.compress(block) + packer.flush(zlib.Z_FULL_FLUSH)
    check = 0
    for _ in range(megabytes):
        check = zlib.crc32(block, check)
    size = (len(block) * megabytes) & 0xFFFFFFFF
    ending = zlib.compressobj(9, zlib.DEFLATED, -15).flush()
    head = b"\x1f\x8b\x08\x00\x00\x00\x00\x00\x02\xff"
    return head + packed * megabytes + ending + check.to_bytes(4, "little") + size.to_bytes(4, "little")


@lru_cache(maxsize=4)
def _brotli_of_spaces(megabytes: int) -> bytes:
    packer = brotli.Compressor(quality=1, lgwin=24)
    block = b" " * 1_000_000
    pieces = [packer.process(block) for _ in range(megabytes)]
    packed: bytes = b"".join(pieces) + packer.finish()
    return packed
