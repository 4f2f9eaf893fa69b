"""What Kibana shows, made by a program: data views, saved searches, dashboards. `mappings/kibana/wirewatch.ndjson` is it.

Pure but for `importing`, which sends it to a Kibana. Kibana checks little of what is imported, so `checking` and
`translation` prove here what it does not: shapes, stamps, references, layout, fields, and that every panel's
aggregation runs.
"""

from __future__ import annotations

import json

from wirewatch.index.analyzers import mappings_folder
from wirewatch.kibana.floor import FLOOR, HEALTH, floor
from wirewatch.kibana.health import health
from wirewatch.kibana.objects import Saved, links, tag
from wirewatch.kibana.views import Views

FILE = mappings_folder() / "kibana" / "wirewatch.ndjson"
PREFIX = "wirewatch"


def build(prefix: str = PREFIX, *, desk: str | None = None) -> list[Saved]:
    """Every saved object for the indices under a prefix. With `desk`, keys become links to the desk at that address."""
    views = Views(prefix, desk)
    between = links(
        f"{prefix}-links",
        f"{prefix.capitalize()}: dashboards",
        [("Watch floor", f"{prefix}-{FLOOR}"), ("Feed health", f"{prefix}-{HEALTH}")],
    )
    first, on_first = floor(views, between)
    second, on_second = health(views, between)
    label = tag(
        f"{prefix}-tag", prefix.capitalize(), "Made by Wirewatch; an import makes it anew.", "#0b64dd"
    )
    tagged = [*views.all(), *views.searches(), *on_first, *on_second, between, first, second]
    return [
        label,
        *(each if each.type in {"index-pattern", "links"} else each.tagged(label) for each in tagged),
    ]


def ndjson(objects: list[Saved]) -> str:
    """The objects as Kibana imports them: one a line, keys sorted."""
    return "".join(
        json.dumps(each.document(), sort_keys=True, ensure_ascii=False, separators=(",", ":")) + "\n"
        for each in objects
    )
