"""The picture in the README is the demo county itself; ONEMAP_PICTURES=1 takes it anew."""

import os
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page
from sqlalchemy import text

from dashboard.demo import basin
from data.people.accounts import set_password
from data.records import AccountId
from tests.made.database import Database
from tests.made.people import PASSWORD
from tests.running.dashboard_process import start_server
from tests.running.folders import open_folder

TAKEN_ANEW = "ONEMAP_PICTURES" in os.environ
PICTURE = Path(__file__).parents[2] / "docs" / "images" / "one_map.png"
CLASSES_DRAWN = """told => {
    const drawn = window.onemap.map.queryRenderedFeatures({layers: ["sections"]});
    const classes = new Set(drawn.map(feature => feature.properties.cls).filter(Boolean));
    return told.length === classes.size && told.every(cls => classes.has(cls));
}"""


@pytest.fixture
def demo_county(database: Database) -> Iterator[str]:
    """The address of the app on the made county, whose chief has the tests' password."""
    basin.fill(database.owner, lambda _line: None)
    with database.app.begin() as connection:
        chief = connection.execute(
            text("SELECT id FROM account WHERE login = 'chief'")
        ).scalar_one()
        set_password(connection, AccountId(chief), PASSWORD, must_change=False)
    with open_folder("picture") as folder:
        process, url = start_server(database.urls["app"], folder / "server.log", {})
        yield url
        process.terminate()
        try:
            process.wait(10)
        except subprocess.TimeoutExpired:
            process.kill()


def test_the_demo_county_is_on_the_map_with_its_classes(
    demo_county: str, database: Database, page: Page, tmp_path: Path
) -> None:
    with database.app.begin() as connection:
        below_town = connection.execute(
            text("SELECT id FROM station WHERE code = 'QC-S06'")
        ).scalar_one()
        told = set(
            connection.execute(
                text("SELECT water_class FROM latest_reading WHERE state = 'graded'")
            ).scalars()
        ) - {None}
    page.goto(f"{demo_county}/sign-in")
    page.fill("input[name=login]", "chief")
    page.fill("input[name=password]", PASSWORD)
    page.press("input[name=password]", "Enter")
    page.wait_for_function("() => window.onemap && window.onemap.ready")
    page.wait_for_function(CLASSES_DRAWN, arg=sorted(told))
    assert len(told) >= 4, "the county shows good water and bad"
    page.evaluate(
        "id => dash_clientside.set_props('one-map-selection', {data: {kind: 'section', id}})",
        below_town,
    )
    page.get_by_role("heading", name="城关下").wait_for()
    page.locator(".js-plotly-plot .main-svg").first.wait_for()
    page.wait_for_function("() => window.onemap.map.loaded() && !window.onemap.map.isMoving()")
    picture = PICTURE if TAKEN_ANEW else tmp_path / "one_map.png"
    page.wait_for_timeout(1500)
    page.screenshot(path=picture)
    assert picture.stat().st_size > 50_000
    assert PICTURE.exists(), "the README shows it"
