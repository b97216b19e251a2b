"""The file of a river: what it holds, for whom, and what is worst."""

from collections.abc import Iterator
from datetime import date, timedelta

import pytest
from sqlalchemy import Connection, text

from data.clock import UtcDatetime, now
from data.errors import NotFound
from data.queries.scope import EVERYTHING, NOTHING, Scope
from data.queries.waters.file import WaterFile, read_lake_file, read_river_file
from data.records import DivisionId
from data.settings import QualitySettings
from data.vocabulary import ChiefLevel, EvaluationState, Parameter, StationKind
from tests.made.basin import SmallBasin, build_small_basin
from tests.made.database import Database
from tests.made.waters.newest import CLEAN, tell_small_basin, tell_values

QUALITY = QualitySettings()


@pytest.fixture
def basin(database: Database) -> SmallBasin:
    with database.owner.begin() as connection:
        made = build_small_basin(connection)
        connection.execute(
            text(
                "INSERT INTO outfall_limit (station_id, parameter, upper, basis, valid_from)"
                " VALUES (:outfall, 'cod', 50, 'GB 18918-2002 表1 一级A', '2020-01-01'),"
                " (:outfall, 'nh3n', 5, 'expired', '2010-01-01')"
            ),
            {"outfall": made.outfall},
        )
        connection.execute(
            text("UPDATE outfall_limit SET valid_to = '2019-01-01' WHERE basis = 'expired'")
        )
    tell_small_basin(database.ingest, made.section_up, made.section_down, made.outfall)
    return made


@pytest.fixture
def connection(database: Database) -> Iterator[Connection]:
    with database.app.connect() as opened:
        yield opened


def read(
    connection: Connection, river: int, scope: Scope = EVERYTHING, **given: object
) -> WaterFile:
    at = given.get("now") or now()
    return read_river_file(connection, river, scope, now=at, quality=QUALITY)  # type: ignore[arg-type] # a moment


def test_a_reach_has_the_class_of_its_worst_section_and_the_reason(
    connection: Connection, basin: SmallBasin
) -> None:
    upper, lower = read(connection, basin.river).reaches
    assert (upper.colour.water_class, lower.colour.water_class) == (2, 4)
    assert lower.decided_by is not None
    assert lower.decided_by.record.id == basin.section_down
    (worst,) = lower.decided_by.exceedances
    assert (worst.parameter, worst.value, worst.limit) == (Parameter.AMMONIA_NITROGEN, 1.3, 1.0)
    assert worst.multiple == pytest.approx(0.3)
    assert lower.decided_by.is_below_target


def test_the_outfall_is_held_to_the_limits_of_today(
    connection: Connection, basin: SmallBasin
) -> None:
    (outfall,) = read(connection, basin.river).of_kind(StationKind.OUTFALL)
    assert outfall.is_exceeding
    (worst,) = outfall.exceedances
    assert (worst.parameter, worst.multiple) == (Parameter.COD, 0.5)
    assert worst.basis == "GB 18918-2002 表1 一级A"


def test_stations_come_downstream(connection: Connection, basin: SmallBasin) -> None:
    found = read(connection, basin.river).stations
    assert [each.record.code for each in found] == ["QS-01", "QH-01", "PW-01", "QH-02"]


def test_basic_facts_name_places_and_the_divisions_crossed(
    connection: Connection, basin: SmallBasin
) -> None:
    facts = read(connection, basin.river).facts
    assert facts.source_at == pytest.approx((112.2, 32.8))
    assert facts.mouth_at == pytest.approx((112.2, 32.4))
    assert facts.divisions == ("上游镇", "下游镇")
    assert facts.flows_into is None


def test_readings_grow_stale_without_a_word_from_the_device(
    connection: Connection, basin: SmallBasin
) -> None:
    later = UtcDatetime(now() + timedelta(hours=30))
    dossier = read(connection, basin.river, now=later)
    assert {each.colour.water_class for each in dossier.reaches} == {0}
    down = next(e for e in dossier.stations if e.record.id == basin.section_down)
    assert down.record.state is EvaluationState.STALE
    assert (down.last_class, down.exceedances) == (4, ())
    assert down.is_unsure


def test_a_partial_section_names_what_is_missing(
    database: Database, connection: Connection, basin: SmallBasin
) -> None:
    some = {k: v for k, v in CLEAN.items() if k is not Parameter.TOTAL_PHOSPHORUS}
    tell_values(database.ingest, basin.section_lake, some, state=EvaluationState.PARTIAL)
    dossier = read_lake_file(connection, basin.lake, EVERYTHING, now=now(), quality=QUALITY)
    (section,) = dossier.stations
    assert section.missing == (Parameter.TOTAL_PHOSPHORUS,)
    assert dossier.colour.state is EvaluationState.PARTIAL
    assert dossier.facts.area_m2 == 1_000_000


def test_another_towns_reach_stays_unknown(connection: Connection, basin: SmallBasin) -> None:
    upstream = Scope(divisions=frozenset({DivisionId(basin.town_up)}))
    dossier = read(connection, basin.river, upstream)
    assert [each.id for each in dossier.reaches] == [basin.reach_up]
    assert dossier.hidden_count == 1
    assert {each.division for each in dossier.stations} == {"上游镇"}


@pytest.mark.parametrize("which", ["river", "lake"])
def test_what_may_not_be_seen_is_not_found(
    connection: Connection, basin: SmallBasin, which: str
) -> None:
    one = read_river_file if which == "river" else read_lake_file
    number = basin.river if which == "river" else basin.lake
    with pytest.raises(NotFound):
        one(connection, number, NOTHING, now=now(), quality=QUALITY)
    with pytest.raises(NotFound):
        one(connection, 999_999, EVERYTHING, now=now(), quality=QUALITY)


def test_chiefs_of_each_level_with_their_terms(
    database: Database, connection: Connection, basin: SmallBasin
) -> None:
    with database.owner.begin() as owner:
        ids = [
            owner.execute(
                text("INSERT INTO person (name, phone) VALUES (:name, '000') RETURNING id"),
                {"name": name},
            ).scalar_one()
            for name in ("总河长", "县河长", "上游镇河长", "前任", "邻镇河长")
        ]
        general, county, town, former, elsewhere = ids
        owner.execute(
            text(
                "INSERT INTO responsibility (person_id, level, is_general, division_id, river_id,"
                " reach_id, valid_from, valid_to) VALUES"
                " (:general, 'county', true, :c, NULL, NULL, '2024-01-01', NULL),"
                " (:county, 'county', false, NULL, :river, NULL, '2024-01-01', NULL),"
                " (:town, 'township', false, :up, :river, NULL, '2024-01-01', NULL),"
                " (:former, 'township', false, :up, NULL, :reach, '2020-01-01', '2024-01-01'),"
                " (:elsewhere, 'township', false, :other, :river, NULL, '2024-01-01', NULL)"
            ),
            {
                **{"general": general, "county": county, "town": town, "former": former},
                "elsewhere": elsewhere,
                "c": basin.county,
                "up": basin.town_up,
                "river": basin.river,
                "reach": basin.reach_up,
                "other": _stray_division(owner),
            },
        )
    chiefs = {each.name: each for each in read(connection, basin.river).chiefs}
    assert list(chiefs) == ["总河长", "县河长", "上游镇河长", "前任"]
    assert chiefs["总河长"].is_general
    assert chiefs["县河长"].reach_ids == ()
    assert chiefs["县河长"].answers_for(basin.reach_down)
    assert chiefs["上游镇河长"].reach_ids == (basin.reach_up,)
    assert not chiefs["上游镇河长"].answers_for(basin.reach_down)
    assert (chiefs["前任"].is_current, chiefs["前任"].valid_to) == (False, date(2024, 1, 1))
    assert chiefs["上游镇河长"].level is ChiefLevel.TOWNSHIP


def _stray_division(owner: Connection) -> int:
    """A division that the river doesn't cross."""
    made = owner.execute(
        text("INSERT INTO division (name, level) VALUES ('邻镇', 'township') RETURNING id")
    )
    return int(made.scalar_one())


def test_boards_on_the_banks(database: Database, connection: Connection, basin: SmallBasin) -> None:
    with database.owner.begin() as owner:
        owner.execute(
            text(
                "INSERT INTO notice_board (code, name, reach_id, division_id, chainage_m, bank,"
                " phone, geom) VALUES ('B1', '清河公示牌', :reach, :up, 5000, 'left', '12345',"
                " ST_SetSRID(ST_MakePoint(112.2, 32.75), 4490))"
            ),
            {"reach": basin.reach_up, "up": basin.town_up},
        )
    (board,) = read(connection, basin.river).boards
    assert (board.code, board.phone, board.division) == ("B1", "12345", "上游镇")
    downstream = Scope(divisions=frozenset({DivisionId(basin.town_down)}))
    assert read(connection, basin.river, downstream).boards == ()
