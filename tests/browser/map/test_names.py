"""Names on the one map: a river's once in the view, a seat's at one side whatever changes."""

from collections.abc import Callable

from sqlalchemy import text

from tests.fixtures.map import MapPage, row_of
from tests.fixtures.served import Served
from tests.made.map.newest import tell_class

NAMES = (
    "window.onemap.map.queryRenderedFeatures({layers: ['river-names']})"
    ".map(({properties: p}) => p.name).sort()"
)
SEAT = (
    "window.onemap.map.querySourceFeatures('names').filter(({properties: p}) => p.what === 'seat')"
    ".map(({properties: p}) => [p.name, p.side])"
)

LAID_OUT = (
    "window.onemap.map.loaded() && window.onemap.map.areTilesLoaded()"
    " && !window.onemap.app.scene.beside.isAsked"
)


def test_a_rivers_name_stands_once_in_the_view_also_when_the_map_moves(
    served: Served, map_page: Callable[..., MapPage]
) -> None:
    opened = map_page(served)
    opened.open("/#map=10.5/32.6/112.2")
    opened.until(f"{NAMES}.includes('清河')")
    for zoom, lat in ((10.5, 32.62), (12, 32.6), (13, 32.66)):
        opened.tell(f"map.jumpTo({{zoom: {zoom}, center: [112.2, {lat}]}})")
        opened.until(f"window.onemap.map.areTilesLoaded() && {NAMES}.includes('清河')")
        names = opened.page.evaluate(f"() => {NAMES}")
        assert names == sorted(set(names)), zoom
    assert opened.wrongs == []


def test_a_seats_name_keeps_its_side_when_a_class_changes(
    served: Served, map_page: Callable[..., MapPage]
) -> None:
    tell_class(served.database.ingest, served.basin.section_down, 2)
    with served.database.owner.begin() as connection:
        connection.execute(
            text(
                "INSERT INTO place (name, level, is_seat, geom) VALUES ('清河县', 'county', 3,"
                " ST_SetSRID(ST_MakePoint(112.199, 32.5), 4490))"
            )
        )
    opened = map_page(served)
    opened.open("/#map=11/32.5/112.2")
    opened.until(f"{LAID_OUT} && {SEAT}.length === 1")
    before = opened.page.evaluate(f"() => {SEAT}")
    assert before[0][0] == "清河县"
    opened.until("window.onemap.app.live.source?.readyState === 1")
    tell_class(served.database.ingest, served.basin.section_down, 6)
    opened.until(f"{row_of('sections', served.basin.section_down)}?.cls === 6")
    opened.until(LAID_OUT)
    assert opened.page.evaluate(f"() => {SEAT}") == before
    assert opened.wrongs == []
