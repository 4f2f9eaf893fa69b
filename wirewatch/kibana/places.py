"""The map: where the stories of the chosen time are about. Pure."""

from __future__ import annotations

from typing import Any

from wirewatch.kibana.lens import Head
from wirewatch.kibana.objects import Reference, Saved, packed, query

_SOURCE = "layer_1_source_index_pattern"


def story_map(head: Head, *, field: str, label: str, unique: str) -> Saved:
    """Circles where documents are about, grown with the number of different values of `unique`.

    The background is Kibana's own (Elastic Maps Service); without it the circles stand on an empty sheet.
    """
    layers: list[dict[str, Any]] = [
        {
            "id": "background",
            "label": None,
            "alpha": 1,
            "minZoom": 0,
            "maxZoom": 24,
            "visible": True,
            "includeInFitToBounds": True,
            "style": {"type": "EMS_VECTOR_TILE", "color": ""},
            "sourceDescriptor": {
                "type": "EMS_TMS",
                "isAutoSelect": True,
                "lightModeDefault": "road_map_desaturated",
            },
            "type": "EMS_VECTOR_TILE",
        },
        {
            "id": "places",
            "label": label,
            "alpha": 0.75,
            "minZoom": 0,
            "maxZoom": 24,
            "visible": True,
            "includeInFitToBounds": True,
            "type": "GEOJSON_VECTOR",
            "joins": [],
            "query": query(head.kql),
            "sourceDescriptor": {
                "type": "ES_GEO_GRID",
                "id": f"{head.id}-source",
                "geoField": field,
                "requestType": "point",
                "resolution": "FINE",
                "metrics": [{"type": "count"}, {"type": "cardinality", "field": unique, "label": label}],
                "applyGlobalQuery": True,
                "applyGlobalTime": True,
                "applyForceRefresh": True,
                "indexPatternRefName": _SOURCE,
            },
            "style": _circles(f"cardinality_of_{unique}"),
        },
    ]
    state = {
        "zoom": 2.5,
        "center": {"lon": 80, "lat": 40},
        "timeFilters": {"from": "now-7d", "to": "now"},
        "refreshConfig": {"isPaused": True, "interval": 0},
        "query": query(""),
        "filters": [],
        "adHocDataViews": [],
        "settings": {"autoFitToDataBounds": True},
    }
    return Saved(
        type="map",
        id=head.id,
        attributes={
            "title": head.title,
            "description": head.about,
            "mapStateJSON": packed(state),
            "layerListJSON": packed(layers),
            "uiStateJSON": packed({"isLayerTOCOpen": False, "openTOCDetails": []}),
        },
        references=(Reference(name=_SOURCE, type="index-pattern", id=head.view.id),),
    )


def _circles(number: str) -> dict[str, Any]:
    by_number = {
        "field": {"name": number, "origin": "source"},
        "fieldMetaOptions": {"isEnabled": True, "sigma": 3},
    }
    return {
        "type": "VECTOR",
        "isTimeAware": True,
        "properties": {
            "icon": {"type": "STATIC", "options": {"value": "marker"}},
            "symbolizeAs": {"options": {"value": "circle"}},
            "fillColor": {"type": "DYNAMIC", "options": {**by_number, "color": "Blues", "type": "ORDINAL"}},
            "lineColor": {"type": "STATIC", "options": {"color": "#ffffff"}},
            "lineWidth": {"type": "STATIC", "options": {"size": 1}},
            "iconSize": {"type": "DYNAMIC", "options": {**by_number, "minSize": 7, "maxSize": 32}},
            "iconOrientation": {"type": "STATIC", "options": {"orientation": 0}},
            "labelText": {"type": "DYNAMIC", "options": by_number},
            "labelColor": {"type": "STATIC", "options": {"color": "#000000"}},
            "labelSize": {"type": "STATIC", "options": {"size": 12}},
            "labelBorderColor": {"type": "STATIC", "options": {"color": "#ffffff"}},
            "labelBorderSize": {"options": {"size": "SMALL"}},
        },
    }
