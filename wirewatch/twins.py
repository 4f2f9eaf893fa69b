"""One feed under many addresses: which feeds of the list carry the same entries. Pure.

Login ids, old addresses beside new ones, RSS beside Atom lead to one sequence of entries. The first of such feeds in the list
is asked in its own rhythm; the others are its twins, asked seldom for as long as they carry the same. Their entries are
entered all the same, and end as another feed's known articles.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from wirewatch.records import Feed, FeedState

# A twin is asked twice a day: that is seldom, and when it goes its own way, most feeds still hold what it brought since.
TWIN_INTERVAL = timedelta(hours=12)
# Entries in a row that two feeds must share, nothing between them: sections of one site share single entries, never a row.
FEWEST_IN_COMMON = 8
_ALIVE = frozenset({"ok", "quiet"})
_FAULT = "twin: "


class Twins:
    """What the feeds of a list carried when they were last read."""

    def __init__(self, feeds: Iterable[Feed], states: Mapping[str, FeedState]) -> None:
        self._places = {feed.url: place for place, feed in enumerate(feeds)}
        self._entries: dict[str, tuple[str, ...]] = {}
        self._carriers: defaultdict[str, list[str]] = defaultdict(list)
        for url in self._places:
            state = states.get(url)
            if state is not None and state.status in _ALIVE and len(state.id_marks) >= FEWEST_IN_COMMON:
                self._entries[url] = _entries(state)
                for entry in self._entries[url]:
                    self._carriers[entry].append(url)

    def first_of(self, state: FeedState) -> str | None:
        """The first feed of the list with the same entries as this one; None when that is itself."""
        entries = _entries(state)
        carriers = {url for entry in entries for url in self._carriers.get(entry, ())}
        earlier = [url for url in carriers if self._places[url] < self._places[state.url]]
        same = (url for url in earlier if same_entries(self._entries[url], entries))
        return min(same, key=self._places.__getitem__, default=None)

    def slowed(self, feed: Feed, before: FeedState | None, state: FeedState, now: datetime) -> FeedState:
        """A feed's state after a poll: as it is, slowed down as a twin, or a twin no longer and asked again at once.

        `before` is its state before the poll: a reading that was new has no faults of the one before.
        """
        if state.failures or state.status not in _ALIVE:
            return state
        first = self.first_of(state)
        others = tuple(fault for fault in state.faults if not fault.startswith(_FAULT))
        if first is None:
            was = before is not None and any(fault.startswith(_FAULT) for fault in before.faults)
            return replace(state, faults=others, interval_seconds=None, next_poll_at=now) if was else state
        wait = feed.every or TWIN_INTERVAL
        told = f"{_FAULT}the same entries as {first}; asked every {wait.total_seconds() / 3600:g} hours"
        return replace(
            state,
            faults=(*others, told),
            gap_suspected=False,  # what passed by in between, the first one brought
            interval_seconds=int(wait.total_seconds()),
            next_poll_at=max(state.next_poll_at or now, now + wait),
        )


def same_entries(one: Sequence[str], other: Sequence[str]) -> bool:
    """Whether two lists of entries, newest first, are of one sequence, of which one may have been read later."""
    return _continues(one, other) or _continues(other, one)


def _continues(ahead: Sequence[str], behind: Sequence[str]) -> bool:
    if not behind or behind[0] not in ahead:
        return False
    rest = ahead[ahead.index(behind[0]) :]
    common = min(len(rest), len(behind))
    return common >= FEWEST_IN_COMMON and rest[:common] == behind[:common]


def _entries(state: FeedState) -> tuple[str, ...]:
    return tuple(mark.split(" ", 1)[0] for mark in state.id_marks)
