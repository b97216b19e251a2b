"""Open problems that may be the same as one reported: near, of the same group, close in time."""

from datetime import timedelta
from typing import Final

from sqlalchemy import Connection, text

from data.clock import UtcDatetime
from data.procedure.turns import OPEN
from data.queries.ledger.one_problem import Near
from data.queries.scope import PROBLEM_VISIBLE, Scope
from data.words.ledger import Status

MOST: Final = 5

_SIMILAR: Final = text(f"""
SELECT problem.id, problem.number, problem.category, problem.status, problem.registered_at,
    ST_Distance(problem.geom::geography, place::geography) AS away_m FROM problem,
(SELECT ST_SetSRID(ST_MakePoint(:lon, :lat), 4490) AS place) here
WHERE problem.id IS DISTINCT FROM :but AND {OPEN}
    AND split_part(problem.category, '.', 1) = split_part(:category, '.', 1)
    AND problem.found_at BETWEEN CAST(:at AS timestamptz) - CAST(:days AS interval)
        AND CAST(:at AS timestamptz) + CAST(:days AS interval)
    AND geom_web && ST_Expand(ST_Transform(place, 3857), :within_m * 1.5)
    AND ST_DWithin(problem.geom::geography, place::geography, :within_m)
    AND {PROBLEM_VISIBLE}
ORDER BY problem.category <> :category, away_m, problem.id LIMIT :most
""")


def similar_problems(
    connection: Connection,
    scope: Scope,
    place: tuple[float, float],
    category: str,
    at: UtcDatetime,
    *,
    within_m: float,
    days: int,
    but: int | None = None,
) -> tuple[Near, ...]:
    """Returns up to five open problems, visible in the scope, that may be the one described.

    ``place`` is longitude and latitude in CGCS2000 degrees, ``at`` when it was found. Those of the
    very category come first, then the nearest; ``but`` is left out.
    """
    bound = {
        "lon": place[0],
        "lat": place[1],
        "category": category,
        "at": at,
        "days": timedelta(days=days),
        "within_m": within_m,
        "but": but,
        "most": MOST,
        **scope.bound,
    }
    return tuple(
        Near(row.id, row.number, row.category, Status(row.status), row.registered_at, row.away_m)
        for row in connection.execute(_SIMILAR, bound)
    )
