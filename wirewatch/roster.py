"""The subscribers as dashboards and the desk may see them: a stored copy of those in force, without addresses."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING, Literal

from wirewatch.delivery.states import left_key
from wirewatch.readership import subscribers_in_force
from wirewatch.records import ListedSubscriber, Subscriber

if TYPE_CHECKING:
    from wirewatch.index import Index
    from wirewatch.settings import Settings


def list_subscribers(index: Index, settings: Settings, now: datetime) -> int:
    """Bring the stored copy up to date; how many are active. Those no longer in force stay, as not active.

    Raises:
        SubscribersError: with every fault of the subscribers file.
    """
    index.subscribers.refresh()
    there = {listed.name: listed for listed in index.subscribers.records()}
    wanted = {}
    for subscriber in subscribers_in_force(index, settings):
        row = index.deliveries.with_token(left_key(subscriber.name))
        wanted[subscriber.name] = listed_subscriber(subscriber, now, left_at=row[0].state_at if row else None)
    gone = [
        replace(listed, active=False, listed_at=now)
        for name, listed in there.items()
        if name not in wanted and listed.active
    ]
    changed = [
        listed
        for name, listed in wanted.items()
        if name not in there or replace(there[name], listed_at=now) != listed
    ]
    index.subscribers.save([*changed, *gone])
    return sum(listed.active for listed in wanted.values())


def listed_subscriber(subscriber: Subscriber, now: datetime, *, left_at: datetime | None) -> ListedSubscriber:
    """One subscriber, without where the digests go."""
    channel: Literal["mail", "folder", "none"] = (
        "mail" if subscriber.address else "folder" if subscriber.outbox else "none"
    )
    return ListedSubscriber(
        name=subscriber.name,
        active=left_at is None,
        channel=channel,
        topics=subscriber.topics,
        search=subscriber.search,
        languages=subscriber.languages,
        minimum_reports=subscriber.minimum_reports,
        minimum_level=subscriber.minimum_level,
        frequency=subscriber.frequency,
        zone=subscriber.zone,
        at=subscriber.at,
        maximum_items=subscriber.maximum_items,
        when_empty=subscriber.when_empty,
        since=subscriber.since,
        listed_at=now,
        left_at=left_at,
    )
