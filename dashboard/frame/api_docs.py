"""The description of the API, and a clear answer for what it doesn't hold."""

from fastapi import APIRouter, FastAPI
from fastapi.responses import HTMLResponse

from dashboard.frame.plain import plain_page
from data.errors import NotFound

METHODS = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"]


def router(server: FastAPI) -> APIRouter:
    """Returns the routes of ``/api/docs`` and of all unknown paths that programs ask for."""
    routes = APIRouter(include_in_schema=False)

    @routes.get("/api/docs")
    async def docs() -> HTMLResponse:
        return plain_page("frame/templates/api_docs.html", schema=server.openapi())

    @routes.api_route("/api/{path:path}", methods=METHODS)
    @routes.api_route("/tiles/{path:path}", methods=METHODS)
    @routes.get("/_dash-component-suites/{path:path}")
    async def unknown(path: str) -> None:
        raise NotFound("There is nothing at this address.")

    return routes
