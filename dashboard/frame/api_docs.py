"""The description of the API, and a clear answer for what it doesn't hold."""

from html import escape
from typing import Any

from fastapi import APIRouter, FastAPI
from fastapi.responses import HTMLResponse

from dashboard.frame.plain import document
from dashboard.parts.wording import _
from data.errors import NotFound

METHODS = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"]


def described(path: str, method: str, operation: dict[str, Any]) -> str:
    """One operation as markup."""
    rows = "".join(
        f"<tr><td><code>{escape(one['name'])}</code></td><td>{escape(one['in'])}</td>"
        f"<td>{escape(one.get('description', ''))}</td></tr>"
        for one in operation.get("parameters", [])
    )
    table = f"<table>{rows}</table>" if rows else ""
    said = escape(operation.get("description") or operation.get("summary", ""))
    return (
        f'<section class="card"><h2><span class="tag ac">{escape(method.upper())}</span>'
        f" <code>{escape(path)}</code></h2><p>{said}</p>{table}</section>"
    )


def router(server: FastAPI) -> APIRouter:
    """``/api/docs`` and everything else under ``/api/`` and ``/tiles/``."""
    routes = APIRouter(include_in_schema=False)

    @routes.get("/api/docs")
    async def docs() -> HTMLResponse:
        schema = server.openapi()
        parts = [
            described(path, method, operation)
            for path, operations in schema["paths"].items()
            for method, operation in operations.items()
        ]
        title = _("Interface for programs")
        head = (
            f'<h1>{escape(title)}</h1><p class="t2">OpenAPI {escape(schema["openapi"])} · '
            '<a href="/api/openapi.json">/api/openapi.json</a></p>'
        )
        return document(title, f'<main class="own docs">{head}{"".join(parts)}</main>')

    @routes.api_route("/api/{path:path}", methods=METHODS)
    @routes.api_route("/tiles/{path:path}", methods=METHODS)
    async def unknown(path: str) -> None:
        raise NotFound("There is nothing at this address.")

    return routes
