"""robots.txt of each host: asked once a day, obeyed for pages (RFC 9309), kept on disk between runs.

A host that has none (4xx) allows everything; one that cannot be asked (5xx, unreachable) is not asked for pages either.
"""

from __future__ import annotations

import asyncio
import hashlib
import os
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.parse import urlsplit

import orjson
from protego import Protego

from wirewatch.verdicts import Fetched, FetchVerdict, Gone, Refused, Unreachable

# RFC 9309, 2.4 and 2.5: at most a day old; at least 500 KiB are read.
FRESH_FOR = timedelta(hours=24)
SIZE_LIMIT = 512 * 1024
# An outage is asked about again sooner.
RETRY_AFTER = timedelta(minutes=10)
# Longer crawl delays would mean that a feed's pages are never read in time.
LONGEST_DELAY = 60.0


@dataclass(frozen=True, slots=True)
class Rules:
    """What a host allows. `unreachable` says why its rules are not known."""

    parsed: Protego
    asked_at: datetime
    unreachable: str | None = None

    def allow(self, url: str, agent: str) -> bool:
        """Whether this page may be asked for."""
        return bool(self.parsed.can_fetch(url, agent))

    def delay(self, agent: str) -> float:
        """Seconds that the host wants between two requests."""
        wanted = self.parsed.crawl_delay(agent) or 0.0
        rate = self.parsed.request_rate(agent)
        if rate is not None and rate.requests:
            wanted = max(wanted, rate.seconds / rate.requests)
        return min(float(wanted), LONGEST_DELAY)


class Robots:
    """The rules of every host asked, from memory, disk or the host."""

    def __init__(self, folder: Path, fetch: Callable[[str], Awaitable[FetchVerdict]]) -> None:
        self._folder = folder
        self._fetch = fetch
        self._known: dict[str, Rules] = {}
        self._asking: dict[str, asyncio.Lock] = {}

    async def rules(self, url: str) -> Rules:
        """The rules for the host of this address."""
        parts = urlsplit(url)
        root = f"{parts.scheme}://{parts.netloc}"
        async with self._asking.setdefault(root, asyncio.Lock()):
            known = self._known.get(root) or self._stored(root)
            if known is None or _stale(known):
                known = await self._asked(root)
            self._known[root] = known
            return known

    async def _asked(self, root: str) -> Rules:
        now = datetime.now(UTC)
        match await self._fetch(f"{root}/robots.txt"):
            case Fetched(body=body):
                text = body.decode("utf-8-sig", "replace").replace("\x00", "")
            case Gone() | Refused():
                text = ""
            case Unreachable(reason=reason) if reason.startswith("HTTP 4") and reason != "HTTP 429":
                text = ""
            case verdict:
                reason = getattr(verdict, "reason", "no answer")
                return Rules(Protego.parse("User-agent: *\nDisallow: /"), now, f"robots.txt: {reason}")
        self._store(root, text, now)
        return Rules(Protego.parse(text), now)

    def _path(self, root: str) -> Path:
        return self._folder / f"{hashlib.sha256(root.encode()).hexdigest()[:32]}.json"

    def _stored(self, root: str) -> Rules | None:
        try:
            stored = orjson.loads(self._path(root).read_bytes())
            return Rules(Protego.parse(stored["text"]), datetime.fromisoformat(stored["asked_at"]))
        except (OSError, ValueError, KeyError, TypeError):
            return None

    def _store(self, root: str, text: str, now: datetime) -> None:
        """Keep for the next run; a full disk only means that the host is asked again. Loopback ports change hands."""
        if urlsplit(root).hostname in {"127.0.0.1", "localhost", "::1"}:
            return
        path = self._path(root)
        content = orjson.dumps({"root": root, "asked_at": now.isoformat(), "text": text})
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
            beside = path.with_suffix(f".{os.getpid()}")
            beside.write_bytes(content)
            beside.replace(path)
        except OSError:
            return


def _stale(rules: Rules) -> bool:
    age = datetime.now(UTC) - rules.asked_at
    return age > (RETRY_AFTER if rules.unreachable else FRESH_FOR)
