"""Which window of time a subscriber's next digest covers, in the reader's own zone.

Decides only: no clock, no store. A window is closed when it is planned; whatever changes later belongs to the next.
Summer time is why this is a module: 02:30 happens twice on one night of the year and not at all on another.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from hashlib import sha256
from zoneinfo import ZoneInfo

from wirewatch.records import Subscriber

FIRST = "first"

# A new subscriber gets what changed in the last week, not the archive; and a subscriber whose mail server was
# down for long gets a month at most, in one digest.
FIRST_REACH = timedelta(days=7)
LONGEST_REACH = timedelta(days=31)

# Instant digests end on this grid, so that two planners that look at their clocks a second apart found the same
# digest and not two. Feeds are polled every five minutes at best: waiting longer than that gains nothing.
INSTANT_GRID = timedelta(minutes=5)

# Longer than any gap that summer time or a zone's change of offset has made, except the date line's lost days.
_WIDEST_GAP_MINUTES = 24 * 60
_MONDAY = 0
_LONGEST_PERIOD = {"daily": 2, "weekly": 8}


@dataclass(frozen=True, slots=True, kw_only=True)
class Window:
    """What changed after `start`, up to and including `end`. `kind` is the frequency, or "first"."""

    kind: str
    start: datetime
    end: datetime


def digest_key(subscriber: str, window: Window) -> str:
    """The id of a digest: the same for every planner that looks at the same window.

    A subscriber has one first digest, whenever it is planned: its end is not part of the key.
    """
    end = "" if window.kind == FIRST else window.end.astimezone(UTC).isoformat()
    return sha256(f"{subscriber}|{window.kind}|{end}".encode()).hexdigest()[:32]


def first_window(subscriber: Subscriber, now: datetime) -> Window:
    """The window of a subscriber who never got anything: due at once."""
    start = now - FIRST_REACH
    if subscriber.since is not None:
        start = min(max(start, subscriber.since), now)
    return Window(kind=FIRST, start=start, end=now)


def next_window(subscriber: Subscriber, covered_until: datetime, now: datetime) -> Window | None:
    """The window that is due, given how far earlier digests reach; None when the next one is not due yet.

    Digests that were missed (a machine that slept for three days) come as one window, not as three.
    """
    end = last_boundary(subscriber, now)
    if end <= covered_until:
        return None
    start = max(covered_until, end - LONGEST_REACH)
    if subscriber.since is not None:
        start = min(max(start, subscriber.since), end)
    return Window(kind=subscriber.frequency, start=start, end=end)


def last_boundary(subscriber: Subscriber, now: datetime) -> datetime:
    """The latest instant, not after `now`, at which a window of this subscriber ends."""
    now = now.astimezone(UTC)
    if subscriber.frequency == "instant":
        return now - (now - datetime(1970, 1, 1, tzinfo=UTC)) % INSTANT_GRID
    zone = ZoneInfo(subscriber.zone)
    if subscriber.frequency == "hourly":
        local = now.astimezone(zone)
        return now - timedelta(minutes=local.minute, seconds=local.second, microseconds=local.microsecond)
    at = time.fromisoformat(subscriber.at)
    # The day after comes first: in zones far east of UTC an early hour of tomorrow may have passed already when
    # a gap moved it; a boundary counts only if it is not after now.
    day = now.astimezone(zone).date() + timedelta(days=1)
    for back in range(_LONGEST_PERIOD[subscriber.frequency] + 2):
        candidate = day - timedelta(days=back)
        if subscriber.frequency == "weekly" and candidate.weekday() != _MONDAY:
            continue
        instant = local_instant(candidate, at, zone)
        if instant <= now:
            return instant
    raise AssertionError("a week holds a Monday and every day a send time")


def next_boundary(subscriber: Subscriber, after: datetime) -> datetime:
    """The earliest instant after `after` at which a window of this subscriber ends."""
    last = last_boundary(subscriber, after)
    if subscriber.frequency == "instant":
        return last + INSTANT_GRID
    if subscriber.frequency == "hourly":
        return last + timedelta(hours=1)
    zone, at = ZoneInfo(subscriber.zone), time.fromisoformat(subscriber.at)
    day = after.astimezone(zone).date()
    days = (day + timedelta(days=ahead) for ahead in range(_LONGEST_PERIOD[subscriber.frequency] + 1))
    return next(
        instant
        for candidate in days
        if subscriber.frequency == "daily" or candidate.weekday() == _MONDAY
        if (instant := local_instant(candidate, at, zone)) > after
    )


def local_instant(day: date, at: time, zone: ZoneInfo) -> datetime:
    """The instant of a wall-clock time: in a gap the next valid minute, in a fold the first occurrence."""
    wall = datetime.combine(day, at, tzinfo=zone)
    for _ in range(_WIDEST_GAP_MINUTES):
        instant = wall.astimezone(UTC)
        if instant.astimezone(zone).replace(tzinfo=None) == wall.replace(tzinfo=None):
            return instant
        wall = (wall.replace(tzinfo=None) + timedelta(minutes=1)).replace(tzinfo=zone)
    return wall.astimezone(UTC)  # a day that the zone left out altogether (Samoa, 30 December 2011)
