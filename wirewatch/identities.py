"""Whether a feed's ids stay with its entries from one reading to the next. Pure.

Some systems make a new id for every entry each time the feed is built. Entries with an address of their own do not need ids;
those without would be new at every reading. Such ids are found by comparing two readings, and then no longer used.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence

from extractors.records import Entry

# Entries compared: most of what two readings of a feed share stands at its head.
COMPARED = 20
# One id changed is an edited entry; from so many on, and most of those seen twice, it is how the feed is made.
FEWEST_CHANGED = 3
_HASH = 10  # hex characters; 20 entries collide once in 10^9 readings


def id_marks(entries: Sequence[Entry]) -> tuple[str, ...]:
    """A mark for each of the first entries: a hash of the entry, a hash of its id."""
    return tuple(f"{_hash(_place(entry))} {_hash(entry.entry_id or '')}" for entry in entries[:COMPARED])


def ids_changed(before: Sequence[str], now: Sequence[str]) -> int:
    """How many entries came again under another id, when that is how the feed is made; else 0."""
    earlier, later = _own_ids(before), _own_ids(now)
    again = [(earlier[place], name) for place, name in later.items() if place in earlier]
    changed = sum(old != new for old, new in again)
    return changed if changed >= FEWEST_CHANGED and 2 * changed > len(again) else 0


def _own_ids(marks: Sequence[str]) -> dict[str, str]:
    """Ids by entry, from marks. One that is the entry's own address, or none at all, says nothing of how ids are made."""
    pairs = dict(mark.split(" ", 1) for mark in marks)
    return {place: name for place, name in pairs.items() if name not in {place, _NO_ID}}


def _place(entry: Entry) -> str:
    """What an entry is known by without its id: its address, or its title where it has no address of its own."""
    return f"{entry.title}" if "#entry-0" in entry.url else entry.url


def _hash(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "replace")).hexdigest()[:_HASH]


_NO_ID = _hash("")
