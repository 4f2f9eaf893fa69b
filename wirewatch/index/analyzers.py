"""Which analyzer chain a server can run under each of our own analyzer names.

`mappings/analysis.json` lists the chains of a name, best first. Nothing is known by version or plugin: a server is asked
to run a chain on a word, and the first that it runs is the one. A name without any chain has no sub-fields there.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from functools import cache
from pathlib import Path
from typing import Any

Chain = Mapping[str, Any]
Runs = Callable[[str, list[Any]], bool]  # whether the server runs a tokenizer with these filters


@cache
def mappings_folder() -> Path:
    """`mappings/` beside the code in a checkout, or the copy that the wheel carries."""
    shipped = Path(__file__).parent.parent / "_shipped" / "mappings"
    return shipped if shipped.is_dir() else Path(__file__).parent.parent.parent / "mappings"


@cache
def _analysis() -> dict[str, Any]:
    found: dict[str, Any] = json.loads((mappings_folder() / "analysis.json").read_text(encoding="utf-8"))
    return found


def choose(runs: Runs) -> dict[str, str]:
    """For each analyzer name, the first of its chains that `runs`; names without one are left out."""
    filters = _analysis()["filters"]
    chosen = {}
    for name, chains in _analysis()["analyzers"].items():
        for chain in chains:
            if runs(chain["tokenizer"], [filters.get(each, each) for each in chain["filter"]]):
                chosen[name] = chain["chain"]
                break
    return chosen


def definitions(chosen: Mapping[str, str]) -> dict[str, Any]:
    """The `analysis` settings of an index: the chosen chains, and the filters that they name."""
    analyzers, filters = {}, {}
    for name, label in chosen.items():
        chain = next(each for each in _analysis()["analyzers"][name] if each["chain"] == label)
        analyzers[name] = {"type": "custom", "tokenizer": chain["tokenizer"], "filter": chain["filter"]}
        filters.update({f: _analysis()["filters"][f] for f in chain["filter"] if f in _analysis()["filters"]})
    return {"analyzer": analyzers, **({"filter": filters} if filters else {})}


def without_missing(properties: Mapping[str, Any], chosen: Mapping[str, str]) -> dict[str, Any]:
    """Fields as this server can have them: sub-fields whose analyzer has no chain here are left out."""
    kept = {}
    for name, field in properties.items():
        made = dict(field)
        if "properties" in field:
            made["properties"] = without_missing(field["properties"], chosen)
        if "fields" in field:
            made["fields"] = {
                sub: each
                for sub, each in field["fields"].items()
                if each.get("analyzer", "") in chosen or not each.get("analyzer", "").startswith("ww_")
            }
        kept[name] = made
    return kept


def summary(chosen: Mapping[str, str]) -> str:
    """Chains in one line, for `_meta` and `wirewatch doctor`: "ww_text=full ww_text_en=full"."""
    return " ".join(f"{name}={label}" for name, label in sorted(chosen.items()))
