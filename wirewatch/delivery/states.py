"""The life of a delivery, as pure transitions of its ledger row.

    planned -> rendered -> sending -> sent
            -> empty               -> deferred -> sending
                                   -> failed

Each is written only if nobody wrote the row since it was read, so of two senders one wins. A row found in `sending`
long after belongs to a sender that died: it is sent again, with the same bytes and the same Message-ID.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from hashlib import sha256

from wirewatch.delivery.mail import NO_SUCH_USER, Deferred, Failed, Sent, Verdict
from wirewatch.delivery.rendering import Rendered
from wirewatch.digests import told_stories
from wirewatch.records import Delivery, Subscriber
from wirewatch.windows import Window, digest_key

# Longer than the slowest dialogue with a mail server that still ends well (ten commands of 30 s).
SENDING_LEASE = timedelta(minutes=10)
FIRST_RETRY = timedelta(minutes=5)
LONGEST_RETRY = timedelta(hours=24)
# RFC 5321 4.5.4.1 asks to try for four to five days.
GIVE_UP_AFTER = timedelta(days=5)
# A server that refuses three digests in a row for good means it.
MOST_FAILURES = 3

# The kind of a row that is no digest but the end of a subscription.
LEFT = "left"


def planned(subscriber: Subscriber, window: Window, now: datetime) -> Delivery:
    """The row that founds a digest. Its window is closed from here on."""
    return Delivery(
        digest_key=digest_key(subscriber.name, window),
        subscriber=subscriber.name,
        kind=window.kind,
        window_start=window.start,
        window_end=window.end,
        state="planned",
        address_hash=address_hash(subscriber),
        planned_at=now,
        state_at=now,
    )


def empty(row: Delivery, now: datetime) -> Delivery:
    """There was nothing to say, and the subscriber wants silence then."""
    return replace(row, state="empty", state_at=now)


def rendered(row: Delivery, mail: Rendered, now: datetime) -> Delivery:
    """The mail is made, once; what is sent from here on are these bytes."""
    return replace(
        row,
        state="rendered",
        message_id=mail.message_id,
        subject=mail.subject,
        message=mail.eml.decode("ascii"),
        html=mail.html,
        stories=told_stories(mail.digest),
        items=len(mail.digest.items),
        state_at=now,
    )


def claimed(row: Delivery, now: datetime) -> Delivery | None:
    """The row as its sender holds it; None when it is not to be sent now."""
    waiting = row.state == "deferred" and (row.next_attempt_at is None or row.next_attempt_at <= now)
    orphaned = row.state == "sending" and now - row.state_at >= SENDING_LEASE
    if row.state == "rendered" or waiting or orphaned:
        return replace(row, state="sending", attempts=row.attempts + 1, state_at=now, next_attempt_at=None)
    return None


def settled(row: Delivery, verdict: Verdict, now: datetime) -> Delivery:
    """How sending it ended."""
    match verdict:
        case Sent():
            return replace(row, state="sent", reason=None, state_at=now)
        case Failed(reason=reason):
            return replace(row, state="failed", reason=reason, state_at=now)
        case Deferred(reason=reason) if now - row.planned_at >= GIVE_UP_AFTER:
            days = GIVE_UP_AFTER.days
            return replace(row, state="failed", reason=f"given up after {days} days: {reason}", state_at=now)
        case Deferred(reason=reason):
            wait = min(FIRST_RETRY * 2 ** min(max(row.attempts - 1, 0), 12), LONGEST_RETRY)
            return replace(row, state="deferred", reason=reason, state_at=now, next_attempt_at=now + wait)


def suppressed(rows: Sequence[Delivery], subscriber: Subscriber) -> str | None:
    """Why no more mail goes to this address: it is dead, or it refused again and again. A new address starts anew."""
    mine = sorted(
        (
            row
            for row in rows
            if row.address_hash == address_hash(subscriber) and row.state in {"sent", "failed"}
        ),
        key=lambda row: row.window_end,
    )
    last = mine[-MOST_FAILURES:]
    if last and last[-1].state == "failed" and (last[-1].reason or "").startswith(NO_SUCH_USER):
        return last[-1].reason
    if len(last) == MOST_FAILURES and all(_refused(row) for row in last):
        return f"refused {MOST_FAILURES} times: {last[-1].reason}"
    return None


def left_key(subscriber: str) -> str:
    """The id of the row that says that a subscriber has left."""
    return sha256(f"{subscriber}|{LEFT}".encode()).hexdigest()[:32]


def left(subscriber: str, now: datetime) -> Delivery:
    """The row that ends a subscription: no digest is planned, rendered or sent while it is there."""
    return Delivery(
        digest_key=left_key(subscriber),
        subscriber=subscriber,
        kind=LEFT,
        window_start=now,
        window_end=now,
        state="empty",
        reason="unsubscribed by the link in a digest",
        planned_at=now,
        state_at=now,
    )


def address_hash(subscriber: Subscriber) -> str | None:
    """The address as ledger and logs may name it."""
    if subscriber.address is None:
        return None
    return sha256(subscriber.address.strip().lower().encode()).hexdigest()[:16]


def _refused(row: Delivery) -> bool:
    """Refused by the server for good; what was given up while the server was down says nothing of the address."""
    return row.state == "failed" and not (row.reason or "").startswith("given up")
