"""XML that is safe to read whole: no document type, no entities, bounded in size and depth."""

from typing import Final
from xml.parsers import expat

from data.errors import BadInput

MOST_ELEMENTS: Final = 1_000_000
MOST_DEPTH: Final = 50
MOST_NAMESPACES: Final = 50
POINTS: Final = ("trkpt", "rtept", "wpt", "coord", "Placemark")
"""What becomes an object each when the file is read: minutes and gigabytes for a million."""


class _Unsafe(Exception):
    """Raised for XML constructs that no track needs and that may do harm."""


class _Watch:
    """Counts elements of an XML text while it is parsed once, without storing any."""

    def __init__(self) -> None:
        self.elements = 0
        self.depth = 0
        self.namespaces = 0
        self.points = 0

    def start(self, name: str, attributes: dict[str, str]) -> None:
        """Counts an element that begins. Raises _Unsafe when they are too many or too deep."""
        self.points += name.endswith(POINTS)
        self.elements += 1
        self.depth += 1
        self.namespaces += sum(each.startswith("xmlns") for each in attributes)
        if (
            self.elements > MOST_ELEMENTS
            or self.depth > MOST_DEPTH
            or self.namespaces > MOST_NAMESPACES
        ):
            raise _Unsafe

    def end(self, name: str) -> None:
        """Notes that an element ended, to know how deep the next one lies."""
        del name
        self.depth -= 1


def check_xml(text: str, kind: str = "GPX") -> int:
    """Returns how many points (of tracks, routes, places) an XML text of the ``kind`` has.

    Raises BadInput for a text that is malformed or may do harm.

    A document type is refused whole: it is where entities that grow, or that fetch files and
    addresses, are declared.
    """
    watch = _Watch()
    parser = expat.ParserCreate()
    parser.StartElementHandler = watch.start
    parser.EndElementHandler = watch.end
    parser.StartDoctypeDeclHandler = _refuse
    try:
        parser.Parse(text, True)
    except _Unsafe:
        raise BadInput(
            "This {kind} file holds what no track needs (a document type, or too many parts).",
            mend="Export it again from the app or receiver it was recorded with.",
            kind=kind,
        ) from None
    except expat.ExpatError as error:
        raise BadInput(
            "This {kind} file is broken in line {line}.",
            mend="Export it again; it may have been cut off on its way.",
            kind=kind,
            line=error.lineno,
        ) from None
    return watch.points


def _refuse(*declaration: object) -> None:
    del declaration
    raise _Unsafe
