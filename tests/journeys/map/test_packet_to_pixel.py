"""One reading's whole way: a device's packet becomes the colour of a reach on an open map."""

from collections.abc import Callable
from pathlib import Path

import orjson
from playwright.sync_api import Page, Route

from data.clock import BUSINESS_ZONE, now
from data.settings import MqttSettings
from data.vocabulary import Role
from ingest.broker.mosquitto import Broker
from ingest.transport.publisher import Publisher
from tests.fixtures.broker import INGEST_PASSWORD
from tests.fixtures.map import row_of
from tests.fixtures.served import Served
from tests.running.ingest_process import ingest_process
from tests.running.pages import until_in_page

CLEAN = {"ph": 7.4, "do": 8.1, "codmn": 3.2, "nh3n": 0.21, "tp": 0.06}
FOUL = {"ph": 7.4, "do": 6.8, "codmn": 5.2, "nh3n": 2.6, "tp": 0.18}


def reading(values: dict[str, float]) -> bytes:
    return orjson.dumps({"time": now().astimezone(BUSINESS_ZONE).isoformat(), "values": values})


def sign_in(page: Page, served: Served, role: Role) -> None:
    page.goto(f"{served.url}/sign-in")
    page.fill("input[name=login]", served.logins[role])
    page.fill("input[name=password]", served.password)
    page.press("input[name=password]", "Enter")
    until_in_page(page, "() => window.onemap?.ready")


def refuse_strangers(page: Page, own: str) -> list[str]:
    """Every address asked for beyond our own; such a request is cut off."""
    strange: list[str] = []

    def look(route: Route) -> None:
        if route.request.url.startswith((own, "blob:", "data:")):
            route.continue_()
        else:
            strange.append(route.request.url)
            route.abort()

    page.route("**/*", look)
    return strange


def await_class(page: Page, reach: int, water_class: int) -> None:
    until_in_page(page, f"() => {row_of('reaches', reach)}?.cls === {water_class}")


def test_a_packet_becomes_a_pixel(
    served: Served,
    broker: Broker,
    device: Callable[[str], str],
    page: Page,
    tmp_path: Path,
) -> None:
    strange = refuse_strangers(page, served.url)
    errors: list[str] = []
    page.on("pageerror", lambda error: errors.append(str(error)))
    password = device("QH-01")
    settings = MqttSettings(host="127.0.0.1", port=broker.port)
    log = tmp_path / "ingest.log"
    with ingest_process(broker, INGEST_PASSWORD, served.database.urls["ingest"], log):
        sign_in(page, served, Role.CHIEF)
        section = Publisher(settings, "QH-01", password)
        section.publish("onemap/v1/QH-01/reading", reading(CLEAN))
        await_class(page, served.basin.reach_up, 2)
        loaded = page.evaluate("() => performance.timeOrigin")
        section.publish("onemap/v1/QH-01/reading", reading(FOUL))
        await_class(page, served.basin.reach_up, 6)
        assert page.evaluate("() => performance.timeOrigin") == loaded, "the page was reloaded"
        done = section.finish()
    assert (done.acknowledged, done.refused) == (2, 0)
    assert strange == []
    assert errors == []


def test_a_device_can_not_write_for_another_station(
    served: Served, broker: Broker, device: Callable[[str], str], page: Page, tmp_path: Path
) -> None:
    password, other = device("QH-02"), device("PW-01")
    settings = MqttSettings(host="127.0.0.1", port=broker.port)
    log = tmp_path / "ingest.log"
    with ingest_process(broker, INGEST_PASSWORD, served.database.urls["ingest"], log):
        sign_in(page, served, Role.OFFICE)
        intruder = Publisher(settings, "PW-01", other)
        intruder.publish("onemap/v1/QH-02/reading", reading(FOUL))
        assert intruder.finish().refused == 1
        rightful = Publisher(settings, "QH-02", password)
        rightful.publish("onemap/v1/QH-02/reading", reading(CLEAN))
        await_class(page, served.basin.reach_down, 2)
        rightful.finish()
