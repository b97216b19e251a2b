"""What the map shows over HTTP: state, list, one thing, stations, names."""

from typing import Annotated, Any

import orjson
from fastapi import APIRouter, Query
from fastapi.responses import Response

from dashboard.frame.auth import Action, current_user, require, visible_to
from dashboard.frame.deps import Deps
from dashboard.frame.offload import off
from dashboard.map.state import (
    Basis,
    Listed,
    WaterThing,
    map_list,
    map_state,
    nearest_reach,
    now_of,
    patrol_thing,
    problem_thing,
    water_thing,
)
from data.database import transaction
from data.queries.map.list import Narrowed
from data.queries.scope import Scope
from data.queries.stations.standing import stations
from data.queries.waters.colours import named_waters
from data.vocabulary import StationKind

Lon = Annotated[float, Query(ge=-180, le=180)]
Lat = Annotated[float, Query(ge=-90, le=90)]


def station_collection(
    deps: Deps, scope: Scope, kinds: tuple[StationKind, ...] | None
) -> dict[str, Any]:
    """Reads the stations in the scope as one GeoJSON feature collection, in degrees."""
    with transaction(deps.engine) as connection:
        shown = stations(
            connection, scope, kinds or tuple(StationKind), now=deps.clock(), quality=deps.quality
        )
    return {"type": "FeatureCollection", "features": [each.feature() for each in shown]}


def water_names(deps: Deps, scope: Scope) -> list[dict[str, Any]]:
    """Returns up to a thousand reaches and lakes in the scope, by name."""
    with transaction(deps.engine) as connection:
        return named_waters(connection, scope)


def _json(content: object) -> Response:
    return Response(
        orjson.dumps(content),
        media_type="application/json",
        headers={"Cache-Control": "private, no-store"},
    )


def router(deps: Deps) -> APIRouter:
    """Returns the API routes for the map's state, list, things, stations and waters."""
    routes = APIRouter(prefix="/api/v1/map", tags=["map"])

    @routes.get("/state")
    async def read_state(basis: Basis = "now") -> Response:
        """Bounds, counts, numbers of changes and calendar within the reader's scope."""
        return _json(await off(map_state, deps, current_user(), basis))

    @routes.get("/now")
    async def read_now() -> Response:
        """The server's time and the newest change number."""
        return _json(await off(now_of, deps))

    @routes.get("/list")
    async def read_list(
        kind: Listed,
        narrowed: Annotated[Narrowed | None, Query(alias="filter")] = None,
        basis: Basis = "now",
    ) -> Response:
        """Stations, waters or problems, the most concerning first, 500 at most; and how many."""
        user = require(Action.READ_LEDGER) if kind == "problem" else current_user()
        return _json(await off(map_list, deps, visible_to(user), kind, narrowed, basis))

    @routes.get("/things/problem/{number}")
    async def read_problem(number: int) -> Response:
        """A problem's place and light, as a GeoJSON feature."""
        return _json(await off(problem_thing, deps, visible_to(current_user()), number))

    @routes.get("/things/patrol/{number}")
    async def read_patrol(number: int) -> Response:
        """A patrol's track, as a GeoJSON feature."""
        return _json(await off(patrol_thing, deps, visible_to(current_user()), number))

    @routes.get("/things/{kind}/{number}")
    async def read_thing(kind: WaterThing, number: int, basis: Basis = "now") -> Response:
        """A station, notice board or water with its shape simplified, as a GeoJSON feature."""
        return _json(await off(water_thing, deps, visible_to(current_user()), kind, number, basis))

    @routes.get("/reach-at")
    async def read_reach_at(river: int, lon: Lon, lat: Lat) -> Response:
        """The reach of a river that lies nearest to a place, within the reader's scope."""
        scope = visible_to(current_user())
        return _json(await off(nearest_reach, deps, scope, river, lon, lat))

    @routes.get("/stations")
    async def read_stations(kind: StationKind | None = None) -> Response:
        """The stations with their state now, as GeoJSON."""
        kinds = (kind,) if kind else None
        return _json(await off(station_collection, deps, visible_to(current_user()), kinds))

    @routes.get("/waters")
    async def read_waters() -> Response:
        """Reaches and lakes by name, the first thousand."""
        return _json(await off(water_names, deps, visible_to(current_user())))

    return routes
