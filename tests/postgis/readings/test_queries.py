"""What the drawers read: stations, evaluations, courses, loads, those who answer, within scope."""

from dataclasses import replace
from datetime import date, timedelta

import numpy as np
import pytest
from sqlalchemy import text

from dashboard.frame.auth import User
from dashboard.frame.deps import Deps
from dashboard.waters import readings_api as readings
from data import clock
from data.clock import Span, UtcDatetime
from data.errors import BadInput, NotFound
from data.people.accounts import add_role, create_account
from data.people.role_grants import RoleGrant
from data.quality.loads import load_kg
from data.queries.people.accounts import account, roles
from data.queries.readings.course import FLAG_CODES, Series, series, thinned
from data.queries.scope import EVERYTHING, Scope
from data.queries.stations.facts import kept_limits, station_facts
from data.queries.stations.outfall import outfall_facts
from data.queries.stations.section import SectionFacts, section_facts
from data.queries.waters.answering import chiefs_of
from data.queries.waters.facts import board_facts, division_facts, lake_facts, reach_facts
from data.queries.waters.file import read_river_file
from data.records import DivisionId, StationId
from data.settings import DashboardSettings, QualitySettings
from data.vocabulary import Compliance, EvaluationState, Flag, Parameter, Role, WaterClass
from tests.made.basin import SmallBasin, build_small_basin
from tests.made.database import Database
from tests.made.readings.courses import CLEAN, hours_before, take_in, unreviewed, wave
from tests.made.readings.messages import NOON, message

NH3N = Parameter.AMMONIA_NITROGEN
WEEK = Span(UtcDatetime(NOON - timedelta(days=7)), UtcDatetime(NOON + timedelta(seconds=1)))
FOUR_HOURS = timedelta(hours=4)


@pytest.fixture
def basin(database: Database) -> SmallBasin:
    with database.owner.begin() as connection:
        return build_small_basin(connection)


def facts_of(database: Database, station: int, now: UtcDatetime = NOON) -> SectionFacts:
    with database.app.connect() as connection:
        kept = station_facts(connection, EVERYTHING, station)
        return section_facts(kept, now, QualitySettings())


def course(database: Database, station: int, span: Span = WEEK, points: int = 2000) -> Series:
    with database.app.connect() as connection:
        return series(connection, station, NH3N, span, FOUR_HOURS, points)


def test_a_section_tells_what_decides_and_by_how_much(
    database: Database, basin: SmallBasin
) -> None:
    values = {**CLEAN, "nh3n": 1.3, "ec": 486}
    take_in(database.ingest, [message("QH-01", NOON, values)], NOON)
    told = facts_of(database, basin.section_up)
    assert told.shown_class is WaterClass.IV
    assert told.first_parameter is NH3N
    rows = {row.parameter: row for row in told.rows}
    assert rows[NH3N].is_deciding
    beyond = rows[NH3N].exceedance
    assert beyond is not None
    assert beyond.multiple == pytest.approx(0.3)
    assert rows[Parameter.DISSOLVED_OXYGEN].low == 5
    assert not rows[Parameter.TOTAL_PHOSPHORUS].is_deciding
    others = [parameter for parameter, _latest in told.others]
    assert others == [
        Parameter.WATER_TEMPERATURE,
        Parameter.TOTAL_NITROGEN,
        Parameter.CONDUCTIVITY,
    ]


def test_a_lake_shows_nitrogen_apart(database: Database, basin: SmallBasin) -> None:
    take_in(database.ingest, [message("JH-01", NOON, {**CLEAN, "tp": 0.02, "tn": 4.0})], NOON)
    told = facts_of(database, basin.section_lake)
    nitrogen = next(row for row in told.rows if row.parameter is Parameter.TOTAL_NITROGEN)
    assert nitrogen.is_separate
    assert nitrogen.water_class is WaterClass.WORSE_THAN_V
    assert told.shown_class is WaterClass.II


def test_partial_and_stale_keep_what_is_known(database: Database, basin: SmallBasin) -> None:
    short = {key: value for key, value in CLEAN.items() if key != "tp"}
    take_in(database.ingest, [message("QH-01", NOON, short), message("QH-02", NOON, CLEAN)], NOON)
    partial = facts_of(database, basin.section_up)
    assert partial.evaluation.state is EvaluationState.PARTIAL
    assert partial.evaluation.missing == (Parameter.TOTAL_PHOSPHORUS,)
    missing = next(row for row in partial.rows if row.parameter is Parameter.TOTAL_PHOSPHORUS)
    assert missing.latest is None
    stale = facts_of(database, basin.section_down, UtcDatetime(NOON + timedelta(hours=33)))
    assert stale.evaluation.state is EvaluationState.STALE
    assert stale.shown_class is WaterClass.II
    assert not any(row.counts for row in stale.rows)


def test_a_course_keeps_its_gaps_and_sets_flags_apart(
    database: Database, basin: SmallBasin
) -> None:
    times = hours_before(NOON, 30)
    messages = wave("QH-01", [*times[:10], *times[20:]])
    messages[4] = message(
        "QH-01", times[4], {**CLEAN, "nh3n": 1.1}, flags={"nh3n": Flag.MAINTENANCE.value}
    )
    take_in(database.ingest, messages, NOON)
    found = course(database, basin.section_up)
    assert len(found) == found.measured_count == 20
    assert found.run.tolist() == [0] * 4 + [-1] + [0] * 5 + [1] * 10
    assert FLAG_CODES[found.flag[4]] is Flag.MAINTENANCE


def test_a_course_ends_before_its_end(database: Database, basin: SmallBasin) -> None:
    take_in(database.ingest, wave("QH-01", hours_before(NOON, 5)), NOON)
    half = Span(UtcDatetime(NOON - timedelta(hours=16)), NOON)
    assert len(course(database, basin.section_up, half)) == 4
    assert len(course(database, basin.section_down, half)) == 0
    too_long = Span(UtcDatetime(NOON - timedelta(days=401)), NOON)
    with pytest.raises(BadInput, match="400"):
        course(database, basin.section_up, too_long)


def test_thinning_keeps_peaks_ends_gaps_and_flags() -> None:
    values = [1.0 + 0.1 * np.sin(each / 9) for each in range(20_000)]
    values[7_777] = 9.9
    rows: list[tuple[int, float, str | None]] = [
        (60 * at + (500_000 if at > 12_000 else 0), v, None) for at, v in enumerate(values)
    ]
    rows[100] = (rows[100][0], 55.0, "D")
    whole = unreviewed(rows, timedelta(seconds=60))
    thin = thinned(whole, 500)
    assert len(thin) <= 500
    assert thin.measured_count == 20_000
    assert thin.value[thin.run >= 0].max() == 9.9
    assert (thin.at_s[0], thin.at_s[-1]) == (whole.at_s[0], whole.at_s[-1])
    assert sorted(set(thin.run.tolist())) == [-1, 0, 1]
    assert bool((np.diff(thin.at_s) > 0).all())


def test_an_outfall_is_judged_by_todays_permit_and_its_load_is_told(
    database: Database, basin: SmallBasin
) -> None:
    with database.owner.begin() as connection:
        for first, last, upper in (("2025-01-01", "2026-05-01", 100), ("2026-05-01", None, 50)):
            connection.execute(
                text(
                    "INSERT INTO outfall_limit (station_id, parameter, upper, basis, valid_from,"
                    " valid_to) VALUES (:id, 'cod', :upper, '许可证', :first, :last)"
                ),
                {"id": basin.outfall, "upper": upper, "first": first, "last": last},
            )
    times = hours_before(NOON, 25, 1)
    values = {"cod": 60.0, "flow": 0.05}
    take_in(database.ingest, [message("PW-01", at, values) for at in times], NOON)
    with database.app.connect() as connection:
        station = station_facts(connection, EVERYTHING, basin.outfall)
        limits = kept_limits(connection, basin.outfall)
        told = outfall_facts(connection, station, limits, NOON, QualitySettings())
    assert len(limits) == 2
    assert [row.limit.high for row in told.rows] == [50]
    assert told.judgement.state is Compliance.EXCEEDING
    assert told.first_parameter is Parameter.COD
    [load] = told.loads
    assert load.day.kg == pytest.approx(load_kg(60.0, 0.05 * 86_400))
    assert load.day.covered_share == pytest.approx(1)
    assert load.month.covered_share == pytest.approx(1 / 30)


def add_chief(database: Database, name: str, level: str, first: str, **where: object) -> None:
    columns = ", ".join(where)
    with database.owner.begin() as connection:
        connection.execute(
            text(
                "WITH known AS (SELECT id FROM person WHERE name = :name), added AS ("
                "INSERT INTO person (name, phone) SELECT :name, '12345' WHERE NOT EXISTS"
                " (SELECT 1 FROM known) RETURNING id)"
                f" INSERT INTO responsibility (person_id, level, valid_from, {columns})"
                f" SELECT id, :level, :first, {', '.join(f':{key}' for key in where)}"
                " FROM (SELECT id FROM known UNION ALL SELECT id FROM added) AS person"
            ),
            {"name": name, "level": level, "first": first, **where},
        )


def test_who_answers_by_level_with_their_stretch(database: Database, basin: SmallBasin) -> None:
    for reach in (basin.reach_up, basin.reach_down):
        add_chief(database, "甲", "county", "2026-01-01", reach_id=reach)
    add_chief(database, "乙", "township", "2026-01-01", reach_id=basin.reach_up)
    add_chief(
        database, "丙", "county", "2024-01-01", reach_id=basin.reach_up, valid_to="2026-01-01"
    )
    add_chief(database, "丁", "county", "2025-01-01", is_general=True, division_id=basin.county)
    add_chief(
        database, "戊", "township", "2025-01-01", river_id=basin.river,
        division_id=basin.town_down,
    )  # fmt: skip
    with database.app.connect() as connection:
        up = chiefs_of(connection, "reach", basin.reach_up, date(2026, 5, 15))
        before = chiefs_of(connection, "reach", basin.reach_up, date(2025, 12, 31))
        down = chiefs_of(connection, "reach", basin.reach_down, date(2026, 5, 15))
    assert [each.name for each in up.now] == ["甲", "乙"]
    assert up.now[0].stretch is not None
    assert (up.now[0].stretch.from_m, up.now[0].stretch.to_m) == (0, 44360)
    assert up.now[1].stretch is not None
    assert up.now[1].stretch.to_m == 22180
    assert [each.name for each in up.general] == ["丁"]
    assert [each.name for each in up.earlier] == ["丙"]
    assert [each.name for each in before.now] == ["丙"]
    assert [each.name for each in down.now] == ["甲", "戊"]


def test_what_lies_outside_the_scope_is_not_found(database: Database, basin: SmallBasin) -> None:
    downstream = Scope(divisions=frozenset({DivisionId(basin.town_down)}))
    border = Scope(stations=frozenset({StationId(basin.section_up)}))
    quality = QualitySettings()
    with database.owner.begin() as connection:
        board = connection.execute(
            text(
                "INSERT INTO notice_board (code, name, reach_id, division_id, geom) VALUES"
                " ('B1', '公示牌', :reach, :town, ST_GeomFromText('POINT(112.2 32.7)', 4490))"
                " RETURNING id"
            ),
            {"reach": basin.reach_up, "town": basin.town_up},
        ).scalar_one()
    with database.app.connect() as connection:
        assert station_facts(connection, downstream, basin.section_down).code == "QH-02"
        assert station_facts(connection, border, basin.section_up).code == "QH-01"
        lake = lake_facts(connection, downstream, basin.lake, NOON, quality)
        assert [each.id for each in lake.stations] == [basin.section_lake]
        for scope in (downstream, border):
            with pytest.raises(NotFound):
                reach_facts(connection, scope, basin.reach_up, NOON, quality)
            with pytest.raises(NotFound):
                board_facts(connection, scope, board)
            with pytest.raises(NotFound):
                division_facts(connection, scope, basin.county)
        with pytest.raises(NotFound):
            station_facts(connection, downstream, basin.section_up)


def test_a_reach_names_the_section_that_decides(database: Database, basin: SmallBasin) -> None:
    take_in(database.ingest, [message("QH-02", NOON, {**CLEAN, "nh3n": 1.3})], NOON)
    with database.app.connect() as connection:
        told = reach_facts(connection, EVERYTHING, basin.reach_down, NOON, QualitySettings())
        other = reach_facts(connection, EVERYTHING, basin.reach_up, NOON, QualitySettings())
    assert told.colour.water_class == 4
    assert told.deciding_section is not None
    assert told.deciding_section.id == basin.section_down
    assert [each.id for each in told.stations] == [basin.outfall, basin.section_down]
    assert other.deciding_section is None
    assert other.downstream_id == basin.reach_down


def test_a_file_leaves_no_row_out(
    database: Database, basin: SmallBasin, monkeypatch: pytest.MonkeyPatch
) -> None:
    at = [UtcDatetime(NOON - timedelta(hours=hours)) for hours in range(3)]
    take_in(database.ingest, [message("QH-01", each, CLEAN) for each in at], NOON)
    deps = Deps(database.app, DashboardSettings(), QualitySettings(), clock.now)
    with database.app.begin() as connection:
        number = create_account(connection, "auditor", "甲", "qing-he-2046-shui")
        add_role(connection, number, RoleGrant(Role.AUDITOR, is_everywhere=True), 1)
        held = roles(connection, [number])[number]
        kept = account(connection, number)
    user = User(replace(kept, must_change_password=False), held, EVERYTHING)
    _facts, text_ = readings.exported(deps, user, basin.section_up, NH3N, WEEK)
    assert len(text_.splitlines()) == 1 + 3
    monkeypatch.setattr(readings, "MOST_ROWS", 2)
    with pytest.raises(BadInput):
        readings.exported(deps, user, basin.section_up, NH3N, WEEK)


def test_of_two_sections_of_a_class_the_worse_one_decides_everywhere(
    database: Database, basin: SmallBasin
) -> None:
    with database.owner.begin() as connection:
        for section in (basin.section_up, basin.section_down):
            connection.execute(
                text("INSERT INTO section_represents (station_id, reach_id) VALUES (:id, :reach)"),
                {"id": section, "reach": basin.reach_up},
            )
    own = [message("QH-01", NOON, {**CLEAN, "nh3n": 1.1})]
    take_in(database.ingest, [*own, message("QH-02", NOON, {**CLEAN, "nh3n": 1.4})], NOON)
    quality = QualitySettings()
    with database.app.connect() as connection:
        told = reach_facts(connection, EVERYTHING, basin.reach_up, NOON, quality)
        file = read_river_file(connection, basin.river, EVERYTHING, now=NOON, quality=quality)
    assert told.deciding_section is not None
    assert told.deciding_section.id == basin.section_down
    decided = file.reaches[0].decided_by
    assert decided is not None
    assert decided.record.id == basin.section_down
    assert told.deciding_section.multiple == pytest.approx(0.4)
