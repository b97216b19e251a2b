"""KML files: gx:Track and timed points as segments of fixes, or a refusal that says why."""

from itertools import zip_longest
from typing import Final
from xml.parsers import expat

from data.encodings import decode_xml
from data.errors import BadInput
from gis.tracks import Fix
from problem_ledger.patrols.track_bounds import (
    MOST_POINTS,
    Segments,
    no_text,
    not_readable,
    too_many,
    unlike_counts,
)
from problem_ledger.patrols.track_times import FEW, TimesIn, read_time
from problem_ledger.patrols.track_xml import check_xml

_TEXTS: Final = frozenset({"when", "coord", "coordinates"})


class _Tracks:
    """Collects times and places of tracks and timed points while a KML text is parsed once."""

    def __init__(self) -> None:
        self.tracks: list[tuple[list[str], list[str]]] = []
        self.points: list[tuple[str, str]] = []
        self.lines = 0
        self._within: list[str] = []
        self._text: list[str] = []
        self._when, self._place = "", ""
        self._is_paired = False

    def start(self, name: str, attributes: dict[str, str]) -> None:
        """Notes that an element begins."""
        del attributes
        tag = _local(name)
        self._within.append(tag)
        self._text.clear()
        if tag == "Track":
            self.tracks.append(([], []))
            self._is_paired = False
        elif tag == "Placemark":
            self._when, self._place = "", ""

    def text(self, part: str) -> None:
        """Keeps the text of an element that is a time or a place."""
        if self._within and self._within[-1] in _TEXTS:
            self._text.append(part)

    def end(self, name: str) -> None:
        """Keeps what an element that ends has said."""
        tag, said = _local(name), "".join(self._text).strip()
        self._within.pop()
        self._text.clear()
        holder = self._within[-1] if self._within else ""
        if tag == "when" and holder == "Track":
            self._add_to_track(0, said)
        elif tag == "coord" and holder == "Track":
            self._add_to_track(1, said)
        elif tag == "when":
            self._when = said
        elif tag == "coordinates" and holder == "Point":
            self._place = said.replace(",", " ")
        elif tag == "LineString":
            self.lines += 1
        elif tag == "Placemark" and self._when and self._place:
            self.points.append((self._when, self._place))

    def _add_to_track(self, kind: int, said: str) -> None:
        """Adds a time (0) or a place (1); where they alternate, a missing one leaves a blank."""
        own, others = self.tracks[-1][kind], self.tracks[-1][1 - kind]
        if kind == 1 and not own and len(others) == 1:
            self._is_paired = True
        if self._is_paired and kind == 0:
            others += [""] * (len(own) - len(others))
        elif self._is_paired:
            others += [""] * (len(own) + 1 - len(others))
        own.append(said)


def read_kml(content: bytes, times_in: TimesIn) -> Segments:
    """Parses each gx:Track of a KML file, and points with a time each as one segment more.

    Raises BadInput, in words of its own for lines that say where but not when.
    """
    found = decode_xml(content)
    if found.damaged:
        raise no_text("KML")
    points = check_xml(found.text, "KML")
    if points > MOST_POINTS:
        raise too_many(points)
    tracks = _Tracks()
    parser = expat.ParserCreate()
    parser.StartElementHandler = tracks.start
    parser.CharacterDataHandler = tracks.text
    parser.EndElementHandler = tracks.end
    parser.Parse(found.text, True)
    try:
        segments = [_segment(whens, places, times_in) for whens, places in tracks.tracks]
        timed = [_fix(when, place, times_in) for when, place in tracks.points]
    except (ValueError, IndexError, OverflowError) as error:
        raise not_readable("KML", error) from None
    segments = [segment for segment in (*segments, timed) if segment]
    if not segments and tracks.lines:
        raise BadInput(
            "The lines of this KML file have no times: they say where, not when.",
            mend="Export the walk as gx:Track, or as GPX with times.",
        )
    return segments


def _local(name: str) -> str:
    return name.rpartition(":")[2]


def _segment(whens: list[str], places: list[str], times_in: TimesIn) -> list[Fix]:
    """Returns a track's fixes; a time or place without the other becomes one without a time.

    So it is counted among those left out. Raises BadInput where none is whole, or where more of one
    list than a few have no partner: which belong together can't be told then.
    """
    pairs = list(zip_longest(whens, places, fillvalue=""))
    known = [place for when, place in pairs if when and place]
    if (pairs and not known) or abs(len(whens) - len(places)) > FEW:
        raise unlike_counts("KML", len(whens), len(places))
    found: list[Fix] = []
    for when, place in pairs:
        if when and place:
            found.append(_fix(when, place, times_in))
        else:
            # no place of its own is needed: without a time it is only counted
            found.append(Fix(*_place(known[0])))
    return found


def _fix(when: str, place: str, times_in: TimesIn) -> Fix:
    return Fix(*_place(place), read_time(when, times_in))


def _place(text: str) -> tuple[float, float]:
    numbers = text.split()
    return float(numbers[0]), float(numbers[1])
