"""What a step says of one item: due or not, fetched or why not, a copy of what, and the counts of a whole step.

Frozen, keyword-only, aware UTC times; never stored.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Literal

from wirewatch.records import Feed, FeedState


@dataclass(frozen=True, slots=True, kw_only=True)
class Due:
    """The feed is to be polled now."""

    feed: Feed
    state: FeedState | None


@dataclass(frozen=True, slots=True, kw_only=True)
class NotYet:
    """The feed waits."""

    feed: Feed
    until: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Fetched:
    """A body came, whole and within the limits."""

    url: str
    final_url: str
    status: int
    body: bytes
    headers: tuple[tuple[str, str], ...]  # lower-case names, as received
    fetched_at: datetime
    elapsed: timedelta
    redirects: tuple[tuple[int, str], ...] = ()  # (status, location), in order

    def header(self, name: str) -> str | None:
        """The first value of a header, or None."""
        return next((value for key, value in self.headers if key == name), None)


@dataclass(frozen=True, slots=True, kw_only=True)
class NotModified:
    """304: what was there before is still right."""

    url: str
    headers: tuple[tuple[str, str], ...] = ()
    fetched_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Gone:
    """404 or 410."""

    url: str
    status: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Refused:
    """We may not: robots, 401, 403, 451, or an address that the guard forbids."""

    url: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Unreachable:
    """It did not work this time. `weight` is 1.0 hard, 0.5 soft, 0.25 temporary; `retry_after` as the server said."""

    url: str
    reason: str
    weight: float
    retry_after: timedelta | None = None


FetchVerdict = Fetched | NotModified | Gone | Refused | Unreachable


@dataclass(frozen=True, slots=True, kw_only=True)
class Duplicate:
    """The article carries the text of another."""

    kind: Literal["exact", "syndicated", "rewrite", "embedded"]
    of_key: str
    jaccard: float
    containment: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Counts:
    """What a step did, for progress lines, XCom and exit codes: name -> number."""

    numbers: tuple[tuple[str, int], ...] = field(default=())

    def as_dict(self) -> dict[str, int]:
        """The counts by name."""
        return dict(self.numbers)
