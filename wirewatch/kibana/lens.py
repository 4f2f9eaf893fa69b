"""Lens visualisations: columns, and charts made of them. Pure.

A layer's columns stand in the order of nesting, buckets before numbers. Every column carries a label of its own: what
Kibana would call it names fields, and readers want words.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from wirewatch.kibana.objects import Reference, Saved, query

Column = dict[str, Any]
LAYER, MARKS = "layer", "marks"


@dataclass(frozen=True, slots=True)
class Head:
    """What every visualisation has: id, title, the view that it asks, how to read it (its tooltip), and a KQL query."""

    id: str
    title: str
    view: Saved
    about: str
    kql: str = ""


def count(label: str, *, kql: str | None = None, shift: str | None = None) -> Column:
    """How many documents."""
    return _number("count", "___records___", label, kql=kql, shift=shift)


def unique(field: str, label: str, *, kql: str | None = None, shift: str | None = None) -> Column:
    """How many different values."""
    return _number("unique_count", field, label, kql=kql, shift=shift)


def highest(field: str, label: str, *, kql: str | None = None) -> Column:
    """The largest value of a number."""
    return _number("max", field, label, kql=kql)


def middle(field: str, label: str, *, kql: str | None = None) -> Column:
    """The median of a number."""
    return _number("median", field, label, kql=kql)


def total(field: str, label: str) -> Column:
    """The sum of a number."""
    return _number("sum", field, label)


def earliest(field: str, label: str) -> Column:
    """The first of a time."""
    return {**_number("min", field, label), "dataType": "date"}


def latest(field: str, label: str) -> Column:
    """The last of a time."""
    return {**_number("max", field, label), "dataType": "date"}


def over_time(field: str, label: str) -> Column:
    """Buckets of time, as wide as the span asks for."""
    return {
        "label": label,
        "customLabel": True,
        "dataType": "date",
        "isBucketed": True,
        "scale": "interval",
        "operationType": "date_histogram",
        "sourceField": field,
        "params": {"interval": "auto", "includeEmptyRows": True, "dropPartials": False},
    }


def values(field: str, label: str, *, size: int, by: str | None, ascending: bool = False) -> Column:
    """A bucket for each of a field's first `size` values, ordered by the column `by` (None: by the value itself)."""
    return {
        "label": label,
        "customLabel": True,
        "dataType": "string",
        "isBucketed": True,
        "scale": "ordinal",
        "operationType": "terms",
        "sourceField": field,
        "params": {
            "size": size,
            "orderBy": {"type": "column", "columnId": by} if by else {"type": "alphabetical"},
            "orderDirection": "asc" if ascending else "desc",
            "otherBucket": False,
            "missingBucket": False,
            "parentFormat": {"id": "terms"},
        },
    }


def metric(head: Head, main: Column, *, second: Column | None = None) -> Saved:
    """One large number, with another below it."""
    columns = {"main": main, **({"second": second} if second else {})}
    look = {"layerId": LAYER, "layerType": "data", "metricAccessor": "main"}
    if second:
        look.update({"secondaryMetricAccessor": "second", "secondaryPrefix": second["label"]})
    return _lens(head, "lnsMetric", look, columns)


def table(
    head: Head,
    columns: Mapping[str, Column],
    *,
    hidden: Sequence[str] = (),
    sort: tuple[str, str] | None = None,
) -> Saved:
    """A table, a row a bucket. `sort`: (column, "asc" or "desc")."""
    look: dict[str, Any] = {
        "layerId": LAYER,
        "layerType": "data",
        "columns": [
            {"columnId": column, **({"hidden": True} if column in hidden else {})} for column in columns
        ],
    }
    if sort:
        look["sorting"] = {"columnId": sort[0], "direction": sort[1]}
    return _lens(head, "lnsDatatable", look, columns)


def cloud(head: Head, tag: Column, value: Column) -> Saved:
    """Words, the larger the more."""
    look = {
        "layerId": LAYER,
        "layerType": "data",
        "tagAccessor": "tag",
        "valueAccessor": "value",
        "minFontSize": 14,
        "maxFontSize": 44,
        "orientation": "single",
        "showLabel": False,
    }
    return _lens(head, "lnsTagcloud", look, {"tag": tag, "value": value})


def heatmap(head: Head, x: Column, y: Column, value: Column) -> Saved:
    """Two fields against each other, the darker the more."""
    look = {
        "shape": "heatmap",
        "layerId": LAYER,
        "layerType": "data",
        "xAccessor": "x",
        "yAccessor": "y",
        "valueAccessor": "value",
        "legend": {"isVisible": True, "position": "right", "type": "heatmap_legend"},
        "gridConfig": {
            "type": "heatmap_grid",
            "isCellLabelVisible": True,
            "isYAxisLabelVisible": True,
            "isXAxisLabelVisible": True,
            "isYAxisTitleVisible": False,
            "isXAxisTitleVisible": False,
        },
    }
    columns = {"x": x, "y": y, "value": value}
    return _lens(head, "lnsHeatmap", look, columns)


def timeline(
    head: Head,
    *,
    x: Column,
    split: Column,
    value: Column,
    marks: tuple[Saved, str, str, str] | None = None,
) -> Saved:
    """Stacked bars over time. `marks`: lines at the times of another view's documents: (view, time field, KQL, label)."""
    layers: list[dict[str, Any]] = [
        {
            "layerId": LAYER,
            "layerType": "data",
            "seriesType": "bar_stacked",
            "xAccessor": "x",
            "splitAccessor": "split",
            "accessors": ["value"],
        }
    ]
    references: tuple[Reference, ...] = ()
    if marks:
        marked, time_field, marking, label = marks
        layers.append({
            "layerId": MARKS,
            "layerType": "annotations",
            "ignoreGlobalFilters": True,
            "annotations": [{
                "type": "query",
                "id": f"{head.id}-{MARKS}",
                "label": label,
                "key": {"type": "point_in_time"},
                "timeField": time_field,
                "filter": {"type": "kibana_query", **query(marking)},
                "icon": "flag",
            }],
        })  # fmt: skip
        references = (Reference(name=f"xy-visualization-layer-{MARKS}", type="index-pattern", id=marked.id),)
    look = {
        "preferredSeriesType": "bar_stacked",
        "legend": {"isVisible": True, "position": "right", "showSingleSeries": True},
        "valueLabels": "hide",
        "fittingFunction": "None",
        "layers": layers,
    }
    columns = {"x": x, "split": split, "value": value}
    return _lens(head, "lnsXY", look, columns, references)


def _number(
    operation: str, field: str, label: str, *, kql: str | None = None, shift: str | None = None
) -> Column:
    made: Column = {
        "label": label,
        "customLabel": True,
        "dataType": "number",
        "isBucketed": False,
        "scale": "ratio",
        "operationType": operation,
        "sourceField": field,
        "params": {"emptyAsNull": False} if operation in {"count", "unique_count", "sum"} else {},
    }
    if kql:
        made["filter"] = query(kql)
    if shift:
        made["timeShift"] = shift
    return made


def _lens(
    head: Head,
    kind: str,
    look: dict[str, Any],
    columns: Mapping[str, Column],
    references: tuple[Reference, ...] = (),
) -> Saved:
    layer = {
        "columns": dict(columns),
        "columnOrder": list(columns),
        "incompleteColumns": {},
        "sampling": 1,
    }
    return Saved(
        type="lens",
        id=head.id,
        attributes={
            "title": head.title,
            "description": head.about,
            "visualizationType": kind,
            "state": {
                "visualization": look,
                "query": query(head.kql),
                "filters": [],
                "datasourceStates": {"formBased": {"layers": {LAYER: layer}}},
                "internalReferences": [],
                "adHocDataViews": {},
            },
        },
        references=(
            Reference(name=f"indexpattern-datasource-layer-{LAYER}", type="index-pattern", id=head.view.id),
            *references,
        ),
    )
