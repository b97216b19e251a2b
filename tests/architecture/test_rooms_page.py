"""docs/rooms.md is what the subjects, the rooms and the files say today."""

import pytest

from tests.architecture.rooms_page import CHANGES, PAGE, page, room_of
from tests.architecture.subjects import ROOT


def test_an_address_belongs_to_the_room_with_the_longest_rule() -> None:
    names = {
        "/tiles/problems/1/1/1.mvt": "map",
        "/api/v1/problems.xlsx": "ledger",
        "/api/v1/stations/1": "waters",
        "/sign-in": "people",
        "/healthz": "frame",
    }
    rooms = {path: room_of(path) for path in names}
    assert {path: room and room.name for path, room in rooms.items()} == names
    assert room_of("/api/{path:path}") is None


def test_usual_changes_begin_at_files_that_are_there() -> None:
    begun_at = [path for _what, *paths in CHANGES for path in paths]
    assert len(CHANGES) >= 20
    assert [path for path in begun_at if not (ROOT / path).is_file()] == []


def test_the_page_is_what_is_written_today(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ONEMAP_DATABASE__URL", "postgresql+psycopg://nobody@127.0.0.1:1/none")
    renewed = ".venv/bin/python -m tests.architecture.rooms_page"
    assert PAGE.read_text("utf-8") == page(), renewed
