"""How many readings are due by a station's interval, for each hour or day. Pure.

Time is cut into slots: hours, or for slower stations as many whole hours as hold one interval,
counted from midnight in Beijing. A slot belongs to the hour or day in which it begins.
"""

import math
from typing import Any

import numpy as np
from numpy.typing import NDArray

Seconds = NDArray[np.float64]
HOUR_S = 3600.0
ZONE_S = 8 * HOUR_S
"""Beijing is so far ahead of UTC; slots of several hours begin with its day."""


def slot_s(interval_s: float) -> float:
    """Returns the length in seconds of a station's slots: whole hours, at least one interval."""
    return HOUR_S * math.ceil(interval_s / HOUR_S)


def expected(interval_s: Seconds, began_s: Seconds, until_s: Seconds, edges_s: Seconds) -> Any:
    """Returns how many readings are due, as whole numbers of shape (stations, hours or days).

    All seconds are those of the epoch. A station is to send from ``began_s`` (nan: not at all) to
    ``until_s``, in every slot as many as its interval surely fits in: one that sends every interval
    owes none. Bucket n goes from ``edges_s[n]`` to ``edges_s[n + 1]``.
    """
    interval = interval_s[:, None]
    slot = HOUR_S * np.ceil(interval / HOUR_S)
    began = np.where(np.isnan(began_s), np.inf, began_s)[:, None] + ZONE_S
    until = until_s[:, None] + ZONE_S
    edges = np.ceil((edges_s[None, :] + ZONE_S) / slot) * slot
    start = np.maximum(edges[:, :-1], began)
    end = np.minimum(edges[:, 1:], until)
    is_due = end > start
    start, end = np.where(is_due, start, 0.0), np.where(is_due, end, 0.0)
    first, last = np.floor(start / slot), np.floor(end / slot)
    within = np.floor((end - start) / interval)
    across = (
        np.floor(((first + 1) * slot - start) / interval)
        + (last - first - 1) * np.floor(slot / interval)
        + np.floor((end - last * slot) / interval)
    )
    return np.where(is_due, np.where(first == last, within, across), 0.0).astype(np.int64)
