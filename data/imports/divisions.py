"""Imports divisions (行政区划): matched by code where they have one, higher levels first."""

from collections.abc import Sequence
from typing import Final

from shapely.geometry import MultiPolygon
from sqlalchemy import Connection, RowMapping, func, insert, select, text, update

from data.errors import BadInput
from data.imports.options import Options
from data.imports.outcome import Outcome
from data.imports.records import each_refused
from data.imports.source import Row
from data.imports.stretches import kept_geometry
from data.queries.waters import registry
from data.tables.waters import division
from data.vocabulary import ChiefLevel

_LEVELS: Final = list(ChiefLevel)
_CODE_ENDS: Final = ("0" * 10, "0" * 8, "0" * 6, "0" * 3)
"""Zeros at the end of a code of a province, city, county and township."""

_SUFFIXES: Final = {
    ChiefLevel.PROVINCE: ("省", "自治区", "特别行政区"),
    ChiefLevel.CITY: ("地区", "自治州", "盟"),
    ChiefLevel.COUNTY: ("县", "区", "旗", "自治县"),
    ChiefLevel.TOWNSHIP: ("镇", "乡", "街道", "苏木"),
    ChiefLevel.VILLAGE: ("村", "社区", "居委会", "村委会"),
}


def import_rows(
    connection: Connection, rows: Sequence[Row], options: Options, outcome: Outcome
) -> None:
    """Writes the administrative divisions of these rows, each under its parent.

    Then every station, notice board and lake is assigned to the lowest division around it.
    """
    levelled: list[tuple[ChiefLevel, Row]] = []
    for row in rows:
        try:
            levelled.append((_level(row, outcome), row))
        except BadInput as error:
            outcome.refuse(row.number, row.name, error)
    seen: dict[tuple[str, ...], int] = {}
    for level, row in sorted(levelled, key=lambda each: _LEVELS.index(each[0])):
        key = (row.text("code") or "", "" if row.text("code") else f"{level} {row.name}")
        before = seen.setdefault(key, row.number)
        with each_refused(connection, [row], outcome, _namesake(row.name)) as done:
            if before != row.number:
                raise BadInput("It repeats row {row}.", row=before)
            _import_row(connection, level, row, done)
    _settle(connection, outcome)


def _namesake(name: str) -> BadInput:
    return BadInput(
        "There is another division {name} of that level, and what it belongs to is unknown.",
        mend="Import the divisions above it first, or name its parent.",
        name=name,
    )


def level_of_code(code: str) -> ChiefLevel:
    """Returns the level of a 12-digit division code, by the number of zeros at its end."""
    for level, zeros in zip(ChiefLevel, _CODE_ENDS, strict=False):
        if code.endswith(zeros):
            return level
    return ChiefLevel.VILLAGE


def _level(row: Row, outcome: Outcome) -> ChiefLevel:
    """Returns the division's level: by the row's code, else its level field, else its name.

    Raises BadInput when none of them says.
    """
    code, stated = row.text("code"), row.get("level", ChiefLevel)
    if code:
        meant = level_of_code(code)
        if stated and stated is not meant:
            outcome.note(
                "{name} is taken as of level {meant}, by its code {code}, not {told}.",
                name=row.name,
                told=stated,
                code=code,
                meant=meant,
            )
        return meant
    if stated:
        return stated
    for level, suffixes in _SUFFIXES.items():
        if row.name.endswith(suffixes):
            return level
    raise BadInput(
        "Its level is unknown: it has no code, and its name doesn't tell.",
        mend="Say it for all rows with --set level=county, or map a column.",
    )


def _import_row(connection: Connection, level: ChiefLevel, row: Row, outcome: Outcome) -> None:
    code = row.text("code") or None
    parent_id = _parent(connection, level, row)
    values: dict[str, object] = {"name": row.name, "level": level.value}
    if code:
        values["code"] = code
    if parent_id is not None:
        values["parent_id"] = parent_id
    for name in ("name_en", "source"):
        if row.text(name):
            values[name] = row.text(name)
    existing = _existing(connection, level, row.name, code, parent_id)
    surface = row.geometry if isinstance(row.geometry, MultiPolygon) else None
    kept = kept_geometry(surface) if surface else None
    if existing is None:
        connection.execute(insert(division).values(**values, geom=kept))
        outcome.created += 1
        return
    changed = {name: value for name, value in values.items() if existing[name] != value}
    if surface and not _is_same(existing["wkb"], surface):
        changed["geom"] = kept
    if not changed:
        outcome.unchanged += 1
        return
    connection.execute(update(division).where(division.c.id == existing["id"]).values(changed))
    outcome.updated += 1


def _is_same(wkb: bytes | None, surface: MultiPolygon) -> bool:
    return wkb is not None and registry.geometry_of(wkb).equals_exact(surface, 0.0)


def _existing(
    connection: Connection, level: ChiefLevel, name: str, code: str | None, parent_id: int | None
) -> RowMapping | None:
    """Returns the stored division of that code, else one of that name and level without a code."""
    kept = select(division, func.ST_AsBinary(division.c.geom).label("wkb"))
    if code:
        found = connection.execute(kept.where(division.c.code == code)).mappings().first()
        if found:
            return found
    same = kept.where(division.c.name == name, division.c.level == level.value)
    if code:
        same = same.where(division.c.code.is_(None))
    rows = connection.execute(same.order_by(division.c.id)).mappings().all()
    below = [row for row in rows if row["parent_id"] == parent_id]
    if below or len(rows) != 1 or parent_id is None or rows[0]["parent_id"] is None:
        return next(iter(below or rows), None)
    return None


def _parent(connection: Connection, level: ChiefLevel, row: Row) -> int | None:
    """Returns the id of the parent division, None if unknown.

    It is the one the row names, else by its code, else the one that contains its middle point.
    """
    if level is ChiefLevel.PROVINCE:
        return None
    said = row.text("parent")
    if said:
        padded = said.ljust(12, "0") if said.isdigit() else said
        return registry.find_one(connection, "division", padded).id
    code = row.text("code")
    higher = [each.value for each in _LEVELS[: _LEVELS.index(level)]]
    if code:
        prefixes = [code[:length].ljust(12, "0") for length in (2, 4, 6, 9)]
        found = connection.execute(
            text(
                """
                SELECT id FROM division WHERE code = ANY(:codes) AND code <> :code
                AND level = ANY(:higher) ORDER BY array_position(:higher, level) DESC LIMIT 1
                """
            ),
            {"codes": prefixes, "code": code, "higher": higher},
        ).scalar()
        if found is not None:
            return int(found)
    if row.geometry is None:
        return None
    middle = row.geometry.representative_point()
    found = connection.execute(
        text(
            f"""
            SELECT id FROM division WHERE level = ANY(:higher) AND ST_Covers(geom,
            {registry.POINT}) ORDER BY array_position(:higher, level) DESC LIMIT 1
            """
        ),
        {"higher": higher, "lon": middle.x, "lat": middle.y},
    ).scalar()
    return None if found is None else int(found)


def _settle(connection: Connection, outcome: Outcome) -> None:
    """Assigns stations, boards and lakes to the lowest division that contains each."""
    ranks = "array_position(CAST(:levels AS text[]), division.level)"
    for table, place in (
        ("station", "station.geom"),
        ("notice_board", "notice_board.geom"),
        ("lake", "ST_PointOnSurface(lake.geom)"),
    ):
        more = "" if table == "lake" else ", changed_at = now()"
        done = connection.execute(
            text(
                f"""
                UPDATE {table} SET division_id = found.division_id{more} FROM (
                SELECT {table}.id, (SELECT division.id FROM division
                WHERE ST_Covers(division.geom, {place}) ORDER BY {ranks} DESC, division.id
                LIMIT 1) AS division_id FROM {table}) AS found
                WHERE {table}.id = found.id AND found.division_id IS NOT NULL
                AND {table}.division_id IS DISTINCT FROM found.division_id
                """
            ),
            {"levels": [level.value for level in ChiefLevel]},
        )
        if done.rowcount:
            outcome.note(_SETTLED[table], count=done.rowcount)


_SETTLED: Final = {
    "station": "{count} stations now lie in another division.",
    "notice_board": "{count} notice boards now lie in another division.",
    "lake": "{count} lakes now lie in another division.",
}
