"""What the stored fields are: their types from `mappings/*.json`, a sentence each from `mappings/fields.toml`. Pure."""

from __future__ import annotations

import json
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from wirewatch.index.analyzers import mappings_folder


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredField:
    """One field, sub-fields (`title.en`) and inner ones (`topics.level`) included. `alias_of`: another name for a field."""

    name: str
    type: str
    alias_of: str | None = None
    searchable: bool = True
    about: str | None = None


def stored_fields(kind: str) -> list[StoredField]:
    """The fields of a kind, by name."""
    mapping = json.loads((mappings_folder() / f"{kind}.json").read_text(encoding="utf-8"))["mappings"]
    return sorted(_fields(mapping["properties"], descriptions(kind)), key=lambda field: field.name)


@cache
def descriptions(kind: str) -> Mapping[str, str]:
    """A sentence for each field of a kind that is not another name for one."""
    written = tomllib.loads((mappings_folder() / "fields.toml").read_text(encoding="utf-8"))
    return {**written["everywhere"], **written.get(kind, {})} if kind in written else {}


def _fields(
    properties: Mapping[str, Any], about: Mapping[str, str], within: str = ""
) -> Iterator[StoredField]:
    for short, field in properties.items():
        name = within + short
        kind = field.get("type", "object")
        if kind == "alias":
            yield StoredField(name=name, type=kind, alias_of=field["path"])
            continue
        if not (kind == "object" and "properties" in field and not about.get(name)):
            searchable = field.get("index", True) and field.get("enabled", True)
            yield StoredField(name=name, type=kind, searchable=searchable, about=about.get(name))
        yield from _fields(field.get("properties", {}), about, f"{name}.")
        for sub, each in field.get("fields", {}).items():
            yield StoredField(name=f"{name}.{sub}", type=each["type"], about=about.get(f"{name}.{sub}"))
