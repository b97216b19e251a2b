"""Photos of a real camera give the places another reader found, and the clock that was wrong."""

import csv
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from shapely.geometry import Point

from data.clock import Span, to_utc
from data.queries.ledger.photos import Likest, PhotoFacts
from data.records import AccountId
from data.words.ledger import Stage
from gis.ellipsoid import distance_m
from problem_ledger.evidence.comparison import Check, Flag, judge
from problem_ledger.evidence.exif import clock_error
from problem_ledger.evidence.photo_bytes import Evidence, read_photo

ANY_TIME = to_utc(datetime(2008, 10, 23, 15, tzinfo=UTC))


def expected(folder: Path) -> list[dict[str, str]]:
    with (folder / "photos" / "expected_gps.csv").open(encoding="utf-8") as rows:
        return list(csv.DictReader(rows))


def facts(kept: Evidence) -> PhotoFacts:
    """The photo as it would be read back, attached to a report."""
    return PhotoFacts(
        id=1,
        sha256=kept.sha256,
        mime=kept.mime,
        byte_count=len(kept.original),
        width=kept.width,
        height=kept.height,
        likeness=kept.likeness,
        lon=kept.exif.lon,
        lat=kept.exif.lat,
        bearing=kept.exif.bearing,
        clock=kept.exif.clock,
        gps_at=kept.exif.gps_at,
        uploaded_at=ANY_TIME,
        uploader_id=AccountId(1),
        problem_id=1,
        seq=1,
        stage=Stage.BEFORE,
        at=ANY_TIME,
    )


def flagged(kept: Evidence, place: Point) -> dict[Check, Flag]:
    period = Span(to_utc(ANY_TIME - timedelta(days=1)), ANY_TIME)
    return {flag.check: flag for flag in judge(facts(kept), place, None, period, Likest(0))}


def test_places_and_the_clock_flag(real_data: Path) -> None:
    rows = expected(real_data)
    assert len(rows) == 4
    for row in rows:
        kept = read_photo((real_data / "photos" / row["file"]).read_bytes())
        place = Point(float(row["lon"]), float(row["lat"]))
        assert kept.exif.lon is not None
        assert kept.exif.lat is not None
        assert distance_m(Point(kept.exif.lon, kept.exif.lat), place) < 0.2
        assert kept.exif.clock == row["datetime_original"]
        assert kept.exif.gps_at is not None
        assert f"{kept.exif.gps_at:%Y:%m:%d}" == row["gps_date"]
        wrong = clock_error(kept.exif.gps_at, kept.exif.clock)
        assert wrong is not None
        assert wrong / timedelta(hours=1) == pytest.approx(22, abs=0.1)
        found = flagged(kept, place)
        assert found[Check.CLOCK].ok is False
        assert found[Check.CLOCK].measured == wrong.total_seconds()
        assert found[Check.PLACE].ok is True
        assert found[Check.TAKEN].ok is True
        elsewhere = flagged(kept, Point(place.x + 0.001, place.y))
        assert elsewhere[Check.PLACE].ok is False
        assert elsewhere[Check.PLACE].measured == pytest.approx(81, abs=2)


def test_no_two_of_them_are_alike(real_data: Path) -> None:
    hashes = [
        read_photo(file.read_bytes()).likeness
        for file in sorted((real_data / "photos").glob("*.jpg"))
    ]
    apart = [
        ((one ^ two) & (1 << 64) - 1).bit_count()
        for place, one in enumerate(hashes)
        for two in hashes[place + 1 :]
    ]
    assert min(apart) > 5
