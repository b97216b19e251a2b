"""Faults that devices often have: what would mend each, what comes of it, and what is hinted at."""

from datetime import UTC, datetime

import pytest

from data.clock import UtcDatetime
from data.records import StationCode
from data.tolerances import Tolerance
from data.vocabulary import Parameter, Refusal
from ingest.codecs import hj212
from ingest.codecs.hj212_frame import framed
from ingest.codecs.json_v1 import decode
from ingest.codecs.refusal import Unreadable
from ingest.codecs.repairs import json_readings, stripped

ARRIVED = UtcDatetime(datetime(2026, 11, 28, 10, 1, 3, tzinfo=UTC))
SENT = datetime(2026, 11, 28, 10, 1, tzinfo=UTC)
MIDNIGHT = datetime(2026, 11, 28, 16, tzinfo=UTC)
GOOD = b'{"time":"2026-11-28T18:01:00+08:00","values":{"ph":7.1}}'
S1 = StationCode("S1")


def fault(payload: bytes) -> Unreadable:
    with pytest.raises(Unreadable) as caught:
        decode(payload, S1, ARRIVED)
    return caught.value


@pytest.mark.parametrize(
    ("time", "kind", "moment"),
    [
        ('"2026-11-28T18:01:00"', "assume_beijing", SENT),
        ('"2026-11-28 18:01"', "assume_beijing", SENT),
        ('"2026/11/28 18:01:00"', "assume_beijing", SENT),
        ('"20261128180100"', "assume_beijing", SENT),
        ('"20261128180100000"', "assume_beijing", SENT),
        ("1795860060", "epoch", SENT),
        ("1795860060000", "epoch", SENT),
        ("1795860060000000", "epoch", SENT),
        ("1795860060.0", "epoch", SENT),
        ('"1795860060000"', "epoch", SENT),
        ('"2026-11-28T24:00:00+08:00"', "hour24", MIDNIGHT),
        ('"2026-11-28 24:00:00.000+08:00"', "hour24", MIDNIGHT),
        ('"2026-11-28T24:00:00Z"', "hour24", datetime(2026, 11, 29, tzinfo=UTC)),
    ],
)
def test_times_that_a_tolerance_mends(time: str, kind: str, moment: datetime) -> None:
    payload = f'{{"time":{time},"values":{{"ph":7.1}}}}'.encode()
    error = fault(payload)
    assert (error.reason, error.mendable_by) == (Refusal.TIME, kind)
    assert kind in error.detail
    mended = decode(payload, S1, ARRIVED, {Tolerance(kind)})
    assert mended.observed_at == moment


def test_24_00_without_offset_needs_both() -> None:
    payload = b'{"time":"2026-11-28T24:00:00","values":{"ph":7.1}}'
    both = {Tolerance.HOUR24, Tolerance.ASSUME_BEIJING}
    assert decode(payload, S1, ARRIVED, both).observed_at == MIDNIGHT
    with pytest.raises(Unreadable, match="assume_beijing"):
        decode(payload, S1, ARRIVED, {Tolerance.HOUR24})


@pytest.mark.parametrize(
    "time",
    [
        '"2026-11-28T24:01:00+08:00"', '"2026-11-28T25:00:00+08:00"', '"2026-02-30T18:00:00"',
        '"2026-11-28"', "18", "179586006", "-1795860060", "true", "null", '"28.11.2026 18:01"',
        '"18:01"', "1e300", '""',
    ],
)  # fmt: skip
def test_times_that_nothing_mends(time: str) -> None:
    payload = f'{{"time":{time},"values":{{"ph":7.1}}}}'.encode()
    assert fault(payload).mendable_by is None
    with pytest.raises(Unreadable):
        decode(payload, S1, ARRIVED, frozenset(Tolerance))


@pytest.mark.parametrize(
    "payload",
    [
        b"\xef\xbb\xbf" + GOOD, GOOD + b"\0", b"\0\0" + GOOD + b"\0\0", GOOD + b"\r\n\0",
        GOOD + b"\x1a", GOOD + b"\xff\xff", b"\0\xef\xbb\xbf\n" + GOOD,
    ],
)  # fmt: skip
def test_padding_is_named_and_cut_off(payload: bytes) -> None:
    assert fault(payload).mendable_by is Tolerance.STRIP
    assert stripped(payload) == GOOD


@pytest.mark.parametrize(
    ("payload", "hint"),
    [
        (GOOD.decode().encode("utf-16"), "UTF-16"),
        (GOOD.decode().encode("utf-16-le"), "UTF-16"),
        (GOOD.decode().encode("utf-16-be"), "UTF-16"),
        (GOOD.replace(b'"', b"'"), "double quotes"),
        (GOOD.replace(b"7.1", b"7,1"), "decimal point"),
        (GOOD.replace(b"7.1", b"NaN"), "NaN"),
        (GOOD.replace(b"}}", b",}}"), "comma"),
        (GOOD.replace(b"ph", b"\xd6\xd0"), "UTF-8"),
        (b"##0118QN=1", "hj212"),
    ],
)
def test_what_is_no_json_says_what_it_probably_is(payload: bytes, hint: str) -> None:
    error = fault(payload)
    assert (error.reason, error.mendable_by) == (Refusal.NOT_JSON, None)
    assert hint in error.detail


@pytest.mark.parametrize(
    ("payload", "found"),
    [
        (b"[" + GOOD + b" ,\n" + GOOD + b"]", [GOOD, GOOD]),
        (b"[" + GOOD + b"]", [GOOD]),
        (b"[" + GOOD + b",1]", [GOOD, b"1"]),
        (GOOD + b"\n" + GOOD + b"\n", [GOOD, GOOD]),
        (GOOD + GOOD, [GOOD, GOOD]),
        (GOOD, None),
        (b"[]", None),
        (b"[1,2]", None),
        (b"[" + GOOD, None),
        (b"[" + GOOD + b" " + GOOD + b"]", None),
        (GOOD + b"}", None),
        (b'{"a":' * 2000, None),
        (b"\xff", None),
    ],
)
def test_several_readings_in_a_message_keep_their_bytes(
    payload: bytes, found: list[bytes] | None
) -> None:
    assert json_readings(payload, 10) == found


@pytest.mark.parametrize(
    "word",
    [
        "nan",
        "NaN",
        "-nan(ind)",
        "inf",
        "+inf",
        "-Infinity",
        "1e999",
        "9" * 5000,
        "1.#QNAN",
        "-1.#IND",
        "nan(0x8)",
        "010",
    ],
)
def test_a_word_for_no_number_in_an_array_costs_its_value_alone(word: str) -> None:
    odd = GOOD.replace(b"7.1", f'{word},"do":8'.encode())
    for payload in (b"[" + GOOD + b"," + odd + b"]", b"[" + odd + b"]", odd + b"\n" + GOOD):
        found = json_readings(payload, 10)
        assert found is not None
        assert odd in found
        assert fault(payload).mendable_by is Tolerance.ARRAY
    reading = decode(odd, S1, ARRIVED)
    assert (reading.values, reading.refused) == (
        {Parameter.DISSOLVED_OXYGEN: 8.0},
        {"ph": "not finite"},
    )


@pytest.mark.parametrize(
    ("word", "value"),
    [(".5", 0.5), ("5.", 5.0), ("+5", 5.0), ("007.5", 7.5), ("None", None), ("", None),
     ('"\\ud800"', None)],
)  # fmt: skip
def test_an_odd_number_in_an_array_keeps_its_bytes(word: str, value: float | None) -> None:
    odd = GOOD.replace(b"7.1", f'7.1,"do":{word},"hg":{word} ,"tp":{word}'.encode())
    for between, ends in ((b" , ", (b"[", b"]")), (b"\n", (b"", b""))):
        payload = ends[0] + between.join([odd, GOOD, odd]) + ends[1]
        assert json_readings(payload, 10) == [odd, GOOD, odd]
    reading = decode(odd, S1, ARRIVED)
    assert (reading.values.get(Parameter.DISSOLVED_OXYGEN), "do" in reading.refused) == (
        value,
        value is None,
    )


def frame(flag: str = "5", time: str = "20261128180000", more: str = "") -> bytes:
    return framed(
        f"QN=20261128180000001;ST=21;CN=2011;PW=1;MN=A1;Flag={flag}{more};"
        f"CP=&&DataTime={time};w01018-Rtd=12.1,w01018-Flag=N&&".encode()
    )


@pytest.mark.parametrize(
    ("payload", "kind"),
    [
        (frame(time="20261128240000"), "hour24"),
        (frame(time="20261128240000000"), "hour24"),
        (frame("7"), "whole_frame"),
        (frame("7", more=";PNUM=0;PNO=0"), "whole_frame"),
        (frame() + b"\0\0", "strip"),
        (b"\xef\xbb\xbf" + frame(), "strip"),
        (
            framed(frame()[6:-6].replace(b"Flag=N&&", b"Flag=N;i12001-Info=//\xd6\xd0//&&")),
            "gbk_text",
        ),
    ],
)
def test_frames_that_a_tolerance_mends(payload: bytes, kind: str) -> None:
    refused = hj212.read(payload)
    assert isinstance(refused, hj212.Refused)
    assert refused.mendable_by == kind
    mended = hj212.decode(payload, S1, ARRIVED, {Tolerance(kind)})
    assert list(mended.values.values()) == [12.1]
    day = 1 if kind == "hour24" else 0
    assert mended.observed_at == datetime(2026, 11, 28, 10 + 6 * day, tzinfo=UTC)


@pytest.mark.parametrize(
    "payload",
    [
        frame(time="20261128240100"),
        frame("7", more=";PNUM=2;PNO=3"),
        framed(b"QN=1;CN=2011;Flag=5;CP=&&DataTime=\xff\xff&&"),
        b"",
        b"\0",
    ],
)
def test_frames_that_nothing_mends(payload: bytes) -> None:
    refused = hj212.read(payload)
    assert isinstance(refused, hj212.Refused)
    assert refused.mendable_by is None
    assert isinstance(hj212.read(payload, None, frozenset(Tolerance)), hj212.Refused)
