"""Each edition, each fault and each habit of real loggers is told by its name."""

import json
import subprocess
import sys
from datetime import UTC, datetime

import pytest

from dashboard.commands.hj212 import facts_of
from data.clock import to_utc
from data.quality.detection import UNNAMED
from data.records import StationCode
from data.vocabulary import Flag, Parameter, Period, Refusal
from ingest.codecs.hj212 import Decoded, Refused, answer, decode, encode, opened, read
from ingest.codecs.hj212_cipher import enciphered
from ingest.codecs.hj212_frame import Fault, crc, framed, modbus_crc
from ingest.codecs.refusal import Unreadable

STATION, ARRIVAL = StationCode("A"), to_utc(datetime(2026, 3, 1, 1, tzinfo=UTC))
KEY = bytes(range(16))
HEAD = "QN=20260301080000123;ST={st};CN={cn};PW=123456;MN=A1;Flag={flag};CP=&&{body}&&"


def frame(body: str, *, cn: int = 2011, st: int = 21, flag: int = 5) -> bytes:
    return framed(HEAD.format(body=body, cn=cn, st=st, flag=flag).encode())


def told(data: bytes, key: bytes | None = None) -> Decoded:
    found = read(data, key)
    assert isinstance(found, Decoded), found
    return found


def fault(data: bytes, key: bytes | None = None) -> Fault:
    found = read(data, key)
    assert isinstance(found, Refused), found
    return found.fault


@pytest.mark.parametrize(
    ("segment", "expected"),
    [(b"123456789", 0x2F80), (b"", 0xFFFF)],
)
def test_the_crc_is_the_standard_s_and_not_modbus(segment: bytes, expected: int) -> None:
    assert crc(segment) == expected
    assert modbus_crc(b"123456789") == 0x4B37


@pytest.mark.parametrize(
    ("flag", "version"), [(1, "2005"), (5, "2017"), (9, "2025"), (13, "unknown")]
)
def test_the_edition_is_told_by_the_flag(flag: int, version: str) -> None:
    assert told(frame("", cn=9014, flag=flag)).version == version


def test_a_frame_without_flag_is_of_2005() -> None:
    assert told(framed(b"ST=32;CN=2011;MN=A;CP=&&&&")).version == "2005"


def test_units_become_ours() -> None:
    body = (
        "DataTime=20260301080000;w00000-Rtd=181.682;w20120-Rtd=1.5;w20111-Rtd=0.05;w21011-Rtd=.14"
    )
    values = told(frame(body)).values
    assert values == {
        Parameter.FLOW: 0.181682,
        Parameter.LEAD: 0.0015,
        Parameter.MERCURY: 0.00005,
        Parameter.TOTAL_PHOSPHORUS: 0.14,
    }


def test_old_codes_mean_water_only_under_a_water_system() -> None:
    body = "DataTime=20260301080000;011-Rtd=20;B01-Rtd=1000"
    assert told(frame(body, st=32, flag=1)).values == {Parameter.COD: 20.0, Parameter.FLOW: 1.0}
    air = told(frame(body, st=31, flag=1))
    assert air.values == {}
    assert air.others == {"011-Rtd": "20", "B01-Rtd": "1000"}


@pytest.mark.parametrize("letter", ["F", "M", "S", "D", "C", "T", "B"])
def test_the_device_s_flags_are_kept(letter: str) -> None:
    found = told(frame(f"DataTime=20260301080000;w01001-Rtd=7,w01001-Flag={letter}"))
    assert found.flags == {Parameter.PH: Flag(letter)}


@pytest.mark.parametrize(
    "body",
    [
        "w01001-Rtd=7,w01001-Flag=Q",
        "w01001-Rtd=seven",
        "w01001-Rtd=nan",
        "w01001-Rtd=7;w01001-Rtd=8",
        "001-Rtd=7;w01001-Rtd=8",
        "w01001-Rtd=",
    ],
)
def test_what_could_only_be_guessed_is_doubtful_and_refused_alone(body: str) -> None:
    data = frame(f"DataTime=20260301080000;{body};w01009-Rtd=6.8", st=32)
    found = told(data)
    assert list(found.doubtful) == [Parameter.PH]
    assert found.values == {Parameter.DISSOLVED_OXYGEN: 6.8}
    reading = decode(data, STATION, ARRIVAL)
    assert reading.values == {Parameter.DISSOLVED_OXYGEN: 6.8}
    assert list(reading.refused) == ["ph"]
    with pytest.raises(Unreadable) as refused:
        decode(frame(f"DataTime=20260301080000;{body}", st=32), STATION, ARRIVAL)
    assert refused.value.reason is Refusal.VALUE


def test_an_instrument_in_fault_is_told_with_its_flag() -> None:
    body = "DataTime=20260301080000;w01009-Rtd=6.8;w01001-Rtd=,w01001-Flag=D;w21003-Flag=B"
    reading = decode(frame(body), STATION, ARRIVAL)
    assert reading.values == {Parameter.DISSOLVED_OXYGEN: 6.8}
    assert reading.refused == {"ph": "no value, flag 'D'", "w21003-Flag": "'B' without Rtd"}


def test_a_result_below_the_limit_keeps_it_in_our_unit() -> None:
    body = "DataTime=20260301080000;w20111-Rtd=<0.04;w21003-Rtd=0.025L;w21011-Rtd=ND"
    reading = decode(frame(body), STATION, ARRIVAL)
    assert reading.refused == {}
    assert reading.below == {
        Parameter.MERCURY: 0.00004, Parameter.AMMONIA_NITROGEN: 0.025,
        Parameter.TOTAL_PHOSPHORUS: UNNAMED,
    }  # fmt: skip


def test_a_result_below_the_limit_is_printed_as_such() -> None:
    body = "DataTime=20260301080000;w01001-Rtd=7;w20111-Rtd=<0.04;w21011-Rtd=ND;w21003-Rtd=x y"
    facts = facts_of(read(frame(body)))
    assert facts["values"] == {"ph": 7.0, "hg": "<0.00004", "tp": "ND"}
    assert facts["doubtful"] == {"nh3n": "'x y' is no number"}


@pytest.mark.parametrize("time", ["20260301080000", "20260301080000000"])
def test_a_time_is_beijing_s(time: str) -> None:
    found = told(frame(f"DataTime={time};w01001-Rtd=7"))
    assert found.observed_at == datetime(2026, 3, 1, 0, 0, tzinfo=UTC)


@pytest.mark.parametrize("time", ["2026030108000", "20261301080000", "yesterday", ""])
def test_a_time_that_is_none_refuses_the_frame(time: str) -> None:
    assert fault(frame(f"DataTime={time};w01001-Rtd=7")) is Fault.TIME


def test_stray_spaces_lower_case_and_commas_are_forgiven() -> None:
    header = b"QN=1,ST=21 ;CN = 2011;PW=;MN=a ;Flag=4;"
    segment = header + b"CP= && DataTime=20260301080000 ; w01001-Rtd = 7.1 &&"
    data = framed(segment)
    found = told(data[:-6] + data[-6:].lower())
    assert (found.station, found.values) == ("a", {Parameter.PH: 7.1})


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        (b"hello", Fault.NOT_A_FRAME),
        (b"", Fault.NOT_A_FRAME),
        (b"##$$$$ST=32;CP=&&&&@@@@", Fault.PLACEHOLDER),
        (b"##075ST=32;CP=&&&&0000", Fault.LENGTH_FIELD),
        (b"##0001ST=32;CP=&&&&0000", Fault.LENGTH),
        (frame("") + b"x", Fault.TRAILING),
        (framed(b"no header at all"), Fault.SEGMENT),
        (framed(b"ST=32;CN=2011;MN=\xff;CP=&&&&"), Fault.SEGMENT),
        (framed(b"ST=32;CN=2011;MN=A;MN=B;CP=&&&&"), Fault.SEGMENT),
        (framed(b"ST=32;CN=20;MN=A;CP=&&&&"), Fault.SEGMENT),
        (framed(b"ST=32;CN=2011;Flag=6;PNUM=2;PNO=3;CP=&&&&"), Fault.SEGMENT),
    ],
)
def test_each_fault_has_its_name(data: bytes, expected: Fault) -> None:
    assert fault(data) is expected


def test_a_wrong_crc_is_told_from_modbus() -> None:
    segment = b"ST=32;CN=2011;MN=A;CP=&&&&"
    assert fault(b"##%04d%b%04X" % (len(segment), segment, modbus_crc(segment))) is Fault.CRC_MODBUS
    assert fault(b"##%04d%b%04X" % (len(segment), segment, crc(segment) ^ 1)) is Fault.CRC


def test_the_length_counts_bytes() -> None:
    body = "i11001-Info=//清洗管路；量程;=,切换//"
    assert told(frame(body, cn=3020)).others == {"i11001-Info": body.partition("=")[2]}


def test_cipher_text_is_opened_by_the_key_alone() -> None:
    body = "DataTime=20260301080000;w01001-Rtd=7.42,w01001-Flag=N"
    data = frame(enciphered(body, KEY), flag=9)
    assert told(data, KEY).values == {Parameter.PH: 7.42}
    assert fault(data) is Fault.CIPHER
    assert fault(data, KEY[::-1]) is Fault.CIPHER_KEY
    with pytest.raises(Unreadable) as refused:
        decode(data, STATION, ARRIVAL)
    assert refused.value.reason is Refusal.CIPHER


def test_an_opened_frame_is_the_same_without_the_key() -> None:
    body = "DataTime=20260301080000;w01001-Rtd=7.42,w01001-Flag=N"
    data = frame(enciphered(body, KEY), flag=9)
    assert opened(data, KEY) == frame(body, flag=9)
    assert decode(opened(data, KEY), STATION, ARRIVAL).values == {Parameter.PH: 7.42}
    plain = frame(body)
    assert opened(plain, KEY) is plain
    assert opened(data, None) is data


def test_a_reading_comes_out_of_a_data_frame() -> None:
    reading = decode(
        frame("DataTime=20260301080000;w01001-Rtd=7.42,w01001-Flag=M"), STATION, ARRIVAL
    )
    assert reading.station == STATION
    assert reading.values == {Parameter.PH: 7.42}
    assert reading.flags == {Parameter.PH: Flag.MAINTENANCE}
    assert (reading.period, reading.message_id) == (Period.INSTANT, "20260301080000123.2011")


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (frame("", cn=9014), Refusal.PARAMETER),
        (frame("w01001-Rtd=7"), Refusal.TIME),
        (b"nothing", Refusal.FRAME),
        (frame("")[:-6] + b"0000", Refusal.CRC),
    ],
)
def test_what_is_no_reading_is_refused_by_name(data: bytes, reason: Refusal) -> None:
    with pytest.raises(Unreadable) as refused:
        decode(data, STATION, ARRIVAL)
    assert refused.value.reason is reason


def test_an_answer_carries_the_request_s_number_and_edition() -> None:
    given = told(frame("DataTime=20260301080000;w01001-Rtd=7", flag=9))
    found = told(answer(given, "123456"))
    assert (found.command, found.request, found.version) == (9014, given.request, "2025")


def test_the_answer_of_the_standard_is_made_to_the_byte() -> None:
    fields = {"QN": "20260301080000123", "ST": "91", "CN": "9014", "PW": "123456"}
    made = encode({**fields, "MN": "010000A8900016F000169DC0", "Flag": "4"})
    assert made == (
        b"##0087QN=20260301080000123;ST=91;CN=9014;PW=123456;MN=010000A8900016F000169DC0;"
        b"Flag=4;CP=&&&&2D00\r\n"
    )


@pytest.mark.parametrize("value", ["a;b", "a,b", "a&&b", "a\r\nb"])
def test_a_text_that_would_break_a_frame_is_never_sent(value: str) -> None:
    with pytest.raises(ValueError, match="can't be written"):
        encode({"MN": value})


def test_the_command_prints_one_object_a_frame() -> None:
    lines = b"\n".join([frame("DataTime=20260301080000;w01001-Rtd=7").strip(), b"junk", b"##12"])
    done = subprocess.run(
        [sys.executable, "-m", "dashboard.cli", "hj212", "decode"],
        input=lines,
        capture_output=True,
        check=True,
    )
    objects = [json.loads(line) for line in done.stdout.splitlines()]
    assert [each["ok"] for each in objects] == [True, False, False]
    assert objects[0]["observed_at"] == "2026-03-01T08:00:00+08:00"
    assert objects[0]["values"] == {"ph": 7.0}


@pytest.mark.parametrize("number", ["2026\x000301", "2026\t0301", "1" * 300])
def test_a_request_number_that_is_no_id_costs_no_value(number: str) -> None:
    body = "DataTime=20260301080000;w01001-Rtd=7.4"
    data = framed(HEAD.format(body=body, cn=2011, st=21, flag=5).encode())
    whole = data[6:-6].replace(b"20260301080000123", number.encode(), 1)
    reading = decode(framed(whole), STATION, ARRIVAL)
    assert (reading.values, reading.message_id) == ({Parameter.PH: 7.4}, None)
    assert set(reading.refused) == {"QN"}
