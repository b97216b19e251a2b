"""What a device model says about its JSON messages: which path is which parameter, in which unit.

A mapping has no expressions and no code: paths, a factor a value, one of a few forms of time.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from enum import StrEnum
from typing import Any, Final

from data.errors import BadInput
from data.query_values import shortened
from data.vocabulary import Parameter
from ingest.codecs.json_paths import Chosen, JsonPath, read_list_path, read_path

LARGEST: Final = Decimal("1e9")
SMALLEST: Final = Decimal("1e-9")
"""Factors and offsets lie within these: units differ by no more."""

MOST_DIGITS: Final = 40

_FIELDS = frozenset({"time", "id", "list", "value"})
_TIME_FIELDS = frozenset({"path", "format"})
_VALUE_FIELDS = frozenset({"path", "parameter", "factor", "offset"})
_PARAMETERS: Final = {p.value: p for p in Parameter}


class TimeFormat(StrEnum):
    """How a device writes the time of a reading; what names no offset is Beijing's (+08:00)."""

    ISO = "iso"
    ISO_BEIJING = "iso_beijing"
    EPOCH_S = "epoch_s"
    EPOCH_MS = "epoch_ms"
    EPOCH_US = "epoch_us"
    EPOCH_NS = "epoch_ns"
    COMPACT = "YYYYMMDDhhmmss"
    SLASHES = "YYYY/MM/DD hh:mm:ss"
    CHINESE = "YYYY年MM月DD日 hh:mm:ss"
    DOTS = "DD.MM.YYYY hh:mm:ss"
    DAY_FIRST = "DD/MM/YYYY hh:mm:ss"
    MONTH_FIRST = "MM/DD/YYYY hh:mm:ss"
    ARRIVAL = "arrival"


@dataclass(frozen=True, slots=True)
class MappedValue:
    """A number at a path, and what makes it the parameter's in our unit: × factor + offset.

    Only a temperature has an offset (kelvin, degrees Fahrenheit).
    """

    path: JsonPath
    parameter: Parameter
    factor: Decimal = Decimal(1)
    offset: Decimal = Decimal(0)


@dataclass(frozen=True, slots=True)
class PayloadMapping:
    """Where a message has its values, its time and its id; ``every`` is the path of its list.

    ``time_path`` is None where the moment of arrival is the reading's time.
    """

    values: tuple[MappedValue, ...]
    time_format: TimeFormat
    time_path: JsonPath | None = None
    id_path: JsonPath | None = None
    every: JsonPath | None = None


def read_mapping(document: Mapping[str, Any]) -> PayloadMapping:
    """Reads a mapping from a document (TOML, JSON or the database).

    ``{"time": {"path", "format"}, "id"?, "list"?, "value": [{"path", "parameter", "factor"?,
    "offset"?}]}``; factors are numbers or decimal text. Raises BadInput that names the place.
    """
    _refuse_unknown("", document, _FIELDS)
    rows = document.get("value")
    if not isinstance(rows, list) or not rows:
        raise BadInput(
            "The mapping has no values.",
            mend="Name at least one path with its parameter.",
        )
    values = tuple(_value(f"value #{n + 1}", row) for n, row in enumerate(rows))
    _refuse_repeated("parameter", (each.parameter.value for each in values))
    _refuse_repeated("path", (each.path.text for each in values))
    time_format, time_path = _time(document.get("time"))
    mapping = PayloadMapping(
        values,
        time_format,
        time_path,
        read_path(_text("id", document["id"])) if document.get("id") else None,
        read_list_path(_text("list", document["list"])) if document.get("list") else None,
    )
    if mapping.every:
        _refuse_choices_beside(mapping)
    return mapping


def _refuse_choices_beside(mapping: PayloadMapping) -> None:
    """Refuses choices outside the list: a reading of it is kept alone, without the other elements.

    Raises BadInput.
    """
    for path in paths_of(mapping):
        if path.from_root and any(isinstance(step, Chosen) for step in path.steps):
            raise BadInput(
                "The path “{path}” chooses an element outside the list of readings.",
                mend="Name it by its place, as in $.values[0].",
                path=shortened(path.text),
            )


def mapping_document(mapping: PayloadMapping) -> dict[str, Any]:
    """Returns the document that ``read_mapping`` reads back; factors are decimal text."""
    time: dict[str, str] = {"format": mapping.time_format.value}
    if mapping.time_path:
        time["path"] = mapping.time_path.text
    document: dict[str, Any] = {"time": time}
    if mapping.id_path:
        document["id"] = mapping.id_path.text
    if mapping.every:
        document["list"] = mapping.every.text
    document["value"] = [_value_document(each) for each in mapping.values]
    return document


def _value_document(value: MappedValue) -> dict[str, str]:
    row = {"path": value.path.text, "parameter": value.parameter.value}
    if value.factor != 1:
        row["factor"] = decimal_text(value.factor)
    if value.offset:
        row["offset"] = decimal_text(value.offset)
    return row


def decimal_text(number: Decimal) -> str:
    """Returns the number without exponent and without zeros at its end."""
    text = f"{number:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def _value(place: str, row: object) -> MappedValue:
    if not isinstance(row, Mapping):
        raise BadInput("{place} is no table of path and parameter.", place=place)
    _refuse_unknown(place, row, _VALUE_FIELDS)
    path = read_path(_text(f"{place}.path", row.get("path")))
    word = _text(f"{place}.parameter", row.get("parameter"))
    parameter = _PARAMETERS.get(word)
    if parameter is None:
        raise BadInput(
            "{place}: “{word}” is no parameter.",
            mend="The parameters are: {allowed}.",
            place=f"{place}.parameter",
            word=shortened(word),
            allowed=", ".join(_PARAMETERS),
        )
    factor = _decimal(f"{place}.factor", row.get("factor", Decimal(1)))
    offset = _decimal(f"{place}.offset", row.get("offset", Decimal(0)))
    if not SMALLEST <= abs(factor) <= LARGEST:
        raise BadInput(
            "{place}: the factor {number} lies outside of {least} to {most}.",
            place=f"{place}.factor",
            number=shortened(factor),
            least=SMALLEST,
            most=LARGEST,
        )
    if offset and parameter is not Parameter.WATER_TEMPERATURE:
        raise BadInput(
            "{place}: only a temperature has an offset.",
            mend="Leave it out; a unit differs by its factor.",
            place=f"{place}.offset",
        )
    if abs(offset) > LARGEST:
        raise BadInput("{place} is too large.", place=f"{place}.offset")
    return MappedValue(path, parameter, factor, offset)


def _time(table: object) -> tuple[TimeFormat, JsonPath | None]:
    if not isinstance(table, Mapping):
        raise BadInput(
            "The mapping doesn't say where the time is.",
            mend="Name its path and format, or the format {arrival} where devices send none.",
            arrival=TimeFormat.ARRIVAL.value,
        )
    _refuse_unknown("time", table, _TIME_FIELDS)
    word = _text("time.format", table.get("format"))
    if word not in set(TimeFormat):
        raise BadInput(
            "{place}: “{word}” is no form of time.",
            mend="The forms are: {allowed}.",
            place="time.format",
            word=shortened(word),
            allowed=", ".join(TimeFormat),
        )
    form = TimeFormat(word)
    path = table.get("path") or None
    if form is TimeFormat.ARRIVAL:
        if path is not None:
            raise BadInput("time.path: the moment of arrival has no path.", mend="Leave it out.")
        return form, None
    return form, read_path(_text("time.path", path))


def _refuse_unknown(place: str, table: Mapping[str, Any], known: frozenset[str]) -> None:
    unknown = sorted(map(str, table.keys() - known))
    if unknown:
        raise BadInput(
            "{place} is no field of a mapping.",
            mend="The fields here are: {allowed}.",
            place=shortened(f"{place}.{unknown[0]}" if place else unknown[0]),
            allowed=", ".join(sorted(known)),
        )


def _refuse_repeated(what: str, words: Iterable[str]) -> None:
    seen: set[str] = set()
    for n, word in enumerate(words):
        if word in seen:
            raise BadInput(
                "{place}: {word} is there twice.",
                mend="A path stands for one parameter, a parameter has one path.",
                place=f"value #{n + 1}.{what}",
                word=shortened(word),
            )
        seen.add(word)


def _text(place: str, value: object) -> str:
    if not isinstance(value, str) or not value.strip():
        raise BadInput("{place} is missing or not text.", place=place)
    return value.strip()


def _decimal(place: str, value: object) -> Decimal:
    """Returns a number of TOML, JSON or text as the decimal that it was written as."""
    if isinstance(value, bool) or not isinstance(value, int | float | Decimal | str):
        raise BadInput("{place} is no number.", place=place)
    text = str(value).strip()
    try:
        number = Decimal(text) if text.isascii() and len(text) <= MOST_DIGITS else Decimal("NaN")
    except InvalidOperation:
        number = Decimal("NaN")
    is_beyond = number.is_finite() and abs(number.adjusted()) > MOST_DIGITS and number != 0
    if not number.is_finite() or is_beyond or "_" in text:
        raise BadInput("{place}: “{word}” is no number.", place=place, word=shortened(text))
    return number


def paths_of(mapping: PayloadMapping) -> Iterator[JsonPath]:
    """Yields all paths that the mapping reads, but for its list's."""
    yield from (each.path for each in mapping.values)
    yield from (path for path in (mapping.time_path, mapping.id_path) if path)
