"""The map of a neighbour, who may see a border section alone."""

from collections.abc import Callable

from playwright.sync_api import expect
from sqlalchemy import text

from data.vocabulary import Role
from tests.fixtures.map import MapPage
from tests.fixtures.served import Served


def test_a_neighbours_map_opens_at_its_section_on_the_shared_river(
    served: Served, map_page: Callable[..., MapPage]
) -> None:
    with served.database.owner.begin() as connection:
        connection.execute(
            text("UPDATE section SET is_border = true WHERE station_id = :id"),
            {"id": served.basin.section_down},
        )
    opened = map_page(served, Role.NEIGHBOUR)
    opened.open()
    expect(opened.page.locator(".dw").get_by_role("heading", level=2)).to_have_text("下游断面")
    drawn = "window.onemap.map.queryRenderedFeatures({layers: ['reaches', 'reach-none']})"
    opened.until(f"{drawn}.length > 0")
    assert opened.wrongs == []
