"""Adds up an archive's sections, slice by slice, here or on the machines of a Dask cluster.

Every worker reads the archive under the same path and runs this same package; only the sums travel.
Dask's messages can run code: its scheduler belongs in a network of its own.
"""

from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path
from typing import Final

from data.archives.evaluation import slices
from data.archives.sums import StationSums, sums_of
from data.clock import Span, UtcDatetime
from data.errors import ServiceDown

TIMEOUT_S: Final = 15
SLICES_A_THREAD: Final = 2
"""So that a slow machine doesn't keep the others waiting."""


def sums_here(folder: Path, span: Span, as_of: UtcDatetime | None = None) -> dict[int, StationSums]:
    """Returns every section's sums of values, computed by this process on all processors.

    Raises NotFound, BadInput where the archive doesn't hold the whole span.
    """
    found: dict[int, StationSums] = {}
    for asked in slices(folder, span, 1, as_of):
        found |= sums_of(asked)
    return found


def sums_across(
    scheduler: str,
    folder: Path,
    span: Span,
    as_of: UtcDatetime | None = None,
    on_progress: Callable[[int, int], None] = lambda _done, _all: None,
) -> dict[int, StationSums]:
    """Returns every section's sums of values, computed by workers of a Dask scheduler.

    ``on_progress`` is called after each slice with the number done and the number of all.
    Raises ServiceDown when no scheduler answers, or none of its workers is there.
    """
    from distributed import Client, as_completed

    try:
        client = Client(scheduler, timeout=TIMEOUT_S, set_as_default=False)
    except OSError as error:
        raise _down(scheduler) from error
    with client:
        threads: Mapping[str, int] = client.nthreads()
        if not threads:
            raise _down(scheduler)
        asked = slices(folder, span, SLICES_A_THREAD * sum(threads.values()), as_of)
        futures = client.map(partial(sums_of, threads=1), asked, pure=False)
        found: dict[int, StationSums] = {}
        for done, future in enumerate(as_completed(futures, loop=client.loop), 1):
            found |= future.result()
            on_progress(done, len(asked))
    return found


def _down(scheduler: str) -> ServiceDown:
    return ServiceDown(
        "No Dask workers answer at {address}.",
        mend="Start dask scheduler and dask worker, where the archive lies under the same path.",
        address=scheduler,
    )
