"""A photo too large for the server is made smaller by the page, and keeps what its camera wrote."""

from pathlib import Path
from typing import Any, Final

import pytest
from playwright.sync_api import BrowserContext, expect
from sqlalchemy import text

from tests.fixtures.report_form import LAT, LON, form
from tests.fixtures.served import Served
from tests.made.ledger.pictures import drawn, exif, saved

TOO_LARGE = 26 * 2**20
TAGS: Final = {
    "lon": LON,
    "lat": LAT,
    "bearing": 40,
    "clock": "2026:11:09 08:45:00",
    "offset": "+08:00",
    "gps_day": "2026:11:09",
    "gps_time": (0, 45, 1),
}


def stored(served: Served, count: int) -> list[dict[str, Any]]:
    """The facts of the photos that were kept last."""
    query = text("""
        SELECT mime, width, height, exif_lon, exif_lat, exif_bearing, exif_clock, exif_gps_at
        FROM photo ORDER BY id DESC LIMIT :count
        """)
    with served.database.owner.connect() as connection:
        return [dict(row) for row in connection.execute(query, {"count": count}).mappings()]


def made_too_large(folder: Path, kind: str, orientation: int | None = None) -> Path:
    """A photo with bytes behind its end, which every reader passes over."""
    tags = exif(**TAGS, orientation=orientation)
    file = folder / f"photo.{kind.lower()}"
    photo = saved(drawn(len(kind), 960, 720), kind, tags)
    file.write_bytes(photo.ljust(TOO_LARGE, b"\0"))
    return file


def test_place_direction_and_time_survive_that_a_photo_is_made_smaller(
    phone: BrowserContext, shared_served: Served, tmp_path: Path
) -> None:
    kinds = (("JPEG", 6), ("PNG", None), ("WEBP", None))
    files = [made_too_large(tmp_path, kind, orientation) for kind, orientation in kinds]
    page = form(phone, shared_served)
    page.set_input_files(".pd-file", files)
    expect(page.locator(".pd-photo.kept .pd-state")).to_contain_text(["已缩小"] * len(files))
    photos = stored(shared_served, len(files))
    for facts in photos:
        assert facts["mime"] == "image/jpeg"
        place = (facts["exif_lon"], facts["exif_lat"])
        assert place == pytest.approx((LON, LAT), abs=1e-6)
        assert facts["exif_bearing"] == pytest.approx(40)
        assert facts["exif_clock"] == "2026:11:09 08:45:00+08:00"
        assert facts["exif_gps_at"].isoformat() == "2026-11-09T00:45:01+00:00"
    sizes = sorted((facts["width"], facts["height"]) for facts in photos)
    assert sizes == [(720, 960), (960, 720), (960, 720)], "upright, and not turned twice"
