"""Counts from mosquitto's log what the broker itself refused, which ingest never sees.

MQTT 3.1.1 has no word for a denied message: the device gets its acknowledgement, and only the log
(``log_type debug``) says that nobody got the message.
"""

import logging
import os
import re
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, BinaryIO, Final

from sqlalchemy import Connection, Engine, Row, text

from data import clock
from data.clock import UtcDatetime
from data.database import transaction
from data.encodings import with_marks
from data.placing.codes import is_account
from data.tolerances import BrokerRefusal

LOG = logging.getLogger(__name__)

MOST_READ: Final = 8_000_000
"""Bytes of one turn; a longer log is read in several."""

WARN_EVERY_S: Final = 60.0
LONGEST_TOPIC: Final = 200

_LINE: Final = re.compile(
    rb"^(?:(\S+): )?(?:"
    rb"Denied PUBLISH from (\S+) \(d\d, q\d, r\d, m\d+, '(.*)', \.\.\. \(\d+ bytes\)\)"
    rb"|Client (\S+) disconnected(?:, (not authorised)"
    rb"| due to (oversize packet|oversize payload|malformed packet|protocol error))\.)$",
    re.MULTILINE,
)
_KINDS: Final = {
    b"not authorised": BrokerRefusal.SIGN_IN,
    b"oversize packet": BrokerRefusal.TOO_LARGE,
    b"oversize payload": BrokerRefusal.TOO_LARGE,
    b"malformed packet": BrokerRefusal.PROTOCOL,
    b"protocol error": BrokerRefusal.PROTOCOL,
}

_PLACE = text("SELECT inode, bytes_read, read_at FROM broker_log WHERE path = :path FOR UPDATE")
_KEEP_PLACE = text(
    """
    INSERT INTO broker_log (path, inode, bytes_read) VALUES (:path, :inode, :bytes_read)
    ON CONFLICT (path) DO UPDATE SET inode = excluded.inode, bytes_read = excluded.bytes_read,
        read_at = now()
    """
)
_KNOWN = text("SELECT code, id FROM station WHERE code = ANY(:codes)")
_COUNT = text(
    """
    INSERT INTO broker_refusal AS b (account, kind, hour, station_id, seen_count, topic)
    VALUES (:account, :kind, :hour, :station_id, :seen_count, :topic)
    ON CONFLICT (hour, account, kind) DO UPDATE SET
        seen_count = b.seen_count + excluded.seen_count,
        station_id = coalesce(excluded.station_id, b.station_id),
        topic = CASE WHEN excluded.topic = '' THEN b.topic ELSE excluded.topic END
    """
)


@dataclass(frozen=True, slots=True)
class Found:
    """One refusal that the log tells of; ``account`` as the log names it, ``topic`` if denied."""

    at: UtcDatetime
    kind: BrokerRefusal
    account: str
    topic: str = ""


@dataclass(slots=True)
class _Sum:
    """The refusals of an account, kind and hour in one piece of the log."""

    count: int = 0
    topic: str = ""


def refusals_in(log: bytes, read_at: UtcDatetime) -> list[Found]:
    """Returns the refusals in whole lines of a log; a line without time is of ``read_at``."""
    found = []
    for stamp, denied, topic, ended, word, reason in _LINE.findall(log):
        kind = BrokerRefusal.TOPIC if denied else _KINDS[word or reason]
        account = (denied or ended).decode("utf-8", "replace")
        at = _moment(stamp) or read_at
        shown = with_marks(topic.decode("utf-8", "replace")[:LONGEST_TOPIC])
        found.append(Found(at, kind, account, shown))
    return found


def _moment(stamp: bytes) -> UtcDatetime | None:
    """Returns the time before a line: ISO 8601 as our broker writes it, or seconds since 1970."""
    try:
        words = stamp.decode("ascii")
        if words.isdigit():
            return UtcDatetime(datetime.fromtimestamp(int(words), UTC))
        return clock.to_utc(datetime.fromisoformat(words))
    except (ValueError, OverflowError, OSError):
        return None


@dataclass(slots=True)
class RefusalLog:
    """Follows a broker's log by offset, over rotations and restarts, and counts its refusals.

    How far it has read is kept in the database with the counts: each line counts once. A log may be
    renamed or copied and emptied meanwhile; what was unread is read from the older file beside it.
    """

    engine: Engine
    path: Path
    now: clock.Clock = clock.now
    _warned_at: float = field(default=-WARN_EVERY_S, init=False)
    _unsaid: Counter[str] = field(default_factory=Counter, init=False)
    _is_away: bool = field(default=False, init=False)

    def follow(
        self,
        stopping: threading.Event,
        every_s: float,
        counted: Callable[[Counter[BrokerRefusal]], None],
    ) -> None:
        """Counts what the log holds, again and again until stopped; tells each turn's counts."""
        is_first = True
        while is_first or not stopping.wait(every_s):
            is_first = False
            try:
                counted(self.turn())
                self._is_away = False
            except OSError as error:
                if not self._is_away:
                    LOG.warning("the broker's log can't be read: %s", error.strerror or error)
                self._is_away = True

    def turn(self) -> Counter[BrokerRefusal]:
        """Counts what was added to the log since the last turn; returns it by kind.

        Raises OSError where the log can't be read.
        """
        found: list[Found] = []
        with transaction(self.engine) as connection, self.path.open("rb") as log:
            row = connection.execute(_PLACE, {"path": str(self.path)}).one_or_none()
            state, done = os.fstat(log.fileno()), 0
            if row is not None and row.inode == state.st_ino and row.bytes_read <= state.st_size:
                done = row.bytes_read
            elif row is not None:
                found += self._unread_before(row)
            lines = _whole_lines(log, done)
            found += refusals_in(lines, self.now())
            self._count(connection, found)
            place = {"path": str(self.path), "inode": state.st_ino, "bytes_read": done + len(lines)}
            connection.execute(_KEEP_PLACE, place)
        self._warn()
        return Counter(each.kind for each in found)

    def _unread_before(self, row: Row[Any]) -> list[Found]:
        """Returns the refusals in what was unread of the log before it was renamed or emptied.

        The older file is the one with the log's inode, or a copy made since the last turn.
        """
        for each in sorted(self.path.parent.glob(f"{self.path.name}.*")):
            state = each.stat()
            is_copy = state.st_ctime >= row.read_at.timestamp() and state.st_size >= row.bytes_read
            if state.st_ino == row.inode or is_copy:
                with each.open("rb") as old:
                    return refusals_in(_whole_lines(old, row.bytes_read), self.now())
        if row.bytes_read:
            LOG.warning("the broker's log went away before it was read to its end")
        return []

    def _count(self, connection: Connection, found: Iterable[Found]) -> None:
        sums: dict[tuple[UtcDatetime, str, BrokerRefusal], _Sum] = {}
        found = list(found)
        names = {each.account for each in found}
        codes: dict[str, int] = {}
        if names:
            rows = connection.execute(_KNOWN, {"codes": sorted(names)})
            codes = {row.code: row.id for row in rows}
        for each in found:
            # a stranger's name is his own choice: neither kept nor counted apart
            account = each.account if each.account in codes or is_account(each.account) else ""
            hour = UtcDatetime(each.at.replace(minute=0, second=0, microsecond=0))
            total = sums.setdefault((hour, account, each.kind), _Sum())
            total.count += 1
            total.topic = (each.topic if account else "") or total.topic
        for (hour, account, kind), total in sorted(sums.items()):
            connection.execute(
                _COUNT,
                {
                    "account": account,
                    "kind": kind,
                    "hour": hour,
                    "station_id": codes.get(account),
                    "seen_count": total.count,
                    "topic": total.topic,
                },
            )
            self._unsaid[f"{account or 'a stranger'}: {kind}"] += total.count

    def _warn(self) -> None:
        """Logs what the broker has refused since the last such line, once a minute at most."""
        moment = time.monotonic()
        if self._unsaid and moment - self._warned_at >= WARN_EVERY_S:
            self._warned_at = moment
            words = ", ".join(f"{what} {count}" for what, count in self._unsaid.most_common(10))
            LOG.warning("the broker itself has refused: %s", words)
            self._unsaid.clear()


def _whole_lines(log: BinaryIO, begin: int) -> bytes:
    """Reads from ``begin`` to the last end of a line, MOST_READ bytes at most."""
    log.seek(begin)
    data = log.read(MOST_READ)
    end = data.rfind(b"\n") + 1
    return data[:end] if end or len(data) < MOST_READ else data
