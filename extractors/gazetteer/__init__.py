"""The alias table: who and what a text can name, under one id across languages and scripts.

TOML files here, one a kind; `[id]` tables with `name`, an optional `at` (latitude, longitude) and a list of
aliases a language, written as `extractors.terms` reads them. Ids are Wikidata's where we are certain, else ours
(`ww:...`). The topic rules (`@gazetteer.country`), `extractors.mentions` and clustering read the same table.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

HOME = Path(__file__).parent
# File name -> the kind its entries have.
KINDS = {
    "countries": "country",
    "places": "place",
    "forces": "force",
    "leaders": "leader",
    "ministries": "ministry",
    "agencies": "agency",
    "organizations": "organization",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Named:
    """One entry of the table."""

    id: str
    name: str
    kind: str
    aliases: tuple[str, ...]
    latitude: float | None = None
    longitude: float | None = None


@lru_cache(maxsize=1)
def gazetteer() -> Mapping[str, Named]:
    """Every entry by id."""
    entries: dict[str, Named] = {}
    for stem, kind in KINDS.items():
        table = tomllib.loads((HOME / f"{stem}.toml").read_text(encoding="utf-8"))
        for key, row in table.items():
            at = row.get("at")
            aliases = tuple(
                alias
                for value in row.values()
                if isinstance(value, list)
                for alias in value
                if isinstance(alias, str)
            )
            entries[key] = Named(
                id=key,
                name=row["name"],
                kind=kind,
                aliases=aliases,
                latitude=at[0] if at else None,
                longitude=at[1] if at else None,
            )
    return entries


@lru_cache(maxsize=1)
def alias_classes() -> Mapping[str, tuple[str, ...]]:
    """Every alias by kind: classes of words for the topic rules."""
    classes: dict[str, list[str]] = {kind: [] for kind in KINDS.values()}
    for entry in gazetteer().values():
        classes[entry.kind] += entry.aliases
    return {kind: tuple(dict.fromkeys(aliases)) for kind, aliases in classes.items()}
