"""Finds where a problem about to be reported lies, as it is typed or marked."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from dashboard.frame.auth import User, visible_to
from dashboard.frame.deps import Deps
from data.database import transaction
from data.errors import BadInput
from data.placing.spots import Spot, preview
from data.queries.ledger.one_problem import Near, near_problems
from data.queries.map.bounds import bounds
from data.queries.waters.points import point_at, visible_rivers
from gis.chainage import parse_chainage
from problem_ledger.cases.places import WITHIN_M


@dataclass(frozen=True, slots=True)
class Placed:
    """A place with the water there and problems of the last two years close by, closed ones too."""

    spot: Spot
    near: tuple[Near, ...]
    accuracy_m: float | None
    is_far: bool = False
    """Whether it lies farther from its water than the setting ``place_far_m``."""


@dataclass(frozen=True, slots=True)
class Ground:
    """Rivers to choose a place from, and map ``bounds``: west, south, east, north in degrees."""

    rivers: tuple[tuple[int, str, str | None], ...]
    bounds: tuple[float, float, float, float] | None


def read_ground(deps: Deps, user: User) -> Ground:
    """Reads the rivers to choose from and the extent of the divisions the user may see."""
    with transaction(deps.engine) as connection:
        scope = visible_to(user)
        return Ground(visible_rivers(connection, scope), bounds(connection, scope))


def place_typed(deps: Deps, user: User, typed: Mapping[str, Any]) -> Placed:
    """The place typed as coordinates, marked on the map, or given as a river's chainage.

    Raises BadInput or NotFound in words for the one who types.
    """
    scope, now = visible_to(user), deps.clock()
    with transaction(deps.engine) as connection:
        if typed.get("chainage") is not None:
            try:
                river = int(str(typed.get("river")))
                chainage_m = parse_chainage(str(typed["chainage"]))
            except ValueError as error:
                raise BadInput("Choose a river, and write the chainage like K12+350.") from error
            x, y = point_at(connection, scope, river, chainage_m)
            crs = "EPSG:4490"
        else:
            x, y = degrees(typed.get("x")), degrees(typed.get("y"))
            crs = str(typed.get("crs") or "EPSG:4490")
        spot = preview(connection, x, y, crs, within_m=WITHIN_M)
        near = near_problems(connection, scope, spot.lon, spot.lat, now)
    accuracy = typed.get("accuracy_m")
    return Placed(
        spot,
        near,
        float(accuracy) if isinstance(accuracy, int | float) else None,
        is_far=(spot.offset_m or 0.0) > deps.dashboard.place_far_m,
    )


def degrees(typed: object) -> float:
    """The typed number of degrees. Raises BadInput when the text is no number."""
    try:
        return float(str(typed))
    except ValueError as error:
        raise BadInput("Give longitude and latitude in degrees.") from error
