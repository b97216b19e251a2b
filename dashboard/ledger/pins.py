"""Problems as the map's script reads them: pins with light and working days left."""

from typing import Any

from data.queries.map.problems import Pin
from data.words.ledger import Light

RANK = {Light.NONE: 0, Light.GREEN: 1, Light.AMBER: 2, Light.RED: 3}
"""Of several pins in one place the worst light is shown."""


def pin_feature(pin: Pin) -> dict[str, Any]:
    """The problem as a GeoJSON point for the map, with an integer id and short property names."""
    properties = {
        "kind": "problem",
        "code": pin.number,
        "category": pin.category,
        "severity": pin.severity.value,
        "status": "returned" if pin.is_returned else pin.status.value,
        "light": pin.light.value,
        "rank": RANK[pin.light],
        "days": pin.days_left,
        "reach": pin.reach_id,
        "lake": pin.lake_id,
    }
    return {
        "type": "Feature",
        "id": pin.id,
        "geometry": {"type": "Point", "coordinates": [pin.lon, pin.lat]},
        "properties": {key: value for key, value in properties.items() if value is not None},
    }
