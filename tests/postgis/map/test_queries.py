"""What the map is told: tiles within the scope, colours, strip, change numbers, search."""

from datetime import timedelta

import pytest

from data.clock import UtcDatetime, now
from data.errors import NotFound
from data.queries.change_numbers import READINGS, read_numbers
from data.queries.map.bounds import bounds
from data.queries.map.changes import last_change_no, touched_waters
from data.queries.map.drawn import drawn
from data.queries.map.search import search
from data.queries.map.strip import strip, strip_of, traits_of
from data.queries.map.tiles import LAYERS, tile
from data.queries.scope import EVERYTHING, NOTHING, Scope
from data.queries.stations.standing import boards, stations
from data.queries.waters.colours import colour_of, colours, named_waters, representatives
from data.records import DivisionId
from data.vocabulary import StationKind
from tests.made.basin import SmallBasin, build_small_basin
from tests.made.database import Database
from tests.made.map.newest import tell_class, tell_compliance

HERE = (10, 831, 414)
"""The tile at zoom 10 that holds 112.2° E, 32.5° N."""


@pytest.fixture
def basin(database: Database) -> SmallBasin:
    with database.owner.begin() as connection:
        return build_small_basin(connection)


def upstream_only(basin: SmallBasin) -> Scope:
    return Scope(divisions=frozenset({DivisionId(basin.town_up)}))


def tile_of(database: Database, layers: str, scope: Scope) -> bytes:
    """The tile ``HERE`` as a reader of the scope gets it."""
    with database.app.connect() as connection:
        return tile(connection, layers, HERE, drawn(connection, scope), now())


def test_a_tile_holds_names_and_ids_of_what_may_be_seen(
    database: Database, basin: SmallBasin
) -> None:
    everything = tile_of(database, "all", EVERYTHING)
    assert "清河".encode() in everything
    assert "镜湖".encode() in everything
    assert tile_of(database, "lakes", upstream_only(basin)) == b""
    for layer in ("all", "waters", *LAYERS):
        assert tile_of(database, layer, NOTHING) == b""


@pytest.mark.parametrize(
    ("layer", "place", "basis"),
    [
        ("reaches", (17, 0, 0), "now"),
        ("reaches", (2, 4, 0), "now"),
        ("reaches", (2, 0, -1), "now"),
        ("people", (1, 0, 0), "now"),
        ("reaches", (1, 0, 0), "year"),
    ],
)
def test_what_is_no_tile_is_not_found(
    database: Database, layer: str, place: tuple[int, int, int], basis: str
) -> None:
    with database.app.connect() as connection, pytest.raises(NotFound):
        tile(connection, layer, place, drawn(connection, EVERYTHING), now(), basis)


def test_bounds_are_those_of_the_area(database: Database, basin: SmallBasin) -> None:
    with database.app.connect() as connection:
        assert bounds(connection, EVERYTHING) == pytest.approx((112, 32.4, 112.4, 32.8))
        assert bounds(connection, upstream_only(basin)) == pytest.approx((112, 32.6, 112.4, 32.8))
        assert bounds(connection, NOTHING) is None
        border = Scope(stations=frozenset({basin.section_down}))
        assert bounds(connection, border) == pytest.approx((112.05, 32.35, 112.35, 32.65))


def test_a_neighbour_sees_the_shared_river_and_the_counties_around_and_nothing_on_them(
    database: Database, basin: SmallBasin
) -> None:
    border = Scope(stations=frozenset({basin.section_down}))
    tell_class(database.ingest, basin.section_down, 5)
    shown = {each: tile_of(database, each, border) for each in LAYERS}
    assert shown["reaches"] != b""
    assert shown["reaches"] != tile_of(database, "reaches", EVERYTHING), "without a class"
    assert "清河".encode() in shown["rivers"], "清河 has its name"
    assert shown["divisions"] != b""
    assert shown["lakes"] == shown["places"] == shown["problems"] == b""


def test_a_reach_takes_the_worst_fresh_class(database: Database, basin: SmallBasin) -> None:
    with database.owner.begin() as connection:
        for section in (basin.section_up, basin.section_down):
            connection.exec_driver_sql(
                f"INSERT INTO section_represents VALUES ({section}, {basin.reach_down})"
            )
    tell_class(database.ingest, basin.section_up, 5)
    tell_class(database.ingest, basin.section_down, 2)
    with database.app.connect() as connection:
        told = colours(representatives(connection, EVERYTHING))
        assert told["reach"][str(basin.reach_down)]["cls"] == 5
        assert str(basin.reach_up) not in told["reach"], "its only section stands for another"
        later = UtcDatetime(now() + timedelta(hours=30))
        aged = colours(representatives(connection, EVERYTHING, now=later))
        assert aged["reach"][str(basin.reach_down)]["cls"] == 0
        assert aged["reach"][str(basin.reach_down)]["state"] == "stale"


def test_grey_tells_partial_before_stale_before_none(database: Database, basin: SmallBasin) -> None:
    tell_class(database.ingest, basin.section_up, None, state="partial")
    tell_class(database.ingest, basin.section_down, 4, at=now() - timedelta(hours=40))
    with database.app.connect() as connection:
        told = colours(representatives(connection, EVERYTHING))
        shown = {each.id: each for each in stations(connection, EVERYTHING)}
    assert told["reach"][str(basin.reach_up)]["state"] == "partial"
    assert told["reach"][str(basin.reach_down)]["state"] == "stale"
    assert told["lake"][str(basin.lake)]["state"] == "none"
    assert shown[basin.section_down].shown_class == 0
    assert shown[basin.section_down].water_class == 4, "the last class is kept"
    assert shown[basin.section_down].meets is None
    assert shown[basin.section_down].is_offline


def test_the_strip_counts_what_it_says(database: Database, basin: SmallBasin) -> None:
    tell_class(database.ingest, basin.section_up, 2)
    tell_class(database.ingest, basin.section_down, 4)
    tell_compliance(database.ingest, basin.outfall, "exceeding", multiple=0.4)
    with database.app.connect() as connection:
        told = strip(connection, EVERYTHING)
        assert told == strip_of(traits_of(stations(connection, EVERYTHING)))
        up = strip(connection, upstream_only(basin))
    assert told["sections"] == 3
    assert (told["meets"], told["below"], told["none"], told["exceeding"]) == (1, 1, 1, 1)
    assert told["classes"] == [1, 0, 1, 0, 1, 0, 0]
    assert (told["devices"], told["offline"]) == (4, 1), "the lake's section never reported"
    assert (up["sections"], up["meets"], up["outfalls"]) == (1, 1, 0)


def test_touched_waters_have_the_colours_of_all_their_sections(
    database: Database, basin: SmallBasin
) -> None:
    with database.owner.begin() as connection:
        for section in (basin.section_up, basin.section_down):
            connection.exec_driver_sql(
                f"INSERT INTO section_represents VALUES ({section}, {basin.reach_down})"
            )
    tell_class(database.ingest, basin.section_up, 5)
    tell_class(database.ingest, basin.section_down, 2)
    every = [basin.section_up, basin.section_down, basin.section_lake, basin.outfall]
    with database.app.connect() as connection:
        whole = representatives(connection, EVERYTHING)
        for touched in (every, [basin.section_down], [basin.section_lake], [basin.outfall]):
            found = touched_waters(connection, touched, now())
            expected = representatives(connection, EVERYTHING, touched=touched)
            assert {each.water: each.colour for each in found} == {
                water: colour_of(whole[water]) for water in expected
            }
        (left,) = touched_waters(connection, [], now(), left=[("reach", basin.reach_up)])
    assert (left.colour.water_class, left.colour.section_count) == (0, 0)
    assert left.box == pytest.approx((112.2, 32.6, 112.2, 32.8))


def test_change_numbers_say_what_was_under_way(database: Database, basin: SmallBasin) -> None:
    for section in (basin.section_up, basin.section_down):
        tell_class(database.ingest, section, 2)
    with database.app.connect() as connection:
        seen = last_change_no(connection)
        before = read_numbers(connection, READINGS, seen)
    assert (before.newest, before.rows) == (seen, {})
    with database.ingest.begin() as writing:
        writing.exec_driver_sql(
            "UPDATE latest_reading SET change_no = nextval('latest_reading_change_no')"
            f" WHERE station_id = {basin.section_up}"
        )
        tell_class(database.ingest, basin.section_down, 3)
        with database.app.connect() as connection:
            found = read_numbers(connection, READINGS, seen)
        assert list(found.rows.values()) == [("latest_reading", basin.section_down)]
        assert found.newest == max(found.rows) > seen + 1
        assert found.oldest < found.following
    with database.app.connect() as connection:
        late = read_numbers(connection, READINGS, found.newest, [seen + 1])
    assert late.rows == {seen + 1: ("latest_reading", basin.section_up)}
    assert late.oldest >= found.following, "what was under way has ended"


def test_search_finds_by_name_code_and_part(database: Database, basin: SmallBasin) -> None:
    with database.app.connect() as connection:
        assert [hit["kind"] for hit in search(connection, "清河", EVERYTHING)][:1] == ["river"]
        by_code = search(connection, "qh-02", EVERYTHING)
        assert [hit["id"] for hit in by_code] == [basin.section_down]
        assert by_code[0]["beside"] == "清河"
        assert by_code[0]["bounds"] == pytest.approx([112.2, 32.5, 112.2, 32.5])
        assert [hit["name"] for hit in search(connection, "湖心", EVERYTHING)] == ["镜湖湖心"]
        assert search(connection, "下游断面", upstream_only(basin)) == []
        assert search(connection, "%", EVERYTHING) == []
        assert search(connection, "  ", EVERYTHING) == []
        assert len(search(connection, "-0", EVERYTHING, limit=2)) == 2


def test_kinds_boards_and_names_come_by_scope(database: Database, basin: SmallBasin) -> None:
    with database.owner.begin() as connection:
        connection.exec_driver_sql(
            "INSERT INTO notice_board (code, name, reach_id, geom) VALUES ('GS-1', '清河公示牌',"
            f" {basin.reach_down}, ST_SetSRID(ST_MakePoint(112.2, 32.45), 4490))"
        )
    with database.app.connect() as connection:
        kinds = stations(connection, EVERYTHING, (StationKind.INTAKE,))
        assert [each.id for each in kinds] == [basin.intake]
        assert [each["properties"]["code"] for each in boards(connection, EVERYTHING)] == ["GS-1"]
        assert boards(connection, upstream_only(basin)) == []
        names = [water["name"] for water in named_waters(connection, upstream_only(basin))]
    assert names == ["清河·上游镇段"]
