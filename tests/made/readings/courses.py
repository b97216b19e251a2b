"""Courses of readings taken in by the real ingest, for what draws and exports them."""

import math
from collections.abc import Iterable
from datetime import timedelta

import numpy as np
from sqlalchemy import Engine

from data.clock import UtcDatetime
from data.queries.readings.course import FLAG_CODES, Series, series_of
from data.vocabulary import Flag
from ingest.inbox import Message
from ingest.running.pipeline import Pipeline
from tests.made.readings.messages import message

CLEAN = {"ph": 7.2, "do": 8.1, "codmn": 2.5, "nh3n": 0.3, "tp": 0.06, "temp": 15.0, "tn": 2.0}


def hours_before(end: UtcDatetime, count: int, step: int = 4) -> list[UtcDatetime]:
    """So many moments up to the end, that many hours apart."""
    return [UtcDatetime(end - timedelta(hours=step * back)) for back in range(count - 1, -1, -1)]


def wave(code: str, times: Iterable[UtcDatetime], base: float = 1.2) -> list[Message]:
    """Ammonia that rises and falls around a base; the others are clean and move a little too."""
    return [
        message(code, at, {**moving(place), "nh3n": round(base + 0.2 * math.sin(place), 3)})
        for place, at in enumerate(times)
    ]


def moving(place: int) -> dict[str, float]:
    """Clean values that differ from one reading to the next, so that none is called unchanging."""
    return {key: round(value * (1 + 0.004 * (place % 5)), 4) for key, value in CLEAN.items()}


def take_in(ingest: Engine, messages: Iterable[Message], now: UtcDatetime) -> None:
    """The messages are in the archive, judged and told."""
    counts = Pipeline(ingest, now=lambda: now).commit(list(messages))
    assert counts.refused == 0, counts


def unreviewed(rows: Iterable[tuple[int, float, str | None]], interval: timedelta) -> Series:
    """The course of rows that nobody ruled on: what carries no flag counts."""
    ats, raws, flags = zip(*rows, strict=True) if (rows := list(rows)) else ((), (), ())
    flag = np.array([FLAG_CODES.index(Flag(each or "N")) for each in flags])
    raw, none = np.array(raws, dtype=np.float64), np.zeros(len(flag), dtype=np.int64)
    count = np.where(flag == 0, raw, np.nan)
    return series_of(np.array(ats, dtype=np.int64), raw, count, flag, none, none, interval)
