"""Runs blocking work in a thread, with the request's context (user, language)."""

import asyncio
from collections.abc import Callable
from typing import ParamSpec, TypeVar

P = ParamSpec("P")
T = TypeVar("T")


async def off(function: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
    """Calls the function in a thread, which leaves the event loop free, and returns its result."""
    return await asyncio.to_thread(function, *args, **kwargs)
