"""Bounds what quarantine keeps of a station's refused messages in an hour; all are counted."""

import hashlib
from dataclasses import dataclass, field, replace
from typing import Final

from data.records import Refused, StationId, Whole
from ingest.topics import station_in

ROW_BYTES: Final = 300
"""What a row of quarantine takes beside the payload, with its places in the indexes; measured."""

MOST_STRANGERS: Final = 10_000
_HOUR_S: Final = 3600
_Owner = StationId | str


@dataclass(slots=True)
class _Spent:
    """The bytes kept for one station in the present hour, and topic and hash of what was kept."""

    spent: int = 0
    kept: set[tuple[str, bytes]] = field(default_factory=set)


class Budget:
    """Decides which refused messages are kept and which are only counted, hour by hour.

    A registered station has ``station_bytes`` an hour. So has each name of an unregistered one, but
    all of these together have ``stranger_bytes``. The same message again costs nothing. What was
    kept is remembered in memory: after a restart the hour begins anew.
    """

    def __init__(self, station_bytes: int, stranger_bytes: int) -> None:
        self._station_bytes = station_bytes
        self._stranger_bytes = stranger_bytes
        self._hour = 0
        self._owners: dict[_Owner, _Spent] = {}
        self._strangers = 0

    def keep(self, refused: Refused) -> Refused:
        """Returns the refusal as it is to be kept: with its hash, or without bytes, to be counted.

        To be called once for each message; it charges the budget.
        """
        hour = int(refused.received_at.timestamp() // _HOUR_S)
        if hour != self._hour:
            self._hour, self._strangers = hour, 0
            self._owners.clear()
        whole = refused.whole or Whole(
            len(refused.payload), hashlib.sha256(refused.payload).digest()
        )
        owner = _owner(refused)
        account = self._owners.get(owner)
        if account is None:
            if isinstance(owner, str) and len(self._owners) >= MOST_STRANGERS:
                return replace(refused, payload=b"", whole=whole, is_counted_only=True)
            account = self._owners[owner] = _Spent()
        cost = len(refused.payload) + ROW_BYTES
        key = refused.topic, whole.sha256
        if key not in account.kept:
            if not self._pay(account, cost, is_stranger=isinstance(owner, str)):
                return replace(refused, payload=b"", whole=whole, is_counted_only=True)
            account.kept.add(key)
        return replace(refused, whole=whole)

    def _pay(self, account: _Spent, cost: int, *, is_stranger: bool) -> bool:
        """Charges the account; returns whether there was enough left, also of the strangers'."""
        if account.spent + cost > self._station_bytes:
            return False
        if is_stranger:
            if self._strangers + cost > self._stranger_bytes:
                return False
            self._strangers += cost
        account.spent += cost
        return True


def _owner(refused: Refused) -> _Owner:
    """Returns whose budget a refusal is charged to: its station's or its unregistered name's."""
    if refused.station_id is not None:
        return refused.station_id
    return station_in(refused.topic) or ""
