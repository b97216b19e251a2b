"""Blocking work leaves the event loop; the thread keeps the context (user, language)."""

import asyncio
from collections.abc import Callable
from typing import ParamSpec, TypeVar

P = ParamSpec("P")
T = TypeVar("T")


async def off(function: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
    """The function's result, computed in a thread."""
    return await asyncio.to_thread(function, *args, **kwargs)
