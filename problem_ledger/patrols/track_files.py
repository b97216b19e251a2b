"""Track files as they come in: GPX, KML, KMZ, GeoJSON to segments of fixes, or a refusal."""

import re
from typing import Final

import numpy as np
from shapely.geometry import MultiPoint

from data.errors import BadInput
from gis.crs import OutsideCrs, UnknownCrs, declared, to_cgcs2000
from gis.tracks import Fix
from problem_ledger.patrols.track_bounds import (
    MOST_BYTES,
    MOST_POINTS,
    Segments,
    check_points,
    check_size,
    no_known_kind,
)
from problem_ledger.patrols.track_geojson import read_geojson
from problem_ledger.patrols.track_gpx import read_gpx
from problem_ledger.patrols.track_kml import read_kml, unpack_kmz
from problem_ledger.patrols.track_times import TimesIn

_KML_ROOT: Final = re.compile(rb"<(?:\w+:)?kml[\s>]")
_HEAD_BYTES: Final = 4096
_BOM_16: Final = (b"\xff\xfe", b"\xfe\xff")


def read_track(
    content: bytes, crs: str = "EPSG:4326", times_in: TimesIn = TimesIn.UNSAID
) -> Segments:
    """Reads a track's segments in CGCS2000 degrees, in the order of the file; times are in UTC.

    ``times_in`` says what times without an offset are in. Waypoints and planned routes are no
    track. Raises BadInput with what is wrong and how to mend it: empty, too large, unreadable, no
    track, fewer than two points, times missing or without an offset, or places nowhere on Earth.
    """
    check_size(content)
    if content.startswith(b"PK\x03\x04"):
        content = unpack_kmz(content)
    start = content.removeprefix(b"\xef\xbb\xbf").lstrip()[:1]
    if start == b"<" or content.startswith(_BOM_16):
        head = content[:_HEAD_BYTES].replace(b"\0", b"")
        read = read_kml if _KML_ROOT.search(head) else read_gpx
        segments = read(content, times_in)
    elif start == b"{":
        segments = read_geojson(content, times_in)
    else:
        raise no_known_kind()
    check_points(segments)
    return _placed(segments, crs)


def _placed(segments: Segments, crs: str) -> Segments:
    """Converts segments to CGCS2000 degrees."""
    positions = np.array([(fix.lon, fix.lat) for segment in segments for fix in segment])
    try:
        datum = declared(crs)
        if not np.isfinite(positions).all():
            raise OutsideCrs(datum.name)
        kept = np.array([(p.x, p.y) for p in to_cgcs2000(MultiPoint(positions), datum).geoms])
    except UnknownCrs as error:
        raise BadInput(
            "{crs} can't be turned into CGCS2000 exactly.",
            mend="Give EPSG:4490, EPSG:4326 or gcj02.",
            crs=error.name[:80],
        ) from None
    except OutsideCrs as error:
        raise _nowhere(error.name) from None
    if (np.abs(kept[:, 0]) > 180).any() or (np.abs(kept[:, 1]) > 90).any():
        raise _nowhere(datum.name)
    places = iter(kept.tolist())
    return [[_moved(next(places), fix) for fix in segment] for segment in segments]


def _moved(place: list[float], fix: Fix) -> Fix:
    return Fix(place[0], place[1], fix.at)


def _nowhere(crs: str) -> BadInput:
    return BadInput(
        "Places of this track lie nowhere on Earth in {crs}.",
        mend="Give longitude before latitude, in degrees, and the datum they are in.",
        crs=crs,
    )


__all__ = ["MOST_BYTES", "MOST_POINTS", "Segments", "read_track"]
