"""Photos as evidence: what is taken, what is refused, what is kept and shown."""

import struct
import zlib
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from io import BytesIO
from typing import Any

import pytest
from PIL import Image

from data.errors import BadInput, TooLarge
from problem_ledger.evidence.exif import Exif, clock_error, rolled_weeks, taken_at
from problem_ledger.evidence.photo_bytes import MOST, Most, likeness, read_photo, sniff
from tests.made.ledger.pictures import drawn, exif, photo, saved
from tests.running.folders import ROOT

TAGS: dict[str, Any] = {"lon": 112.2, "lat": 32.7, "bearing": 48.5, "clock": "2026:11:09 08:45:00"}


def opened(content: bytes) -> Image.Image:
    return Image.open(BytesIO(content))


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
def test_what_is_kept_of_each_kind(kind: str) -> None:
    content = saved(drawn(width=2400, height=1200), kind, exif(**TAGS))
    kept = read_photo(content)
    assert kept.original == content
    assert kept.sha256 == sha256(content).digest()
    assert kept.mime == f"image/{kind.lower()}"
    assert (kept.width, kept.height) == (2400, 1200)
    assert opened(kept.shown).size == (1600, 800)
    assert opened(kept.thumb).size == (320, 160)
    assert kept.exif.lon == pytest.approx(112.2, abs=1e-6)
    assert kept.exif.lat == pytest.approx(32.7, abs=1e-6)
    assert kept.exif.bearing == 48.5
    assert kept.exif.clock == "2026:11:09 08:45:00"


def test_copies_carry_nothing_but_pixels() -> None:
    content = saved(drawn(), "JPEG", exif(**TAGS))
    kept = read_photo(content)
    assert b"Exif" in content
    for copy in (kept.shown, kept.thumb):
        picture = opened(copy)
        assert picture.format == "JPEG"
        assert b"Exif" not in copy
        assert not picture.getexif()
        assert not {"icc_profile", "comment", "xmp"} & set(picture.info)


def test_a_turned_photo_stands_upright() -> None:
    lying = drawn(width=600, height=300)
    kept = read_photo(saved(lying, "JPEG", exif(orientation=6)))
    assert (kept.width, kept.height) == (300, 600)
    assert opened(kept.shown).size == (300, 600)


def test_see_through_lies_on_white() -> None:
    clear = Image.new("RGBA", (60, 40), (0, 0, 0, 0))
    shown = opened(read_photo(saved(clear, "PNG")).shown)
    assert shown.getpixel((20, 20)) == (255, 255, 255)


@pytest.mark.parametrize("mode", ["L", "CMYK", "I;16", "P", "1", "LA"])
def test_every_way_to_hold_colours_is_read(mode: str) -> None:
    kind = "JPEG" if mode in ("L", "CMYK") else "PNG"
    picture = drawn(width=64, height=48)
    picture = picture.convert("I").convert("I;16") if mode == "I;16" else picture.convert(mode)
    assert opened(read_photo(saved(picture, kind)).shown).mode == "RGB"


def deep_png(colour_type: int, samples: tuple[int, ...]) -> bytes:
    """A PNG of 16 bits a sample, 48 by 32 pixels of one colour."""
    row = b"\0" + struct.pack(f">{len(samples)}H", *samples) * 48
    header = struct.pack(">IIBBBBB", 48, 32, 16, colour_type, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", header)
        + chunk(b"IDAT", zlib.compress(row * 32))
        + chunk(b"IEND", b"")
    )


@pytest.mark.parametrize(
    ("colour_type", "samples"),
    [(0, (30000,)), (2, (30000,) * 3), (4, (30000, 65535)), (6, (30000,) * 3 + (65535,))],
)
def test_sixteen_bits_a_sample_keep_their_brightness(
    colour_type: int, samples: tuple[int, ...]
) -> None:
    kept = read_photo(deep_png(colour_type, samples))
    for copy in (kept.shown, kept.thumb):
        assert opened(copy).getpixel((20, 20)) == pytest.approx((117, 117, 117), abs=2)


def test_a_grey_photo_of_sixteen_bits_stands_upright_and_keeps_black_and_white() -> None:
    turned = Image.Exif()
    turned[0x0112] = 6
    half = Image.new("I;16", (64, 32), 65535)
    half.paste(0, (0, 0, 32, 32))
    out = BytesIO()
    half.save(out, "PNG", exif=turned)
    kept = read_photo(out.getvalue())
    shown = opened(kept.shown)
    assert shown.size == (kept.width, kept.height) == (32, 64)
    assert shown.getpixel((16, 8)) == pytest.approx((0, 0, 0), abs=4)
    assert shown.getpixel((16, 56)) == pytest.approx((255, 255, 255), abs=4)


def test_the_name_does_not_decide() -> None:
    assert sniff(saved(drawn(), "GIF")) is None
    assert sniff(b"<svg xmlns='http://www.w3.org/2000/svg'/>") is None
    for content in (b"", b"GIF89a", b"%PDF-1.7", b"<svg/>", b"RIFF\0\0\0\0WAVE"):
        with pytest.raises(BadInput, match="JPEG, PNG, WebP and HEIC"):
            read_photo(content)


def test_an_empty_file_is_named_so() -> None:
    with pytest.raises(BadInput, match="The photo is empty"):
        read_photo(b"")


def test_a_damaged_photo_is_refused() -> None:
    for kind in ("JPEG", "PNG", "WEBP"):
        content = saved(drawn(), kind)
        for broken in (content[: len(content) // 2], content[:16], content[:8] + b"\0" * 4000):
            with pytest.raises(BadInput, match=r"damaged|Only JPEG"):
                read_photo(broken)


def chunk(name: bytes, body: bytes) -> bytes:
    """A part of a PNG with its length and checksum."""
    return struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))


def bomb(width: int, height: int) -> bytes:
    """A PNG of a few hundred bytes that says it has that many pixels."""
    header = struct.pack(">IIBBBBB", width, height, 1, 0, 0, 0, 0)
    data = zlib.compress(b"\0" * 1000)
    return (
        b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", data) + chunk(b"IEND", b"")
    )


@pytest.mark.parametrize(("width", "height"), [(11000, 10001), (20000, 20000), (65000, 65000)])
def test_too_many_pixels_are_refused_undecoded(width: int, height: int) -> None:
    with pytest.raises(BadInput, match=r"110 million pixels|damaged"):
        read_photo(bomb(width, height))
    with pytest.raises(BadInput, match="2 million pixels"):
        read_photo(bomb(2000, 1001), Most(megapixels=2))


def test_too_many_bytes_are_refused() -> None:
    padding = b"\0" * (MOST.byte_count - len(photo()))
    assert read_photo(photo() + padding).width == 640
    with pytest.raises(TooLarge, match="25 MB"):
        read_photo(photo() + padding + b"\0")


CASES = ROOT / "tests" / "cases"


def test_a_picture_of_fifty_megapixels_is_kept() -> None:
    kept = read_photo(saved(Image.new("RGB", (8160, 6120), "skyblue")))
    assert (kept.width, kept.height) == (8160, 6120)
    assert opened(kept.shown).size == (1600, 1200)


@pytest.mark.parametrize(
    ("case", "size", "shown"),
    [
        ("photo-heic", (64, 64), (64, 64)),
        ("photo-heic-turned", (480, 640), (480, 640)),
        ("photo-heic-48mp", (8064, 6048), (1600, 1200)),
        ("photo-heic-sequence", (640, 480), (640, 480)),
    ],
)
def test_heic_as_phones_write_it_is_kept(
    case: str, size: tuple[int, int], shown: tuple[int, int]
) -> None:
    content = (CASES / case / "in.heic").read_bytes()
    kept = read_photo(content)
    assert (kept.mime, kept.original) == ("image/heic", content)
    assert (kept.width, kept.height) == size
    assert opened(kept.shown).size == shown
    assert opened(kept.thumb).format == "JPEG"
    whole = (len(content) - 9, len(content) // 2) if "sequence" not in case else ()
    for cut in (*whole, 100, 13):
        with pytest.raises(BadInput, match="damaged"):
            read_photo(content[:cut])


def test_a_heic_says_where_and_when_it_was_taken() -> None:
    read = read_photo((CASES / "photo-heic-turned" / "in.heic").read_bytes()).exif
    assert read.lon == pytest.approx(112.2, abs=1e-6)
    assert read.lat == pytest.approx(32.7, abs=1e-6)
    assert read.clock == "2026:11:09 08:45:00"


def test_a_heic_with_too_many_pixels_is_refused() -> None:
    with pytest.raises(BadInput, match="40 million pixels"):
        read_photo((CASES / "photo-heic-48mp" / "in.heic").read_bytes(), Most(megapixels=40))


def test_a_photo_of_several_pictures_is_its_first() -> None:
    out = BytesIO()
    drawn(1).save(out, "MPO", save_all=True, append_images=[drawn(2)])
    kept = read_photo(out.getvalue())
    assert (kept.mime, kept.width) == ("image/jpeg", 640)
    assert kept.likeness == read_photo(saved(drawn(1))).likeness


def test_likeness_outlives_size_and_compression() -> None:
    first = drawn(1, 1600, 1200)
    again = opened(saved(first.resize((800, 600)), "JPEG"))
    other = drawn(2, 1600, 1200)

    def differing(one: Image.Image, two: Image.Image) -> int:
        return ((likeness(one) ^ likeness(two)) & (1 << 64) - 1).bit_count()

    assert differing(first, again) <= 5
    assert differing(first, other) > 15
    assert -(1 << 63) <= likeness(other) < 1 << 63


@pytest.mark.parametrize(
    ("tags", "expected"),
    [
        ({}, Exif()),
        ({"lon": 0.0, "lat": 0.0}, Exif()),
        ({"lon": -70.5, "lat": -33.25}, Exif(lon=-70.5, lat=-33.25)),
        ({"clock": "0000:00:00 00:00:00"}, Exif()),
        ({"clock": "0001:01:01 00:00:00"}, Exif()),
        ({"clock": "9999:12:31 23:59:59"}, Exif()),
        ({"gps_day": "9999:12:31", "gps_time": (23, 59, 59)}, Exif()),
        ({"clock": "2026-11-09"}, Exif()),
        ({"gps_day": "2026:13:41"}, Exif()),
        (
            {"gps_day": "2026:11:09", "gps_time": (0, 45, 3)},
            Exif(gps_at=datetime(2026, 11, 9, 0, 45, 3, tzinfo=UTC)),  # type: ignore[arg-type] # it is UTC
        ),
    ],
)
def test_tags_that_make_no_sense_are_left_out(tags: dict[str, Any], expected: Exif) -> None:
    assert read_photo(photo(**tags)).exif == expected


@pytest.mark.parametrize(
    ("clock", "minutes"),
    [("2026:11:09 08:47:00", 2), ("2026:11:09 00:44:00", 1), ("2026:11:08 08:45:00", 960)],
)
def test_how_wrong_a_clock_is(clock: str, minutes: int) -> None:
    read = read_photo(photo(clock=clock, gps_day="2026:11:09", gps_time=(0, 45, 0))).exif
    assert clock_error(read.gps_at, read.clock) == timedelta(minutes=minutes)
    assert taken_at(read.gps_at, read.clock) == read.gps_at
    assert clock_error(None, clock) is None


@pytest.mark.parametrize(
    ("offset", "hour"), [("+08:00", 0), ("+00:00", 8), ("-05:00", 13), ("", 0), ("+8", 0), ("x", 0)]
)
def test_a_camera_s_own_offset_is_honoured(offset: str, hour: int) -> None:
    read = read_photo(photo(clock="2026:11:09 08:45:00", offset=offset)).exif
    assert taken_at(read.gps_at, read.clock) == datetime(2026, 11, 9, hour, 45, tzinfo=UTC)


def test_a_clock_with_its_offset_is_compared_by_it_alone() -> None:
    gps: dict[str, Any] = {"gps_day": "2026:11:09", "gps_time": (0, 45, 0)}
    read = read_photo(photo(clock="2026:11:09 00:45:00", offset="+08:00", **gps)).exif
    assert clock_error(read.gps_at, read.clock) == timedelta(hours=8)


@pytest.mark.parametrize("times", [1, 2, -1])
def test_satellites_whose_week_rolled_over_give_way_to_the_clock(times: int) -> None:
    day = datetime(2026, 11, 9, tzinfo=UTC) - times * timedelta(weeks=1024)
    tags: dict[str, Any] = {
        "clock": "2026:11:09 08:47:00", "gps_day": f"{day:%Y:%m:%d}", "gps_time": (0, 45, 0),
    }  # fmt: skip
    read = read_photo(photo(**tags)).exif
    assert rolled_weeks(read.gps_at, read.clock) == 1024 * times
    assert taken_at(read.gps_at, read.clock) == datetime(2026, 11, 9, 0, 47, tzinfo=UTC)
    assert clock_error(read.gps_at, read.clock) == timedelta(minutes=2)


def test_24_o_clock_of_a_camera_is_the_next_day_s_0_o_clock() -> None:
    assert taken_at(None, "2026:11:09 24:00:00") == datetime(2026, 11, 9, 16, tzinfo=UTC)


def test_a_camera_without_satellites_tells_beijing_time() -> None:
    assert taken_at(None, "2026:11:09 08:45:00") == datetime(2026, 11, 9, 0, 45, tzinfo=UTC)
    assert taken_at(None, None) is None
    assert taken_at(None, "0001:01:01 00:00:00") is None, "in UTC that would be before all time"
