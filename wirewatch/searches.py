"""Searches that analysts keep under a name, and the digests that are sent of them.

Records and what follows from them alone: no store, no clock. A saved search is asked anew whenever it is opened,
read as Atom or made into a digest; its name is its identity.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Literal

from wirewatch.records import Subscriber

Since = Literal["day", "week", "month"]
SINCE: dict[str, timedelta] = {
    "day": timedelta(days=1), "week": timedelta(days=7), "month": timedelta(days=31),
}  # fmt: skip
LONGEST_NAME = 80
# Subscribers' names are letters, digits, dashes; what a search's name has of them is kept, to be recognised in a mail.
_NOT_IN_NAMES = re.compile(r"[^A-Za-z0-9]+")
_LONGEST_SLUG = 40


@dataclass(frozen=True, slots=True, kw_only=True)
class SavedSearch:
    """A search under a name. Id: `search_key`. Empty means any; `untagged` lets stories without a topic in."""

    search_key: str
    name: str
    words: str | None = None
    topics: tuple[str, ...] = ()
    publishers: tuple[str, ...] = ()
    languages: tuple[str, ...] = ()
    since: Since | None = None
    minimum_reports: int = 1
    conflicts_only: bool = False
    untagged: bool = False
    sort: str | None = None
    made_by: str
    made_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Subscription:
    """A digest of a saved search. Id: `subscription_key`. Without an address it is filed in the outbox of its name."""

    subscription_key: str
    subscriber: str
    search_key: str
    address: str | None = None
    frequency: Literal["instant", "hourly", "daily", "weekly"] = "daily"
    zone: str = "UTC"
    at: str = "07:00"
    made_by: str
    made_at: datetime


def search_key(name: str) -> str:
    """The id of the search of this name; case and blanks make no other."""
    return sha256(" ".join(name.split()).casefold().encode()).hexdigest()[:32]


def subscription_key(search: str, address: str | None) -> str:
    """The id of a subscription: one a search and address, so that asking twice sends once."""
    return sha256(f"{search}|{(address or '').strip().lower()}".encode()).hexdigest()[:32]


def subscriber_name(search: SavedSearch, key: str) -> str:
    """The name under which the digests of a subscription are delivered."""
    slug = _NOT_IN_NAMES.sub("-", search.name)[:_LONGEST_SLUG].strip("-").lower()
    return f"{slug or 'search'}-{key[:8]}"


def subscriber_of(subscription: Subscription) -> Subscriber:
    """Who gets the digests of a subscription. What the search asks for is added where the digest is made."""
    return Subscriber(
        name=subscription.subscriber,
        address=subscription.address,
        outbox=None if subscription.address else subscription.subscriber,
        search=subscription.search_key,
        frequency=subscription.frequency,
        zone=subscription.zone,
        at=subscription.at,
        since=None,
    )
