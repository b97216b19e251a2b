"""Track files as they come in: GPX, KML, GeoJSON, zipped or not, to segments, or a refusal."""

import io
import re
import zipfile
from collections.abc import Mapping
from math import isnan
from pathlib import PurePosixPath
from typing import Final

import numpy as np
from shapely.geometry import MultiPoint

from data.contents import BROKEN_ZIP
from data.errors import BadInput
from data.imports.packed import is_junk, shown_name
from data.placing.shapes import datum_named
from data.query_values import shortened
from gis.crs import OutsideCrs, to_cgcs2000
from gis.tracks import Fix
from problem_ledger.patrols.track_bounds import (
    MOST_BYTES,
    MOST_POINTS,
    Segments,
    check_points,
    check_size,
    no_known_kind,
    several_tracks,
)
from problem_ledger.patrols.track_geojson import read_geojson
from problem_ledger.patrols.track_gpx import read_gpx
from problem_ledger.patrols.track_kml import read_kml
from problem_ledger.patrols.track_times import TimesIn

_KML_ROOT: Final = re.compile(rb"<(?:\w+:)?kml[\s>]")
_HEAD_BYTES: Final = 4096
_ZIP: Final = b"PK\x03\x04"
MOST_WRAPPERS: Final = 2
"""A KMZ is a zip, and may lie in one."""

MOST_MEMBERS: Final = 1_000
"""Files in a zip: one track, pictures and icons."""

_TRACKS: Final = (".gpx", ".kml", ".kmz", ".geojson", ".json")
_UTF_16: Final = {
    b"\xff\xfe": "utf-16", b"\xfe\xff": "utf-16",
    b"<\0": "utf-16-le", b"{\0": "utf-16-le", b"\0<": "utf-16-be", b"\0{": "utf-16-be",
}  # fmt: skip
"""How a text of two bytes a sign begins: by its mark, or by the first sign of XML or JSON."""

MOST_WRONG: Final = 0.1
FEWEST_WRONG: Final = 3
"""So many points of a track may lie nowhere; they are left out, and counted as left out."""


def read_track(
    content: bytes, crs: str = "EPSG:4326", times_in: TimesIn = TimesIn.UNSAID
) -> Segments:
    """Reads a track's segments in CGCS2000 degrees, in the order of the file; times are in UTC.

    ``times_in`` says what times without an offset are in. Waypoints and planned routes are no
    track. Raises BadInput with what is wrong and how to mend it: empty, too large, unreadable, no
    track, fewer than two points, times missing or without an offset, or places nowhere on Earth.
    """
    check_size(content)
    for _ in range(MOST_WRAPPERS):
        if content.startswith(_ZIP):
            content = _unpacked(content)
    content = _in_utf8(content)
    start = content.removeprefix(b"\xef\xbb\xbf").lstrip()[:1]
    if start == b"<":
        read = read_kml if _KML_ROOT.search(content[:_HEAD_BYTES]) else read_gpx
        segments = read(content, times_in)
    elif start == b"{":
        segments = read_geojson(content, times_in)
    else:
        raise no_known_kind()
    check_points(segments)
    return _placed(segments, crs)


def _in_utf8(content: bytes) -> bytes:
    """Returns a text of two bytes a sign in UTF-8, any other content as it is."""
    coding = _UTF_16.get(content[:2])
    if coding is None:
        return content
    try:
        return content.decode(coding).encode()
    except UnicodeError:
        raise no_known_kind() from None


def _unpacked(content: bytes) -> bytes:
    """Returns the one track file within a zip or a KMZ, bounded in size. Raises BadInput."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            names = {
                name: entry for entry in archive.infolist() if _is_track(name := shown_name(entry))
            }
            if names and len(archive.infolist()) <= MOST_MEMBERS:
                with archive.open(_chosen(names)) as opened:
                    track = opened.read(MOST_BYTES + 1)
                check_size(track)
                return track
    except BROKEN_ZIP:
        pass
    raise no_known_kind()


def _is_track(name: str) -> bool:
    return PurePosixPath(name).suffix.lower() in _TRACKS and not is_junk(name)


def _chosen(names: Mapping[str, zipfile.ZipInfo]) -> zipfile.ZipInfo:
    """Returns the only track, or the main KML of a KMZ, whose other KML files only belong to it.

    Raises BadInput for several.
    """
    main = min(names, key=lambda name: (name.count("/"), name.lower() != "doc.kml"))
    is_kmz = main.lower() == "doc.kml" or all(name.lower().endswith(".kml") for name in names)
    if len(names) > 1 and not is_kmz:
        raise several_tracks(len(names), shortened(", ".join(names)))
    return names[main]


def _placed(segments: Segments, crs: str) -> Segments:
    """Converts segments to CGCS2000 degrees; a few points that lie nowhere lose their times.

    Cleaning leaves points without a time out and counts them.
    """
    positions = np.array([(fix.lon, fix.lat) for segment in segments for fix in segment])
    kept = np.full(positions.shape, np.nan)
    finite = np.isfinite(positions).all(axis=1)
    datum = datum_named(crs)
    try:
        if not finite.any():
            raise OutsideCrs(datum.name)
        moved = to_cgcs2000(MultiPoint(positions[finite]), datum)
        kept[finite] = [(p.x, p.y) for p in moved.geoms]
    except OutsideCrs as error:
        raise _nowhere(error.name) from None
    somewhere = finite & (np.abs(kept) <= (180, 90)).all(axis=1)
    if int((~somewhere).sum()) > max(FEWEST_WRONG, MOST_WRONG * len(kept)) or (
        int(somewhere.sum()) < 2
    ):
        raise _nowhere(datum.name)
    kept[~somewhere] = np.nan
    places = iter(kept.tolist())
    return [[_moved(next(places), fix) for fix in segment] for segment in segments]


def _moved(place: list[float], fix: Fix) -> Fix:
    return Fix(place[0], place[1], None if isnan(place[0]) else fix.at)


def _nowhere(crs: str) -> BadInput:
    return BadInput(
        "Places of this track lie nowhere on Earth in {crs}.",
        mend="Give longitude before latitude, in degrees, and the datum they are in.",
        crs=crs,
    )


__all__ = ["MOST_BYTES", "MOST_POINTS", "Segments", "read_track"]
