"""Locates the points of a file's rows together, before they are written one by one."""

from collections.abc import Mapping

from sqlalchemy import Connection
from sqlalchemy.exc import DBAPIError

from data.errors import BadInput
from data.imports.records import is_of_the_record
from data.placing.shapes import UNUSABLE
from data.placing.spots import SourcePoint, Spot, previews


def locate(
    connection: Connection, places: Mapping[int, SourcePoint], within_m: float
) -> dict[int, Spot | BadInput]:
    """Returns on which water each place lies, or why on none, by the number of its row.

    Where one of them can't be computed none is there: each is then looked up with its row.
    """
    try:
        with connection.begin_nested():
            found = previews(
                connection, list(places.values()), within_m=within_m, may_allow_more=True
            )
    except UNUSABLE:
        return {}
    except DBAPIError as error:
        if not is_of_the_record(error):
            raise
        return {}
    return dict(zip(places, found, strict=True))
