"""Measures the first map against an empty page of Dash that is served in the same way.

``./onemap [--dir FOLDER] bench map [--rounds 5] [--json]`` opens the map of the made county, and of
the nation in the folder of a national demo that doesn't run, in fresh profiles of Chromium that
draws in software, in turns with an empty page: the same server, packing and addresses that are
kept, and Dash alone. A relay before each server counts requests and bytes, those of the map's
workers too. A map without anything on it ends the run. Exits with 1 when a goal is missed.
"""

import argparse
import json
import os
import statistics
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlsplit

import dash
from dash import html
from fastapi import FastAPI
from playwright.sync_api import Browser, BrowserContext, sync_playwright

from benchmarks.rig.counting_relay import CountingRelay, Passed
from benchmarks.rig.map_tiles_ground import nation_token, national_database
from benchmarks.rig.private_database import county_database
from dashboard.frame.files import pack_answers
from dashboard.frame.index_page import Frame
from data.database import engine
from data.errors import BadInput
from tests.contract import county
from tests.fixtures.browser import FLAGS
from tests.made.database import Database
from tests.running.dashboard_process import running_dashboard
from tests.running.pages import until_in_page

EMPTY_APP: Final = "benchmarks.map_first:empty_app"
COUNTY_APP: Final = "tests.contract.county:app"
ADDED: Final = ("/dash_ag_grid/", "/dash_mantine_components/")
WIDTHS: Final = {390: 844, 1440: 900}
RATIO: Final = {390: 2.8, 1440: 3.5}
QUIET_MS: Final = 1500
"""For so long nothing may be drawn any more before a map counts as finished."""

WATCHED: Final = """
window.seen = { shift: 0, frames: [], empty: null, paint: null };
new PerformanceObserver((list) => {
  for (const each of list.getEntries()) if (!each.hadRecentInput) seen.shift += each.value;
}).observe({ type: "layout-shift", buffered: true });
new PerformanceObserver((list) => {
  for (const each of list.getEntries()) seen.paint ??= each.startTime;
}).observe({ type: "paint", buffered: true });
new MutationObserver(() => {
  if (seen.empty === null && document.getElementById("empty-page")) seen.empty = performance.now();
}).observe(document, { childList: true, subtree: true });
const clear = WebGL2RenderingContext.prototype.clear;
let now = null;
WebGL2RenderingContext.prototype.clear = function (...parts) {
  if (now === null) {
    now = performance.now();
    seen.frames.push(now);
    requestAnimationFrame(() => { now = null; });
  }
  return clear.apply(this, parts);
};
"""
FINISHED: Final = f"""(() => {{
  const marks = performance.getEntriesByName("onemap-idle");
  const last = seen.frames.at(-1);
  const isDrawn = marks.length > 0 && last !== undefined && performance.now() > last + {QUIET_MS};
  return isDrawn && Boolean(window.onemap?.map);
}})()"""
SEEN: Final = """(() => {
  const [made, idle] = ["made", "idle"].map(
    (name) => performance.getEntriesByName(`onemap-${name}`)[0].startTime);
  return {
    made, idle, paint: seen.paint, shift: seen.shift, drawn: seen.frames.length,
    redraws: seen.frames.filter((at) => at <= idle).length,
    things: window.onemap.map.queryRenderedFeatures().length,
  };
})()"""


@dataclass
class Visit:
    """One opening of the map: milliseconds since it was asked for, and what passed."""

    paint: float
    made: float
    idle: float
    redraws: int
    drawn: int
    shift: float
    things: int
    passed: Passed
    again: Passed


def empty_app() -> FastAPI:
    """An empty page of Dash, packed and kept as ours: a factory for uvicorn."""
    server = FastAPI()
    app = Empty("empty", server=server, backend="fastapi", assets_ignore=".*", title="Empty")
    app.backend.websocket_capability = False
    app.layout = html.Div(id="empty-page")
    pack_answers(server)
    return server


class Empty(Frame):
    """Dash as it comes, without the packages that our program adds to its process."""

    def interpolate_index(self, *_parts: str, **named: str) -> str:
        """Returns Dash's own document."""
        return dash.Dash.interpolate_index(self, **named)

    def _generate_scripts_html(self) -> str:
        tags = dash.Dash._generate_scripts_html(self).split("\n")
        return "\n".join(tag for tag in tags if not any(each in tag for each in ADDED))


@contextmanager
def profile(browser: Browser, width: int, url: str, token: str = "") -> Iterator[BrowserContext]:
    """A fresh profile, signed in by the token, that watches what its pages do."""
    context = browser.new_context(
        viewport={"width": width, "height": WIDTHS[width]}, locale="zh-CN", is_mobile=width < 768
    )
    context.add_init_script(WATCHED)
    if token:
        context.add_cookies([{"name": "onemap_session", "value": token, "url": url}])
    yield context
    context.close()


def empty_ms(browser: Browser, relay: CountingRelay, width: int) -> float:
    """Returns after how many milliseconds the empty page is there."""
    with profile(browser, width, relay.url) as context:
        page = context.new_page()
        page.goto(relay.url)
        until_in_page(page, "seen.empty !== null")
        return float(page.evaluate("seen.empty"))


def visit(browser: Browser, relay: CountingRelay, width: int, token: str) -> Visit:
    """Returns what one opening of the map takes, and what a second one asks for."""
    relay.begin()
    with profile(browser, width, relay.url, token) as context:
        page = context.new_page()
        page.goto(relay.url)
        until_in_page(page, FINISHED)
        seen: dict[str, Any] = page.evaluate(SEEN)
        first = relay.passed
        page.close()
        relay.begin()
        again = context.new_page()
        again.goto(relay.url)
        until_in_page(again, FINISHED)
        if not seen["things"]:
            raise BadInput("The map shows nothing, and an empty map is quick.")
        return Visit(**seen, passed=first, again=relay.passed)


def rounds(
    browser: Browser, url: str, empty: str, token: str, count: int
) -> Iterator[dict[str, Any]]:
    """Yields for each width the medians of the rounds and their ratios; all in turns."""
    with CountingRelay(port_of(url)) as map_relay, CountingRelay(port_of(empty)) as empty_relay:
        for width in WIDTHS:
            visit(browser, map_relay, width, token)  # what is packed or made at first is kept now
            empty_ms(browser, empty_relay, width)
            pairs = [
                (empty_ms(browser, empty_relay, width), visit(browser, map_relay, width, token))
                for _round in range(count)
            ]
            yield {"width": width, **summary(pairs)}


def summary(pairs: Sequence[tuple[float, Visit]]) -> dict[str, Any]:
    """Returns the medians of what was measured; ratios are taken within a round."""
    visits = [each for _empty, each in pairs]

    def median(name: str) -> float:
        return round(statistics.median(getattr(each, name) for each in visits), 3)

    last = visits[-1]
    return {
        "empty_ms": round(statistics.median(empty for empty, _each in pairs)),
        "ratio": round(statistics.median(each.idle / empty for empty, each in pairs), 2),
        "made_ratio": round(statistics.median(each.made / empty for empty, each in pairs), 2),
        **{f"{name}_ms": round(median(name)) for name in ("paint", "made", "idle")},
        "redraws": median("redraws"),
        "drawn": median("drawn"),
        "shift": max(each.shift for each in visits),
        "passed": asdict(last.passed),
        "again": asdict(last.again),
    }


def missed(line: dict[str, Any]) -> list[str]:
    """Returns the goals that a line of figures misses."""
    most = {
        "ratio": 4.0 if line["scale"] == "national" else RATIO[line["width"]],
        "made_ratio": 1.7,
        "redraws": 5,
        "shift": 0.02,
    }
    passed = {
        "kB": (line["passed"]["received"] / 1000, 1050),
        "requests": (line["passed"]["requests"], 32),
        "kB of a second visit": (line["again"]["received"] / 1000, 30),
    }
    found = {name: (line[name], limit) for name, limit in most.items()} | passed
    return [
        f"{line['scale']} {line['width']}: {name} {value:g} > {limit:g}"
        for name, (value, limit) in found.items()
        if value > limit
    ]


def port_of(url: str) -> int:
    """Returns the port of an address of ours."""
    return urlsplit(url).port or 80


@contextmanager
def opened(database: Database, folder: Path) -> Iterator[tuple[Browser, str]]:
    """A browser, and where an empty page is served."""
    with (
        running_dashboard(database.urls["app"], folder / "empty.log", {}, EMPTY_APP) as empty,
        sync_playwright() as playwright,
    ):
        yield playwright.chromium.launch(executable_path="/usr/bin/chromium", args=FLAGS), empty


def measure(count: int, national: Path | None) -> list[dict[str, Any]]:
    """Returns the figures of each scale and width, of so many rounds."""
    lines: list[dict[str, Any]] = []
    with county_database() as (database, folder), opened(database, folder) as (browser, empty):
        with running_dashboard(database.urls["app"], folder / "map.log", {}, COUNTY_APP) as url:
            token = county.sign_in(url, "office")
            figures = rounds(browser, url, empty, token, count)
            lines += ({"scale": "county", **each} for each in figures)
        if national:
            with (
                national_database(national) as cluster,
                running_dashboard(cluster.url("app"), folder / "national.log", {}) as url,
            ):
                owner = engine(cluster.url("owner"))
                figures = rounds(browser, url, empty, nation_token(owner), count)
                lines += ({"scale": "national", **each} for each in figures)
                owner.dispose()
    return lines


def main(given: Sequence[str] | None = None) -> int:
    """Prints the figures; returns 1 where a goal is missed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--folder", type=Path, help="of a national demo that doesn't run")
    parser.add_argument("--json", action="store_true")
    chosen = parser.parse_args(given)
    lines = measure(chosen.rounds, chosen.folder)
    load = round(os.getloadavg()[0], 1)
    over = [each for line in lines for each in missed(line)]
    if chosen.json:
        print(json.dumps({"load": load, "map": lines, "missed": over}))
    else:
        for line in lines:
            print(" ".join(f"{name}={value}" for name, value in line.items()))
        print(f"load {load}", *over, sep="\n")
    return int(bool(over))


if __name__ == "__main__":
    sys.exit(main())
