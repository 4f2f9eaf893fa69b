"""What Kibana would ask Elasticsearch for a panel: Lens layers, maps and saved searches as search bodies. Pure.

As observed on Kibana 8.12: buckets nest in the order of the columns, a filtered number is a filter around its
aggregation, a shifted one a search of its own over the shifted range, everything within the time range on the data
view's time field. KQL is understood as far as we write it: values, wildcards, ranges, and/or/not, brackets.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from wirewatch.kibana.lens import LAYER
from wirewatch.kibana.objects import Saved

_TOKENS = re.compile(r'\s*(?:([():])|(>=|<=|>|<)|"((?:[^"\\]|\\.)*)"|([^\s():<>"]+))')
# Kibana draws about a hundred buckets over a span; these are the widths it chooses from.
_WIDTHS = (60, 300, 600, 1800, 3600, 10_800, 43_200, 86_400, 604_800, 2_592_000)
MOST_BUCKETS = 100
_NUMBERS = {"unique_count": "cardinality", "max": "max", "min": "min", "sum": "sum"}


class NotUnderstood(ValueError):
    """A query or a column that is written in a way that this translation does not know."""


@dataclass(frozen=True, slots=True)
class Span:
    """The time that a dashboard shows."""

    since: datetime
    until: datetime

    def before(self) -> Span:
        """The span of equal length before."""
        return Span(self.since - (self.until - self.since), self.since)

    def width(self) -> int:
        """Seconds of one bucket of a date histogram."""
        seconds = (self.until - self.since).total_seconds()
        return next((width for width in _WIDTHS if seconds / width <= MOST_BUCKETS), _WIDTHS[-1])


@dataclass(frozen=True, slots=True)
class Asked:
    """One search: on which index pattern, with which body; `shifted`: over the period before; `counts`: documents."""

    index: str
    body: dict[str, Any]
    shifted: bool = False
    counts: bool = False


def translate(shown: Saved, objects: Sequence[Saved], span: Span) -> list[Asked]:
    """The searches that Kibana makes for a visualisation, a map or a saved search."""
    views = {each.id: each for each in objects if each.type == "index-pattern"}
    view = next(views[each.id] for each in shown.references if each.type == "index-pattern")
    match shown.type:
        case "lens":
            return [*_lens(shown, view, span), *_marks(shown, views, span)]
        case "map":
            return [_map(shown, view, span)]
        case "search":
            return [_discover(shown, view, span)]
    raise NotUnderstood(f"{shown.type} asks nothing")


def _lens(shown: Saved, view: Saved, span: Span) -> list[Asked]:
    state = shown.attributes["state"]
    layer = state["datasourceStates"]["formBased"]["layers"][LAYER]
    columns = {name: layer["columns"][name] for name in layer["columnOrder"]}
    asked = []
    for shifted in (False, True):
        kept = {
            name: column
            for name, column in columns.items()
            if column["isBucketed"] or bool(column.get("timeShift")) == shifted
        }
        if not any(not column["isBucketed"] for column in kept.values()):
            continue
        over = span.before() if shifted else span
        body = {
            "size": 0,
            "track_total_hits": True,
            "query": _query(state["query"]["query"], view, over),
            "aggs": _aggregations(kept, over),
        }
        counts = not any(column["isBucketed"] for column in kept.values()) and any(
            column["operationType"] == "count" and "filter" not in column for column in kept.values()
        )
        asked.append(Asked(view.attributes["title"], body, shifted, counts))
    return asked


def _marks(shown: Saved, views: Mapping[str, Saved], span: Span) -> list[Asked]:
    """The lines that a chart draws at the times of another view's documents."""
    found = {each.name: views[each.id] for each in shown.references if each.type == "index-pattern"}
    asked = []
    for layer in shown.attributes["state"]["visualization"].get("layers", ()):
        for mark in layer.get("annotations", ()):
            view = found[f"xy-visualization-layer-{layer['layerId']}"]
            when = {mark["timeField"]: {"gte": span.since.isoformat(), "lte": span.until.isoformat()}}
            times = {"date_histogram": {"field": mark["timeField"], "fixed_interval": f"{span.width()}s"}}
            body = {
                "size": 0,
                "query": {"bool": {"filter": [understand(mark["filter"]["query"]), {"range": when}]}},
                "aggs": {"times": times},
            }
            asked.append(Asked(view.attributes["title"], body))
    return asked


def _map(shown: Saved, view: Saved, span: Span) -> Asked:
    (layer,) = (
        each
        for each in json.loads(shown.attributes["layerListJSON"])
        if each["sourceDescriptor"]["type"] == "ES_GEO_GRID"
    )
    source = layer["sourceDescriptor"]
    (number,) = (metric for metric in source["metrics"] if metric["type"] == "cardinality")
    body = {
        "size": 0,
        "query": _query(layer["query"]["query"], view, span),
        "aggs": {
            "grid": {
                "geotile_grid": {"field": source["geoField"], "precision": 8},
                "aggs": {"number": {"cardinality": {"field": number["field"]}}},
            }
        },
    }
    return Asked(view.attributes["title"], body)


def _discover(shown: Saved, view: Saved, span: Span) -> Asked:
    source = json.loads(shown.attributes["kibanaSavedObjectMeta"]["searchSourceJSON"])
    body = {
        "size": 500,
        "query": _query(source["query"]["query"], view, span),
        "sort": [{field: {"order": order}} for field, order in shown.attributes["sort"]],
        "fields": list(shown.attributes["columns"]),
        "_source": False,
    }
    return Asked(view.attributes["title"], body)


def _query(kql: str, view: Saved, span: Span) -> dict[str, Any]:
    filters = [understand(kql)] if kql else []
    time_field = view.attributes.get("timeFieldName")
    if time_field:
        filters.append(
            {"range": {time_field: {"gte": span.since.isoformat(), "lte": span.until.isoformat()}}}
        )
    return {"bool": {"filter": filters}}


# --------------------------------------------------------------------------- Lens columns


def _aggregations(columns: Mapping[str, dict[str, Any]], span: Span) -> dict[str, Any]:
    numbers = {name: column for name, column in columns.items() if not column["isBucketed"]}
    inner = {name: made for name, column in numbers.items() if (made := _number(name, column)) is not None}
    for name, column in reversed([pair for pair in columns.items() if pair[1]["isBucketed"]]):
        by = column["params"].get("orderBy", {}).get("columnId")
        order = _number(by, numbers[by]) if by in numbers else None
        inner = {
            **inner,
            **({by: order} if order else {}),
        }  # what orders buckets stands beside what is in them
        inner = {name: {**_bucket(column, numbers, span), **({"aggs": inner} if inner else {})}}
    return inner


def _bucket(
    column: Mapping[str, Any], numbers: Mapping[str, Mapping[str, Any]], span: Span
) -> dict[str, Any]:
    field, params = column["sourceField"], column["params"]
    if column["operationType"] == "date_histogram":
        return {
            "date_histogram": {
                "field": field,
                "fixed_interval": f"{span.width()}s",
                "min_doc_count": 0,
                "extended_bounds": {"min": span.since.isoformat(), "max": span.until.isoformat()},
            }
        }
    if column["operationType"] != "terms":
        raise NotUnderstood(column["operationType"])
    by = params["orderBy"]
    key = "_key" if by["type"] == "alphabetical" else _path(by["columnId"], numbers[by["columnId"]])
    return {"terms": {"field": field, "size": params["size"], "order": {key: params["orderDirection"]}}}


def _path(name: str, column: Mapping[str, Any]) -> str:
    """How a number is named in an order."""
    if column["operationType"] == "count":
        return f"{name}>_count" if "filter" in column else "_count"
    number = f"{name}.50" if column["operationType"] == "median" else name
    return f"{name}>{number}" if "filter" in column else number


def _number(name: str, column: Mapping[str, Any]) -> dict[str, Any] | None:
    """The aggregation of a number; None for the count of documents, which every bucket has."""
    operation, field = column["operationType"], column["sourceField"]
    made: dict[str, Any] | None
    if operation == "count":
        made = None
    elif operation == "median":
        made = {"percentiles": {"field": field, "percents": [50]}}
    elif operation in _NUMBERS:
        made = {_NUMBERS[operation]: {"field": field}}
    else:
        raise NotUnderstood(operation)
    if "filter" not in column:
        return made
    inside = {"aggs": {name: made}} if made else {}
    return {"filter": understand(column["filter"]["query"]), **inside}


# --------------------------------------------------------------------------- KQL


def understand(kql: str) -> dict[str, Any]:
    """A KQL query as Elasticsearch asks it.

    Raises:
        NotUnderstood: for what we do not write.
    """
    tokens = [(match[1] or match[2], match[3], match[4]) for match in _TOKENS.finditer(kql)]
    made, rest = _either(tokens)
    if rest:
        raise NotUnderstood(f"{kql}: after {len(tokens) - len(rest)} words")
    return made


def fields_in(kql: str) -> set[str]:
    """The fields that a KQL query names."""
    found: set[str] = set()

    def walk(part: Any) -> None:
        if isinstance(part, dict):
            for key, value in part.items():
                if key in {"term", "match", "range"}:
                    found.update(value)
                elif key == "exists":
                    found.add(value["field"])
                else:
                    walk(value)
        elif isinstance(part, list):
            for each in part:
                walk(each)

    walk(understand(kql) if kql else {})
    return found


_Token = tuple[str | None, str | None, str | None]


def _either(tokens: list[_Token]) -> tuple[dict[str, Any], list[_Token]]:
    made, rest = _both(tokens)
    found = [made]
    while rest and rest[0][2] == "or":
        made, rest = _both(rest[1:])
        found.append(made)
    return (found[0] if len(found) == 1 else {"bool": {"should": found, "minimum_should_match": 1}}), rest


def _both(tokens: list[_Token]) -> tuple[dict[str, Any], list[_Token]]:
    made, rest = _one(tokens)
    found = [made]
    while rest and rest[0][2] == "and":
        made, rest = _one(rest[1:])
        found.append(made)
    return (found[0] if len(found) == 1 else {"bool": {"filter": found}}), rest


def _one(tokens: list[_Token]) -> tuple[dict[str, Any], list[_Token]]:
    if not tokens:
        raise NotUnderstood("the query ends in the middle")
    sign, _, word = tokens[0]
    if word == "not":
        made, rest = _one(tokens[1:])
        return {"bool": {"must_not": [made]}}, rest
    if sign == "(":
        made, rest = _either(tokens[1:])
        return made, _closed(rest)
    if word is None or len(tokens) < 3:
        raise NotUnderstood(f"a field was expected, not {tokens[0]}")
    operator = tokens[1][0]
    if operator == ":":
        return _values(word, tokens[2:])
    names = {">=": "gte", "<=": "lte", ">": "gt", "<": "lt"}
    if operator not in names:
        raise NotUnderstood(f"{word} {operator}")
    return {"range": {word: {names[operator]: _value(tokens[2])}}}, tokens[3:]


def _values(field: str, tokens: list[_Token]) -> tuple[dict[str, Any], list[_Token]]:
    if tokens[0][0] != "(":
        value = _value(tokens[0])
        return ({"exists": {"field": field}} if value == "*" else {"match": {field: value}}), tokens[1:]
    values, rest = [], tokens[1:]
    while rest and rest[0][0] != ")":
        if rest[0][2] != "or":
            values.append({"match": {field: _value(rest[0])}})
        rest = rest[1:]
    return {"bool": {"should": values, "minimum_should_match": 1}}, _closed(rest)


def _value(token: _Token) -> str:
    value = token[1] if token[1] is not None else token[2]
    if value is None:
        raise NotUnderstood(f"a value was expected, not {token[0]}")
    return value


def _closed(tokens: list[_Token]) -> list[_Token]:
    if not tokens or tokens[0][0] != ")":
        raise NotUnderstood("a bracket is not closed")
    return tokens[1:]


# --------------------------------------------------------------------------- answers


def how_much(asked: Asked, answer: Mapping[str, Any]) -> int:
    """How many rows, cells or circles an answer gives to draw; 0: the panel stays empty."""
    if asked.body["size"]:
        return len(answer["hits"]["hits"])
    if asked.counts:
        return int(answer["hits"]["total"]["value"] > 0)
    aggregations = answer.get("aggregations", {})
    return sum(_drawn(part) for part in aggregations.values())


def _drawn(part: Mapping[str, Any]) -> int:
    if "buckets" in part:
        return sum(_in_bucket(bucket) for bucket in part["buckets"])
    if "values" in part:
        return int(any(value is not None for value in part["values"].values()))
    if "value" in part:
        return int(part["value"] is not None and part["value"] != 0)
    inner = [each for each in part.values() if isinstance(each, dict)]
    return sum(_drawn(each) for each in inner) if inner else int(part.get("doc_count", 0) > 0)


def _in_bucket(bucket: Mapping[str, Any]) -> int:
    if not bucket["doc_count"]:
        return 0
    nested = [each for each in bucket.values() if isinstance(each, dict) and "buckets" in each]
    return sum(_drawn(each) for each in nested) if nested else 1
