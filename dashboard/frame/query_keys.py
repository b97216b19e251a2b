"""Refuses a request of the API whose query or form holds a key that its route doesn't read."""

from collections import Counter
from collections.abc import Iterable
from typing import Any

from fastapi import Request
from fastapi.dependencies.utils import get_flat_params
from fastapi.params import Form, Query
from fastapi.routing import APIRoute

from data.errors import BadInput
from data.query_values import shortened


def described(keys: Iterable[str]) -> dict[str, Any]:
    """Returns what a route that reads its query itself says of the keys it reads (OpenAPI).

    Each of them may be given several times.
    """
    text = {"type": "array", "items": {"type": "string"}}
    return {
        "parameters": [
            {"name": key, "in": "query", "required": False, "schema": text} for key in keys
        ]
    }


async def require_known_keys(request: Request) -> None:
    """Checks the keys of the query and of a form by the request's route; pages take any.

    Raises BadInput for a key that the route doesn't read, and for one that it reads once but that
    is given several times.
    """
    route = request.scope.get("route")
    if not isinstance(route, APIRoute) or not route.include_in_schema:
        return
    once, several = keys_of(route)
    require_keys([key for key, _value in request.query_params.multi_items()], once, several)
    fields = route.dependant.body_params
    if any(isinstance(field.field_info, Form) for field in fields):
        form = await request.form()
        names = frozenset(field.alias for field in fields)
        require_keys([key for key, _value in form.multi_items()], names, frozenset())


def require_keys(listed: list[str], once: frozenset[str], several: frozenset[str]) -> None:
    """Checks that the keys are known, and that none of ``once`` is repeated. Raises BadInput."""
    for key, count in Counter(listed).items():
        if key not in once | several:
            raise BadInput(
                "There is no “{key}” to give here; known are: {allowed}.",
                key=shortened(key),
                allowed=", ".join(sorted(once | several)) or "—",
            )
        if count > 1 and key in once:
            raise BadInput("{key} is given {n} times; once is allowed.", key=key, n=count)


def keys_of(route: APIRoute) -> tuple[frozenset[str], frozenset[str]]:
    """Returns the keys that the route reads once, and those it reads as often as they are given."""
    declared = get_flat_params(route.dependant)
    once = {each.alias for each in declared if isinstance(each.field_info, Query)}
    more = (route.openapi_extra or {}).get("parameters", [])
    several = {each["name"] for each in more if each["in"] == "query"}
    return frozenset(once), frozenset(several)
