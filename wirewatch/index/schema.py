"""Names, templates and aliases: what must be there before the first document.

The mappings are the JSON files in `mappings/`; analyzers carry our own names and are filled in by what the server
has. A kind is monthly (an index a month behind one read alias) or single. The alias says which indices are live: an
index that is being filled by a migration, or was replaced by one, has no alias.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from typing import Any, TypeVar

from elasticsearch import ApiError, Elasticsearch

from wirewatch.index.analyzers import definitions, mappings_folder, summary, without_missing
from wirewatch.index.client import Capabilities, IndexOutdated

Item = TypeVar("Item")

# Indices and templates made at once: as many shards as a node starts at once. 14 new ones took 12-26 s one after another on
# a busy machine, 6 s by fours, 6-8 s by eights.
AT_ONCE = 4
# Raised when indices must be written anew: a field of another type, another analyzer, another order of documents.
# The index name carries it; `wirewatch index migrate` moves documents of earlier versions over.
SCHEMA_VERSION = 2
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
    "subscribers",
)
KINDS = MONTHLY + SINGLE


@dataclass(frozen=True, slots=True)
class Place:
    """What an index name says: "wirewatch-articles-v1-2026.11" is version 1, month "2026.11". Single kinds have month ""."""

    version: int
    month: str


@dataclass(frozen=True, slots=True)
class Names:
    """Index and alias names under one prefix. `version` is that of new indices."""

    prefix: str
    version: int = SCHEMA_VERSION

    def alias(self, kind: str) -> str:
        """Where a kind is read: "wirewatch-articles"."""
        return f"{self.prefix}-{kind}"

    def single(self, kind: str) -> str:
        """The one index of a kind that has no months, as it is made today."""
        return f"{self.prefix}-{kind}-v{self.version}"

    def month(self, kind: str, at: datetime) -> str:
        """The index of a kind for the month of `at`, as it is made today: "wirewatch-articles-v2-2026.11"."""
        return self.index(kind, month_of(at))

    def index(self, kind: str, month: str) -> str:
        """The index of a kind and month ("" for a single kind), as it is made today."""
        return self.single(kind) + (f"-{month}" if month else "")

    def pattern(self, kind: str) -> str:
        """Every index of a kind as they are made today; the pattern of its template."""
        return self.single(kind) + ("-*" if kind in MONTHLY else "")

    def everything(self, kind: str) -> str:
        """Every index of a kind, of whatever version."""
        return f"{self.prefix}-{kind}-v*"

    def place(self, kind: str, index: str) -> Place | None:
        """What an index name says; None for a name that is not of this kind."""
        found = re.fullmatch(re.escape(f"{self.prefix}-{kind}-v") + r"(\d+)(?:-(\d{4,}\.\d{2}))?", index)
        return Place(int(found[1]), found[2] or "") if found else None


def month_of(at: datetime) -> str:
    """The month of a time as index names carry it: "2026.11"."""
    return f"{at:%Y.%m}"


def properties(kind: str, capabilities: Capabilities) -> dict[str, Any]:
    """The fields of a kind, as this server can have them."""
    return without_missing(_file(kind)["mappings"]["properties"], dict(capabilities.chains))


def template(kind: str, names: Names, capabilities: Capabilities) -> dict[str, Any]:
    """The index template of one kind, with the analyzers that this server can give."""
    body = _file(kind)
    chosen = dict(capabilities.chains)
    settings = body.setdefault("settings", {})
    settings["number_of_shards"] = 1
    settings["auto_expand_replicas"] = "0-1"
    settings["analysis"] = definitions(chosen)
    body["mappings"]["properties"] = properties(kind, capabilities)
    body["mappings"]["_meta"] = {"schema_version": names.version, "analyzers": summary(chosen)}
    return {"index_patterns": [names.pattern(kind)], "priority": 200, "template": body}


def _file(kind: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((mappings_folder() / f"{kind}.json").read_text(encoding="utf-8"))
    return found


def prepare(client: Elasticsearch, names: Names, capabilities: Capabilities, now: datetime) -> None:
    """Put the templates and make the indices of this month and the single ones. Running it again changes nothing.

    Raises:
        IndexOutdated: when an index of an earlier version cannot take today's documents.
    """
    _put_templates(client, names, capabilities)
    found = live_by_kind(client, names)
    lacking = []
    for kind in KINDS:
        month = month_of(now) if kind in MONTHLY else ""
        places = {names.place(kind, index) for index in found[kind]}
        if month not in {place.month for place in places if place}:
            lacking.append((kind, month))
    _at_once(lambda each: create(client, names, *each), lacking)
    _add_fields(client, names, capabilities)


def _put_templates(client: Elasticsearch, names: Names, capabilities: Capabilities) -> None:
    """Every template that is not there as it should be; a template knows the digest of what it was made from."""
    answer = client.options(ignore_status=404).indices.get_index_template(
        name=names.alias("*"), filter_path="index_templates.name,index_templates.index_template._meta"
    )
    there = {
        each["name"]: each.get("index_template", {}).get("_meta", {}).get("digest")
        for each in answer.body.get("index_templates", [])
    }
    changed = []
    for kind in KINDS:
        wanted = template(kind, names, capabilities)
        digest = sha256(json.dumps(wanted, sort_keys=True).encode()).hexdigest()[:16]
        if there.get(names.alias(kind)) != digest:
            changed.append({"name": names.alias(kind), "meta": {"digest": digest}, **wanted})
    _at_once(lambda each: client.indices.put_index_template(**each), changed)


def _at_once(change: Callable[[Item], object], items: Iterable[Item]) -> None:
    """Make changes side by side; raises what the first that failed raised."""
    with ThreadPoolExecutor(AT_ONCE) as pool:
        for _ in pool.map(change, items):
            pass


def live_by_kind(client: Elasticsearch, names: Names) -> dict[str, list[str]]:
    """For each kind, the indices behind its alias, oldest month first."""
    answer = client.options(ignore_status=404).indices.get_alias(
        name=",".join(names.alias(kind) for kind in KINDS)
    )
    # A name that is not there makes it 404; the others are told all the same.
    found: dict[str, list[tuple[str, int, str]]] = {kind: [] for kind in KINDS}
    for index, about in answer.body.items():
        aliases = about.get("aliases", {}) if isinstance(about, dict) else {}
        for kind in KINDS:
            place = names.place(kind, index)
            if place is not None and names.alias(kind) in aliases:
                found[kind].append((place.month, place.version, index))
    return {kind: [index for _, _, index in sorted(places)] for kind, places in found.items()}


def live(client: Elasticsearch, names: Names, kind: str) -> list[str]:
    """The indices behind a kind's alias, oldest month first."""
    return live_by_kind(client, names)[kind]


def create(client: Elasticsearch, names: Names, kind: str, month: str, *, alias: bool = True) -> str:
    """Make an index from its template, unless it is there; its name. Without `alias` nobody reads it yet."""
    index = names.index(kind, month)
    try:
        client.indices.create(index=index, aliases={names.alias(kind): {}} if alias else None)
    except ApiError as fault:
        if "resource_already_exists_exception" not in str(fault.body):
            raise
    return index


def months(client: Elasticsearch, names: Names, kinds: Iterable[str] = MONTHLY) -> dict[str, list[str]]:
    """The monthly indices there are, by kind, oldest first."""
    found = live_by_kind(client, names)
    return {kind: found[kind] for kind in kinds}


def _add_fields(client: Elasticsearch, names: Names, capabilities: Capabilities) -> None:
    """Fields that are new in the mappings, added to the indices of earlier runs."""
    answer = client.indices.get_mapping(index=",".join(names.alias(kind) for kind in KINDS))
    for kind in KINDS:
        wanted = properties(kind, capabilities)
        for index, there in answer.body.items():
            place = names.place(kind, index)
            if place is None:
                continue
            known = there["mappings"].get("properties", {})
            clashes = [name for name, field in wanted.items() if _clash(known.get(name), field)]
            if clashes:
                raise IndexOutdated(index, tuple(clashes))
            # Analyzers are fixed when an index is made: an earlier one may lack those of a new field's sub-fields.
            old = place.version < names.version
            missing = _missing(wanted, known)
            if old:
                missing = {name: _plain(field) for name, field in missing.items()}
            if missing:
                client.indices.put_mapping(index=index, properties=missing)


def _clash(known: Mapping[str, Any] | None, wanted: Mapping[str, Any]) -> bool:
    return known is not None and known.get("type", "object") != wanted.get("type", "object")


def _missing(wanted: Mapping[str, Any], known: Mapping[str, Any]) -> dict[str, Any]:
    """The fields of a mapping that an index does not have yet, inside objects too."""
    found: dict[str, Any] = {}
    for name, field in wanted.items():
        if name not in known:
            found[name] = field
        elif inside := _missing(field.get("properties", {}), known[name].get("properties", {})):
            found[name] = {"properties": inside}
    return found


def _plain(field: Mapping[str, Any]) -> dict[str, Any]:
    """A field without its analyzed sub-fields."""
    return {name: value for name, value in field.items() if name != "fields"}
