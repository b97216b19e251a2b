"""Checks the values that a page sends to a callback by the types the callback itself names."""

import inspect
import types
from collections.abc import Awaitable, Callable, Mapping
from functools import wraps
from typing import Any, Literal, Union, get_args, get_origin, get_type_hints

from dashboard.frame.body import unreadable

OF_PAGES: Mapping[str, object] = types.MappingProxyType({"pathname_": str, "search_": str})
"""The parameters of Dash's own callback that brings in pages, which names no types."""


def checked(function: Callable[..., Awaitable[Any]]) -> Callable[..., Awaitable[Any]]:
    """Returns the callback, which raises BadInput for a value that isn't of its parameter's type.

    None is let through, as a component sends it before it has a value. A parameter whose name
    begins with ``_`` is used by no one, and any value will do.
    """
    hints = {**OF_PAGES, **get_type_hints(function)}
    names = [
        each.name
        for each in inspect.signature(function).parameters.values()
        if each.kind in (each.POSITIONAL_ONLY, each.POSITIONAL_OR_KEYWORD)
    ]

    @wraps(function)
    async def callback(*values: Any, **named: Any) -> Any:
        sent = {**dict(zip(names, values, strict=False)), **named}
        for name, value in sent.items():
            if not name.startswith("_") and not fits(value, hints.get(name, Any)):
                raise unreadable()
        return await function(*values, **named)

    return callback


def fits(value: object, hint: object) -> bool:
    """Returns whether a value read from JSON is of the type; None and unknown types always fit."""
    if value is None or hint is Any:
        return True
    origin, inner = get_origin(hint), get_args(hint)
    if origin in (Union, types.UnionType):
        return any(fits(value, each) for each in inner if each is not types.NoneType)
    if origin is Literal:
        return value in inner
    if origin in (list, tuple, dict):
        return _holds(value, origin, inner)
    return _is_plain(value, hint)


def _holds(value: object, kind: type, inner: tuple[object, ...]) -> bool:
    """Returns whether the value is a list or a dictionary whose members fit."""
    if kind is dict:
        return isinstance(value, dict) and all(fits(each, inner[1]) for each in value.values())
    return isinstance(value, list) and all(fits(each, inner[0]) for each in value)


def _is_plain(value: object, hint: object) -> bool:
    if hint in (int, float):
        is_whole = isinstance(value, int) or (isinstance(value, float) and value.is_integer())
        is_number = is_whole or (hint is float and isinstance(value, float))
        return is_number and not isinstance(value, bool)
    if hint in (str, bool, list, dict):
        return isinstance(value, hint)
    return True
