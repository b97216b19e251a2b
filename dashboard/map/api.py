"""What the map shows over HTTP: state, stations, names."""

from typing import Any, Literal

import orjson
from fastapi import APIRouter
from fastapi.responses import Response

from dashboard.frame.auth import current_user, visible_to
from dashboard.frame.deps import Deps
from dashboard.frame.offload import off
from data.clock import BUSINESS_ZONE, UtcDatetime
from data.database import transaction
from data.queries.map.bounds import bounds
from data.queries.map.changes import last_change_no
from data.queries.map.strip import strip_of, traits_of
from data.queries.scope import Scope
from data.queries.stations.month_classes import graded_by_month, month_means, month_shown
from data.queries.stations.standing import StationRecord, boards, stations
from data.queries.waters.colours import colours, named_waters, representatives
from data.vocabulary import StationKind

Basis = Literal["now", "month"]


def map_state(deps: Deps, scope: Scope, basis: Basis) -> dict[str, Any]:
    """Reads the state of a map for its opening: features, water colours, counts, bounds.

    With the basis ``month`` the classes come from the means of the business month, and ``month``
    holds its first day and the last day counted.
    """
    now = deps.clock()
    with transaction(deps.engine) as connection:
        change_no = last_change_no(connection)
        shown = stations(connection, scope, now=now, quality=deps.quality)
        standing = representatives(connection, scope, now=now, quality=deps.quality)
        answer: dict[str, Any] = {"bounds": bounds(connection, scope), "basis": basis}
        if basis == "month":
            month = month_shown(now)
            wanted = {each.id for each in shown if each.kind is StationKind.SECTION}
            wanted |= {each.id for several in standing.values() for each in several}
            means = month_means(connection, wanted, month)

            def by_month(records: list[StationRecord]) -> list[StationRecord]:
                return graded_by_month(records, means, month, deps.quality)

            shown = by_month(shown)
            standing = {water: by_month(several) for water, several in standing.items()}
            last = UtcDatetime(min(now, month.end))
            answer["month"] = [
                month.start.astimezone(BUSINESS_ZONE).date().isoformat(),
                last.astimezone(BUSINESS_ZONE).date().isoformat(),
            ]
        answer |= {
            "as_of": now.isoformat(),
            "change_no": change_no,
            "stations": [each.feature() for each in shown],
            "boards": boards(connection, scope),
            "waters": colours(standing),
            "strip": strip_of(traits_of(shown)),
        }
    return answer


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
    """Returns the API routes for the map's state, stations and waters."""
    routes = APIRouter(prefix="/api/v1/map", tags=["map"])

    @routes.get("/state")
    async def read_state(basis: Basis = "now") -> Response:
        """Stations, colours of waters, counts and bounds within the reader's scope."""
        return _json(await off(map_state, deps, visible_to(current_user()), basis))

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
