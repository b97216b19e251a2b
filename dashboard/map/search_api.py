"""Search by name or code over HTTP."""

from typing import Annotated, Any

from fastapi import APIRouter, Query

from dashboard.frame.auth import current_user, visible_to
from dashboard.frame.deps import Deps
from dashboard.frame.offload import off
from data.database import transaction
from data.queries.map.search import search
from data.queries.scope import Scope


def found(deps: Deps, phrase: str, scope: Scope) -> list[dict[str, Any]]:
    """Searches waters, stations, boards and places in the scope by name or code."""
    with transaction(deps.engine) as connection:
        return search(connection, phrase, scope)


def router(deps: Deps) -> APIRouter:
    """Returns the API route of the map's search."""
    routes = APIRouter(prefix="/api/v1", tags=["map"])

    @routes.get("/search")
    async def read_search(q: Annotated[str, Query(max_length=64)] = "") -> list[dict[str, Any]]:
        """Rivers, reaches, lakes, stations, boards, divisions and places by name or code."""
        return await off(found, deps, q, visible_to(current_user()))

    return routes
