"""Pages are built from the one kit: lists, dialogs and segmented controls are made in one place."""

import re
from pathlib import Path

import pytest

from tests.running.folders import ROOT

DASHBOARD = ROOT / "dashboard"
SOURCES = ("*.py", "*.js", "*.mjs", "*.html")
KIT = "parts/kit.py"

MADE_IN = {
    r"html\.Select\(|element\(\"select\"|createElement\(\"select\"|<select": set[str](),
    r"dmc\.Modal\(": {KIT},
    r"dmc\.Popover\(": {KIT},
    r"om-pill|om-find": {KIT, "assets/ledger/ledger.js"},
    r"type=\"search\"|dcc\.Input\(|dcc\.Dropdown\(|leftSection=icon\(\"search": {KIT},
    r"dmc\.SegmentedControl\(": {KIT, "map/chart_frame.py"},
    r"element\(\"dialog\"|createElement\(\"dialog\"|html\.Dialog\(|<dialog": {
        "assets/ledger/dialog.mjs",
        "assets/ledger/gallery.mjs",
    },
    r"className=\"(ac-choices|qr-standing)\"": set[str](),
}
"""What is made where; anywhere else it would look and work unlike on other pages.

The choice of days in a chart's head is a smaller one, for a line of 20 px.
"""


def sources() -> list[Path]:
    """Every script, template and module of the dashboard, without the libraries of others."""
    found = {path for kind in SOURCES for path in DASHBOARD.rglob(kind)}
    return sorted(path for path in found if "vendor" not in path.parts)


@pytest.mark.parametrize("pattern", MADE_IN)
def test_a_part_of_pages_is_made_in_the_kit_alone(pattern: str) -> None:
    found = {
        str(path.relative_to(DASHBOARD))
        for path in sources()
        if re.search(pattern, path.read_text("utf-8"))
    }
    assert found == MADE_IN[pattern]
