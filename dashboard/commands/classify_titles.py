"""The header of a table to classify: which column is which, in our words or in Chinese."""

from collections.abc import Sequence

from data.errors import BadInput
from data.vocabulary import Parameter

GRADED = tuple(Parameter)[: tuple(Parameter).index(Parameter.FAECAL_COLIFORM) + 1]
"""Columns whose numbers are checked: table 1 of the standard, whether they decide or not."""

BODY_TITLES = frozenset({"body", "水体类型", "水体类别", "水体", "河湖类型"})
"""Titles of the column that says whether a row is of a river or of a lake."""

ADDED = ("class", "deciding")
UNREAD = "unread"
"""A column for the cells that can't be read, by their columns' names; only where there are any."""


def names_of(header: Sequence[str]) -> list[str]:
    """Returns ``body`` or the parameter that each title names, in Chinese too; "" for any other.

    Raises BadInput for a parameter in another unit than its own.
    """
    from ingest.history.titles import folded, is_of_other_unit, names_by_title, with_unit

    known = names_by_title()
    names = []
    for title in header:
        plain = folded(title)
        name = known.get(plain) or with_unit(title, known) or ""
        if is_of_other_unit(title):
            raise BadInput(
                "The column {column} is in another unit than the standard's.",
                mend="Convert its values, or name the column without its parameter.",
                column=title.strip(),
            )
        names.append("body" if plain in BODY_TITLES else name if name in GRADED else "")
    return names


def has_titles(header: Sequence[str]) -> bool:
    """Returns whether a line may be the header: it names the body of water."""
    from ingest.history.titles import folded

    return any(folded(cell) in BODY_TITLES for cell in header)


def columns_of(header: Sequence[str]) -> dict[str, int]:
    """Returns the position of each column that the classification reads."""
    places: dict[str, int] = {}
    for place, (title, name) in enumerate(zip(header, names_of(header), strict=True)):
        if title.strip() in (*ADDED, UNREAD):
            raise BadInput(
                "The table already has a column {column}.",
                mend="Rename or remove it.",
                column=title.strip(),
            )
        if name in places:
            raise BadInput("The column {column} is there twice.", column=title.strip())
        if name:
            places[name] = place
    if "body" not in places:
        raise BadInput("The column body (river or lake) is missing.")
    if len(places) == 1:
        raise BadInput(
            "No column is named by a parameter key.",
            mend="Name columns by {keys}, ...",
            keys="ph, do, codmn, nh3n, tp",
        )
    return places
