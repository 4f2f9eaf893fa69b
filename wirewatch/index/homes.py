"""In which index a kind's documents live: asked of the alias, remembered, asked again when an index has moved.

A migration closes an index for writing, moves its last documents and puts the alias on the new one. Who writes
meanwhile waits here and writes to the new one: nothing is lost and nobody has to stop.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import datetime

from elasticsearch import ApiError, Elasticsearch

from wirewatch.index.schema import KINDS, MONTHLY, Names, create, live, month_of

# How long a writer waits for an index that is being moved. Only the documents written since the last pass are moved
# while it is closed: 20 ms for 500, and a killed migration leaves it closed until it is started again.
LONGEST_WAIT = 60.0
_PAUSE = 0.1
CLOSED, GONE = "cluster_block_exception", "index_not_found_exception"


class Homes:
    """The live index of each month of one kind; of a single kind, the one index (month "")."""

    def __init__(self, client: Elasticsearch, names: Names, kind: str) -> None:
        self.client = client
        self.names = names
        self.kind = kind
        self._of: dict[tuple[int, int] | None, str] = {}

    def of(self, at: datetime | None) -> str:
        """The index for documents of a time (None for a single kind); made when it is the first of its month."""
        when = (at.year, at.month) if at is not None else None
        index = self._of.get(when)
        if index is None:
            month = month_of(at) if at is not None else ""
            # The embedded node makes no index by itself, so that a typo cannot.
            index = self._ask().get(month) or create(self.client, self.names, self.kind, month)
            self._of[when] = index
        return index

    def all(self) -> list[str]:
        """The live indices, newest month first."""
        return live(self.client, self.names, self.kind)[::-1]

    def moved(self, index: str) -> str | None:
        """Where documents of an index that refused a write belong now; None when it is not moving and not moved.

        Waits while a migration has it closed.
        """
        place = self.names.place(self.kind, index)
        if place is None:  # written through the alias
            index = self.of(None)
            place = self.names.place(self.kind, index)
        if place is None or place.version == self.names.version:
            return None
        successor = self.names.index(self.kind, place.month)
        if not self.client.indices.exists(index=successor):
            return None
        until = time.monotonic() + LONGEST_WAIT
        while time.monotonic() < until:
            if self._ask().get(place.month) == successor:
                self._of.clear()
                return successor
            time.sleep(_PAUSE)
        return None

    def _ask(self) -> dict[str, str]:
        found = {}
        for index in live(self.client, self.names, self.kind):  # a later version comes later and wins
            place = self.names.place(self.kind, index)
            if place is not None and bool(place.month) == (self.kind in MONTHLY):
                found[place.month] = index
        return found


def follow(client: Elasticsearch, names: Names) -> Callable[[str], str | None]:
    """Where the documents of an index of any kind belong now, as `Homes.moved` says it of one kind."""

    def moved(index: str) -> str | None:
        for kind in KINDS:
            if index == names.alias(kind) or names.place(kind, index) is not None:
                return Homes(client, names, kind).moved(index)
        return None

    return moved


def refused_for_moving(fault: object) -> bool:
    """Whether a write was refused because its index is closed or gone, not because of the document."""
    if isinstance(fault, ApiError):
        return fault.meta.status in {403, 404} and (CLOSED in str(fault.body) or GONE in str(fault.body))
    return isinstance(fault, dict) and fault.get("type") in {CLOSED, GONE}
