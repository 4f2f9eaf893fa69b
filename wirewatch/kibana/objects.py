"""The envelope of Kibana's saved objects, one maker a type. Pure: the same arguments give the same bytes.

Each type carries the newest stamp that Kibana 8.12 knows and 9.x migrates forward: a newer stamp is refused by the older
server, none at all makes Kibana run every migration since 6.x over the object. A `links` object carries none: 8.12 knows
no version of it.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

CORE_VERSION = "8.8.0"
# map: the last of its migrations is 8.4.0, in 8.12 and in 9.x alike (read in Kibana's source).
STAMPS: Mapping[str, str | None] = {
    "index-pattern": "8.0.0",
    "search": "7.9.3",
    "lens": "8.9.0",
    "dashboard": "8.9.0",
    "map": "8.4.0",
    "tag": "8.0.0",
    "links": None,
}
COLUMNS = 48  # of a dashboard's grid
KUERY = "kuery"


@dataclass(frozen=True, slots=True, kw_only=True)
class Reference:
    """How one saved object names another."""

    name: str
    type: str
    id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Saved:
    """One saved object."""

    type: str
    id: str
    attributes: dict[str, Any] = field(default_factory=dict)
    references: tuple[Reference, ...] = ()

    def document(self) -> dict[str, Any]:
        """As Kibana reads it: one JSON object, one line of the file."""
        stamp = STAMPS[self.type]
        return {
            "type": self.type,
            "id": self.id,
            "attributes": self.attributes,
            "references": [{"name": each.name, "type": each.type, "id": each.id} for each in self.references],
            "coreMigrationVersion": CORE_VERSION,
            **({"typeMigrationVersion": stamp} if stamp else {}),
        }

    def tagged(self, tag: Saved) -> Saved:
        """This object with a tag on it."""
        reference = Reference(name=f"tag-ref-{tag.id}", type="tag", id=tag.id)
        return Saved(
            type=self.type, id=self.id, attributes=self.attributes, references=(*self.references, reference)
        )


def packed(value: Any) -> str:
    """JSON inside a string, as Kibana keeps much of its state."""
    return json.dumps(value, sort_keys=True, ensure_ascii=False, separators=(",", ":"))


def query(kql: str) -> dict[str, str]:
    """A KQL query as Kibana keeps it."""
    return {"query": kql, "language": KUERY}


def tag(id_: str, name: str, description: str, color: str) -> Saved:
    """A tag, by which the objects are found together."""
    return Saved(type="tag", id=id_, attributes={"name": name, "description": description, "color": color})


def data_view(
    id_: str,
    *,
    title: str,
    name: str,
    time_field: str | None,
    formats: Mapping[str, Any],
    descriptions: Mapping[str, str],
) -> Saved:
    """A data view; its field list is not shipped, Kibana asks the server for it."""
    attributes: dict[str, Any] = {
        "title": title,
        "name": name,
        "fields": "[]",
        "fieldFormatMap": packed(formats),
        "fieldAttrs": packed({key: {"customDescription": text} for key, text in descriptions.items()}),
        "runtimeFieldMap": "{}",
        "sourceFilters": "[]",
    }
    if time_field:
        attributes["timeFieldName"] = time_field
    return Saved(type="index-pattern", id=id_, attributes=attributes)


def search(
    id_: str,
    *,
    title: str,
    description: str,
    view: Saved,
    kql: str,
    columns: Sequence[str],
    sort: Sequence[tuple[str, str]],
) -> Saved:
    """A saved search of Discover."""
    name = "kibanaSavedObjectMeta.searchSourceJSON.index"
    return Saved(
        type="search",
        id=id_,
        attributes={
            "title": title,
            "description": description,
            "columns": list(columns),
            "sort": [list(pair) for pair in sort],
            "grid": {},
            "hideChart": True,
            "isTextBasedQuery": False,
            "kibanaSavedObjectMeta": {
                "searchSourceJSON": packed({"query": query(kql), "filter": [], "indexRefName": name})
            },
        },
        references=(Reference(name=name, type="index-pattern", id=view.id),),
    )


def links(id_: str, title: str, targets: Sequence[tuple[str, str]]) -> Saved:
    """Links to dashboards, as (label, dashboard id) pairs."""
    made, references = [], []
    for order, (label, target) in enumerate(targets):
        name = f"link_{target}_dashboard"
        made.append({
            "id": target,
            "order": order,
            "label": label,
            "type": "dashboardLink",
            "destinationRefName": name,
        })  # fmt: skip
        references.append(Reference(name=name, type="dashboard", id=target))
    return Saved(
        type="links",
        id=id_,
        attributes={"title": title, "layout": "horizontal", "links": made},
        references=tuple(references),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Panel:
    """One panel of a dashboard: where it stands, and what is in it (another object, or text)."""

    x: int
    y: int
    w: int
    h: int
    shows: Saved | None = None
    markdown: str | None = None

    def state(self, number: int) -> dict[str, Any]:
        """As Kibana keeps it; `number` is its place among the panels."""
        index = str(number)
        made: dict[str, Any] = {
            "type": self.shows.type if self.shows else "visualization",
            "panelIndex": index,
            "gridData": {"x": self.x, "y": self.y, "w": self.w, "h": self.h, "i": index},
            "embeddableConfig": {"enhancements": {}},
        }
        if self.shows:
            made["panelRefName"] = f"panel_{index}"
        if self.shows and self.shows.type == "map":
            made["embeddableConfig"].update({"isLayerTOCOpen": False, "openTOCDetails": []})
        if self.markdown is not None:
            made["embeddableConfig"]["savedVis"] = {
                "type": "markdown",
                "title": "",
                "description": "",
                "params": {"markdown": self.markdown, "fontSize": 12, "openLinksInNewTab": False},
                "uiState": {},
                "data": {"aggs": [], "searchSource": {"query": query(""), "filter": []}},
            }
        return made


@dataclass(frozen=True, slots=True, kw_only=True)
class Control:
    """One control above a dashboard: a list of a field's values, or a range of a number."""

    id: str
    field: str
    title: str
    view: Saved
    range: bool = False

    def state(self, order: int) -> dict[str, Any]:
        """As Kibana keeps it."""
        return {
            "order": order,
            "width": "medium",
            "grow": True,
            "type": "rangeSliderControl" if self.range else "optionsListControl",
            "explicitInput": {
                "id": self.id,
                "fieldName": self.field,
                "title": self.title,
                "enhancements": {},
            },
        }

    def reference(self) -> Reference:
        """The data view whose field it is."""
        kind = "rangeSliderDataView" if self.range else "optionsListDataView"
        return Reference(name=f"controlGroup_{self.id}:{kind}", type="index-pattern", id=self.view.id)


def dashboard(
    id_: str,
    *,
    title: str,
    description: str,
    time_from: str,
    panels: Iterable[Panel],
    controls: Sequence[Control],
) -> Saved:
    """A dashboard over `time_from` until now, refreshed every five minutes."""
    states, references = [], []
    for number, panel in enumerate(panels, 1):
        states.append(panel.state(number))
        if panel.shows:
            name = f"{number}:panel_{number}"
            references.append(Reference(name=name, type=panel.shows.type, id=panel.shows.id))
    references += [control.reference() for control in controls]
    attributes = {
        "title": title,
        "description": description,
        "version": 1,
        "timeRestore": True,
        "timeFrom": time_from,
        "timeTo": "now",
        "refreshInterval": {"pause": False, "value": 300_000},
        "optionsJSON": packed({
            "useMargins": True,
            "syncColors": True,
            "syncCursor": True,
            "syncTooltips": False,
            "hidePanelTitles": False,
        }),
        "panelsJSON": packed(states),
        "controlGroupInput": {
            "controlStyle": "oneLine",
            "chainingSystem": "HIERARCHICAL",
            "panelsJSON": packed({
                control.id: control.state(order) for order, control in enumerate(controls)
            }),
            "ignoreParentSettingsJSON": packed({
                "ignoreFilters": False,
                "ignoreQuery": False,
                "ignoreTimerange": False,
                "ignoreValidations": False,
            }),
        },
        "kibanaSavedObjectMeta": {"searchSourceJSON": packed({"query": query(""), "filter": []})},
    }  # fmt: skip
    return Saved(type="dashboard", id=id_, attributes=attributes, references=tuple(references))
