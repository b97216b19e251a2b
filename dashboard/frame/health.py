"""Whether the server runs, whether it can serve, and its figures."""

from fastapi import APIRouter
from fastapi.responses import Response
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError

from dashboard.frame.deps import Deps
from dashboard.frame.http_errors import problem
from dashboard.frame.metrics import Figures
from dashboard.frame.offload import off
from data.database import transaction
from data.migrations.run import newest, version


def database_state(deps: Deps) -> str:
    """Empty when the database answers and has the schema this code needs, else why not."""
    try:
        with transaction(deps.engine) as connection:
            connection.execute(text("SELECT 1"))
        found = version(deps.engine)
    except SQLAlchemyError:
        return "the database doesn't answer"
    return "" if found == newest() else f"the schema is {found}, this code needs {newest()}"


def router(deps: Deps, figures: Figures) -> APIRouter:
    """``/healthz``, ``/readyz`` and ``/metrics``."""
    routes = APIRouter(tags=["health"])

    @routes.get("/healthz")
    async def healthz() -> dict[str, str]:
        """The process answers."""
        return {"status": "ok"}

    @routes.get("/readyz")
    async def readyz() -> Response:
        """The database answers and has the right schema; 503 with the reason when not."""
        why = await off(database_state, deps)
        if why:
            return problem(503, "service_down", why, path="/readyz")
        return Response('{"status":"ready"}', media_type="application/json")

    @routes.get("/metrics")
    async def metrics() -> Response:
        """Figures for Prometheus; for administrators."""
        return Response(generate_latest(figures.registry), media_type=CONTENT_TYPE_LATEST)

    return routes
