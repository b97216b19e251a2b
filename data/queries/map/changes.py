"""What changed on the map since a change number."""

from typing import Any

from sqlalchemy import Connection, text

from data.clock import UtcDatetime
from data.queries.map.strip import strip
from data.queries.scope import Scope
from data.queries.stations.standing import stations
from data.queries.waters.colours import colours, representatives
from data.settings import QualitySettings

LATE_COMMITS = 500
"""Numbers are drawn before the commit: so many below the last seen may still appear …"""

LATE_SECONDS = 3
"""… for so long. Telling a change twice is harmless, for it is told as a state."""


def last_change_no(connection: Connection) -> int:
    """Returns the highest committed change number of newest values; 0 if there is none."""
    found = connection.execute(text("SELECT COALESCE(max(change_no), 0) FROM latest_reading"))
    return int(found.scalar_one())


def changes_since(
    connection: Connection,
    change_no: int,
    scope: Scope,
    *,
    now: UtcDatetime | None = None,
    quality: QualitySettings | None = None,
) -> dict[str, Any]:
    """Returns what changed on the map after ``change_no``: stations, waters, strip, new number.

    ``stations`` are GeoJSON features, ``waters`` the recomputed colours by kind and id. Both are
    empty when nothing in the scope changed; the number rises all the same. ``strip`` is there only
    when some station changed, in the scope or not.
    """
    newest = last_change_no(connection)
    touched = connection.execute(
        text(
            """
            SELECT station_id FROM latest_reading WHERE change_no > :after
            OR change_no > :after - :late AND received_at > now() - :seconds * interval '1 s'
            """
        ),
        {"after": change_no, "late": LATE_COMMITS, "seconds": LATE_SECONDS},
    )
    numbers = [row.station_id for row in touched]
    if not numbers:
        return {"change_no": newest, "stations": [], "waters": {"reach": {}, "lake": {}}}
    changed = stations(connection, scope, now=now, quality=quality, only=numbers)
    waters = representatives(connection, scope, now=now, quality=quality, touched=numbers)
    return {
        "change_no": newest,
        "stations": [each.feature() for each in changed],
        "waters": colours(waters),
        "strip": strip(connection, scope, now=now, quality=quality),
    }
