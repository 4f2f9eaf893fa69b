"""Entries that feeds gave against entries that the ledger accounts for, per feed and day: the difference must be 0.

Two independent counts: what each poll noted in its feed's state, and the rows of the ledger by state.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

from wirewatch.index import Index, Reconciliation


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedReckoning:
    """One feed: entries that its polls counted, entries that the ledger holds.

    Of a feed older than the ledger's first month the ledger may hold fewer, because months are deleted whole; more is
    a difference for every feed.
    """

    feed: str
    given: int
    held: int
    difference: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Reckoning:
    """Every feed and every day of first sight (UTC)."""

    feeds: tuple[FeedReckoning, ...]
    days: tuple[Reconciliation, ...]

    @property
    def entries(self) -> int:
        """All entries in the ledger."""
        return sum(day.seen for day in self.days)

    @property
    def difference(self) -> int:
        """Entries unaccounted for: in no known state, or counted by a poll and not held."""
        return sum(day.difference for day in self.days) + sum(abs(feed.difference) for feed in self.feeds)


def reckon(index: Index) -> Reckoning:
    """Both counts, side by side. Call when no poll runs: entries are written before their feed's count is."""
    index.refresh("entries", "feeds")
    days = tuple(index.ledger.reconcile())
    held: Counter[str] = Counter()
    for day in days:
        held[day.feed] += day.seen
    months = index.months(["entries"])["entries"]
    feeds = []
    for state in index.feeds.records():
        difference = state.entries_seen - held[state.url]
        first = state.first_read_at
        complete = first is None or not months or index.names.month("entries", first) >= months[0]
        if not complete:
            difference = min(difference, 0)
        feeds.append(
            FeedReckoning(
                feed=state.url, given=state.entries_seen, held=held[state.url], difference=difference
            )
        )
    return Reckoning(feeds=tuple(sorted(feeds, key=lambda feed: feed.feed)), days=days)
