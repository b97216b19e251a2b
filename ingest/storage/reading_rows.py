"""Packs readings as rows of ``staged_reading``."""

from collections.abc import Iterable, Iterator, Mapping
from functools import lru_cache
from itertools import chain
from typing import Final

import orjson

from data.records import Reading
from data.vocabulary import COLUMN_PARAMETERS, PARAMETERS, Flag, Parameter, Period
from ingest.storage.copy_rows import HEADER, NULL, TRAILER, Shape, micros, number, text

COLUMNS: Final[Mapping[Parameter, str]] = {p: str(PARAMETERS[p].column) for p in COLUMN_PARAMETERS}
"""The parameters with a column of their own."""

STAGING: Final = f"""
CREATE TEMPORARY TABLE IF NOT EXISTS staged_reading (
    station_id bigint, observed_at timestamptz, received_at timestamptz,
    {", ".join(f"{column} float8" for column in COLUMNS.values())},
    period text, message_id text, extra text, flags text, below text, lon float8, lat float8
) ON COMMIT DELETE ROWS
"""
_FIELDS: Final = 3 + len(COLUMNS) + 7
_PERIODS: Final = {period: text(period.value) for period in Period}


def stream(readings: Iterable[Reading]) -> bytes:
    """Returns readings as a complete binary COPY into ``staged_reading``."""
    return b"".join(chain([HEADER], _rows(readings), [TRAILER]))


def _rows(readings: Iterable[Reading]) -> Iterator[bytes]:
    for station, raw, received_at, flags in readings:
        values = raw.values
        shape, present, has_rare = _shape(tuple(values))
        times = (station, micros(raw.observed_at), micros(received_at))
        yield shape.pack([*times, *map(values.__getitem__, present)])
        yield _PERIODS[raw.period] + text(raw.message_id)
        if has_rare or flags or raw.position or raw.below:
            lon, lat = raw.position or (None, None)
            rare = rare_json(values) if has_rare else None
            yield text(rare) + text(flags_json(flags)) + text(limits_json(raw.below))
            yield number(lon) + number(lat)
        else:
            yield NULL * 5


@lru_cache(maxsize=1024)
def _shape(parameters: tuple[Parameter, ...]) -> tuple[Shape, list[Parameter], bool]:
    """Returns the row's shape, its parameters in column order, and whether some lack a column."""
    present = [p for p in COLUMNS if p in parameters]
    shape = Shape(["q", "q", "q", *("d" if p in parameters else None for p in COLUMNS)], _FIELDS)
    return shape, present, len(present) < len(parameters)


def rare_json(values: Mapping[Parameter, float]) -> str | None:
    """Returns the values of parameters without their own column as JSON, None if there are none."""
    return _json({p.value: value for p, value in values.items() if p not in COLUMNS})


def flags_json(flags: Mapping[Parameter, Flag]) -> str | None:
    """Returns the flags as JSON, None if there are none."""
    return _json({p.value: flag.value for p, flag in flags.items()})


def limits_json(below: Mapping[Parameter, float]) -> str | None:
    """Returns the detection limits as JSON, None if there are none."""
    return _json({p.value: limit for p, limit in below.items()})


def _json(by_key: Mapping[str, object]) -> str | None:
    return orjson.dumps(by_key).decode() if by_key else None
