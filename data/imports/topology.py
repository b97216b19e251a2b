"""Which water a file states that each of its rivers flows into: by name, by nodes or by line."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Final, TypeVar

from data.imports.source import Row

K = TypeVar("K")

_NOWHERE: Final = frozenset({"", "0", "-1"})
"""What HydroRIVERS and NHD write where nothing follows."""

_MINOR: Final = "2"
"""The lesser of two lines that part at a node. Source: NHDPlus V2 user guide, Divergence."""


def stated_receivers(groups: Mapping[K, Sequence[Row]]) -> dict[K, K | str]:
    """Returns by river what its rows state that it flows into: another of the rivers, or a name.

    A name in ``flows_into`` comes first, then what begins at the node where the river ends, then
    the line that follows its last one. A river whose rows state two waters is left out.
    """
    starts: dict[str, list[tuple[bool, K]]] = defaultdict(list)
    lines: dict[str, K] = {}
    for key, rows in groups.items():
        for row in rows:
            if row.text("from_node"):
                starts[row.text("from_node")].append((row.text("divergence") == _MINOR, key))
            if row.text("line_id"):
                lines[row.text("line_id")] = key
    found: dict[K, K | str] = {}
    for key, rows in groups.items():
        said: set[K | str] = {name for row in rows if (name := row.text("flows_into"))}
        said |= _by_node(key, rows, starts) if not said else set()
        said |= _by_line(key, rows, lines) if not said else set()
        if len(said) == 1:
            found[key] = said.pop()
    return found


def _by_node(
    key: K, rows: Sequence[Row], starts: Mapping[str, Sequence[tuple[bool, K]]]
) -> set[K | str]:
    """Returns the rivers that begin where this one ends; the greater of two that part there."""
    own = {row.text("from_node") for row in rows}
    found: set[K | str] = set()
    for row in rows:
        node = row.text("to_node")
        if node in own or node not in starts:
            continue
        found.add(min(starts[node], key=lambda each: each[0])[1])
    return found - {key}


def _by_line(key: K, rows: Sequence[Row], lines: Mapping[str, K]) -> set[K | str]:
    """Returns the rivers whose lines follow those of this one."""
    below = (row.text("next_down") for row in rows)
    return {
        lines[line]
        for line in below
        if line not in _NOWHERE and line in lines and lines[line] != key
    }
