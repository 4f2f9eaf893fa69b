"""Which feeds are due, and what a poll leaves behind: health, the next time, moves, gaps.

Decides only: no network, no clock, no store. `pipeline.polls` does what is decided here. Chance is replaced by a hash,
so that the same poll always gives the same answer.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from hashlib import sha256

from extractors.records import FeedDocument
from wirewatch.records import (
    Due,
    Feed,
    FeedState,
    Fetched,
    FetchVerdict,
    Gone,
    NotModified,
    NotYet,
    Refused,
    Unreachable,
)

# Where a feed of unknown rhythm starts, and the span it moves in. The bounds are those of adaptive pollers that proved
# themselves (10 min to 24 h); while a feed is alive it is asked at least hourly, because a watch floor waits for it.
FIRST_INTERVAL = timedelta(minutes=15)
SHORTEST_INTERVAL = timedelta(minutes=10)
LONGEST_INTERVAL = timedelta(hours=1)
LONGEST_QUIET_INTERVAL = timedelta(hours=24)
QUIET_AFTER = timedelta(days=3)
# Keep the share of entries that are already known between a third and two thirds of ... at least one known: a feed
# whose every entry is new has dropped some unseen.
FASTER, SLOWER = 0.5, 1.25
BUSY_SHARE = 1 / 3
# Failures: the wait doubles with their weight, at most this long; a dead feed is asked rarely and never forgotten.
LONGEST_WAIT = timedelta(hours=12)
GONE_WAIT = timedelta(hours=1)
LONGEST_GONE_WAIT = timedelta(days=14)
RETRY_AFTER_MOST = timedelta(hours=24)
# What a server may ask for by ttl or Cache-Control; more is a default that nobody meant.
HINT_MOST = timedelta(hours=1)
# A permanent redirect counts once it was seen this often: 301s by mistake are common.
MOVES_TO_CONFIRM = 3
# Validators are left out this often, because some servers say 304 for ever (T1).
FULL_READ_EVERY = timedelta(hours=12)
# Spread of polls around their time, so that feeds added together do not stay together.
JITTER = 0.1
PERMANENT = {301, 308}


def due(
    feeds: Iterable[Feed], states: Mapping[str, FeedState], now: datetime, *, everything: bool = False
) -> list[Due | NotYet]:
    """A verdict for each feed; `states` by the feed list's address. `everything` makes all of them due."""
    return [_due(feed, states.get(feed.url), now, everything=everything) for feed in feeds]


def _due(feed: Feed, state: FeedState | None, now: datetime, *, everything: bool) -> Due | NotYet:
    if everything or state is None or state.next_poll_at is None or state.next_poll_at <= now:
        return Due(feed=feed, state=state)
    return NotYet(feed=feed, until=state.next_poll_at)


def validators(state: FeedState | None, now: datetime) -> tuple[str | None, str | None]:
    """ETag and Last-Modified to send, or none when a full read is due again."""
    if state is None or state.read_at is None or now - state.read_at >= FULL_READ_EVERY:
        return None, None
    return state.etag, state.last_modified


def after_poll(
    feed: Feed,
    state: FeedState | None,
    verdict: FetchVerdict,
    document: FeedDocument | None,
    new_entries: int,
    now: datetime,
    *,
    fault: str | None = None,
) -> FeedState:
    """The state that a poll leaves. `document` is None when the body was no feed (`fault` says why) or did not come."""
    before = state or FeedState(url=feed.url)
    named = replace(
        before,
        publisher=feed.publisher,
        family=feed.family,
        language=feed.language or before.language,
        zone=feed.zone,
        polled_at=now,
        entries_new=0,
    )
    match verdict:
        case Fetched():
            after = _read(feed, named, verdict, document, new_entries, fault)
        case NotModified():
            after = _unchanged(feed, named, verdict)
        case Gone(status=status):
            after = _failed(feed, named, "gone", f"HTTP {status}", 1.0)
        case Refused(reason=reason):
            after = _failed(feed, named, "refused", reason, 1.0)
        case Unreachable(reason=reason, weight=weight):
            after = _failed(feed, named, "unreachable", reason, weight)
    return replace(after, next_poll_at=now + _wait(after, verdict))


def _read(
    feed: Feed,
    state: FeedState,
    verdict: Fetched,
    document: FeedDocument | None,
    new_entries: int,
    fault: str | None,
) -> FeedState:
    moved = _moved(state, verdict)
    if document is None:
        status = "blocked" if fault and ("bot" in fault or "consent" in fault) else "broken"
        return _failed(feed, moved, status, fault or "the answer is no feed", 0.5)
    known = len(document.entries) - new_entries
    first = state.first_read_at is None
    changed_at = state.polled_at if new_entries else state.changed_at
    return replace(
        moved,
        etag=verdict.header("etag"),
        last_modified=verdict.header("last-modified"),
        body_hash=sha256(verdict.body).hexdigest()[:32],
        kind=document.kind,
        title=document.title,
        language=feed.language or document.language,
        status=_status(document, changed_at, state.polled_at),
        reason=None,
        faults=tuple(f"{found.kind}: {found.detail}" for found in document.faults)[:20],
        failures=0.0,
        read_at=state.polled_at,
        changed_at=changed_at,
        entries_new=new_entries,
        entries_seen=state.entries_seen + new_entries,
        gap_suspected=not first and bool(document.entries) and known == 0,
        first_read_at=state.first_read_at or state.polled_at,
        interval_seconds=int(_interval(feed, state, document, new_entries).total_seconds()),
    )


def _status(document: FeedDocument, changed_at: datetime | None, now: datetime | None) -> str:
    if not document.entries:
        return "empty"
    return "quiet" if changed_at and now and now - changed_at > QUIET_AFTER else "ok"


def _unchanged(feed: Feed, state: FeedState, verdict: NotModified) -> FeedState:
    headers = dict(verdict.headers)
    slower = _bounded(feed, _current(feed, state) * SLOWER, state)
    return replace(
        state,
        etag=headers.get("etag", state.etag),
        last_modified=headers.get("last-modified", state.last_modified),
        failures=0.0
        if state.status in {"ok", "quiet", "empty", "unreachable", "gone", "refused"}
        else state.failures,
        status="ok" if state.status in {"unreachable", "gone", "refused", "new"} else state.status,
        reason=None if state.status in {"unreachable", "gone", "refused"} else state.reason,
        interval_seconds=int(slower.total_seconds()),
    )


def _failed(feed: Feed, state: FeedState, status: str, reason: str, weight: float) -> FeedState:
    interval = int(_current(feed, state).total_seconds())
    return replace(
        state, status=status, reason=reason, failures=state.failures + weight, interval_seconds=interval
    )


def _moved(state: FeedState, verdict: Fetched) -> FeedState:
    permanent = bool(verdict.redirects) and all(status in PERMANENT for status, _ in verdict.redirects)
    if not permanent:
        return replace(state, moved_to=None, moved_seen=0)
    seen = state.moved_seen + 1 if state.moved_to == verdict.final_url else 1
    if seen >= MOVES_TO_CONFIRM:
        return replace(state, current_url=verdict.final_url, moved_to=None, moved_seen=0)
    return replace(state, moved_to=verdict.final_url, moved_seen=seen)


def _current(feed: Feed, state: FeedState) -> timedelta:
    if feed.every is not None:
        return feed.every
    return timedelta(seconds=state.interval_seconds) if state.interval_seconds else FIRST_INTERVAL


def _interval(feed: Feed, state: FeedState, document: FeedDocument, new_entries: int) -> timedelta:
    current = _current(feed, state)
    if state.first_read_at is not None and document.entries:
        share = new_entries / len(document.entries)
        current *= FASTER if share > BUSY_SHARE else SLOWER if new_entries == 0 else 1.0
    hint = min(timedelta(minutes=document.ttl_minutes or 0), HINT_MOST)
    return max(_bounded(feed, current, state), hint if feed.every is None else timedelta(0))


def _bounded(feed: Feed, interval: timedelta, state: FeedState) -> timedelta:
    if feed.every is not None:
        return feed.every
    quiet = state.changed_at and state.polled_at and state.polled_at - state.changed_at > QUIET_AFTER
    return max(SHORTEST_INTERVAL, min(interval, LONGEST_QUIET_INTERVAL if quiet else LONGEST_INTERVAL))


def _wait(state: FeedState, verdict: FetchVerdict) -> timedelta:
    interval = timedelta(seconds=state.interval_seconds or FIRST_INTERVAL.total_seconds())
    if state.failures:
        longest = LONGEST_GONE_WAIT if state.status == "gone" else LONGEST_WAIT
        least = GONE_WAIT if state.status == "gone" else interval
        interval = min(max(interval, least) * 2 ** min(state.failures, 16), longest)
    if isinstance(verdict, Unreachable) and verdict.retry_after is not None:
        interval = max(interval, min(verdict.retry_after, RETRY_AFTER_MOST))
    return interval * _spread(state)


def _spread(state: FeedState) -> float:
    seed = sha256(f"{state.url}|{state.polled_at}".encode()).digest()
    return 1.0 + JITTER * int.from_bytes(seed[:4], "big") / 2**32


def retry_after(value: str | None, now: datetime) -> timedelta | None:
    """A Retry-After header in seconds or as an HTTP date; None where it says nothing usable. At most 24 h (T4)."""
    if value is None:
        return None
    text = value.strip()
    if text.isascii() and text.isdigit():
        return min(timedelta(seconds=min(int(text), 10**7)), RETRY_AFTER_MOST)
    try:
        at = parsedate_to_datetime(text)
    except (TypeError, ValueError):
        return None
    at = at if at.tzinfo else at.replace(tzinfo=UTC)
    return min(at - now, RETRY_AFTER_MOST) if at > now else None
