"""How clean each reach of the nation runs: foul water lies along rivers, below its sources."""

from typing import Final

import numpy as np

from dashboard.demo.national.courses import Waters
from dashboard.demo.national.rules import Numbers

SHARES: Final = (0.08, 0.45, 0.80, 0.92, 0.972, 1.0)
"""Share of the reaches of class Ⅰ, of Ⅰ and Ⅱ together, and so on to worse than Ⅴ.

Source: the order of magnitude of the yearly bulletins on the state of the environment.
"""

SOURCES: Final = 0.02
"""Share of the reaches with a source of pollution."""

KEPT: Final = 0.94
"""Share of the pollution that reaches the next reach, some four kilometres below."""


def grades(waters: Waters, rng: np.random.Generator) -> Numbers:
    """Returns each reach's grade: 2.5 lies half-way between the limits of Ⅱ and Ⅲ."""
    middle = np.array([piece[len(piece) // 2] for piece in waters.pieces])
    lon, lat = middle.T
    plain = (
        0.5 * np.sin(lon / 3.1 + 1.0) + 0.4 * np.sin(lat / 2.3) + 0.3 * np.sin((lon + lat) / 1.7)
    )
    plain += rng.normal(0, 0.3, len(waters.into))[waters.river]
    fouled = _carried_down(waters, rng)
    raw = plain + fouled + 0.03 * rng.standard_normal(len(plain))
    rank = np.argsort(np.argsort(raw, kind="stable"), kind="stable") / len(raw)
    found: Numbers = np.interp(rank, (0.0, *SHARES), (0.3, 1.0, 2.0, 3.0, 4.0, 5.0, 6.0))
    return found


def _carried_down(waters: Waters, rng: np.random.Generator) -> Numbers:
    """Returns how foul each reach is by the sources on it and above, diluted on the way."""
    count = len(waters.pieces)
    fouled = np.where(rng.random(count) < SOURCES, rng.gamma(1.5, 1.2, count), 0.0)
    for river in waters.upstream_first:
        low, high = waters.first[river], waters.first[river + 1]
        for reach in range(low, high):
            below = int(waters.down[reach])
            if below < 0:
                continue
            share = KEPT if reach + 1 < high else float(waters.size[reach] / waters.size[below])
            fouled[below] += fouled[reach] * min(share, KEPT)
    return fouled
