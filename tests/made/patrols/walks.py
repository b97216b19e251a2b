"""Track files of made walks along the small basin's river, which runs south along 112.2 E."""

import json
from datetime import datetime, timedelta
from typing import Any

from gis.ellipsoid import GEOD

GPX = (
    '<?xml version="1.0" encoding="UTF-8"?>\n'
    '<gpx version="1.1" creator="tests" xmlns="http://www.topografix.com/GPX/1/1">'
    "<trk><trkseg>{points}</trkseg></trk></gpx>"
)
POINT = '<trkpt lat="{lat:.7f}" lon="{lon:.7f}"><time>{at:%Y-%m-%dT%H:%M:%SZ}</time></trkpt>'


def fixes(
    start: datetime,
    *,
    from_m: float = 1_000,
    metres: float = 2_600,
    minutes: float = 40,
    off_m: float = 20,
    every_s: int = 20,
) -> list[tuple[float, float, datetime]]:
    """Places and times of a walk that many metres below the river's source, east of it."""
    count = int(minutes * 60 / every_s)
    rows = []
    for number in range(count + 1):
        lon, lat, _ = GEOD.fwd(112.2, 32.8, 180, from_m + metres * number / count)
        lon, lat, _ = GEOD.fwd(lon, lat, 90, off_m)
        rows.append((lon, lat, start + timedelta(seconds=every_s * number)))
    return rows


def gpx(rows: list[tuple[float, float, datetime]]) -> bytes:
    """The walk as a GPX file."""
    points = "".join(POINT.format(lon=lon, lat=lat, at=at) for lon, lat, at in rows)
    return GPX.format(points=points).encode()


def walk(start: datetime, **other: Any) -> bytes:
    """The GPX file of a walk as ``fixes`` makes it."""
    return gpx(fixes(start, **other))


def geojson(rows: list[tuple[float, float, datetime]], name: str = "coordTimes") -> bytes:
    """The walk as a GeoJSON line with a list of times."""
    return json.dumps(
        {
            "type": "Feature",
            "properties": {name: [at.isoformat() for _, _, at in rows]},
            "geometry": {"type": "LineString", "coordinates": [[lon, lat] for lon, lat, _ in rows]},
        }
    ).encode()
