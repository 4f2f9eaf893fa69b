"""Ask Elasticsearch what every panel would ask: are the fields there, is there anything to draw."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from wirewatch.index import Index
from wirewatch.kibana.checking import field_faults, uses
from wirewatch.kibana.objects import Saved
from wirewatch.kibana.translation import Span, how_much, translate

PANELS = ("lens", "map", "search")


def last_days(days: int) -> Span:
    """The last days up to now."""
    now = datetime.now(UTC)
    return Span(now - timedelta(days=days), now)


def fields_wrong(index: Index, objects: Sequence[Saved]) -> list[str]:
    """Every use of a field that the index does not have or that it cannot be put to."""
    used = uses(objects)
    capabilities = {
        name: index.client.field_caps(index=name, fields="*")["fields"]
        for name in sorted({use.index for use in used})
    }
    return field_faults(used, capabilities)


def drawn(index: Index, objects: Sequence[Saved], span: Span) -> Iterator[tuple[Saved, int]]:
    """Each panel, and how many rows, cells, circles or marks its emptiest search gives. All its searches are made."""
    for shown in objects:
        if shown.type in PANELS:
            rows = [
                (
                    how_much(asked, index.client.search(index=asked.index, **_arguments(asked.body)).body),
                    asked,
                )
                for asked in translate(shown, objects, span)
            ]
            # A shifted search is of the period before and may be empty.
            yield shown, min(number for number, asked in rows if not asked.shifted)


def _arguments(body: dict[str, Any]) -> dict[str, Any]:
    """A search body as the client's arguments."""
    return {"source" if name == "_source" else name: value for name, value in body.items()}
