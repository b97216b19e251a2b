"""Calls in a process of their own: what they return, what they raise, and their bounds."""

import os
import time

import pytest

from data.bounded import Bounds, call_bounded
from data.errors import BadInput, TooLarge

AMPLE = Bounds(20, 500)


def refuse(reason: str) -> None:
    raise TooLarge("Refused: {reason}", mend="Mend {reason}.", reason=reason)


def spin() -> None:
    while True:
        pass


def fill() -> int:
    return len(bytearray(2**30))


def kill_itself() -> None:
    os.kill(os.getpid(), 9)


def test_a_call_returns_what_it_returns_in_another_process() -> None:
    assert call_bounded(AMPLE, divmod, 17, 5) == (3, 2)
    assert call_bounded(AMPLE, os.getpid) != os.getpid()


def test_an_error_of_ours_comes_with_its_facts() -> None:
    with pytest.raises(TooLarge) as raised:
        call_bounded(AMPLE, refuse, "a {brace}")
    assert raised.value.facts == {"reason": "a {brace}"}
    assert str(raised.value) == "Refused: a {brace} Mend a {brace}."
    with pytest.raises(RuntimeError, match="ZeroDivisionError"):
        call_bounded(AMPLE, divmod, 1, 0)


def test_a_call_ends_at_its_bounds() -> None:
    began = time.monotonic()
    with pytest.raises(BadInput, match="takes longer than 0 s"):
        call_bounded(Bounds(0.3, 500), spin)
    assert time.monotonic() - began < 3
    with pytest.raises(BadInput, match="more than 100 MB"):
        call_bounded(Bounds(20, 100), fill)
    with pytest.raises(BadInput, match="takes longer"):
        call_bounded(AMPLE, kill_itself)
