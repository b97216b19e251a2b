"""Says in words why GDAL can't read a file of places: its own sentences are for programmers."""

import json
from pathlib import Path

from data.encodings import decode_text
from data.errors import BadInput

MOST_PARSED = 50_000_000
"""Bytes of JSON that are read once more: to say what is wrong with them, or for lost texts."""

_MOST_SHOWN = 200
_UNKNOWN = "not recognized as being in a supported file format"


def unreadable(path: Path, file: Path, error: BaseException) -> BadInput:
    """Returns the error for a file that can't be read; GDAL was handed ``file`` in its place."""
    if file.suffix.lower() in (".json", ".geojson") and file.stat().st_size <= MOST_PARSED:
        fault = _fault_of_json(path, file.read_bytes())
        if fault is not None:
            return fault
    said = str(error).strip().splitlines()
    reason = said[0].replace(str(file), str(path)).rstrip(".")[:_MOST_SHOWN] if said else ""
    if not reason or _UNKNOWN in reason:
        return BadInput(
            "{path} can't be read: it is damaged, or not what its name says.",
            mend="Copy or export it again.",
            path=path,
        )
    return BadInput(
        "{path} can't be read: it is damaged, or not what its name says ({reason}).",
        mend="Copy or export it again.",
        path=path,
        reason=reason,
    )


def _fault_of_json(path: Path, content: bytes) -> BadInput | None:
    """Returns what is wrong with a GeoJSON file; None where it isn't the JSON that is wrong."""
    try:
        document = json.loads(decode_text(content).text)
    except json.JSONDecodeError as error:
        return BadInput(
            "{path} can't be read: it is no JSON from line {line}, character {place}.",
            mend="It is damaged or cut short: copy or export it again.",
            path=path,
            line=error.lineno,
            place=error.colno,
        )
    except (RecursionError, ValueError):
        return BadInput(
            "{path} can't be read: its JSON is nested too deep, or a number of it is too long.",
            mend="Export it again as a FeatureCollection.",
            path=path,
        )
    if isinstance(document, dict) and isinstance(document.get("type"), str):
        return None
    return BadInput(
        "{path} can't be read: it is JSON, but no GeoJSON.",
        mend="Export it again as a FeatureCollection.",
        path=path,
    )
