"""The loggers a gateway accepts: the station of each MN, and the password it must send."""

import hmac
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from data.errors import BadInput
from data.placing.codes import check_code
from data.records import StationCode
from ingest.codecs.refusal import Unreadable
from ingest.topics import address_of, topic_of


@dataclass(frozen=True, slots=True)
class Logger:
    """A logger (device): its network code (MN), station and password (PW); None: no password."""

    mn: str
    station: StationCode
    password: str | None = None

    def lets_in(self, password: str) -> bool:
        """Returns whether a frame with that password is accepted from this logger."""
        if self.password is None:
            return True
        return hmac.compare_digest(self.password.encode(), password.encode())


def read_loggers(path: Path) -> Mapping[str, Logger]:
    """Reads loggers by MN from a TOML file of ``[[logger]]`` tables with mn, station and pw.

    Raises BadInput, naming the entry, for a file that can't be read as a whole.
    """
    try:
        document = tomllib.loads(path.read_text("utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise BadInput("{path} can't be read: {reason}.", path=path, reason=error) from error
    entries = document.get("logger", [])
    if not isinstance(entries, list) or not entries:
        raise BadInput(
            "{path} names no logger.",
            mend='Add [[logger]] with mn = "…", station = "…" and pw = "…".',
            path=path,
        )
    found: dict[str, Logger] = {}
    for number, entry in enumerate(entries, start=1):
        logger = _logger(entry, number)
        if logger.mn in found:
            raise BadInput("Logger {number}: the MN is there twice.", number=number)
        found[logger.mn] = logger
    return found


def _logger(entry: Any, number: int) -> Logger:
    texts = (
        {key: entry.get(key) for key in ("mn", "station", "pw")} if isinstance(entry, dict) else {}
    )
    mn, station, password = texts.get("mn"), texts.get("station"), texts.get("pw")
    if not (isinstance(mn, str) and mn and isinstance(station, str)):
        raise BadInput("Logger {number}: mn and station are needed, as text.", number=number)
    if password is not None and not isinstance(password, str):
        raise BadInput("Logger {number}: pw must be text.", number=number)
    try:
        address_of(topic_of(StationCode(station)))
        check_code(station)
    except (Unreadable, BadInput):
        raise BadInput(
            "Logger {number}: {station} is no station's code.", number=number, station=station
        ) from None
    return Logger(mn, StationCode(station), password)
