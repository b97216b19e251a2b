"""What comes as a track file is read, or refused with what is wrong and how to mend it."""

import json
import tracemalloc
from datetime import UTC, datetime, timedelta

import pytest

from data.errors import BadInput
from gis.crs import wgs84_to_gcj02
from gis.tracks import clean
from problem_ledger.patrols.track_files import MOST_BYTES, MOST_POINTS, read_track
from problem_ledger.patrols.track_times import TimesIn
from tests.made.patrols.walks import POINT, fixes, geojson, gpx
from tests.running.folders import ROOT

START = datetime(2026, 11, 2, 1, 0, tzinfo=UTC)
ROWS = fixes(START)
BOMB = """<?xml version="1.0"?><!DOCTYPE gpx [<!ENTITY a "aaaaaaaaaa">
<!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;"><!ENTITY c "&b;&b;&b;&b;&b;&b;&b;&b;&b;&b;">
<!ENTITY d "&c;&c;&c;&c;&c;&c;&c;&c;&c;&c;"><!ENTITY e "&d;&d;&d;&d;&d;&d;&d;&d;&d;&d;">]>
<gpx version="1.1"><trk><name>&e;</name></trk></gpx>"""
OUTSIDE = (
    '<?xml version="1.0"?><!DOCTYPE gpx [<!ENTITY f SYSTEM "file:///etc/passwd">]>'
    '<gpx version="1.1"><trk><name>&f;</name></trk></gpx>'
)
DTD = (
    '<?xml version="1.0"?><!DOCTYPE gpx SYSTEM "http://127.0.0.1:9/gpx.dtd">'
    '<gpx version="1.1"><trk/></gpx>'
)


def timed(at: str, lon: str = "112") -> bytes:
    """Two points of that time, or of that longitude."""
    line = f'{{"type": "LineString", "coordinates": [[{lon}, 32], [{lon}, 32.1]]}}'
    times = f'{{"coordTimes": [{at}, {at}]}}'
    return f'{{"type": "Feature", "properties": {times}, "geometry": {line}}}'.encode()


def same_as_rows(content: bytes, crs: str = "EPSG:4326") -> None:
    (segment,) = read_track(content, crs)
    assert len(segment) == len(ROWS)
    for fix, (lon, lat, at) in zip(segment, ROWS, strict=True):
        assert (fix.lon, fix.lat) == (pytest.approx(lon, abs=1e-6), pytest.approx(lat, abs=1e-6))
        assert fix.at == at


def test_gpx_and_every_form_of_geojson_are_the_same_track() -> None:
    same_as_rows(gpx(ROWS))
    same_as_rows(b"\xef\xbb\xbf" + gpx(ROWS))
    same_as_rows(geojson(ROWS))
    same_as_rows(geojson(ROWS, "times"))
    line = json.loads(geojson(ROWS))
    nested = {
        **line,
        "properties": {"coordinateProperties": {"times": line["properties"]["coordTimes"]}},
    }
    same_as_rows(json.dumps({"type": "FeatureCollection", "features": [nested]}).encode())
    points = [
        {
            "type": "Feature",
            "properties": {"time": int(at.timestamp() * 1000)},
            "geometry": {"type": "Point", "coordinates": [lon, lat, 110.5]},
        }
        for lon, lat, at in ROWS
    ]
    same_as_rows(json.dumps({"type": "FeatureCollection", "features": points}).encode())
    several = {
        "type": "Feature",
        "properties": {"coordTimes": [line["properties"]["coordTimes"]] * 2},
        "geometry": {
            "type": "MultiLineString",
            "coordinates": [line["geometry"]["coordinates"]] * 2,
        },
    }
    assert [len(part) for part in read_track(json.dumps(several).encode())] == [121, 121]


def test_a_track_from_a_consumer_map_is_moved_back() -> None:
    shifted = [(*wgs84_to_gcj02(lon, lat), at) for lon, lat, at in ROWS]
    assert abs(shifted[0][0] - ROWS[0][0]) > 0.004
    same_as_rows(gpx(shifted), "gcj02")


def test_a_time_without_offset_is_refused_unless_one_says_what_it_is_in() -> None:
    bare = gpx(ROWS).replace(b"Z</time>", b"</time>")
    for content in (bare, geojson(ROWS).replace(b"+00:00", b"")):
        with pytest.raises(BadInput, match="without offset"):
            read_track(content)
        assert read_track(content, times_in=TimesIn.UTC)[0][0].at == START
        local = read_track(content, times_in=TimesIn.BEIJING)[0][0].at
        assert local == START - timedelta(hours=8)
    eastern = gpx(ROWS).replace(b"Z</time>", b"+08:00</time>")
    for times_in in TimesIn:
        assert read_track(eastern, times_in=times_in)[0][0].at == START - timedelta(hours=8)


@pytest.mark.parametrize("content", [BOMB, OUTSIDE, DTD], ids=["bomb", "outside", "dtd"])
@pytest.mark.parametrize("coding", ["utf-8", "utf-8-sig"])
def test_entities_are_refused_before_they_grow_or_fetch(content: str, coding: str) -> None:
    tracemalloc.start()
    try:
        with pytest.raises(BadInput, match="document type"):
            read_track(content.encode(coding))
        assert tracemalloc.get_traced_memory()[1] < 1_000_000
    finally:
        tracemalloc.stop()


def test_another_coding_does_not_carry_entities_past_the_check() -> None:
    with pytest.raises(BadInput):
        read_track(BOMB.encode("utf-16"))


@pytest.mark.parametrize("kind", ["rtept", "wpt"])
def test_too_many_points_of_any_kind_are_refused_before_they_are_read(kind: str) -> None:
    many = f'<{kind} lat="1" lon="1"/>' * (MOST_POINTS + 1)
    with pytest.raises(BadInput, match="at most 100000 are taken"):
        read_track(f"<gpx>{many}</gpx>".encode())


DEEP = "<gpx>" + "<a>" * 60 + "</a>" * 60 + "</gpx>"
NAMESPACES = "".join(f'<e xmlns:n{each}="u:{each}"/>' for each in range(60))
ONE = POINT.format(lon=112, lat=32, at=START)


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"", "This file is empty."),
        (b" \n", "This file is empty."),
        (b"PK\x03\x04 an archive", "neither GPX nor GeoJSON"),
        (b"[1, 2]", "neither GPX nor GeoJSON"),
        (b"x" * (MOST_BYTES + 1), "at most 20 MB"),
        (gpx(ROWS)[:-300], "broken in line 2"),
        (b"<html><body>404</body></html>", "holds no track"),
        (DEEP.encode(), "holds what no track needs"),
        (f"<gpx>{NAMESPACES}</gpx>".encode(), "holds what no track needs"),
        (gpx(ROWS).replace(b"tests", b"\xff\x80\xff"), "neither UTF-8 nor GBK"),
        (gpx([]), "holds no track"),
        (gpx(ROWS[:1]), "fewer than two points"),
        (gpx([(112.0, 32.0, START)] * (MOST_POINTS + 1)), "at most 100000 are taken"),
        (gpx(ROWS).replace(b'lat="32', b'lat="932'), "nowhere on Earth"),
        (gpx(ROWS).replace(b'lat="32.79', b'lat="nan'), "can't be read"),
        (gpx(ROWS).replace(b"2026-11-02T", b"yesterday "), "has no times"),
        (b'{"type": "FeatureCollection"}', "GeoJSON file can't be read"),
        (b'{"type": "Feature", "geometry": null, "properties": null}', "holds no track"),
        (b'{"type": "LineString", "coordinates": [[1, 2], [1, 3]]}', "has no times"),
        (b'{"type": "LineString", "coordinates": [[1, 2], ["x", 3]]}', "can't be read"),
        (geojson(ROWS).replace(b'["2026-11-02T01:00:00+00:00", ', b"["), "120 times for 121"),
        (gpx(ROWS).replace(b"2026-11-02T01:00:00Z", b"0001-01-01T00:00:00+08:00"), "can't be read"),
        (gpx(ROWS).replace(b"2026-11-02T01:00:00Z", b"0001-01-01T00:00:00Z"), "can't be read"),
        (gpx(ROWS).replace(b"2026-11-02T01:00:00Z", b"2026-11-02T01:00:00+99:00"), "can't be read"),
        (timed("1e300"), "GeoJSON file can't be read"),
        (timed("1" + "0" * 400), "GeoJSON file can't be read"),
        (timed("-1e17"), "GeoJSON file can't be read"),
        (timed('"9999-12-31T23:59:59-08:00"'), "GeoJSON file can't be read"),
        (timed("1762045200", "1" + "0" * 400), "GeoJSON file can't be read"),
        (b"{" * 5000, "GeoJSON file can't be read"),
        (b'{"a":' * 200_000, "GeoJSON file can't be read"),
    ],
    ids=lambda each: each[:24] if isinstance(each, str) else "",
)
def test_what_is_no_track_is_refused_in_words(content: bytes, sentence: str) -> None:
    with pytest.raises(BadInput, match=sentence) as refused:
        read_track(content)
    assert refused.value.mend


@pytest.mark.parametrize("crs", ["EPSG:9999", "beijing54", ""])
def test_an_unknown_datum_is_refused(crs: str) -> None:
    with pytest.raises(BadInput, match="can't be turned into CGCS2000"):
        read_track(gpx(ROWS), crs)


@pytest.mark.parametrize("declared", ["GBK", "gb2312", "GB18030", "UTF-8"])
def test_the_bytes_of_a_gpx_decide_its_encoding(declared: str) -> None:
    plain = gpx(ROWS).replace(b"UTF-8", declared.encode())
    for encoding in ("gbk", "utf-8"):
        named = plain.replace(b"tests", "巡河".encode(encoding))
        assert read_track(named) == read_track(gpx(ROWS))


def test_a_gpx_as_a_phone_wrote_it_in_gbk_is_taken() -> None:
    case = ROOT / "tests" / "cases" / "gpx-gbk" / "in.gpx"
    assert len(read_track(case.read_bytes())[0]) == 100


def test_a_gpx_in_utf_16_is_taken_with_lines_or_without() -> None:
    case = ROOT / "tests" / "cases" / "gpx-utf16" / "in.gpx"
    assert len(read_track(case.read_bytes())[0]) == 100
    for text in (gpx(ROWS).decode(), geojson(ROWS).decode()):
        for coding in ("utf-16", "utf-16-le", "utf-16-be"):
            same_as_rows(text.replace("\n", "").replace("UTF-8", "UTF-16").encode(coding))


@pytest.mark.parametrize("wrong", [b'lat="NaN"', b'lat="1e999"', b'lat="932.1"'])
def test_a_few_points_that_lie_nowhere_are_left_out_not_the_walk(wrong: bytes) -> None:
    first = gpx(ROWS).split(b" lon=")[0].rpartition(b" ")[2]
    content = gpx(ROWS).replace(first, wrong, 1)
    assert wrong in content
    track = clean(read_track(content))
    assert (track.kept_count, track.left_count) == (len(ROWS) - 1, 1)
    with pytest.raises(BadInput, match="nowhere on Earth"):
        read_track(b" ".join(wrong if b"lat=" in each else each for each in content.split(b" ")))


def test_what_a_library_said_is_not_repeated() -> None:
    commas = gpx(ROWS).replace(b'lat="32.', b'lat="32,')
    with pytest.raises(BadInput, match=r"written with commas, such as 32,\d+\."):
        read_track(commas)
    for content in (commas, gpx(ROWS).replace(b'lat="32', b'lat="x32'), b'{"type": "Feature'):
        with pytest.raises(BadInput) as refused:
            read_track(content)
        assert not {"convert", "float", "Expecting", "delimiter"} & set(str(refused.value).split())


def test_junk_of_millions_of_points_is_refused_before_it_is_parsed() -> None:
    places = b",".join([b"[1,2]"] * 3_000_000)
    junk = b'{"type": "LineString", "coordinates": [' + places + b"]}"
    assert len(junk) < MOST_BYTES
    objects = b'{"type": "FeatureCollection", "features": [' + b"{}," * 3_000_000 + b"{}]}"
    tracemalloc.start()
    try:
        for content in (junk, objects):
            with pytest.raises(BadInput):
                read_track(content)
        assert tracemalloc.get_traced_memory()[1] < 2**20
    finally:
        tracemalloc.stop()


def test_a_track_over_days_is_refused_before_it_is_parsed() -> None:
    rows = [(112.2, 32.7, START + timedelta(seconds=10 * number)) for number in range(30_000)]
    content = gpx(rows)
    tracemalloc.start()
    try:
        with pytest.raises(BadInput, match="runs over 75 hours"):
            read_track(content)
        assert tracemalloc.get_traced_memory()[1] < 10 * len(content)
    finally:
        tracemalloc.stop()


def test_some_wrong_times_at_the_head_do_not_make_a_track_too_long() -> None:
    wrong = [(112.2, 32.7, START - timedelta(days=400))]
    (segment,) = read_track(gpx([*wrong, *ROWS]))
    assert len(segment) == len(ROWS) + 1
