"""Tracks of clocks that are wrong, and tracks by KML: what is kept of them, or why nothing is."""

import io
import zipfile
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from data.clock import UtcDatetime
from data.errors import BadInput
from gis.tracks import Track
from problem_ledger.patrols.rules import load_patrol_rules
from problem_ledger.patrols.track_gpx import read_gpx
from problem_ledger.patrols.track_kml import read_kml
from problem_ledger.patrols.track_reading import cleaned_track
from problem_ledger.patrols.track_times import TimesIn
from tests.made.patrols.walks import fixes, geojson, gpx
from tests.running.folders import ROOT

NOW = UtcDatetime(datetime(2026, 11, 28, 20, 0, tzinfo=UTC))
START = datetime(2026, 11, 28, 10, 0, tzinfo=UTC)
ROWS = fixes(START)
RULE = load_patrol_rules().track
CASES = ROOT / "tests" / "cases"
ROLLOVER = timedelta(weeks=1024)


def track(content: bytes, times_in: TimesIn = TimesIn.UNSAID) -> Track:
    return cleaned_track(content, "EPSG:4326", RULE, NOW, times_in)


def figures(found: Track) -> tuple[Track, list[list[list[float]]]]:
    """What two tracks are compared by: arrays can't be told equal as they are."""
    return replace(found, parts=()), [part.tolist() for part in found.parts]


def test_a_walk_of_a_receiver_whose_week_rolled_over_is_refused_with_the_true_date() -> None:
    content = (CASES / "gpx-all-rollover" / "in.gpx").read_bytes()
    with pytest.raises(BadInput, match="off by 1,024 weeks: it wrote 2007-04-15 02:24 for"):
        track(content)
    twice = gpx([(lon, lat, at - 2 * ROLLOVER) for lon, lat, at in ROWS])
    with pytest.raises(BadInput, match=r"2,048 weeks: it wrote .* for 2026-11-28 18:00"):
        track(twice)


def test_local_times_without_offset_need_a_word_of_who_uploads() -> None:
    content = (CASES / "gpx-local-no-z" / "in.gpx").read_bytes()
    with pytest.raises(BadInput, match="without offset, such as 2026-11-29 02:24:39"):
        track(content)
    beijing = datetime(2026, 11, 28, 18, 24, 39, tzinfo=UTC)
    assert track(content, TimesIn.BEIJING).started_at == beijing
    with pytest.raises(BadInput, match="ends in the future"):
        track(content, TimesIn.UTC)


@pytest.mark.parametrize(
    "head",
    [
        [START - ROLLOVER + timedelta(seconds=n) for n in range(10)],
        [datetime(1970, 1, 1, 0, 0, n, tzinfo=UTC) for n in range(3)],
        [datetime(2000, 1, 1, 0, 0, 5, tzinfo=UTC)],
        [datetime(2026, 12, 24, tzinfo=UTC)],
    ],
    ids=["rolled over", "1970", "2000", "ahead"],
)
def test_wrong_times_at_the_head_cost_those_points_not_the_walk(head: list[datetime]) -> None:
    whole = track(gpx(ROWS))
    bad = track(gpx([*((112.2, 32.7, at) for at in head), *ROWS]))
    assert (bad.started_at, bad.length_m) == (whole.started_at, whole.length_m)
    assert (bad.jump_count, bad.point_count) == (len(head), len(ROWS) + len(head))


def test_a_place_far_away_before_the_first_lock_costs_that_point_alone() -> None:
    last_known = [(104.0, 30.6, START - timedelta(seconds=10 * n)) for n in (3, 2, 1)]
    whole, bad = track(gpx(ROWS)), track(gpx([*last_known, *ROWS]))
    assert (bad.started_at, bad.length_m, bad.jump_count) == (whole.started_at, whole.length_m, 3)


@pytest.mark.parametrize(
    ("shift", "sentence"),
    [
        (START - datetime(1970, 1, 1, tzinfo=UTC), "never set: 121 of 121 points say 1970-01-01"),
        (timedelta(days=401), "recorded on 2025-10-23, more than 400 days ago"),
        (timedelta(days=5955), "recorded on 2010-08-09, more than 400 days ago"),
        (timedelta(hours=-11), "ends in the future"),
    ],
)
def test_a_walk_that_is_wrong_as_a_whole_is_refused_by_its_fault(
    shift: timedelta, sentence: str
) -> None:
    with pytest.raises(BadInput, match=sentence) as refused:
        track(gpx([(lon, lat, at - shift) for lon, lat, at in ROWS]))
    assert refused.value.mend


def test_times_in_the_future_after_the_head_are_not_left_out() -> None:
    late = [(lon, lat, at + timedelta(days=1)) for lon, lat, at in ROWS[-3:]]
    with pytest.raises(BadInput, match="ends in the future"):
        track(gpx([*ROWS[:-3], *late]))


def test_24_o_clock_within_a_track_is_the_next_day_s_0_o_clock() -> None:
    rows = fixes(datetime(2026, 11, 26, 23, 40, tzinfo=UTC))
    content = gpx(rows).replace(b"2026-11-27T00:00:00Z", b"2026-11-26T24:00:00Z")
    assert content != gpx(rows)
    assert figures(track(content)) == figures(track(gpx(rows)))


KML = (
    '<?xml version="1.0" encoding="UTF-8"?><kml xmlns="http://www.opengis.net/kml/2.2">'
    "<Document><Placemark>{inner}</Placemark></Document></kml>"
)
WHEN = "<when>2026-11-28T10:00:00Z</when>"


def kml(rows: list[tuple[float, float, datetime]]) -> bytes:
    whens = "".join(f"<when>{at:%Y-%m-%dT%H:%M:%SZ}</when>" for _, _, at in rows)
    places = "".join(f"<gx:coord>{lon:.7f} {lat:.7f} 0</gx:coord>" for lon, lat, _ in rows)
    return KML.format(inner=f"<gx:Track>{whens}{places}</gx:Track>").encode()


def kmz(*members: tuple[str, bytes]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members:
            archive.writestr(name, content)
    return out.getvalue()


def test_kml_and_kmz_are_the_same_walk_as_gpx() -> None:
    whole = figures(track(gpx(ROWS)))
    for content in (
        kml(ROWS),
        b"\xef\xbb\xbf" + kml(ROWS),
        kml(ROWS).replace(b"gx:", b""),
        kmz(("files/icon.png", b"png"), ("__MACOSX/._doc.kml", b"junk"), ("doc.kml", kml(ROWS))),
        kmz(("b/other.kml", b"<kml/>"), ("track.kml", kml(ROWS))),
    ):
        assert figures(track(content)) == whole
    for member in ("巡河.gpx", "a/b.GPX", "walk.kml", "walk.kmz", "walk.geojson"):
        inner = {"kml": kml(ROWS), "kmz": kmz(("doc.kml", kml(ROWS))), "json": geojson(ROWS)}
        content = inner.get(member[-3:], inner.get(member[-4:], gpx(ROWS)))
        zipped = kmz(("__MACOSX/._a.gpx", b"junk"), (member, content), ("photo.jpg", b"jpg"))
        assert figures(track(zipped)) == figures(track(content)), member
    case = track((CASES / "gpx-kml" / "in.kml").read_bytes())
    assert case.point_count == 100


TEN = "2026-11-28T10:00:00+00:00"


@pytest.mark.parametrize(
    ("written", "in_gpx", "in_kml"),
    [
        ("2026-11-28T10:00:00Z", TEN, TEN),
        ("2026-11-28 10:00:00.000Z", TEN, TEN),
        ("2026-11-28T18:00:00+08:00", TEN, TEN),
        ("2026-11-28T18:00:00+0800", TEN, TEN),
        ("2026-11-28T18:00:00+08", TEN, TEN),
        ("2026-11-28T18:00:00", TEN, TEN),
        ("2026-11-27T24:00:00Z", "2026-11-28T00:00:00+00:00", "2026-11-28T00:00:00+00:00"),
        ("2026-11-28T18:00", "", TEN),
        ("20261128T100000Z", "", TEN),
        ("2026-11-28", "", "2026-11-27T16:00:00+00:00"),
        ("2026/11/28 18:00:00", "", ""),
        ("28.11.2026 18:00:00", "", ""),
        ("1795860000", "", ""),
    ],
)
def test_the_forms_of_times_are_those_that_the_page_on_importing_lists(
    written: str, in_gpx: str, in_kml: str
) -> None:
    point = f'<trkpt lat="32" lon="112"><time>{written}</time></trkpt>'
    content = f"<gpx><trk><trkseg>{point}</trkseg></trk></gpx>".encode()
    ((fix,),) = read_gpx(content, TimesIn.BEIJING)
    assert (fix.at.isoformat() if fix.at else "") == in_gpx
    coord = "<gx:coord>112 32 0</gx:coord>"
    inner = f"<gx:Track><when>{written}</when>{coord}</gx:Track>"
    try:
        ((found,),) = read_kml(KML.format(inner=inner).encode(), TimesIn.BEIJING)
    except BadInput:
        assert not in_kml
    else:
        assert found.at
        assert found.at.isoformat() == in_kml


def test_timed_points_of_a_kml_are_a_track() -> None:
    point = (
        "<Placemark><TimeStamp><when>{at:%Y-%m-%dT%H:%M:%SZ}</when></TimeStamp>"
        "<Point><coordinates>{lon:.7f},{lat:.7f},0</coordinates></Point></Placemark>"
    )
    points = "".join(point.format(lon=lon, lat=lat, at=at) for lon, lat, at in ROWS)
    content = f"<kml><Document>{points}</Document></kml>".encode()
    assert figures(track(content)) == figures(track(gpx(ROWS)))


def without(content: bytes, tag: bytes, at: int) -> bytes:
    """The file without the element of that number."""
    parts = content.split(b"<" + tag + b">")
    parts[at] += parts.pop(at + 1).partition(b"</" + tag + b">")[2]
    return (b"<" + tag + b">").join(parts)


def test_a_track_that_lacks_its_last_place_is_the_walk_up_to_there() -> None:
    whole = track(gpx(ROWS[:-1]))
    found = track(without(kml(ROWS), b"gx:coord", len(ROWS) - 1))
    assert (found.length_m, found.ended_at) == (whole.length_m, whole.ended_at)
    assert (found.point_count, found.kept_count, found.left_count) == (121, 120, 1)


@pytest.mark.parametrize("tag", [b"when", b"gx:coord"])
def test_a_pair_that_is_not_whole_costs_no_other_where_times_and_places_alternate(
    tag: bytes,
) -> None:
    pairs = "".join(
        f"<when>{at:%Y-%m-%dT%H:%M:%SZ}</when><gx:coord>{lon:.7f} {lat:.7f} 0</gx:coord>"
        for lon, lat, at in ROWS
    )
    content = KML.format(inner=f"<gx:Track>{pairs}</gx:Track>").encode()
    assert figures(track(content)) == figures(track(gpx(ROWS)))
    found, whole = track(without(content, tag, 60)), track(gpx([*ROWS[:60], *ROWS[61:]]))
    assert figures(replace(found, point_count=120)) == figures(whole)
    assert (found.point_count, found.left_count) == (121, 1)


def test_far_more_times_than_places_are_refused() -> None:
    content = kml(ROWS)
    for _ in range(10):
        content = without(content, b"gx:coord", 50)
    with pytest.raises(BadInput, match="121 times for 111 points"):
        track(content)


LINE = "<LineString><coordinates>112,32,0 112.1,32,0</coordinates></LineString>"


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (KML.format(inner=LINE).encode(), "have no times: they say where, not when"),
        (KML.format(inner=f"<gx:Track>{WHEN}</gx:Track>").encode(), "1 times for 0 points"),
        (KML.format(inner="").encode(), "holds no track"),
        (kml(ROWS)[:-40], "KML file is broken in line 1"),
        (kml(ROWS).replace(b"112.2", b"x", 1), "KML file can't be read"),
        (kml(ROWS).replace(b"10:00:00Z", b"10:00:00"), "without offset"),
        (kmz(("a.txt", b"")), "neither GPX nor GeoJSON nor KML"),
        (kmz(("doc.kml", b" " * (20 * 2**20 + 1))), "at most 20 MB"),
        (kmz(("a.gpx", gpx(ROWS)), ("b.gpx", gpx(ROWS))), r"zip holds 2 tracks: a.gpx, b.gpx"),
        (kmz(("a.kmz", kmz(("b.kmz", kmz(("doc.kml", kml(ROWS))))))), "neither GPX"),
        (kmz(("doc.kml", kml(ROWS)))[:-200], "neither GPX nor GeoJSON nor KML"),
        (b'<!DOCTYPE kml [<!ENTITY a "a">]><kml>&a;</kml>', "KML file holds what no track needs"),
        (b"<kml>" + b"<gx:coord/>" * 100_001 + b"</kml>", "at most 100000 are taken"),
    ],
    ids=lambda each: each[:24] if isinstance(each, str) else "",
)
def test_what_is_no_track_by_kml_is_refused_in_words(content: bytes, sentence: str) -> None:
    with pytest.raises(BadInput, match=sentence) as refused:
        track(content)
    assert refused.value.mend
