"""Which feeds are due, and what a poll teaches about a feed: when to ask next, whether it moved, failed, fell silent.

Decides only: no network, no clock, no store. `pipeline` does what is decided here.
"""

from __future__ import annotations

import contextlib
import hashlib
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from email.utils import parsedate_to_datetime
from itertools import pairwise
from statistics import median

from extractors.urls import canonical_url, is_front, same_site
from wirewatch.identities import ids_changed
from wirewatch.records import Feed, FeedReading, FeedState
from wirewatch.verdicts import Due, Fetched, FetchVerdict, Gone, NotModified, NotYet, Refused, Unreachable

# Pacing that works on real feeds (facts: 10 minutes to 24 hours); twelve hours is what digests call fresh.
SHORTEST, LONGEST = timedelta(minutes=10), timedelta(hours=12)
FIRST_INTERVAL = timedelta(minutes=30)
# A feed is asked twice in the usual time between two entries, and three times while its window slides by once.
ASKS_PER_ENTRY, ASKS_PER_WINDOW = 2, 3
# Servers' own hints (ttl, max-age) are kept up to this: systems announce a day by default and publish hourly.
LONGEST_HINT = timedelta(hours=4)
# Servers repeat stale validators (T1): now and then a feed is read in full whatever it says.
FULL_READ_AFTER = timedelta(hours=20)
# Longest waits by class: outages of days end; a 404 comes back, a 410 seldom, and both are asked again within 30 days (T7).
LONGEST_WAIT = {"failed": timedelta(hours=24), "404": timedelta(days=3), "410": timedelta(days=14)}
WEIGHTS = {"404": 1.0, "410": 2.0, "refused": 1.0, "unreadable": 0.5, "empty": 0.25}
# A permanent redirect is followed for good after so many confirmations; to another house after more (T8).
MOVES_CONFIRMED, MOVES_CONFIRMED_ELSEWHERE = 3, 10
# Silent is a feed without a new entry for so many of its usual gaps, and for at least a day (weekends, nights).
SILENT_AFTER_GAPS, SILENT_AFTER = 8, timedelta(hours=24)
# Server clocks off by more make its dates doubtful (T14).
SKEW_TOLERATED = timedelta(minutes=5)
# An empty feed may fill at any hour: it is no success, but it is not left alone like a broken one.
LONGEST_EMPTY = timedelta(hours=6)
_MOST_FAULTS = 20
_JITTER = 0.1  # share of the interval: feeds of one system do not come due in step


@dataclass(frozen=True, slots=True)
class _Failure:
    status: str
    reason: str
    weight: float
    longest: timedelta = LONGEST_WAIT["failed"]
    retry_after: timedelta | None = None


def due(
    feeds: Iterable[Feed], states: Mapping[str, FeedState], now: datetime, everything: bool = False
) -> list[Due | NotYet]:
    """A verdict for every feed, in their order. `states` by the feed list's address; `everything`: due or not."""
    verdicts: list[Due | NotYet] = []
    for feed in feeds:
        state = states.get(feed.url)
        until = _due_at(feed, state)
        if everything or until is None or until <= now:
            verdicts.append(Due(feed=feed, state=state))
        else:
            verdicts.append(NotYet(feed=feed, until=until))
    return verdicts


def validators(state: FeedState | None, now: datetime) -> tuple[str | None, str | None]:
    """`(etag, last_modified)` to send; none when the feed must be read in full."""
    if state is None or state.status not in {"ok", "quiet"} or state.read_at is None:
        return None, None
    # Spread by address, so that the feeds read together first are not all read in full together again.
    if now - state.read_at > FULL_READ_AFTER * (1 + _share(state.url, "full") / 5):
        return None, None
    return state.etag, state.last_modified


def body_hash(body: bytes) -> str:
    """What tells two bodies apart. Servers lie about change in both directions; the bytes do not."""
    return hashlib.sha256(body).hexdigest()[:32]


def unchanged(state: FeedState | None, verdict: Fetched) -> bool:
    """Whether this very body was read and entered before, so that nothing needs to be parsed."""
    return (
        state is not None and state.status in {"ok", "quiet"} and state.body_hash is not None
        and state.body_hash == body_hash(verdict.body)
    )  # fmt: skip


def after_poll(
    feed: Feed,
    state: FeedState | None,
    verdict: FetchVerdict,
    reading: FeedReading | None,
    new_entries: int,
    now: datetime,
    *,
    fault: str | None = None,
) -> FeedState:
    """The feed's state after a poll whose entries are in the ledger already.

    `reading` is what the body gave; None with `fault` when it was no feed, None without when the body was `unchanged`.
    """
    before = replace(
        state or FeedState(url=feed.url), publisher=feed.publisher, family=feed.family, polled_at=now,
        language=feed.language or (state.language if state else None), zone=feed.zone,
    )  # fmt: skip
    if isinstance(verdict, Fetched):
        if reading is not None:
            return _after_reading(feed, before, verdict, reading, new_entries, now)
        if fault is None:
            return _after_no_change(feed, _moved(before, verdict), verdict.headers, now, read=True)
        return _after_failure(feed, before, _unreadable(fault), now)
    if isinstance(verdict, NotModified):
        return _after_no_change(feed, before, verdict.headers, now, read=False)
    after = _after_failure(feed, before, _failure(verdict), now)
    # Where it moved to is gone: ask where it was.
    return replace(after, current_url=None) if isinstance(verdict, Gone) else after


def rhythm(reading: FeedReading, now: datetime) -> timedelta | None:
    """The usual time between two entries by the feed's own dates; None when they do not tell."""
    times = sorted({at for at in reading.appeared if at <= now}, reverse=True)[:20]
    if len(times) < 3:
        return None
    gaps = [(later - earlier).total_seconds() for later, earlier in pairwise(times)]
    # A feed that has stopped is slowing down: half the time since its last entry counts as a gap.
    return timedelta(seconds=max(median(gaps), (now - times[0]).total_seconds() / 2))


def _after_reading(
    feed: Feed, before: FeedState, verdict: Fetched, reading: FeedReading, new: int, now: datetime
) -> FeedState:
    truncated = any(fault.kind == "truncated" for fault in reading.faults)
    first = before.first_read_at is None
    known = reading.entries - new
    gap = not first and reading.entries > 0 and known <= 0
    changed = ids_changed(before.id_marks, reading.id_marks)
    state = _moved(before, verdict)
    state = replace(
        state,
        # Validators stand for what is in the ledger; a cut-off answer is not all of it (T3).
        etag=None if truncated else verdict.header("etag"),
        last_modified=None if truncated else verdict.header("last-modified"),
        body_hash=None if truncated else body_hash(verdict.body),
        kind=reading.kind, title=reading.title or before.title, language=feed.language or reading.language or before.language,
        faults=_faults(reading, verdict, changed), read_at=now, changed_at=now if new or first else before.changed_at,
        entries_seen=before.entries_seen + new, entries_new=new, gap_suspected=gap,
        distrust_ids=before.distrust_ids or changed > 0 or any(fault.kind == "shared-ids" for fault in reading.faults),
        id_marks=reading.id_marks,
        rhythm_seconds=_learned_rhythm(before, reading, new, now),
    )  # fmt: skip
    if not reading.entries and reading.kind != "sitemap-index":
        return _after_failure(
            feed, state, _Failure("empty", "the feed has no entries", WEIGHTS["empty"], LONGEST_EMPTY), now
        )
    state = replace(state, failures=0.0, first_read_at=before.first_read_at or now)
    return _scheduled(feed, _heard(state, now), _interval(feed, state, reading, verdict, now), now, reading)


def _after_no_change(
    feed: Feed, before: FeedState, headers: tuple[tuple[str, str], ...], now: datetime, *, read: bool
) -> FeedState:
    """A 304, or the same bytes again. What was wrong before is still wrong (T3)."""
    came = dict(reversed(headers))
    state = replace(
        before, entries_new=0, gap_suspected=False, etag=came.get("etag", before.etag),
        last_modified=came.get("last-modified", before.last_modified), read_at=now if read else before.read_at,
    )  # fmt: skip
    healthy = before.status in {"ok", "quiet", "new", "unreachable", "refused", "gone"}
    slower = timedelta(seconds=before.interval_seconds or FIRST_INTERVAL.total_seconds()) * 1.25
    interval = feed.every or min(max(slower, SHORTEST, _hint(headers, None, now)), LONGEST)
    if healthy:
        state = _heard(replace(state, failures=0.0), now)
    return _scheduled(feed, state, interval, now, None)


def _unreadable(fault: str) -> _Failure:
    """What came is no feed: a block page, or anything else."""
    return _Failure("blocked" if fault.startswith("blocked") else "broken", fault, WEIGHTS["unreadable"])


def _failure(verdict: Gone | Refused | Unreachable) -> _Failure:
    match verdict:
        case Gone(status=410):
            return _Failure("gone", "HTTP 410", WEIGHTS["410"], longest=LONGEST_WAIT["410"])
        case Gone(status=status):
            return _Failure("gone", f"HTTP {status}", WEIGHTS["404"], longest=LONGEST_WAIT["404"])
        case Refused(reason=reason):
            return _Failure(
                "blocked" if reason in {"HTTP 401", "HTTP 403"} else "refused", reason, WEIGHTS["refused"]
            )
        case Unreachable(reason=reason, weight=weight, retry_after=retry_after):
            return _Failure("unreachable", reason, weight, retry_after=retry_after)


def _after_failure(feed: Feed, before: FeedState, failure: _Failure, now: datetime) -> FeedState:
    failures = before.failures + failure.weight
    base = feed.every or timedelta(seconds=before.interval_seconds or FIRST_INTERVAL.total_seconds())
    wait = min(max(base, SHORTEST) * 2 ** min(failures, 16.0), failure.longest)
    if failure.retry_after is not None:
        wait = max(min(failure.retry_after, LONGEST_WAIT["failed"]), min(wait, base))
    return replace(
        before, status=failure.status, reason=failure.reason[:300], failures=failures,
        entries_new=0, next_poll_at=now + wait * (1 + _JITTER * _share(feed.url, now.isoformat())),
    )  # fmt: skip


def _heard(state: FeedState, now: datetime) -> FeedState:
    """Ok, or quiet: silent for longer than its own history explains."""
    if state.changed_at is not None and state.rhythm_seconds:
        silent_for = now - state.changed_at
        usual = timedelta(seconds=state.rhythm_seconds)
        if silent_for > max(SILENT_AFTER_GAPS * usual, SILENT_AFTER):
            reason = f"no new entry for {_told(silent_for)}; usually one every {_told(usual)}"
            return replace(state, status="quiet", reason=reason)
    return replace(state, status="ok", reason=None)


def _interval(
    feed: Feed, state: FeedState, reading: FeedReading, verdict: Fetched, now: datetime
) -> timedelta:
    if feed.every is not None:
        return feed.every
    before = timedelta(seconds=state.interval_seconds or FIRST_INTERVAL.total_seconds())
    usual = rhythm(reading, now)
    blind = before * (
        0.7 if state.entries_new else 1.25
    )  # no dates to go by: quicker while something new comes
    interval = usual / ASKS_PER_ENTRY if usual is not None else blind
    interval = max(interval, _hint(verdict.headers, reading, now))
    if (window := _window(reading, now)) is not None:
        interval = min(interval, window / ASKS_PER_WINDOW)
    if state.gap_suspected:
        interval = min(interval, before / 2)
    return min(max(interval, SHORTEST), LONGEST)


def _window(reading: FeedReading, now: datetime) -> timedelta | None:
    """How long an entry stays in the feed, by its dates."""
    times = [at for at in reading.published if at <= now]
    return max(times) - min(times) if len(times) >= 5 and max(times) > min(times) else None


def _hint(headers: tuple[tuple[str, str], ...], reading: FeedReading | None, now: datetime) -> timedelta:
    """How long the server and the feed ask to be left alone, within reason."""
    came = dict(reversed(headers))
    hints = [timedelta(0)]
    if (age := re.search(r"max-age=\s*\"?(\d{1,9})", came.get("cache-control", ""))) is not None:
        hints.append(timedelta(seconds=int(age.group(1))))
    elif "expires" in came:
        with contextlib.suppress(ValueError, TypeError, IndexError, OverflowError):
            hints.append(parsedate_to_datetime(came["expires"]) - now)
    if reading is not None and reading.ttl_minutes:
        hints.append(timedelta(minutes=reading.ttl_minutes))
    return min(max(hints), LONGEST_HINT)


def _scheduled(
    feed: Feed, state: FeedState, interval: timedelta, now: datetime, reading: FeedReading | None
) -> FeedState:
    """The next poll: the interval, a little jitter that never shortens it, and no hour that the feed asks to skip."""
    at = now + interval * (1 + _JITTER * _share(feed.url, now.isoformat()))
    if reading is not None and feed.every is None:
        at = _outside(at, reading.skip_hours, reading.skip_days)
    return replace(state, interval_seconds=int(interval.total_seconds()), next_poll_at=at)


def _outside(at: datetime, hours: tuple[int, ...], days: tuple[int, ...]) -> datetime:
    for _ in range(24 * 7):
        if at.hour not in hours and at.weekday() not in days:
            return at
        at = (at + timedelta(hours=1)).replace(minute=at.minute)
    return at  # every hour is to be skipped: the feed cannot mean that


def _moved(before: FeedState, verdict: Fetched) -> FeedState:
    """Note a permanent redirect; follow it for good once it is confirmed."""
    permanent = bool(verdict.redirects) and all(status in {301, 308} for status, _ in verdict.redirects)
    target = verdict.final_url
    if not permanent or is_front(canonical_url(target) or target):
        return replace(before, moved_to=None, moved_seen=0)
    seen = before.moved_seen + 1 if before.moved_to == target else 1
    wanted = MOVES_CONFIRMED if same_site(before.url, target) else MOVES_CONFIRMED_ELSEWHERE
    if seen >= wanted:
        return replace(before, current_url=target, moved_to=None, moved_seen=0)
    return replace(before, moved_to=target, moved_seen=seen)


def _learned_rhythm(before: FeedState, reading: FeedReading, new: int, now: datetime) -> int | None:
    """The usual gap, learned slowly: three tenths of what was seen now, seven of what was known."""
    if new and before.changed_at is not None and before.first_read_at is not None:
        observed = (now - before.changed_at).total_seconds() / new
        known = before.rhythm_seconds if before.rhythm_seconds is not None else observed
        return max(1, int(0.7 * known + 0.3 * observed))
    if before.rhythm_seconds is not None:
        return before.rhythm_seconds
    told = rhythm(reading, now)
    return max(1, int(told.total_seconds())) if told is not None else None


def _faults(reading: FeedReading, verdict: Fetched, changed: int) -> tuple[str, ...]:
    """The feed's faults as lines; those of its entries counted by kind; a clock that is wrong."""
    lines = [f"{fault.kind}: {fault.detail}" for fault in reading.faults]
    told = {fault.kind for fault in reading.faults}
    lines += [f"{kind}: {count} entries" for kind, count in reading.entry_faults if kind not in told]
    if changed:
        lines.append(f"changing-ids: {changed} entries came again under another id; ids are no longer used")
    try:
        skew = parsedate_to_datetime(verdict.header("date") or "") - verdict.fetched_at
    except (ValueError, TypeError, IndexError, OverflowError):
        skew = timedelta(0)
    if abs(skew) > SKEW_TOLERATED:
        lines.append(f"clock-skew: the server's clock is off by {int(skew.total_seconds())} s")
    varies = {part.strip().lower() for part in (verdict.header("vary") or "").split(",")} & {
        "user-agent",
        "accept-language",
        "cookie",
    }
    if varies:
        lines.append(
            f"variant: what comes depends on {', '.join(sorted(varies))}; asked as Wirewatch, without language or cookie"
        )
    target = verdict.final_url
    if verdict.redirects and not same_site(verdict.url, target):
        lines.append(f"off-domain: redirected to {target}")
    return tuple(line[:300] for line in lines[:_MOST_FAULTS])


def _due_at(feed: Feed, state: FeedState | None) -> datetime | None:
    if state is None or state.next_poll_at is None:
        return None
    if feed.every is not None and state.polled_at is not None and not state.failures:
        # The operator may have shortened the interval since.
        return min(state.next_poll_at, state.polled_at + feed.every * (1 + _JITTER))
    return state.next_poll_at


def _share(*parts: str) -> float:
    """A number from 0 up to 1 that is the same for the same parts: jitter without chance."""
    return int(hashlib.sha256("|".join(parts).encode()).hexdigest()[:8], 16) / 0x1_0000_0000


def _told(span: timedelta) -> str:
    hours = span.total_seconds() / 3600
    return (
        f"{hours / 24:.0f} days"
        if hours >= 48
        else f"{hours:.0f} hours"
        if hours >= 2
        else f"{hours * 60:.0f} minutes"
    )
