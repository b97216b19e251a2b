"""What stands over the one map in Chromium: five counts, never cut, and a legend of every mark."""

from collections.abc import Callable

import pytest

from data.vocabulary import Role
from tests.fixtures.map import MapPage
from tests.fixtures.served import Served

MapOf = Callable[..., MapPage]
WIDTHS = (1440, 1366, 1280, 1024, 820, 390)

LONGEST = """() => {
  const put = (selector, text) => {
    for (const each of document.querySelectorAll(selector)) each.textContent = text;
  };
  for (const each of document.querySelectorAll(".mp-kv")) each.classList.remove("mp-skeleton");
  put("[data-told=overdue]", "128");
  put("[data-told=waiting]", "86");
  put("[data-count=meets]", "100%");
}"""

CUT = """(withDrawer) => {
  document.getElementById("one-map-page").classList.toggle("mp-with-drawer", withDrawer);
  const strip = document.getElementById("one-map-strip");
  const seen = (each) => each.checkVisibility() && getComputedStyle(each).clipPath === "none";
  const cut = [...strip.querySelectorAll(".mp-kl, .mp-kb, .mp-kv, .mp-ks")].filter(seen)
    .filter((each) => {
      const cell = each.closest(".mp-kp").getBoundingClientRect();
      const text = document.createRange();
      text.selectNodeContents(each);
      const { left, right } = text.getBoundingClientRect();
      return left < cell.left || right > cell.right;
    }).map((each) => each.textContent);
  const input = document.getElementById("one-map-search-input");
  const probe = document.createElement("span");
  const { font, fontSize, fontFamily, fontWeight } = getComputedStyle(input);
  Object.assign(probe.style, { position: "fixed", whiteSpace: "pre", font, fontSize, fontFamily,
    fontWeight });
  probe.textContent = input.placeholder;
  document.body.append(probe);
  if (probe.getBoundingClientRect().width > input.clientWidth + 1) cut.push(input.placeholder);
  probe.remove();
  const last = strip.lastElementChild.getBoundingClientRect().right;
  if (last > strip.getBoundingClientRect().right && strip.scrollWidth <= strip.clientWidth)
    cut.push("the strip hides what it doesn't scroll to");
  return cut;
}"""

OUT_OF_SIGHT = """() => {
  const legend = document.getElementById("one-map-legend").getBoundingClientRect();
  const page = document.getElementById("one-map-page").getBoundingClientRect();
  return [...document.querySelectorAll("#one-map-legend .mp-lg")].filter((each) => {
    const box = each.getBoundingClientRect();
    return !each.checkVisibility() || box.left < legend.left || box.right > legend.right
      || legend.top < page.top || legend.right > page.right || legend.bottom > page.bottom;
  }).map((each) => each.textContent);
}"""


@pytest.mark.parametrize("language", ["zh", "en"])
def test_nothing_on_the_strip_or_in_the_search_box_is_cut_at_any_width(
    shared_served: Served, map_page: MapOf, language: str
) -> None:
    opened = map_page(shared_served, Role.OFFICE, language)
    opened.open("/#map=11.5/32.47/112.2&off=")
    opened.until("document.querySelector('[data-told=overdue]').textContent")
    opened.page.evaluate(LONGEST)
    for width in WIDTHS:
        opened.page.set_viewport_size({"width": width, "height": 800})
        opened.until(f"innerWidth === {width} && document.querySelector('.mp-search').clientWidth")
        for with_drawer in (False, True):
            assert opened.page.evaluate(CUT, with_drawer) == [], (width, with_drawer)
    assert opened.wrongs == []


def test_the_strip_has_five_counts_what_waits_and_is_overdue_first(
    shared_served: Served, map_page: MapOf
) -> None:
    opened = map_page(shared_served, Role.OFFICE)
    opened.open()
    page = opened.page
    cells = page.locator("#one-map-strip .mp-kp")
    assert cells.locator(".mp-kl").all_inner_texts() == [
        "待我处理",
        "逾期未销号",
        "断面达标率",
        "未达标断面",
        "超标排污口",
    ]
    assert cells.nth(0).get_attribute("href") == "/ledger?view=waiting"
    for name in ("unsure", "offline"):
        page.click(f"#one-map-panel [data-filter={name}]")
        opened.until(f"location.hash.includes('filter={name}')")
        assert page.get_attribute(f"[data-filter={name}]", "aria-pressed") == "true"
    assert page.get_attribute("#one-map-panel a.mp-also", "href") == "/ledger?view=new"
    assert opened.wrongs == []


def test_the_legend_holds_every_mark_folded_where_there_is_little_room(
    shared_served: Served, map_page: MapOf
) -> None:
    opened = map_page(shared_served, Role.OFFICE)
    opened.open("/#map=11.5/32.47/112.2")
    page = opened.page
    button = page.locator("[data-map-action=legend]")
    page.set_viewport_size({"width": 1440, "height": 900})
    opened.until("document.querySelector('.mp-lgb').ariaExpanded === 'true'")
    assert page.evaluate(OUT_OF_SIGHT) == []
    words = "".join(page.locator(".mp-marks .mp-lg").all_inner_texts())
    assert all(word in words for word in ("4/5", "–", "取水口", "逾期", "临期", "暂停"))
    assert "5 项中 4 项有数" in str(
        page.locator(".mp-lg:has(.mp-mark-part)").get_attribute("title")
    )
    for width, section in ((1366, shared_served.basin.section_up), (390, None)):
        page.set_viewport_size({"width": width, "height": 768})
        if section:
            opened.tell(f"app.choose({{kind: 'section', id: {section}}})")
            opened.until("document.querySelector('.mp-with-drawer')")
        opened.until("document.querySelector('.mp-lgb').ariaExpanded === 'false'")
        assert page.is_hidden("#one-map-marks")
        button.click()
        opened.until("document.querySelector('.mp-lgb').ariaExpanded === 'true'")
        assert page.evaluate(OUT_OF_SIGHT) == [], width
        button.click()
        if section:
            opened.tell("app.choose(null); app.fold(true)")
    assert opened.wrongs == []


def test_every_class_of_a_nation_has_its_share_of_the_bar(
    shared_served: Served, map_page: MapOf
) -> None:
    opened = map_page(shared_served, Role.OFFICE)
    opened.open()
    opened.tell(
        "app.panel.showSpread({classes: [808, 896, 4160, 3924, 1204, 640, 392], sections: 12024})"
    )
    bars = {
        str(bar.get_attribute("title")): round((bar.bounding_box() or {"width": 0})["width"])
        for bar in opened.page.locator("#one-map-panel .mp-bar").all()
    }
    assert list(bars) == [
        "Ⅰ 896",
        "Ⅱ 4160",
        "Ⅲ 3924",
        "Ⅳ 1204",
        "Ⅴ 640",
        "劣Ⅴ 392",
        "无数据 808",
    ]
    assert all(width >= 16 for width in bars.values()), bars
    assert bars["Ⅱ 4160"] > 2 * bars["Ⅳ 1204"]
