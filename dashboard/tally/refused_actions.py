"""What the office does about refused messages; each use case asks whether one may."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from dashboard.frame.auth import Action, current_user, divisions_where, may, require
from dashboard.frame.deps import Deps
from data.clock import UtcDatetime
from data.database import transaction
from data.errors import BadInput, Forbidden
from data.people.access_log import Logged, log
from data.queries.readings.quarantine import Unmendable, unmendable
from data.queries.readings.tolerances import (
    Denied,
    Mendable,
    Tolerated,
    code_and_division,
    denied_since,
    mendable,
    tolerated,
)
from data.records import DivisionId, RawReading, StationId
from data.settings import IngestSettings
from data.tolerances import Tolerance
from ingest.inbox import Message
from ingest.running.waiting import preview
from ingest.tolerances import switch_off, switch_on

DENIED_FOR: Final = timedelta(days=7)
MOST_PREVIEWED: Final = 30
NOWHERE: Final = DivisionId(0)
"""No division has this id: only a role that is bound to none holds there."""


@dataclass(frozen=True, slots=True)
class RefusedShown:
    """All that the page of refused messages shows; ``everywhere``: whether all stations are mine.

    ``waiting`` has with each group the readings that its newest message would give;
    ``unmendable_count`` counts all groups that no tolerance mends, also those not listed.
    """

    now: UtcDatetime
    waiting: Sequence[tuple[Mendable, Sequence[RawReading]]]
    unmendable: Sequence[Unmendable]
    unmendable_count: int
    tolerated: Sequence[Tolerated]
    denied: Sequence[Denied]
    everywhere: bool


def read_refused(deps: Deps) -> RefusedShown:
    """Reads what waits, what is tolerated and what the broker denied, where the user may act."""
    divisions = divisions_where(require(Action.WRITE_STATIONS), Action.WRITE_STATIONS)
    now = deps.clock()
    most = IngestSettings().message_readings
    with transaction(deps.engine) as connection:
        groups = mendable(connection, divisions=divisions)
        waiting = [
            (each, preview(connection, each.station_id, _message(each), each.kinds, most=most))
            for each in groups[:MOST_PREVIEWED]
        ]
        hopeless, count = unmendable(connection, divisions=divisions)
        return RefusedShown(
            now,
            waiting,
            hopeless,
            count,
            tolerated(connection, divisions=divisions),
            denied_since(connection, UtcDatetime(now - DENIED_FOR), divisions=divisions),
            divisions is None,
        )


def _message(waiting: Mendable) -> Message:
    return Message(waiting.topic, waiting.payload, waiting.received_at)


def tolerate(deps: Deps, station: StationId | None, kinds: Iterable[str]) -> None:
    """Switches tolerances on for a station, for every station if None.

    Raises Forbidden outside of the user's divisions, NotFound, BadInput. Ingest takes in what
    waited by itself.
    """
    user = require(Action.WRITE_STATIONS)
    wanted = _read_kinds(kinds)
    with transaction(deps.engine) as connection:
        code, division = code_and_division(connection, station) if station else ("*", None)
        _require_at(division)
        switched = switch_on(connection, station, wanted, user.account_id)
        if switched:
            about = f"tolerate {code} {' '.join(switched)}"
            log(connection, Logged.STATION, account_id=user.account_id, about=about)


def untolerate(deps: Deps, station: StationId | None, kinds: Iterable[str]) -> None:
    """Switches tolerances off again; what was taken in stays. Raises as ``tolerate``."""
    user = require(Action.WRITE_STATIONS)
    wanted = _read_kinds(kinds)
    with transaction(deps.engine) as connection:
        code, division = code_and_division(connection, station) if station else ("*", None)
        _require_at(division)
        switched = switch_off(connection, station, wanted, user.account_id)
        about = f"untolerate {code} {' '.join(switched)}"
        log(connection, Logged.STATION, account_id=user.account_id, about=about)


def _read_kinds(kinds: Iterable[str]) -> list[Tolerance]:
    wanted = list(kinds)
    unknown = [kind for kind in wanted if kind not in set(Tolerance)]
    if unknown or not wanted:
        raise BadInput("{text} is no tolerance.", text=" ".join(unknown)[:40])
    return [Tolerance(kind) for kind in wanted]


def _require_at(division: DivisionId | None) -> None:
    """Raises Forbidden where the user may not change stations; None is beyond any division."""
    if not may(current_user(), Action.WRITE_STATIONS, division or NOWHERE):
        raise Forbidden("This place is outside of the divisions you answer for.")
