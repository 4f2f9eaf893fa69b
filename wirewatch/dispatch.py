"""Digests in their order: who is due, compose, render once, store, send. One call does it all: `deliver_due`.

Works on the ledger of deliveries, so that it may be killed anywhere and started anywhere else: a digest is founded
once by its id, its bytes are stored before they are sent, and only the winner of a conditional write sends them.
A crash between the mail server's yes and the note of it sends the same bytes with the same Message-ID again: at least
once, recognisable, never two different mails.
"""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from wirewatch.attention import KINDS as DECIDED
from wirewatch.attention import attention
from wirewatch.delivery import (
    Deferred,
    Rendered,
    Sent,
    Verdict,
    outbox_folder,
    outbox_name,
    render_digest,
    send_mail,
    subscriber_of,
    text_of,
    write_outbox,
)
from wirewatch.delivery.states import (
    LEFT,
    claimed,
    empty,
    left,
    left_key,
    planned,
    rendered,
    settled,
    suppressed,
)
from wirewatch.digests import (
    OVERLAP,
    Background,
    compose,
    feed_health,
    remember,
    standing_still,
    wanted,
)
from wirewatch.readership import question_of, reader_of, subscribers_in_force
from wirewatch.records import Delivery, Digest, Subscriber
from wirewatch.settings import Settings
from wirewatch.subscribers import SubscribersError
from wirewatch.windows import FIRST, Window, first_window, next_window

if TYPE_CHECKING:
    from wirewatch.index import Index

Post = Callable[[Settings, str, bytes], Verdict]

# The first collection comes in over several passes; what it brings within the hour after the first digest is still
# part of the beginning. Later first reads (a feed that was added) are told as a number only.
BEGINNING = timedelta(hours=1)

# What was told is remembered this long; a story that is silent for longer and comes back is news again.
MEMORY = timedelta(days=90)

_SENT_FIELDS = ("message", "html")  # the bulk of a row, read only for the row that is sent
_LIGHT = tuple(name for name in Delivery.__dataclass_fields__ if name not in _SENT_FIELDS)


def plan_due(index: Index, settings: Settings, now: datetime) -> list[str]:
    """Found every digest that is due; the keys of all that now wait to be rendered, sent or sent again.

    Raises:
        SubscribersError: with every fault of the subscribers file.
    """
    return [key for _, key in _plan(index, settings, now)]


def deliver_due(
    index: Index,
    settings: Settings,
    now: datetime,
    *,
    say: Callable[[str], None] = lambda _line: None,
    post: Post = send_mail,
) -> dict[str, int]:
    """Plan, render and send every digest that is due; how many ended in which state.

    Raises:
        SubscribersError: with every fault of the subscribers file.
    """
    started = time.monotonic()

    def clock() -> datetime:
        # A lease must begin when its sending begins, also when a thousand mails went before it.
        return now + timedelta(seconds=time.monotonic() - started)

    counts = Counter({"planned": 0, "sent": 0, "empty": 0, "deferred": 0, "failed": 0})
    for subscriber, key in _plan(index, settings, now):
        counts["planned"] += 1
        row = _advance(index, settings, subscriber, key, clock, post)
        if row is not None:
            counts[row.state] += 1
            say(_told(row, subscriber, settings))
    return dict(counts)


def preview(index: Index, settings: Settings, name: str, at: datetime) -> Rendered:
    """The digest that a subscriber would get if a window ended at `at`. Writes nothing.

    Raises:
        SubscribersError: when there is no such subscriber, or with every fault of the file.
    """
    subscribers = {subscriber.name: subscriber for subscriber in subscribers_in_force(index, settings)}
    if name not in subscribers:
        known = ", ".join(sorted(subscribers))
        raise SubscribersError([(name, f"no such subscriber; known are {known}")])
    subscriber = subscribers[name]
    _refresh(index)
    rows = [row for row in _history(index, subscriber, at) if row.window_end < at]
    window = first_window(subscriber, at)
    if rows:
        window = Window(kind=subscriber.frequency, start=_covered_until(rows), end=at)
    return render_digest(_composed(index, settings, subscriber, window, rows), subscriber, settings)


def delivered_text(index: Index, key: str) -> str | None:
    """The text of a digest as it was rendered, for showing it on a terminal."""
    found = index.deliveries.with_token(key)
    return text_of(found[0].message.encode("ascii")) if found and found[0].message else None


def leave(index: Index, settings: Settings, token: str, now: datetime) -> bool:
    """End the subscription that an unsubscribe token names, at once and for good; False for a forged token."""
    name = subscriber_of(token, settings)
    if name is None:
        return False
    index.deliveries.create_one(left(name, now))  # False: left before, which is as good
    return True


def readmit(index: Index, name: str) -> bool:
    """Take a subscriber back who left by mistake; False when nobody of that name left."""
    there = index.deliveries.with_token(left_key(name)) is not None
    index.deliveries.delete([left_key(name)])
    return there


# --------------------------------------------------------------------------- planning


def _plan(index: Index, settings: Settings, now: datetime) -> list[tuple[Subscriber, str]]:
    waiting: list[tuple[datetime, Subscriber, str]] = []
    subscribers = subscribers_in_force(index, settings)
    _refresh(index)
    for subscriber in subscribers:
        if index.deliveries.with_token(left_key(subscriber.name)) is not None:
            continue
        rows = _history(index, subscriber, now)
        waiting.extend(
            (row.window_end, subscriber, row.digest_key)
            for row in rows
            if row.state == "planned" or claimed(row, now) is not None
        )
        window = _due(index, settings, subscriber, rows, now)
        if window is not None:
            row = planned(subscriber, window, now)
            index.deliveries.create_one(row)  # False: another planner was faster, and its row is as good
            waiting.append((row.window_end, subscriber, row.digest_key))
    return [(subscriber, key) for _, subscriber, key in sorted(waiting, key=lambda item: item[0])]


def _due(
    index: Index, settings: Settings, subscriber: Subscriber, rows: Sequence[Delivery], now: datetime
) -> Window | None:
    if suppressed(rows, subscriber) and outbox_folder(subscriber, settings) is None:
        return None
    if rows:
        return next_window(subscriber, _covered_until(rows), now)
    window = first_window(subscriber, now)
    # A first digest with nothing in it would waste the beginning: it waits until the collectors brought something.
    return window if _composed(index, settings, subscriber, window, ()).items else None


def _covered_until(rows: Sequence[Delivery]) -> datetime:
    """How far the reader was told. What failed for good is told again, once the address is right."""
    told = [row.window_end for row in rows if row.state != "failed"]
    return max(told) if told else min(row.window_start for row in rows)


def _history(index: Index, subscriber: Subscriber, now: datetime) -> list[Delivery]:
    """The subscriber's deliveries, without the mails themselves, oldest window first."""
    from wirewatch.index.codec import read

    query = {
        "bool": {
            "filter": [
                {"term": {"subscriber": subscriber.name}},
                {"range": {"window_end": {"gte": (now - MEMORY).isoformat()}}},
            ]
        }
    }
    hits = index.deliveries.scan(query, sort=[{"window_end": "asc"}], fields=_LIGHT)
    rows = (read(Delivery, hit["_source"]) for hit in hits)
    return [row for row in rows if row.kind != LEFT]


def _refresh(index: Index) -> None:
    index.refresh("articles", "stories", "deliveries", "feeds", "corrections", "subscriptions")


# --------------------------------------------------------------------------- one digest


def _advance(  # the whole way of one row
    index: Index,
    settings: Settings,
    subscriber: Subscriber,
    key: str,
    clock: Callable[[], datetime],
    post: Post,
) -> Delivery | None:
    """Take one row as far as it goes now; None when somebody else has it or it has to wait."""
    row, token = _row(index, key)
    if row.state == "planned":
        after = _made(index, settings, subscriber, row, clock())
        if not index.deliveries.replace(after, token):
            return None
        if after.state == "empty":
            return after
        row, token = _row(index, key)
    claim = claimed(row, clock())
    if claim is None or not index.deliveries.replace(claim, token):
        return None
    history = _history(index, subscriber, claim.window_end)
    verdict = _sent(settings, subscriber, claim, suppressed(history, subscriber) is None, post)
    return _settle(index, claim, verdict, clock())


def _made(index: Index, settings: Settings, subscriber: Subscriber, row: Delivery, now: datetime) -> Delivery:
    """The row with its mail, or without one when there is nothing to say."""
    index.deliveries.refresh()  # what was rendered a moment ago counts as told
    rows = [
        other for other in _history(index, subscriber, row.window_end) if other.digest_key != row.digest_key
    ]
    window = Window(kind=row.kind, start=row.window_start, end=row.window_end)
    digest = _composed(index, settings, subscriber, window, rows)
    if not digest.items and not _worth_sending_empty(digest, subscriber):
        return empty(row, now)
    return rendered(row, render_digest(digest, subscriber, settings), now)


def _worth_sending_empty(digest: Digest, subscriber: Subscriber) -> bool:
    """Silence is what most want on a quiet day; but not when it is quiet because the collectors stand still."""
    return subscriber.when_empty == "send" or (
        standing_still(digest) and subscriber.frequency in {"daily", "weekly"}
    )


def _composed(
    index: Index, settings: Settings, subscriber: Subscriber, window: Window, rows: Sequence[Delivery]
) -> Digest:
    reader, search = reader_of(index, settings, subscriber)
    told = remember(rows)
    memory = remember(rows, _redirects(index, told))
    stories = [
        story
        for story in index.stories_changed_since(window.start - OVERLAP, window.end)
        if wanted(reader, story, memory.get(story.story_key))
    ]
    if subscriber.search:
        keys = {story.story_key for story in stories}
        kept = index.stories_matching(question_of(search, window.end), keys) if search and keys else set()
        stories = [story for story in stories if story.story_key in kept]
    articles = index.articles.get(key for story in stories for key in story.articles)
    first_end = min((row.window_end for row in rows), default=window.end)
    background = Background(
        backfill=window.kind == FIRST or window.end - first_end <= BEGINNING,
        health=feed_health(index.feeds.records(), window.end),
        publisher_kinds=_publisher_kinds(),
        attention=attention(
            index.corrections.standing(DECIDED), {story.story_key: story.articles for story in stories}
        ),
    )
    return compose(reader, stories, articles, memory, window, background)


def _redirects(index: Index, keys: Iterable[str]) -> dict[str, str]:
    """Where stories that the reader knows went when they were merged into others."""
    trails = {key: key for key in keys}  # a known story -> where its trail has led so far
    for _ in range(5):  # merges of merges of merges are rare; five are beyond any seen
        found = index.stories.get(set(trails.values())) if trails else {}
        moved = {key: story.merged_into for key, story in found.items() if story.merged_into is not None}
        if not moved:
            break
        trails = {known: moved.get(end, end) for known, end in trails.items()}
    return {known: end for known, end in trails.items() if known != end}


def _publisher_kinds() -> dict[str, str]:
    from extractors.publishers import load_publishers

    return {house.name: house.kind for house in load_publishers().all if house.kind is not None}


def _sent(settings: Settings, subscriber: Subscriber, row: Delivery, mail: bool, post: Post) -> Verdict:
    eml = (row.message or "").encode("ascii")
    folder = outbox_folder(subscriber, settings)
    if folder is not None:
        filed = write_outbox(folder, outbox_name(row), eml)
        if isinstance(filed, Deferred):
            return filed
    if subscriber.address is not None and settings.smtp_host is not None and mail:
        return post(settings, subscriber.address, eml)
    return Sent()


def _settle(index: Index, claim: Delivery, verdict: Verdict, now: datetime) -> Delivery | None:
    """Note how it ended. Whoever heard the server's yes writes it, even if the lease ran out meanwhile."""
    while True:
        row, token = _row(index, claim.digest_key)
        mine = row.attempts == claim.attempts
        if row.state != "sending" or not (mine or isinstance(verdict, Sent)):
            return None
        after = settled(row, verdict, now)
        if index.deliveries.replace(after, token):
            return after


def _row(index: Index, key: str) -> tuple[Delivery, Any]:
    found = index.deliveries.with_token(key)
    if found is None:
        raise LookupError(f"delivery {key} is gone from the ledger")
    return found


def _told(row: Delivery, subscriber: Subscriber, settings: Settings) -> str:
    stories = f"{row.items} {'story' if row.items == 1 else 'stories'}"
    folder = outbox_folder(subscriber, settings)
    where = f", filed as {folder / outbox_name(row)}.txt" if folder and row.state == "sent" else ""
    reason = f" ({row.reason})" if row.reason else ""
    said = "nothing new" if row.state == "empty" else f"{stories}, {row.state}"
    return f"digest for {row.subscriber}: {said}{reason}{where}"
