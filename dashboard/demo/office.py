"""The made office as stored: accounts by login, units by who is in them, reaches."""

from dataclasses import dataclass
from math import atan2, cos, degrees, hypot, radians, sin
from typing import cast

from shapely import LineString, wkb
from sqlalchemy import Connection, text

from data.records import AccountId, ReachId
from data.vocabulary import Bank

DEGREE_M = 110_890.0
"""Metres of a degree of latitude; one of longitude is the cosine of it."""

_REACHES = """
SELECT id, name, chainage_from_m, ST_AsBinary(geom) AS line, ST_Length(geom::geography) AS length_m
FROM reach ORDER BY id
"""
_MEMBERS = """
SELECT login, unit_id FROM account_role JOIN account ON account.id = account_id
WHERE role = 'unit_member' AND unit_id IS NOT NULL
"""


@dataclass(frozen=True, slots=True)
class Spot:
    """A place on the bank in degrees (CGCS2000), and the way a camera looks across the water."""

    lon: float
    lat: float
    bearing: float = 0.0

    def moved(self, metres: float, turn: float) -> "Spot":
        """Returns the spot ``metres`` away in direction ``turn``, degrees clockwise from north."""
        east, north = metres * sin(radians(turn)), metres * cos(radians(turn))
        return Spot(
            round(self.lon + east / (DEGREE_M * cos(radians(self.lat))), 6),
            round(self.lat + north / DEGREE_M, 6),
            self.bearing,
        )


@dataclass(frozen=True, slots=True)
class Course:
    """A reach with its centre line in degrees, from source to mouth."""

    id: ReachId
    chainage_from_m: float
    length_m: float
    line: LineString

    def spot(self, share: float, bank: Bank, off_m: float) -> Spot:
        """Returns the spot at that share (0 to 1) of the reach, ``off_m`` metres off on that bank.

        It looks across the water; on any bank but the left it lies to the right.
        """
        here = self.line.interpolate(share, normalized=True)
        ahead = self.line.interpolate(min(share + 0.002, 1.0), normalized=True)
        behind = self.line.interpolate(max(share - 0.002, 0.0), normalized=True)
        east = (ahead.x - behind.x) * cos(radians(here.y))
        course = degrees(atan2(east, ahead.y - behind.y)) if hypot(east, ahead.y - behind.y) else 0
        side = -90 if bank is Bank.LEFT else 90
        stood = Spot(here.x, here.y).moved(off_m, course + side)
        return Spot(stood.lon, stood.lat, round((course - side) % 360, 1))


@dataclass(frozen=True, slots=True)
class Office:
    """The demo office's accounts and units, and the reaches where they work."""

    accounts: dict[str, AccountId]
    units: dict[str, int]
    reaches: dict[str, Course]

    @classmethod
    def read(cls, connection: Connection) -> "Office":
        """Reads the office from the database."""
        accounts = connection.execute(text("SELECT login, id FROM account")).all()
        return cls(
            {row.login: AccountId(row.id) for row in accounts},
            {row.login: row.unit_id for row in connection.execute(text(_MEMBERS))},
            {
                row.name: Course(
                    ReachId(row.id),
                    row.chainage_from_m,
                    row.length_m,
                    cast(LineString, wkb.loads(bytes(row.line))),
                )
                for row in connection.execute(text(_REACHES))
            },
        )
