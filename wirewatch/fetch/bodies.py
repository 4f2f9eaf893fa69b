"""Reading a body within limits: bytes counted after decompression, while they stream.

aiohttp's own decompression is off: it has no limit. Here never more than the limit plus one chunk is held.
"""

from __future__ import annotations

import zlib
from collections.abc import AsyncIterator, Iterator
from typing import Any

import brotli

_CHUNK = 65_536
_GZIP = b"\x1f\x8b"
# Layers of compression honoured; more is a bomb.
_MOST_LAYERS = 2


class BodyTooLarge(Exception):
    """More bytes came, decompressed, than the limit."""


class BodyBroken(Exception):
    """The compression is broken or unknown."""


async def read_body(chunks: AsyncIterator[bytes], *, encodings: str, limit: int) -> bytes:
    """The decompressed body.

    Raises:
        BodyTooLarge, BodyBroken
    """
    layers: list[_Layer] | None = None
    out = bytearray()
    async for chunk in chunks:
        if layers is None:
            layers = _layers(encodings, chunk, limit)
        _take(out, layers, chunk, limit)
    for layer in layers or ():
        layer.finish()
    return bytes(out)


def unpacked(body: bytes, limit: int) -> bytes:
    """A body that is gzip although no header said so (`sitemap.xml.gz`), unpacked; any other as it is.

    Raises:
        BodyTooLarge, BodyBroken
    """
    for _ in range(_MOST_LAYERS):
        if not body.startswith(_GZIP):
            break
        layer = _Layer("gzip", limit)
        out = bytearray()
        _take(out, [layer], body, limit)
        layer.finish()
        body = bytes(out)
    return body


def _take(out: bytearray, layers: list[_Layer], chunk: bytes, limit: int) -> None:
    for piece in _through(layers, chunk):
        out += piece
        if len(out) > limit:
            raise BodyTooLarge


def _through(layers: list[_Layer], chunk: bytes) -> Iterator[bytes]:
    if not layers:
        yield chunk
        return
    for piece in layers[0].feed(chunk):
        yield from _through(layers[1:], piece)


def _layers(encodings: str, first: bytes, limit: int) -> list[_Layer]:
    """One decompressor a named encoding, last applied first undone. A body that is not what it says is taken as it is."""
    names = [
        name.strip().lower()
        for name in encodings.split(",")
        if name.strip().lower() not in {"", "identity", "none"}
    ]
    if len(names) > _MOST_LAYERS:
        raise BodyBroken(f"{len(names)} layers of compression")
    layers = []
    for name in reversed(names):
        kind = {"x-gzip": "gzip"}.get(name, name)
        if kind not in {"gzip", "deflate", "br"}:
            if _is_plain(first):
                return []
            raise BodyBroken(f"unknown compression {name!r}")
        layers.append(kind)
    if layers and (
        (layers[0] == "gzip" and not first.startswith(_GZIP[: len(first)]))
        or (layers[0] == "br" and _is_plain(first))
    ):
        return []
    return [_Layer(kind, limit) for kind in layers]


def _is_plain(first: bytes) -> bool:
    return first.lstrip()[:1] in {b"<", b"{", b"["}


class _Layer:
    """One decompressor that never gives more than a chunk at a time."""

    def __init__(self, kind: str, limit: int) -> None:
        self._kind = kind
        self._left = limit + _CHUNK
        self._begun = False
        self._raw = False
        self._machine = self._new()

    def feed(self, chunk: bytes) -> Iterator[bytes]:
        self._begun = True
        try:
            yield from self._brotli(chunk) if self._kind == "br" else self._zlib(chunk)
        except (zlib.error, brotli.error) as fault:
            raise BodyBroken(f"broken {self._kind}: {fault}") from fault

    def finish(self) -> None:
        """Refuse a body that stops before its end."""
        ended = self._machine.is_finished() if self._kind == "br" else self._machine.eof
        if self._begun and not ended:
            raise BodyBroken(f"{self._kind} ends early")

    def _new(self) -> Any:
        if self._kind == "br":
            return brotli.Decompressor()
        return zlib.decompressobj(31 if self._kind == "gzip" else zlib.MAX_WBITS)

    def _count(self, piece: bytes) -> bytes:
        self._left -= len(piece)
        if self._left < 0:
            raise BodyTooLarge
        return piece

    def _brotli(self, chunk: bytes) -> Iterator[bytes]:
        machine = self._machine
        yield self._count(machine.process(chunk, output_buffer_limit=_CHUNK))
        while not machine.can_accept_more_data():
            yield self._count(machine.process(b"", output_buffer_limit=_CHUNK))

    def _zlib(self, chunk: bytes) -> Iterator[bytes]:
        data = chunk
        while data:
            if self._machine.eof:
                if not data.startswith(_GZIP):
                    return  # padding after the last member
                self._machine = self._new()
            try:
                piece = self._machine.decompress(data, _CHUNK)
            except zlib.error:
                if self._kind != "deflate" or self._raw:
                    raise
                # "deflate" without zlib's frame, as old servers send it.
                self._raw = True
                self._machine = zlib.decompressobj(-zlib.MAX_WBITS)
                piece = self._machine.decompress(data, _CHUNK)
            yield self._count(piece)
            data = self._machine.unused_data if self._machine.eof else self._machine.unconsumed_tail
