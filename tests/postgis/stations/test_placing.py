"""What the office may do to stations: seen, previewed, added, moved, and who may not."""

from dataclasses import replace
from datetime import date

import pytest
from sqlalchemy import text

from dashboard.frame.auth import set_user
from dashboard.frame.deps import Deps
from dashboard.stations import actions
from dashboard.stations.form import opened_with
from dashboard.stations.form_answers import preview_card
from data import clock
from data.errors import BadInput, Conflict, Forbidden, NotFound, NotSignedIn
from data.placing.stations import PlacementOutcome, StationPlacement, place_station
from data.queries.scope import EVERYTHING
from data.records import StationId
from data.vocabulary import Role, StationKind
from gis.crs import wgs84_to_gcj02
from tests.made.basin import SmallBasin, build_small_basin
from tests.made.database import Database
from tests.made.pages import sign_in

NEW = actions.Filled(
    kind="section", code="N-1", name="新断面", crs="EPSG:4490", lon="112.201", lat="32.7"
)


@pytest.fixture
def basin(database: Database) -> SmallBasin:
    """The river runs south along 112.2, through the upper town and then the lower one."""
    with database.owner.begin() as connection:
        connection.execute(
            text("INSERT INTO account (login, display_name, password_hash) VALUES ('a1', '甲', '')")
        )
        return build_small_basin(connection)


def codes(deps: Deps, search: str = "", kind: str | None = None, page: int = 1) -> list[str]:
    return [each.code for each in actions.list_stations(deps, search, kind, page)[1]]


@pytest.mark.parametrize("day", ["1905-07-18", "0202-03-01", "2206-03-01"])
def test_a_start_that_can_not_be_right_is_refused(
    database: Database, basin: SmallBasin, day: str
) -> None:
    placement = StationPlacement(
        StationKind.SECTION, "N-2", "新断面", 112.201, 32.7,
        started_at=clock.start_of_day(date.fromisoformat(day)),
    )  # fmt: skip
    with database.app.begin() as connection, pytest.raises(BadInput, match=day):
        place_station(connection, placement)


def test_the_list_holds_ones_own_divisions_only(deps: Deps, basin: SmallBasin) -> None:
    sign_in(Role.OFFICE, basin.town_up)
    assert codes(deps) == ["QS-01", "QH-01"]
    sign_in(Role.OFFICE)
    assert codes(deps) == ["QS-01", "QH-01", "PW-01", "QH-02", "JH-01"]


def test_the_list_is_filtered_by_words_and_kind(deps: Deps, basin: SmallBasin) -> None:
    sign_in(Role.OFFICE)
    assert codes(deps, "镜湖") == ["JH-01"]
    assert codes(deps, "qh-") == ["QH-01", "QH-02"]
    assert codes(deps, "%") == []
    assert codes(deps, kind="outfall") == ["PW-01"]
    assert codes(deps, page=2) == []


def test_others_may_not_even_look(deps: Deps, basin: SmallBasin) -> None:
    for role in set(Role) - {Role.OFFICE}:
        sign_in(role)
        with pytest.raises(Forbidden):
            actions.list_stations(deps, "", None, 1)
        with pytest.raises(Forbidden):
            actions.preview_point(deps, NEW)
        with pytest.raises(Forbidden):
            actions.save(deps, NEW)
    set_user(None)
    with pytest.raises(NotSignedIn):
        actions.save(deps, NEW)


def test_a_point_is_previewed_in_the_datum_it_was_given_in(deps: Deps, basin: SmallBasin) -> None:
    sign_in(Role.OFFICE, basin.county, basin.town_up)
    assert actions.preview_point(deps, actions.Filled(lon="112.2", lat=" ")) is None
    lon, lat = wgs84_to_gcj02(112.201, 32.7)
    shifted = replace(NEW, crs="GCJ-02", lon=f"{lon:.8f}", lat=f"{lat:.8f}")
    found = actions.preview_point(deps, shifted)
    assert found
    assert found.allowed
    assert (found.spot.lon, found.spot.lat) == pytest.approx((112.201, 32.7), abs=1e-7)
    assert found.spot.offset_m == pytest.approx(93.7, abs=0.5)
    with pytest.raises(BadInput, match="m away"):
        actions.preview_point(deps, replace(NEW, lon="112.25"))
    spoken = actions.preview_point(deps, replace(NEW, lon="112°12′03.6″", lat="32°42′"))
    assert spoken
    assert spoken.spot.lon == pytest.approx(112.201)


def test_another_station_on_the_spot_is_told_of_to_who_may_see_it(
    deps: Deps, basin: SmallBasin
) -> None:
    sign_in(Role.OFFICE, basin.county, basin.town_up, scope=EVERYTHING)
    saved = actions.save(deps, NEW)
    beside = replace(NEW, code="N-2", lat="32.70007")
    found = actions.preview_point(deps, beside)
    assert found
    assert [(each.code, round(each.metres)) for each in found.near] == [("N-1", 8)]
    card = str(preview_card(found))
    assert "新断面（N-1）距此 8 m" in card
    own = actions.preview_point(deps, NEW, saved.placed.station_id)
    assert own
    assert own.near == ()
    away = actions.preview_point(deps, replace(beside, lat="32.7002"))
    assert away
    assert away.near == ()
    sign_in(Role.OFFICE, basin.county, basin.town_up)
    unseen = actions.preview_point(deps, beside)
    assert unseen
    assert unseen.near == ()


def test_a_place_of_others_is_refused_and_nothing_is_written(deps: Deps, basin: SmallBasin) -> None:
    sign_in(Role.OFFICE, basin.town_up)
    elsewhere = replace(NEW, lat="32.5")
    found = actions.preview_point(deps, elsewhere)
    assert found
    assert not found.allowed
    with pytest.raises(Forbidden):
        actions.save(deps, elsewhere)
    sign_in(Role.OFFICE)
    assert "N-1" not in codes(deps)


def test_a_station_of_others_is_neither_opened_nor_pulled_over(
    deps: Deps, basin: SmallBasin
) -> None:
    sign_in(Role.OFFICE, basin.town_up)
    below = StationId(basin.section_down)
    with pytest.raises(Forbidden):
        actions.choose_station(deps, below)
    with pytest.raises(Forbidden):
        actions.preview_point(deps, NEW, below)
    with pytest.raises(Forbidden):
        actions.save(deps, replace(NEW, code="QH-02"), below, 1)
    with pytest.raises(Conflict) as taken:
        actions.save(deps, replace(NEW, code="QH-02"))
    assert "下游断面" not in str(taken.value)
    with pytest.raises(NotFound):
        actions.choose_station(deps, StationId(10**9))


def test_a_new_station_stands_where_the_preview_said(deps: Deps, basin: SmallBasin) -> None:
    sign_in(Role.OFFICE, basin.town_up)
    given = replace(NEW, target="2", attribute="市控", border=True, interval="3600", name_en="New")
    saved = actions.save(deps, given)
    assert saved.placed.outcome is PlacementOutcome.CREATED
    assert saved.password is None  # there is no broker of ours here
    now = actions.choose_station(deps, saved.placed.station_id)
    assert now.station.chainage_m == pytest.approx(11090, abs=5)
    assert (now.station.target_class, now.attribute, now.is_border) == (2, "市控", True)
    assert now.station.interval.total_seconds() == 3600
    with pytest.raises(Conflict):
        actions.save(deps, replace(given, name="又一个"))
    with deps.engine.connect() as connection:
        logged = connection.execute(text("SELECT account_id, action, object FROM access_log")).all()
    assert [tuple(row) for row in logged] == [(1, "station", "created N-1")]


def test_what_the_form_was_opened_with_changes_nothing(deps: Deps, basin: SmallBasin) -> None:
    sign_in(Role.OFFICE)
    outfall = StationId(basin.outfall)
    with deps.engine.begin() as connection:
        connection.execute(
            text("UPDATE outfall SET grade = '一级A' WHERE station_id = :id"), {"id": outfall}
        )
        connection.execute(
            text(
                "INSERT INTO outfall_limit (station_id, parameter, upper, basis, valid_from)"
                " VALUES (:id, 'cod', 40, '许可证', '2020-01-01')"
            ),
            {"id": outfall},
        )
    now = actions.choose_station(deps, outfall)
    first = actions.save(deps, replace(opened_with(now), name="改名"), outfall, now.version)
    assert first.placed.outcome is PlacementOutcome.UPDATED
    now = actions.choose_station(deps, outfall)
    again = actions.save(deps, opened_with(now), outfall, now.version)
    assert again.placed.outcome is PlacementOutcome.UNCHANGED
    with deps.engine.connect() as connection:
        kept = connection.execute(text("SELECT parameter, upper, valid_to FROM outfall_limit"))
        assert kept.all() == [("cod", 40.0, None)]


def test_a_move_needs_the_version_that_was_looked_at(deps: Deps, basin: SmallBasin) -> None:
    sign_in(Role.OFFICE)
    section = StationId(basin.section_up)
    now = actions.choose_station(deps, section)
    moved = replace(opened_with(now), lat="32.69")
    found = actions.preview_point(deps, moved, section)
    assert found
    assert found.moved_m == pytest.approx(1109, abs=1)
    saved = actions.save(deps, moved, section, now.version)
    assert saved.placed.outcome is PlacementOutcome.MOVED
    assert saved.placed.moved_m == pytest.approx(1109, abs=1)
    with pytest.raises(Conflict, match="in the meantime"):
        actions.save(deps, replace(moved, lat="32.68"), section, now.version)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"kind": "well"}, "what kind"),
        ({"kind": None}, "what kind"),
        ({"lon": ""}, "longitude and latitude"),
        ({"lon": "nan"}, "isn't a number"),
        ({"code": "新"}, "can't be a station's code"),
        ({"name": " "}, "needs a name"),
        ({"name": "长" * 201}, "At most 200"),
        ({"target": "6"}, "isn't a water class"),
        ({"interval": "0"}, "isn't a span of time"),
        ({"crs": "EPSG:2436"}, "can't be turned into CGCS2000"),
        ({"lon": "32.7", "lat": "112.201"}, "swapped"),
    ],
)
def test_what_cannot_be_is_refused(
    deps: Deps, basin: SmallBasin, change: dict[str, str | None], words: str
) -> None:
    sign_in(Role.OFFICE)
    with pytest.raises(BadInput, match=words):
        actions.save(deps, replace(NEW, **change))
