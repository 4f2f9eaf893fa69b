"""Records to documents and back. Nothing is renamed on the way: field names are record field names."""

from __future__ import annotations

from typing import Any, TypeVar

from pydantic import TypeAdapter

Record = TypeVar("Record")


# Building an adapter takes milliseconds, a conversion microseconds; there is one adapter a record type.
_ADAPTERS: dict[type[Any], TypeAdapter[Any]] = {}


def _adapter(kind: type[Any]) -> TypeAdapter[Any]:
    if kind not in _ADAPTERS:
        _ADAPTERS[kind] = TypeAdapter(kind)
    return _ADAPTERS[kind]


def document(record: Any) -> dict[str, Any]:
    """The JSON form of a record; fields that are None are left out."""
    dumped: dict[str, Any] = _adapter(type(record)).dump_python(record, mode="json", exclude_none=True)
    return dumped


def read(kind: type[Record], source: dict[str, Any]) -> Record:
    """The record that a stored document holds."""
    record: Record = _adapter(kind).validate_python(source)
    return record
