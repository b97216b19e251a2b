"""A station's card on a phone: its menu stands within it, and what stands there is named."""

from playwright.sync_api import Page, expect

from data.vocabulary import Role
from tests.fixtures.desks import Desk

PHONE_PX = 390
EDGE_PX = 8


def test_the_menu_of_a_card_stands_within_it_beside_its_words(desk: Desk) -> None:
    page: Page = desk(Role.OFFICE, "/stations", width=PHONE_PX)
    card = page.locator("#stations-list tbody tr").first
    expect(card).to_be_visible()
    menu, aim = card.locator(".om-kebab"), card.locator(".st-aim")
    around, own, words = (each.bounding_box() for each in (card, menu, aim))
    assert around is not None
    assert own is not None
    assert words is not None
    assert around["x"] + around["width"] - own["x"] - own["width"] >= EDGE_PX - 1
    middle = around["y"] + around["height"] / 2
    assert abs(own["y"] + own["height"] / 2 - middle) <= EDGE_PX
    assert words["x"] + words["width"] <= own["x"] + 1
    named = aim.evaluate("cell => getComputedStyle(cell, '::before').content")
    assert "目标" in named
