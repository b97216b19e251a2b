"""Says which rows and cells of a chunk are rejected, with the file's own words and the reason."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Final, NamedTuple

import numpy as np
import orjson
import pyarrow as pa

from data.archives.tables import Chunk, parameters_of
from data.clock import UtcDatetime
from data.moments import AHEAD, EARLIEST
from data.vocabulary import Flag
from ingest.history.results import KEYS, Results, object_in

FLAGS: Final = tuple(each.value for each in Flag if each not in (Flag.FAILED, Flag.REJECTED))
"""The flags that a raw value may carry."""

_NOTES: Final = ("flags", "extra", "below")


class Rejected(NamedTuple):
    """A rejected row, or a cell of one: the row's number in the file, the reason, its content.

    A row of which only cells were rejected is stored without them. ``detail`` is the cell at fault,
    after its title in the file.
    """

    row: int
    reason: str
    station: str
    time: str
    detail: str


@dataclass(frozen=True, slots=True)
class Faults:
    """What is wrong with a chunk: by row the place in ``names`` of its reason, or -1 for none.

    ``results`` are its columns of numbers, ``flagged`` the values whose flag is unknown, by row;
    ``clock_words`` says what is wrong with a row's time.
    """

    names: Sequence[str]
    reason: Any
    results: Mapping[str, Results]
    flagged: Mapping[int, str]
    clock_words: Callable[[int], str]

    @property
    def in_part(self) -> Any:
        """A mask of the rows of which cells were rejected."""
        unread: Any = np.array([each.bad for each in self.results.values()]).any(axis=0)
        unread[list(self.flagged)] = True
        return unread


def rejected_rows(chunk: Chunk, faults: Faults) -> Iterator[Rejected]:
    """Yields the rejected rows with their reason, and the rejected cells of the others.

    A row without any value is rejected by its cells, if it is they that can't be read.
    """
    reason, names = faults.reason, faults.names
    by_cell = faults.in_part & ((reason < 0) | (reason == names.index("empty")))
    rows = np.flatnonzero((reason >= 0) | by_cell)
    if not len(rows):
        return
    cells = chunk.table.take(pa.array(rows)).to_pylist()
    for row, each in zip(rows.tolist(), cells, strict=True):
        facts = (str(each["station"] or ""), str(each["time"] or ""))
        number = chunk.number_of(row)
        if not by_cell[row]:
            name = names[reason[row]]
            detail = _detail(chunk, name, each)
            if name == "clock":
                detail += f": {faults.clock_words(row)}"
            yield Rejected(number, name, *facts, detail)
            continue
        if row in faults.flagged:
            yield Rejected(number, "text", *facts, faults.flagged[row])
        for name, results in faults.results.items():
            if results.bad[row]:
                why = results.why.get(row)
                detail = _cell(chunk, name, each[name]) + (f": {why}" if why else "")
                yield Rejected(number, "value", *facts, detail)


def _detail(chunk: Chunk, reason: str, cells: Mapping[str, object]) -> str:
    """Returns the cells for which a row is rejected; nothing of a row that has none."""
    match reason:
        case "station" | "period":
            return _cell(chunk, reason, cells[reason])
        case "time" | "clock" | "archived":
            return _cell(chunk, "time", cells["time"])
        case "text":
            names = [name for name in (*_NOTES, "message_id") if cells.get(name)]
            return ", ".join(_cell(chunk, name, cells[name]) for name in names)
    return ""


def _cell(chunk: Chunk, name: str, content: object) -> str:
    text = "" if content is None else str(content).replace("\0", "\\0")
    return f"{chunk.titles.get(name, name)}={text}"


def clock_words(at: datetime, end: datetime | None, now: UtcDatetime) -> str:
    """Returns what is wrong with a row's time, which is impossible for its station."""
    if at < EARLIEST:
        return f"before {EARLIEST:%Y-%m-%d}"
    if at > now + AHEAD:
        return "later than now"
    return "after the station's end" if end and at >= end else "before the station's start"


def without_unknown_flags(chunk: Chunk) -> tuple[Chunk, dict[int, str]]:
    """Returns the chunk without the values whose flag is unknown, and these flags by row.

    What such a value means nobody knows; the row's others stay.
    """
    unknown = _unknown_flags(chunk.table)
    if not unknown:
        return chunk, {}
    column_of = {p.value: name for name, p in parameters_of(chunk.values).items()}
    table, texts = chunk.table, chunk.table["flags"]
    flagged = {row: _cell(chunk, "flags", texts[row].as_py()) for row in unknown}
    for index, name in enumerate(table.column_names):
        hit = [row for row, keys in unknown.items() if name in map(column_of.get, keys)]
        if not (hit or name in _NOTES):
            continue
        cells = table[name].to_pylist()
        for row in hit or unknown:
            cells[row] = None if hit else _without(cells[row], unknown[row])
        table = table.set_column(index, name, pa.array(cells, table[name].type))
    return replace(chunk, table=table), flagged


def _unknown_flags(table: pa.Table) -> dict[int, list[str]]:
    """Returns by row the parameters whose flag is none that a raw value may carry."""
    if "flags" not in table.column_names:
        return {}
    found = {}
    for row, text in enumerate(table["flags"].cast(pa.string()).to_pylist()):
        flags = (object_in(text) or {}) if text else {}
        keys = [key for key, value in flags.items() if key in KEYS and value not in FLAGS]
        if keys:
            found[row] = keys
    return found


def _without(text: str | None, keys: Sequence[str]) -> str | None:
    document = object_in(text)
    if document is None:
        return text
    kept = {key: value for key, value in document.items() if key not in keys}
    return orjson.dumps(kept).decode() if kept else None
