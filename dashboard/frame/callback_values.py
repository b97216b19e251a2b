"""What goes into a callback and comes out: values checked by its types, an emptied part for all."""

import inspect
import types
from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from functools import wraps
from itertools import chain, repeat
from typing import Any, Literal, Union, get_args, get_origin, get_type_hints

from dash import ctx

from dashboard.frame.body import unreadable

MOST_DIGITS = 16

OF_PAGES: Mapping[str, object] = types.MappingProxyType({"pathname_": str, "search_": str})
"""The parameters of Dash's own callback that brings in pages, which names no types."""


def checked(function: Callable[..., Awaitable[Any]]) -> Callable[..., Awaitable[Any]]:
    """Returns the callback, which raises BadInput for a value that isn't of its parameter's type.

    Within lists and dictionaries None is let through, as a component sends it before it has a
    value. A parameter whose name begins with ``_`` is used by no one, and any value will do.
    """
    hints = {**OF_PAGES, **get_type_hints(function)}
    parameters = inspect.signature(function).parameters.values()
    names = [one.name for one in parameters if one.kind is one.POSITIONAL_OR_KEYWORD]
    rest = next((one.name for one in parameters if one.kind is one.VAR_POSITIONAL), "")

    @wraps(function)
    async def callback(*values: Any, **named: Any) -> Any:
        for name, value in [*_by_name(names, values, rest), *named.items()]:
            hint = hints.get(name, Any)
            is_missing = value is None and not _may_be_none(hint)
            if not name.startswith("_") and (is_missing or not fits(value, hint)):
                raise unreadable()
            if name == "pathname_" and not str(value).startswith("/"):
                raise unreadable()
        return await function(*values, **named)

    return callback


def emptied(function: Callable[..., Awaitable[Any]]) -> Callable[..., Awaitable[Any]]:
    """Returns the callback, whose answer empties a part by ``[]`` where it says None or "".

    Dash's renderer keeps its book of where each component stands when a part's children become
    nothing at all. A callback still under way for one of those that went is then written to a
    place that is no more; the renderer throws, and the answers beside it are lost.
    """

    @wraps(function)
    async def callback(*values: Any, **named: Any) -> Any:
        return _emptied(await function(*values, **named), ctx.outputs_list)

    return callback


def _emptied(answer: Any, outputs: Any) -> Any:
    """Returns the answer to these outputs, as Dash sends them, with emptied children as ``[]``."""
    if isinstance(outputs, dict):
        is_children = str(outputs.get("property")).partition("@")[0] == "children"
        return [] if is_children and (answer is None or answer == "") else answer
    if isinstance(answer, list | tuple) and len(answer) == len(outputs or ()):
        return [_emptied(one, output) for one, output in zip(answer, outputs, strict=True)]
    return answer


def _by_name(
    names: Sequence[str], values: Sequence[object], rest: str
) -> Iterator[tuple[str, object]]:
    """Yields each value with its parameter's name, those past the last with that of the rest."""
    yield from zip(chain(names, repeat(rest)), values, strict=False)


def _may_be_none(hint: object) -> bool:
    return hint is Any or types.NoneType in get_args(hint)


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


def number_in(sent: Mapping[str, Any] | None, name: str) -> int:
    """Returns the whole number under that name in what a page sent; raises BadInput for another."""
    return whole_number((sent or {}).get(name))


def whole_number(value: object) -> int:
    """Returns a whole number, sent as such or in digits; raises BadInput for anything else."""
    is_digits = isinstance(value, str) and value.isascii() and value.isdecimal()
    is_number = isinstance(value, int) and not isinstance(value, bool)
    if not is_number and not (is_digits and len(str(value)) <= MOST_DIGITS):
        raise unreadable()
    return int(str(value))


def changed(*ids: str) -> bool:
    """Whether one of these triggered the callback, perhaps beside others."""
    return any(name in ids for name in ctx.triggered_prop_ids.values())
