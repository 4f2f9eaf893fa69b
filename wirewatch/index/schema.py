"""Names, templates and aliases: what must be there before the first document.

The mappings are the JSON files in `mappings/`; analyzers carry our own names and are filled in by what the server
has. A kind is monthly (an index a month behind one read alias) or single.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any

from elasticsearch import ApiError, Elasticsearch

from wirewatch.index.client import Capabilities

# Raised when a field changes its type; the index name carries it.
SCHEMA_VERSION = 1
MONTHLY = ("articles", "stories", "claims", "entries")
SINGLE = (
    "feeds",
    "deliveries",
    "clustering",
    "corrections",
    "searches",
    "subscriptions",
    "rules",
    "sites",
    "publishers",
)
KINDS = MONTHLY + SINGLE

_FULL = {
    "ww_text": ["lowercase", "asciifolding"],
    "ww_text_en": ["ww_english_possessive", "lowercase", "asciifolding", "stop", "ww_english"],
}
_BARE = {"ww_text": ["lowercase"], "ww_text_en": ["lowercase", "stop"]}
_FULL_FILTERS = {
    "ww_english": {"type": "stemmer", "language": "english"},
    "ww_english_possessive": {"type": "stemmer", "language": "possessive_english"},
}


@dataclass(frozen=True, slots=True)
class Names:
    """Index and alias names under one prefix."""

    prefix: str

    def alias(self, kind: str) -> str:
        """Where a kind is read: "wirewatch-articles"."""
        return f"{self.prefix}-{kind}"

    def single(self, kind: str) -> str:
        """The one index of a kind that has no months."""
        return f"{self.prefix}-{kind}-v{SCHEMA_VERSION}"

    def month(self, kind: str, at: datetime) -> str:
        """The index of a kind for the month of `at`: "wirewatch-articles-v1-2026.11"."""
        return f"{self.prefix}-{kind}-v{SCHEMA_VERSION}-{at:%Y.%m}"

    def pattern(self, kind: str) -> str:
        """Every index of a kind and version."""
        return self.single(kind) + ("-*" if kind in MONTHLY else "")


@cache
def mappings_folder() -> Path:
    """`mappings/` beside the code in a checkout, or the copy that the wheel carries."""
    shipped = Path(__file__).parent.parent / "_shipped" / "mappings"
    return shipped if shipped.is_dir() else Path(__file__).parent.parent.parent / "mappings"


def template(kind: str, names: Names, capabilities: Capabilities) -> dict[str, Any]:
    """The index template of one kind, with the analyzers that this server can give."""
    body: dict[str, Any] = json.loads((mappings_folder() / f"{kind}.json").read_text(encoding="utf-8"))
    settings = body.setdefault("settings", {})
    settings["number_of_shards"] = 1
    settings["auto_expand_replicas"] = "0-1"
    settings["analysis"] = _analysis(capabilities)
    body["mappings"]["_meta"] = {"schema_version": SCHEMA_VERSION, "analyzers": capabilities.analyzers}
    body["aliases"] = {names.alias(kind): {}}
    return {"index_patterns": [names.pattern(kind)], "priority": 200, "template": body}


def _analysis(capabilities: Capabilities) -> dict[str, Any]:
    full = capabilities.analyzers == "full"
    chains = _FULL if full else _BARE
    analyzers = {
        name: {"type": "custom", "tokenizer": "standard", "filter": chain} for name, chain in chains.items()
    }
    return {"analyzer": analyzers, **({"filter": _FULL_FILTERS} if full else {})}


def prepare(client: Elasticsearch, names: Names, capabilities: Capabilities, now: datetime) -> None:
    """Put the templates and make the indices of this month and the single ones. Running it again changes nothing."""
    for kind in KINDS:
        client.indices.put_index_template(name=names.alias(kind), **template(kind, names, capabilities))
    for kind in SINGLE:
        create(client, names.single(kind))
    for kind in MONTHLY:
        create(client, names.month(kind, now))
    _add_fields(client, names)


def _add_fields(client: Elasticsearch, names: Names) -> None:
    """Fields that are new in the mappings, added to the indices of earlier runs. A changed type is refused by the server."""
    found = client.indices.get_mapping(index=f"{names.prefix}-*", filter_path="*.mappings.properties")
    for kind in KINDS:
        wanted = json.loads((mappings_folder() / f"{kind}.json").read_text(encoding="utf-8"))["mappings"][
            "properties"
        ]
        for index, there in found.items():
            if index.startswith(names.single(kind)):
                known = there["mappings"].get("properties", {})
                missing = _missing(wanted, known)
                if missing:
                    client.indices.put_mapping(index=index, properties=missing)


def _missing(wanted: Mapping[str, Any], known: Mapping[str, Any]) -> dict[str, Any]:
    """The fields of a mapping that an index does not have yet, inside objects too."""
    found: dict[str, Any] = {}
    for name, field in wanted.items():
        if name not in known:
            found[name] = field
        elif inside := _missing(field.get("properties", {}), known[name].get("properties", {})):
            found[name] = {"properties": inside}
    return found


def create(client: Elasticsearch, index: str) -> None:
    """Make an index from its template, unless it is there."""
    try:
        client.indices.create(index=index)
    except ApiError as fault:
        if "resource_already_exists_exception" not in str(fault.body):
            raise


def months(client: Elasticsearch, names: Names, kinds: Iterable[str] = MONTHLY) -> dict[str, list[str]]:
    """The monthly indices there are, by kind, oldest first."""
    found: dict[str, list[str]] = {}
    for kind in kinds:
        answer = client.options(ignore_status=404).indices.get(
            index=names.pattern(kind), features="aliases", allow_no_indices=True
        )
        found[kind] = sorted(name for name in answer.body if name.startswith(names.prefix))
    return found
