"""What Kibana does not check when it imports: shapes, stamps, references, layout, fields. Pure; faults as sentences."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from wirewatch.kibana.lens import LAYER
from wirewatch.kibana.objects import COLUMNS, CORE_VERSION, STAMPS, Saved
from wirewatch.kibana.translation import fields_in

_ENVELOPE = {"type", "id", "attributes", "references", "coreMigrationVersion"}
# The attributes of each type: (those it must have, those it may have). Kibana refuses others in most types.
_ATTRIBUTES: Mapping[str, tuple[set[str], set[str]]] = {
    "tag": ({"name", "description", "color"}, set()),
    "index-pattern": (
        {"title", "name", "fields", "fieldFormatMap", "fieldAttrs", "runtimeFieldMap", "sourceFilters"},
        {"timeFieldName"},
    ),
    "search": (
        {
            "title",
            "description",
            "columns",
            "sort",
            "grid",
            "hideChart",
            "isTextBasedQuery",
            "kibanaSavedObjectMeta",
        },
        set(),
    ),
    "lens": ({"title", "description", "visualizationType", "state"}, set()),
    "map": ({"title", "description", "mapStateJSON", "layerListJSON", "uiStateJSON"}, set()),
    "links": ({"title", "layout", "links"}, set()),
    "dashboard": (
        {
            "title",
            "description",
            "version",
            "timeRestore",
            "timeFrom",
            "timeTo",
            "refreshInterval",
            "optionsJSON",
            "panelsJSON",
            "controlGroupInput",
            "kibanaSavedObjectMeta",
        },
        set(),
    ),
}
_CHARTS = {"lnsXY", "lnsMetric", "lnsDatatable", "lnsTagcloud", "lnsHeatmap"}
_PACKED = ("JSON", "fieldFormatMap", "fieldAttrs", "runtimeFieldMap", "sourceFilters", "fields")
# A screen shows about so many rows of the grid: what matters most must stand in them.
FIRST_SCREEN = 24


def faults(objects: Sequence[Saved]) -> list[str]:
    """Everything that is wrong with the objects, whatever is in the index."""
    return [
        *_twice(objects),
        *(fault for each in objects for fault in _shape(each)),
        *(fault for each in objects if each.type == "lens" for fault in _columns(each)),
        *(fault for each in objects for fault in _references(each, objects)),
        *(fault for each in objects if each.type == "dashboard" for fault in _layout(each)),
    ]


def _twice(objects: Iterable[Saved]) -> Iterator[str]:
    for (kind, id_), times in Counter((each.type, each.id) for each in objects).items():
        if times > 1:
            yield f"{kind} {id_}: is there {times} times"


def _shape(each: Saved) -> Iterator[str]:
    document, name = each.document(), f"{each.type} {each.id}"
    stamp = STAMPS[each.type]
    if set(document) - {"typeMigrationVersion"} != _ENVELOPE:
        yield f"{name}: its envelope has {sorted(document)}"
    if document["coreMigrationVersion"] != CORE_VERSION or document.get("typeMigrationVersion") != stamp:
        yield f"{name}: stamped {document.get('typeMigrationVersion')}, not {stamp}"
    must, may = _ATTRIBUTES[each.type]
    has = set(each.attributes)
    for attribute in sorted(must - has):
        yield f"{name}: lacks {attribute}"
    for attribute in sorted(has - must - may):
        yield f"{name}: has {attribute}, which Kibana may refuse"
    for path, value in _packed(each.attributes):
        try:
            json.loads(value)
        except ValueError:
            yield f"{name}: {path} is not JSON"
    if each.type == "lens" and each.attributes.get("visualizationType") not in _CHARTS:
        yield f"{name}: {each.attributes.get('visualizationType')} is no chart that we know"


def _packed(attributes: Mapping[str, Any], within: str = "") -> Iterator[tuple[str, str]]:
    for key, value in attributes.items():
        if isinstance(value, str) and key.endswith(_PACKED):
            yield within + key, value
        elif isinstance(value, dict):
            yield from _packed(value, f"{within}{key}.")


def _columns(lens: Saved) -> Iterator[str]:
    state = lens.attributes["state"]
    layer = state["datasourceStates"]["formBased"]["layers"][LAYER]
    columns, order = layer["columns"], layer["columnOrder"]
    if sorted(columns) != sorted(order):
        yield f"lens {lens.id}: columnOrder is not the columns"
    kinds = [columns[name]["isBucketed"] for name in order if name in columns]
    if kinds != sorted(kinds, reverse=True):
        yield f"lens {lens.id}: a number stands before a bucket"
    for accessor in accessors(state["visualization"]):
        if accessor not in columns:
            yield f"lens {lens.id}: {accessor} is no column"
    for name, column in columns.items():
        by = column.get("params", {}).get("orderBy", {})
        if by.get("type") == "column" and columns.get(by["columnId"], {}).get("isBucketed", True):
            yield f"lens {lens.id}: {name} is ordered by {by.get('columnId')}, which is no number"


def accessors(look: Mapping[str, Any]) -> set[str]:
    """The columns that a chart draws."""
    found = {value for key, value in look.items() if key.endswith("Accessor")}
    found.update(column["columnId"] for column in look.get("columns", ()))
    if "sorting" in look:
        found.add(look["sorting"]["columnId"])
    for layer in look.get("layers", ()):
        if layer["layerType"] == "data":
            found.update(layer["accessors"], {layer[key] for key in layer if key.endswith("Accessor")})
    return found


def _references(each: Saved, objects: Sequence[Saved]) -> Iterator[str]:
    there = {(other.type, other.id) for other in objects}
    name = f"{each.type} {each.id}"
    for reference in each.references:
        if (reference.type, reference.id) not in there:
            yield f"{name}: {reference.name} leads to {reference.type} {reference.id}, which is not there"
    given = [reference.name for reference in each.references if reference.type != "tag"]
    if len(given) != len(set(given)):
        yield f"{name}: a reference is there twice"
    used = set(_used(each))
    for missing in sorted(used - set(given)):
        yield f"{name}: uses {missing}, which is no reference"
    for unused in sorted(set(given) - used):
        yield f"{name}: {unused} is referred to and not used"


def _used(each: Saved) -> Iterator[str]:
    """The names of the references that an object uses."""
    use = {
        "search": _used_by_search,
        "lens": _used_by_lens,
        "map": _used_by_map,
        "links": _used_by_links,
        "dashboard": _used_by_dashboard,
    }.get(each.type)
    return use(each.attributes) if use else iter(())


def _used_by_search(attributes: Mapping[str, Any]) -> Iterator[str]:
    yield _source(attributes)["indexRefName"]


def _used_by_lens(attributes: Mapping[str, Any]) -> Iterator[str]:
    for layer in attributes["state"]["datasourceStates"]["formBased"]["layers"]:
        yield f"indexpattern-datasource-layer-{layer}"
    for layer in attributes["state"]["visualization"].get("layers", ()):
        if layer["layerType"] == "annotations":
            yield f"xy-visualization-layer-{layer['layerId']}"


def _used_by_map(attributes: Mapping[str, Any]) -> Iterator[str]:
    for layer in json.loads(attributes["layerListJSON"]):
        if "indexPatternRefName" in layer["sourceDescriptor"]:
            yield layer["sourceDescriptor"]["indexPatternRefName"]


def _used_by_links(attributes: Mapping[str, Any]) -> Iterator[str]:
    return (link["destinationRefName"] for link in attributes["links"])


def _used_by_dashboard(attributes: Mapping[str, Any]) -> Iterator[str]:
    for panel in json.loads(attributes["panelsJSON"]):
        if "panelRefName" in panel:
            yield f"{panel['panelIndex']}:{panel['panelRefName']}"
    for control in json.loads(attributes["controlGroupInput"]["panelsJSON"]).values():
        kind = control["type"].replace("Control", "DataView")
        yield f"controlGroup_{control['explicitInput']['id']}:{kind}"


def _source(attributes: Mapping[str, Any]) -> dict[str, Any]:
    """What a saved search asks."""
    found: dict[str, Any] = json.loads(attributes["kibanaSavedObjectMeta"]["searchSourceJSON"])
    return found


def _layout(board: Saved) -> Iterator[str]:
    taken: dict[tuple[int, int], str] = {}
    panels = json.loads(board.attributes["panelsJSON"])
    for panel in panels:
        grid, index = panel["gridData"], panel["panelIndex"]
        if grid["i"] != index:
            yield f"{board.id}: panel {index} stands as {grid['i']}"
        if grid["x"] < 0 or grid["x"] + grid["w"] > COLUMNS:
            yield f"{board.id}: panel {index} is wider than the page"
        for x in range(grid["x"], grid["x"] + grid["w"]):
            for y in range(grid["y"], grid["y"] + grid["h"]):
                if taken.setdefault((x, y), index) != index:
                    yield f"{board.id}: panels {taken[x, y]} and {index} overlap"
                    break
    first = [panel for panel in panels if panel["gridData"]["y"] + panel["gridData"]["h"] <= FIRST_SCREEN]
    if len([panel for panel in first if panel["type"] == "lens"]) < 4:
        yield f"{board.id}: fewer than four charts on the first screen"


# --------------------------------------------------------------------------- fields


@dataclass(frozen=True, slots=True, order=True)
class Use:
    """How an object uses a field of an index pattern. `purpose`: shown, searched, sorted, counted, dated or mapped."""

    index: str
    field: str
    purpose: str
    by: str


def uses(objects: Sequence[Saved]) -> list[Use]:
    """Every use of a field by any object."""
    views = {each.id: each.attributes["title"] for each in objects if each.type == "index-pattern"}
    found: set[Use] = set()
    for each in objects:
        targets = [views[r.id] for r in each.references if r.type == "index-pattern"]
        found.update(Use(index, field, purpose, each.id) for index, field, purpose in _named(each, targets))
    return sorted(found)


def _named(each: Saved, targets: Sequence[str]) -> Iterator[tuple[str, str, str]]:
    """(index pattern, field, purpose) of every field that an object names."""
    if each.type == "lens":
        return _named_in_lens(each.attributes["state"], targets)
    named = {
        "index-pattern": _named_in_view,
        "search": _named_in_search,
        "map": _named_in_map,
        "dashboard": _named_in_dashboard,
    }.get(each.type)
    return named(each.attributes, targets) if named else iter(())


def _named_in_view(attributes: Mapping[str, Any], _: Sequence[str]) -> Iterator[tuple[str, str, str]]:
    title = attributes["title"]
    if "timeFieldName" in attributes:
        yield title, attributes["timeFieldName"], "dated"
    for packed in ("fieldFormatMap", "fieldAttrs"):
        yield from ((title, field, "shown") for field in json.loads(attributes[packed]))


def _named_in_search(attributes: Mapping[str, Any], targets: Sequence[str]) -> Iterator[tuple[str, str, str]]:
    yield from ((targets[0], field, "shown") for field in attributes["columns"])
    yield from ((targets[0], field, "sorted") for field, _ in attributes["sort"])
    yield from ((targets[0], field, "searched") for field in fields_in(_source(attributes)["query"]["query"]))


def _named_in_map(attributes: Mapping[str, Any], targets: Sequence[str]) -> Iterator[tuple[str, str, str]]:
    for layer in json.loads(attributes["layerListJSON"]):
        source = layer["sourceDescriptor"]
        if source["type"] == "ES_GEO_GRID":
            yield targets[0], source["geoField"], "mapped"
            yield from (
                (targets[0], each["field"], "counted") for each in source["metrics"] if "field" in each
            )
            yield from ((targets[0], field, "searched") for field in fields_in(layer["query"]["query"]))


def _named_in_dashboard(
    attributes: Mapping[str, Any], targets: Sequence[str]
) -> Iterator[tuple[str, str, str]]:
    controls = json.loads(attributes["controlGroupInput"]["panelsJSON"]).values()
    in_order = sorted(controls, key=lambda control: int(control["order"]))
    for control, target in zip(in_order, targets, strict=True):
        yield target, control["explicitInput"]["fieldName"], "counted"


def _named_in_lens(state: Mapping[str, Any], targets: Sequence[str]) -> Iterator[tuple[str, str, str]]:
    yield from ((targets[0], field, "searched") for field in fields_in(state["query"]["query"]))
    for column in state["datasourceStates"]["formBased"]["layers"][LAYER]["columns"].values():
        if column["sourceField"] != "___records___":
            dated = column["operationType"] == "date_histogram"
            yield targets[0], column["sourceField"], "dated" if dated else "counted"
        for field in fields_in(column.get("filter", {}).get("query", "")):
            yield targets[0], field, "searched"
    for layer in state["visualization"].get("layers", ()):
        for mark in layer.get("annotations", ()):
            yield targets[1], mark["timeField"], "dated"
            yield from ((targets[1], field, "searched") for field in fields_in(mark["filter"]["query"]))


def field_faults(used: Iterable[Use], capabilities: Mapping[str, Mapping[str, Any]]) -> list[str]:
    """Uses that the mapping does not allow. `capabilities`: the `fields` of `_field_caps` by index pattern."""
    found = []
    for use in used:
        about = capabilities.get(use.index, {}).get(use.field)
        if about is None:
            found.append(f"{use.by}: {use.index} has no field {use.field}")
            continue
        kinds = set(about)
        aggregatable = all(each["aggregatable"] for each in about.values())
        searchable = all(each["searchable"] for each in about.values())
        if use.purpose in {"counted", "sorted", "mapped"} and not aggregatable:
            found.append(f"{use.by}: {use.field} cannot be {use.purpose}")
        if use.purpose == "searched" and not searchable:
            found.append(f"{use.by}: {use.field} cannot be searched")
        if use.purpose == "dated" and not kinds <= {"date", "date_nanos"}:
            found.append(f"{use.by}: {use.field} is {sorted(kinds)}, not a date")
        if use.purpose == "mapped" and kinds != {"geo_point"}:
            found.append(f"{use.by}: {use.field} is {sorted(kinds)}, not a place")
    return found
