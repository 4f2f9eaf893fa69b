"""What came of a request, as a verdict: which failures are hard, soft or temporary, and how long a server asks us to wait."""

from __future__ import annotations

import asyncio
import re
import ssl
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime

import aiohttp

from wirewatch.fetch.bodies import BodyBroken, BodyTooLarge
from wirewatch.fetch.guard import MARK, AddressForbidden
from wirewatch.verdicts import FetchVerdict, Gone, Refused, Unreachable

# How heavily a failure counts towards backing off (facts: hard 1.0, soft 0.5, temporary 0.25).
HARD, SOFT, TEMPORARY = 1.0, 0.5, 0.25
# Some servers ask for years; a day later we may knock again.
LONGEST_WAIT = timedelta(hours=24)

_GONE = frozenset({404, 410})
_REFUSED = frozenset({401, 402, 403, 407, 451})
_WAIT = frozenset({429, 503})
_TEMPORARY = frozenset({408, 425, 429, 502, 503, 504, 522, 524})


def of_status(url: str, status: int, retry_after: str | None, now: datetime) -> FetchVerdict | None:
    """The verdict on a status that carries no body for us; None when the body is to be read."""
    if status in {200, 203}:
        return None
    reason = f"HTTP {status}"
    if status in _GONE:
        return Gone(url=url, status=status)
    if status in _REFUSED:
        return Refused(url=url, reason=reason)
    wait = read_retry_after(retry_after, now) if status in _WAIT else None
    weight = TEMPORARY if status in _TEMPORARY else SOFT if status >= 500 or status < 400 else HARD
    return Unreachable(url=url, reason=reason, weight=weight, retry_after=wait)


def read_retry_after(text: str | None, now: datetime) -> timedelta | None:
    """`Retry-After` as seconds or HTTP date, within a day; None for none, the past and nonsense."""
    if text is None:
        return None
    text = text.strip()
    if re.fullmatch(r"\d{1,60}", text):
        span = timedelta(seconds=min(int(text), int(LONGEST_WAIT.total_seconds())))
    else:
        try:
            at = parsedate_to_datetime(text)
        except (ValueError, TypeError, IndexError, OverflowError):
            return None
        span = (at if at.tzinfo else at.replace(tzinfo=UTC)) - now
    return min(span, LONGEST_WAIT) if span > timedelta(0) else None


def of_error(url: str, error: BaseException, limit: int) -> FetchVerdict:
    """The verdict on a request that ended in an error."""
    if isinstance(error, BodyTooLarge):
        return Unreachable(url=url, reason=f"too large: more than {limit / 1e6:g} MB", weight=HARD)
    if isinstance(error, BodyBroken):
        return Unreachable(url=url, reason=f"broken body: {error}", weight=SOFT)
    if isinstance(error, TimeoutError | asyncio.TimeoutError):
        return Unreachable(url=url, reason="timeout", weight=TEMPORARY)
    if (guarded := _forbidden(error)) is not None:
        return Refused(url=url, reason=guarded)
    if (broken := _tls(error)) is not None:
        return Unreachable(url=url, reason=broken, weight=HARD)
    reason, weight = _transport(error)
    return Unreachable(url=url, reason=reason, weight=weight)


def no_connection(verdict: FetchVerdict) -> bool:
    """Whether the host was not even reached."""
    return isinstance(verdict, Unreachable) and verdict.reason.startswith(("no connection", "timeout", "dns"))


def _forbidden(error: BaseException) -> str | None:
    inner = getattr(error, "os_error", error)
    if isinstance(inner, AddressForbidden) or MARK in str(inner):
        found = re.search(rf"{MARK} \S+ \([^)]*\)", str(inner))
        return found.group() if found else MARK
    if isinstance(error, aiohttp.InvalidURL):
        return f"{MARK}: {str(error)[:100]}"
    return None


def _tls(error: BaseException) -> str | None:
    """Which TLS failure it is: each asks for another remedy, and none is ever got around silently."""
    inner = getattr(error, "certificate_error", None) or getattr(error, "os_error", error)
    text = str(inner)
    if isinstance(inner, ssl.SSLCertVerificationError):
        for sign, kind in (
            ("expired", "certificate expired"), ("self-signed", "self-signed certificate"), ("self signed", "self-signed certificate"),
            ("ostname mismatch", "certificate for another host"), ("IP address mismatch", "certificate for another host"),
            ("unable to get local issuer", "incomplete certificate chain"), ("not yet valid", "certificate not yet valid"),
        ):  # fmt: skip
            if sign in text:
                return f"tls: {kind}"
        return f"tls: {inner.verify_message or 'certificate not trusted'}"
    if isinstance(inner, ssl.SSLError | aiohttp.ClientConnectorSSLError) or "SSL" in type(inner).__name__:
        old = (
            "UNSAFE_LEGACY_RENEGOTIATION" in text
            or "UNSUPPORTED_PROTOCOL" in text
            or "DH_KEY_TOO_SMALL" in text
        )
        return "tls: server speaks only outdated TLS" if old else f"tls: {text[:120]}"
    return None


def _transport(error: BaseException) -> tuple[str, float]:
    if isinstance(error, aiohttp.ClientConnectorDNSError):
        gone = "not known" in str(error) or "No address associated" in str(error)
        return ("dns: no such host", HARD) if gone else (f"dns: {str(error.os_error)[:100]}", TEMPORARY)
    if isinstance(error, aiohttp.ClientConnectorError):
        return f"no connection: {error.os_error.strerror or error.os_error}"[:160], SOFT
    for kind, reason, weight in (
        (aiohttp.ServerDisconnectedError, "connection closed before an answer", TEMPORARY),
        (aiohttp.ClientPayloadError, "connection closed within the body", TEMPORARY),
        (aiohttp.ClientResponseError, f"not HTTP: {getattr(error, 'message', '')}", SOFT),
        (ConnectionError | aiohttp.ClientOSError, f"connection reset: {error}", TEMPORARY),
    ):
        if isinstance(error, kind):
            return " ".join(reason.split())[:160], weight
    return f"{type(error).__name__}: {error}"[:160], SOFT
