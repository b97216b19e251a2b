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


def test_the_bar_names_the_county_of_what_is_open(
    served: Served, map_page: Callable[..., MapPage]
) -> None:
    with served.database.owner.begin() as connection:
        county = connection.execute(
            text(
                "INSERT INTO division (name, level, code)"
                " VALUES ('邻县', 'county', '411382000000') RETURNING id"
            )
        ).scalar_one()
        connection.execute(
            text("UPDATE station SET division_id = :county WHERE id = :id"),
            {"county": county, "id": served.basin.section_down},
        )
        connection.execute(
            text("UPDATE lake SET division_id = :county WHERE id = :id"),
            {"county": county, "id": served.basin.lake},
        )
        connection.execute(
            text(
                "INSERT INTO responsibility (person_id, level, lake_id, valid_from)"
                " VALUES (:person, 'county', :lake, '2026-01-01')"
            ),
            {"person": served.office.persons["chief"], "lake": served.basin.lake},
        )
    opened = map_page(served, Role.CHIEF)
    area = opened.page.locator("#shell-area")
    opened.open(f"/#sel=section:{served.basin.section_down}")
    expect(area).to_have_text("邻县")
    opened.page.locator(".dw").get_by_role("button", name="关闭").first.click()
    expect(area).to_have_text("测试县")
    opened.page.goto(f"{served.url}/lake/{served.basin.lake}")
    expect(area).to_have_text("邻县")
    opened.page.locator("#shell-nav a", has_text="档案").click()
    expect(area).to_have_text("测试县")
    opened.page.go_back()
    expect(area).to_have_text("邻县")
    opened.page.locator("#shell-nav a", has_text="一张图").click()
    expect(area).to_have_text("测试县")
    assert opened.wrongs == []
