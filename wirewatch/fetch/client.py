"""The polite client: conditional requests, limits while streaming, redirects by hand, robots.txt for pages.

Never raises for an address: every answer, error and refusal is a verdict.
"""

from __future__ import annotations

import asyncio
import ssl
import time
import warnings
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from types import TracebackType
from typing import Self
from urllib.parse import urljoin

import aiohttp
import certifi
from yarl import URL

from extractors.urls import absolute_url, host_of, request_url
from wirewatch.fetch.bodies import BodyBroken, BodyTooLarge, read_body, unpacked
from wirewatch.fetch.guard import guarded_connector, refusal
from wirewatch.fetch.hosts import Hosts
from wirewatch.fetch.robots import SIZE_LIMIT, Robots
from wirewatch.fetch.verdicts import HARD, SOFT, TEMPORARY, no_connection, of_error, of_status
from wirewatch.settings import Settings
from wirewatch.verdicts import Fetched, FetchVerdict, NotModified, Refused, Unreachable

MOST_REDIRECTS = 10
_REDIRECTS = frozenset({301, 302, 303, 307, 308})
# Real servers send up to 180 headers and policies of 20 KB in one; aiohttp's defaults refuse them.
_MOST_HEADERS, _LONGEST_HEADER = 256, 32_768
_KEPT_HEADERS = 100
_CHUNK = 65_536
_FEEDS = "application/rss+xml, application/atom+xml, application/feed+json, application/xml;q=0.9, text/xml;q=0.9, */*;q=0.5"
_PAGES = "text/html, application/xhtml+xml, */*;q=0.5"
# Endings after which nothing is missing, whatever length the server announced.
_WHOLE = (b"</html>", b"</rss>", b"</feed>", b"</rdf:rdf>", b"</urlset>", b"</sitemapindex>")

_ERRORS = (aiohttp.ClientError, OSError, TimeoutError, BodyTooLarge, BodyBroken, ValueError)


@dataclass(slots=True, kw_only=True)
class _Way:
    """One fetch on its way through redirects."""

    url: str
    at: str
    limit: int
    headers: dict[str, str]
    delay: float = 0.0
    pages: bool = False
    left: float = 0.0
    redirects: list[tuple[int, str]] = field(default_factory=list)
    cookies: dict[str, dict[str, str]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class _Redirect:
    status: int
    location: str


class Fetcher:
    """Fetches feeds and pages for one run. Use as an async context manager."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._hosts = Hosts(at_once=settings.fetch_concurrency, per_host=settings.host_concurrency)
        self._robots = Robots(settings.home / "robots", self._fetch_robots)
        self._agent = settings.user_agent.partition("/")[0].strip() or "Wirewatch"
        self._legacy = frozenset(
            host.strip().lower() for host in (settings.legacy_tls_hosts or "").split(",")
        )
        self._session: aiohttp.ClientSession | None = None

    async def __aenter__(self) -> Self:
        settings = self._settings
        connector = guarded_connector(
            settings, limit=settings.fetch_concurrency + 8, ssl=_tls_context(), ttl_dns_cache=300, keepalive_timeout=20
        )  # fmt: skip
        self._session = aiohttp.ClientSession(
            connector=connector, headers=_identity(settings), cookie_jar=aiohttp.DummyCookieJar(), auto_decompress=False,
            trust_env=False, timeout=aiohttp.ClientTimeout(total=None), max_headers=_MOST_HEADERS, max_field_size=_LONGEST_HEADER,
            max_line_size=_LONGEST_HEADER, requote_redirect_url=False,
        )  # fmt: skip
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._session is not None:
            await self._session.close()
            self._session = None

    async def fetch_feed(
        self, url: str, etag: str | None = None, last_modified: str | None = None
    ) -> FetchVerdict:
        """A feed, unless it is what the validators stand for."""
        headers = {"Accept": _FEEDS}
        if etag:
            headers["If-None-Match"] = etag
        if last_modified:
            headers["If-Modified-Since"] = last_modified
        return await self._fetch(url, headers, limit=self._settings.feed_limit_mb)

    async def fetch_page(self, url: str) -> FetchVerdict:
        """A page, if its host's robots.txt allows, at the pace it asks for."""
        return await self._fetch(url, {"Accept": _PAGES}, limit=self._settings.page_limit_mb, pages=True)

    async def _fetch_robots(self, url: str) -> FetchVerdict:
        return await self._fetch(url, {"Accept": "text/plain, */*;q=0.5"}, limit=SIZE_LIMIT / 1e6)

    async def _fetch(
        self, url: str, headers: dict[str, str], *, limit: float, pages: bool = False
    ) -> FetchVerdict:
        if (reason := refusal(url)) is not None:
            return Refused(url=url, reason=reason)
        way = _Way(
            url=url, at=absolute_url(url) or url, limit=int(limit * 1e6), headers=headers, pages=pages,
            left=self._settings.fetch_timeout_seconds,
        )  # fmt: skip
        for _ in range(MOST_REDIRECTS + 1):
            step = await self._hop(way)
            if not isinstance(step, _Redirect):
                return step
            if (verdict := _follow(way, step)) is not None:
                return verdict
        return Unreachable(url=url, reason=f"more than {MOST_REDIRECTS} redirects", weight=HARD)

    async def _hop(self, way: _Way) -> FetchVerdict | _Redirect:
        """One request on the way, in its host's turn; retried once where a kept connection had gone stale."""
        host = host_of(way.at)
        if (waiting := self._hosts.left_alone(host)) is not None:
            return Unreachable(
                url=way.url,
                reason="the host is left alone for a while",
                weight=TEMPORARY,
                retry_after=waiting,
            )
        delay = 0.0
        if way.pages:
            rules = await self._robots.rules(way.at)
            if rules.unreachable is not None:
                return Unreachable(url=way.url, reason=rules.unreachable, weight=TEMPORARY)
            if not rules.allow(way.at, self._agent):
                return Refused(url=way.url, reason="robots.txt")
            delay = max(self._settings.host_delay_seconds, rules.delay(self._agent))
        async with self._hosts.turn(host, delay):
            step = await self._try(way, fresh=False)
            if isinstance(step, Unreachable) and step.reason.startswith(
                ("connection closed before", "connection reset")
            ):
                step = await self._try(way, fresh=True)
        self._note(host, step)
        return step

    def _note(self, host: str, step: FetchVerdict | _Redirect) -> None:
        if isinstance(step, Unreachable) and step.reason in {"HTTP 429", "HTTP 503"}:
            if step.reason == "HTTP 429" or step.retry_after is not None:
                self._hosts.asked_to_wait(host, step.retry_after)
        elif not isinstance(step, _Redirect) and no_connection(step):
            self._hosts.not_connected(host)
        else:
            self._hosts.connected(host)

    async def _try(self, way: _Way, *, fresh: bool) -> FetchVerdict | _Redirect:
        began = time.monotonic()
        try:
            async with asyncio.timeout(max(way.left, 0.01)):
                return await self._request(way, fresh=fresh, began=began)
        except _ERRORS as error:
            return of_error(way.url, error, way.limit)
        finally:
            way.left -= time.monotonic() - began

    async def _request(self, way: _Way, *, fresh: bool, began: float) -> FetchVerdict | _Redirect:
        if self._session is None:
            raise RuntimeError("use the Fetcher in `async with`")
        headers = dict(way.headers)
        host = host_of(way.at)
        if cookies := way.cookies.get(host):
            headers["Cookie"] = "; ".join(f"{name}={value}" for name, value in cookies.items())
        if fresh:
            headers["Connection"] = "close"
        address = URL(request_url(way.at), encoded=True)
        tls = _legacy_tls_context() if host in self._legacy else True
        async with self._session.get(address, headers=headers, allow_redirects=False, ssl=tls) as answer:
            for name, morsel in answer.cookies.items():
                way.cookies.setdefault(host, {})[name] = morsel.value
            now = datetime.now(UTC)
            if answer.status in _REDIRECTS:
                return _Redirect(answer.status, _text(answer.headers.get("Location", "")))
            kept = tuple(
                (name.lower(), _text(value)) for name, value in list(answer.headers.items())[:_KEPT_HEADERS]
            )
            if answer.status == 304:
                return NotModified(url=way.url, headers=kept, fetched_at=now)
            verdict = of_status(way.url, answer.status, answer.headers.get("Retry-After"), now)
            if verdict is not None:
                return verdict
            body = await _read(answer, way.limit)
            return Fetched(
                url=way.url, final_url=way.at, status=answer.status, body=body, headers=kept, fetched_at=now,
                elapsed=timedelta(seconds=time.monotonic() - began), redirects=tuple(way.redirects),
            )  # fmt: skip


def _follow(way: _Way, step: _Redirect) -> FetchVerdict | None:
    """Move on to where a redirect points; a verdict when it must not or cannot be followed."""
    if not step.location:
        return Unreachable(url=way.url, reason=f"HTTP {step.status} without a location", weight=SOFT)
    try:
        target = urljoin(way.at, step.location.strip())
    except ValueError:
        return Unreachable(url=way.url, reason="redirect to an unreadable address", weight=SOFT)
    if (reason := refusal(target)) is not None:
        return Refused(url=way.url, reason=f"redirect: {reason}")
    target = absolute_url(target) or target
    seen = sum(location == target for _, location in way.redirects) + (target == way.at)
    if (seen and not way.cookies.get(host_of(way.at))) or seen > 1:
        return Unreachable(url=way.url, reason="redirect loop", weight=HARD)
    way.redirects.append((step.status, target))
    way.at = target
    return None


async def _read(answer: aiohttp.ClientResponse, limit: int) -> bytes:
    """The body within the limit. One that is whole by its own ending is taken although the announced length is not reached."""
    raw = bytearray()

    async def chunks() -> AsyncIterator[bytes]:
        async for chunk in answer.content.iter_chunked(_CHUNK):
            if len(raw) < limit:
                raw.extend(chunk)
            yield chunk

    encodings = ",".join(answer.headers.getall("Content-Encoding", []))
    try:
        body = await read_body(chunks(), encodings=encodings, limit=limit)
    except aiohttp.ClientPayloadError:
        if not encodings and bytes(raw[-200:]).rstrip().lower().endswith(_WHOLE):
            return bytes(raw)
        raise
    return unpacked(body, limit)


def _identity(settings: Settings) -> dict[str, str]:
    """Who asks: the product, and whom to write to."""
    agent = settings.user_agent
    if settings.contact and settings.contact not in agent:
        agent = f"{agent} ({settings.contact})"
    headers = {"User-Agent": agent, "Accept-Encoding": "gzip, deflate, br"}
    if settings.contact and "@" in settings.contact:
        headers["From"] = settings.contact
    return headers


@lru_cache(maxsize=1)
def _tls_context() -> ssl.SSLContext:
    """The system's certificates; the bundled ones where the system has none, as in small containers."""
    context = ssl.create_default_context()
    if not context.cert_store_stats()["x509_ca"]:
        context.load_verify_locations(cafile=certifi.where())
    return context


@lru_cache(maxsize=1)
def _legacy_tls_context() -> ssl.SSLContext:
    """For hosts the operator named: old renegotiation, versions and ciphers (K1). Certificates are still checked."""
    context = ssl.create_default_context()
    if not context.cert_store_stats()["x509_ca"]:
        context.load_verify_locations(cafile=certifi.where())
    context.options |= getattr(ssl, "OP_LEGACY_SERVER_CONNECT", 0x4)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # TLS 1.0 is deprecated: that is the point
        context.minimum_version = ssl.TLSVersion.TLSv1
    context.set_ciphers("DEFAULT:@SECLEVEL=0")
    return context


def _text(value: str) -> str:
    """A header as text: raw bytes beyond ASCII are UTF-8, or else Latin-1."""
    if value.isascii():
        return value
    raw = value.encode("utf-8", "surrogateescape")
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError:
        return raw.decode("latin-1")
