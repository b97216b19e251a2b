"""Where a report lies: the place chosen last counts; one not yet named is asked for again."""

import re
from contextlib import suppress
from pathlib import Path

from playwright.sync_api import BrowserContext, Error, Page, Route, expect

from tests.fixtures.map import fail_tiles_once
from tests.fixtures.report_form import LAT, LON, SAID, form, until_kept
from tests.fixtures.served import Served
from tests.running.pages import PATIENCE_S, until_in_page, until_map_is_gone
from tests.running.waiting import shared, until

MORE = "写了很久的描述，比先前的长。"
LATE = """
const ask = navigator.geolocation.getCurrentPosition.bind(navigator.geolocation);
window.answers = [];
navigator.geolocation.getCurrentPosition = (found, ...more) =>
    ask((place) => window.answers.push(() => found(place)), ...more);
"""
"""The device's answers come when the test lets them."""


def open_form(phone: BrowserContext, served: Served) -> Page:
    """The form with its map drawn, a kind and a text; the device answers late."""
    phone.add_init_script(LATE)
    page = form(phone, served)
    until_in_page(page, "() => window.onemap_report_map?.loaded()")
    return page


def press_map(page: Page, lon: float, lat: float) -> None:
    """A finger on the map, there."""
    page.evaluate(
        "place => { window.onemap_report_map.jumpTo({ center: place, zoom: 14 }); }", [lon, lat]
    )
    page.locator(".rp-map canvas").click()


def type_place(page: Page, lon: float, lat: float) -> None:
    """The place given by its coordinates."""
    typed = page.locator("details.rp-typed")
    if typed.get_attribute("open") is None:
        typed.locator("summary").click()
    line = typed.locator(".rp-line").last
    line.get_by_label("经度").fill(str(lon))
    line.get_by_label("纬度").fill(str(lat))
    line.get_by_role("button").last.click()


def answer(page: Page, nth: int) -> None:
    """Lets the device answer the press with that number, counted from zero."""
    until_in_page(page, "nth => Boolean(window.answers[nth])", nth)
    page.evaluate("nth => window.answers[nth]()", nth)


def until_two(page: Page, uploads: list[Route]) -> None:
    """Until two photos are on their way."""

    def are() -> bool:
        page.wait_for_timeout(25)
        return len(uploads) > 1

    until(are, patience_s=shared(PATIENCE_S))


def test_a_place_chosen_since_wins_and_a_form_that_was_left_writes_nothing(
    phone: BrowserContext, shared_served: Served, photo_file: Path
) -> None:
    page = open_form(phone, shared_served)
    placed, device = page.locator(".rp-form .rp-placed"), page.locator(".rp-place .pd-device")
    locate = page.get_by_role("button", name="使用本机定位")
    locate.click()
    expect(device).to_have_text("正在定位")
    press_map(page, LON, 32.7)
    expect(placed).to_contain_text("32.70000")
    expect(device).to_be_hidden()
    answer(page, 0)
    locate.click()
    answer(page, 1)
    expect(placed).to_contain_text(f"{LAT:.5f}")
    expect(placed).to_contain_text("精度 ±6 m")
    page.fill("#rp-description", SAID)
    type_place(page, LON, 32.7)
    expect(placed).to_contain_text("32.70000")
    until_kept(page, SAID, where="清河 K")
    uploads: list[Route] = []

    def hold(route: Route) -> None:
        uploads.append(route)

    page.route("**/api/v1/photos", hold)
    page.set_input_files(".pd-file", photo_file)
    locate.click()
    canvas = page.wait_for_selector(".rp-map canvas")
    page.locator(".pb-way a").first.click()
    expect(page.locator(".rp-form")).to_have_count(0)
    assert canvas
    until_map_is_gone(page, canvas)
    answer(page, 2)
    page.go_back()
    expect(page.locator("#rp-description")).to_have_value(SAID)
    expect(placed).to_contain_text("32.70000")
    page.fill("#rp-description", MORE)
    until_two(page, uploads)
    uploads[1].continue_()
    expect(page.locator(".pd-photo.kept")).to_have_count(1)
    with suppress(Error):  # of the form that was left, which sends nothing any more
        uploads[0].continue_()
        uploads[0].request.response()
    until_kept(page, MORE, where="清河 K")
    page.reload()
    expect(page.locator("#rp-description")).to_have_value(MORE)


def test_a_place_that_could_not_be_asked_about_is_asked_for_again(
    phone: BrowserContext, shared_served: Served
) -> None:
    page = open_form(phone, shared_served)
    placed, status = page.locator(".rp-form .rp-placed"), page.locator(".rp-place .pd-said")
    type_place(page, LON, 32.7)
    expect(placed).to_contain_text("32.70000")
    phone.set_offline(True)
    type_place(page, LON, 32.69)
    expect(status).to_contain_text("未能向服务器查询该位置")
    expect(placed).to_be_hidden()
    phone.set_offline(False)
    expect(placed).to_contain_text("32.69000")
    expect(status).to_be_hidden()
    page.get_by_role("button", name=re.compile("^乱堆")).click()
    page.fill("#rp-description", "断网时点选。")
    page.route(re.compile("_dash-update-component"), lambda route: route.abort())
    type_place(page, LON, 32.68)
    page.locator(".rp-submit").click()
    expect(page.locator(".rp-foot .pd-refused")).to_contain_text("未能向服务器查询该位置")
    page.unroute_all()
    expect(placed).to_contain_text("32.68000")  # by itself, though no network came back
    with page.expect_request("**/api/v1/problems") as sent:
        page.locator(".rp-submit").click()
    body = sent.value.post_data_json
    assert body
    assert round(body["place"]["y"], 3) == 32.68
    expect(page.locator(".rp-done")).to_be_visible()


def test_a_small_map_whose_tiles_failed_asks_for_them_again(
    phone: BrowserContext, shared_served: Served
) -> None:
    fail_tiles_once(phone)
    page = form(phone, shared_served)
    until_in_page(page, "() => window.onemap_report_map?.queryRenderedFeatures().length")
