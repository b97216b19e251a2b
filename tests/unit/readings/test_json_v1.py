"""The JSON contract: what is read, and what is refused for which reason."""

from datetime import UTC, datetime

import pytest

from data.clock import UtcDatetime
from data.quality.detection import UNNAMED
from data.records import StationCode
from data.vocabulary import Flag, Parameter, Period, Refusal
from ingest.codecs.json_v1 import decode
from ingest.codecs.refusal import Unreadable

ARRIVED = UtcDatetime(datetime(2026, 5, 1, 0, 0, 3, tzinfo=UTC))
TIME = '"time": "2026-05-01T08:00:00+08:00"'


def read(payload: str | bytes) -> Refusal | None:
    """The reason for refusing, None for a message that is read."""
    raw = payload.encode() if isinstance(payload, str) else payload
    try:
        decode(raw, StationCode("S1"), ARRIVED)
    except Unreadable as refusal:
        error = refusal
    else:
        return None
    assert error.detail
    return error.reason


def test_a_whole_message() -> None:
    reading = decode(
        b'{"id": "m-1", "time": "2026-05-01T08:00:00.25+08:00", "period": "hour",'
        b' "values": {"ph": 7.1, "as": 0.01, "fe": 2}, "flags": {"ph": "M", "as": "N"},'
        b' "position": [112.1, 32.7]}',
        StationCode("S1"),
        ARRIVED,
    )
    assert reading.station == "S1"
    assert reading.observed_at == datetime(2026, 5, 1, 0, 0, 0, 250000, tzinfo=UTC)
    assert reading.period is Period.HOUR
    assert reading.values == {Parameter.PH: 7.1, Parameter.ARSENIC: 0.01, Parameter.IRON: 2.0}
    assert reading.flags == {Parameter.PH: Flag.MAINTENANCE, Parameter.ARSENIC: Flag.NORMAL}
    assert reading.position == (112.1, 32.7)
    assert reading.message_id == "m-1"


@pytest.mark.parametrize(
    ("written", "named"),
    [("13", "13"), ("-1", "-1"), ("18446744073709551615", "18446744073709551615")],
)
def test_a_whole_number_as_id_is_its_digits(written: str, named: str) -> None:
    raw = f'{{{TIME}, "id": {written}, "values": {{"ph": 7.1}}}}'.encode()
    assert decode(raw, StationCode("S1"), ARRIVED).message_id == named


@pytest.mark.parametrize(
    ("written", "why"),
    [
        ("17.5", "neither text"), ("true", "neither text"), ("[null]", "neither text"),
        ('["a"]', "neither text"), ("1e30", "neither text"), ("9" * 40, "neither text"),
        ('""', "printable"), ('"a\\u0000b"', "printable"), ('"a\\nb"', "printable"),
        ('"' + "x" * 129 + '"', "printable"),
    ],
)  # fmt: skip
def test_an_id_that_cannot_be_used_costs_no_value(written: str, why: str) -> None:
    for more in ("", ', "flags": {"ph": "M"}'):
        raw = f'{{{TIME}, "id": {written}, "values": {{"ph": 7.1}}{more}}}'.encode()
        reading = decode(raw, StationCode("S1"), ARRIVED)
        assert (reading.values, reading.message_id) == ({Parameter.PH: 7.1}, None)
        assert why in reading.refused["id"]
    assert read(f'{{{TIME}, "id": {written}, "values": {{"ph": null}}}}') is Refusal.VALUE
    twice = f'{{{TIME}, "id": {written}, "id": 1, "values": {{"ph": 7}}}}'
    assert read(twice) is Refusal.SHAPE


def test_the_least_message() -> None:
    reading = decode(
        b'{"time":"2026-05-01T00:00:00Z","values":{"do":8}}', StationCode("S1"), ARRIVED
    )
    assert reading.period is Period.INSTANT
    assert (reading.flags, reading.position, reading.message_id) == ({}, None, None)


@pytest.mark.parametrize(
    ("time", "reason"),
    [
        ('"2026-05-01T08:00:00+08:00"', None),
        ('"2026-05-01 08:00+0800"', None),
        ('"2026-05-01T00:00:00Z"', None),
        ('"2026-05-01T08:00:00"', Refusal.TIME),
        ('"2026-05-01"', Refusal.TIME),
        ('"2026-02-30T08:00:00+08:00"', Refusal.TIME),
        ('"2026-05-01T24:00:00+08:00"', Refusal.TIME),
        ('"0001-01-01T00:00:00+08:00"', Refusal.TIME),
        ('"9999-12-31T23:59:59-08:00"', Refusal.TIME),
        ('"2026-05-01T08:00:00+99:00"', Refusal.TIME),
        ('"２026-05-01T08:00:00+08:00"', Refusal.TIME),
        ('"yesterday, around noon"', Refusal.TIME),
        ('""', Refusal.TIME),
        ("1777593600", Refusal.TIME),
        ("null", Refusal.TIME),
        ("[]", Refusal.TIME),
    ],
)
def test_times(time: str, reason: Refusal | None) -> None:
    assert read(f'{{"time": {time}, "values": {{"ph": 7}}}}') == reason


@pytest.mark.parametrize(
    ("values", "reason"),
    [
        ('{"ph": 7}', None),
        ('{"ph": -0.0}', None),
        ('{"ph": 123456789012345678901234567890}', None),
        ("{}", Refusal.SHAPE),
        ("[]", Refusal.SHAPE),
        ("null", Refusal.SHAPE),
        ('"ph"', Refusal.SHAPE),
        ('{"ph": 7, "ph": 8}', Refusal.SHAPE),
        ('{"pH": 7}', Refusal.PARAMETER),
        ('{"": 7}', Refusal.PARAMETER),
        ('{"ph": 7, "w01001": 7}', None),
        ('{"pH": 7, "w01001": 7}', Refusal.PARAMETER),
        ('{"ph": "7"}', Refusal.VALUE),
        ('{"ph": true}', Refusal.VALUE),
        ('{"ph": null}', Refusal.VALUE),
        ('{"ph": [7]}', Refusal.VALUE),
        ('{"ph": {"v": 7}}', Refusal.VALUE),
        ('{"ph": NaN}', Refusal.NOT_JSON),
        ('{"ph": -Infinity}', Refusal.NOT_JSON),
        ('{"ph": 1e400}', Refusal.NOT_JSON),
        ('{"ph": ' + "9" * 5000 + "}", Refusal.NOT_JSON),
        ('{"ph": 07}', Refusal.NOT_JSON),
    ],
)
def test_values(values: str, reason: Refusal | None) -> None:
    assert read(f'{{{TIME}, "values": {values}}}') == reason


@pytest.mark.parametrize(
    ("more", "reason"),
    [
        ('"id": "a-1"', None),
        ('"id": "a\\"b"', None),
        ('"id": "河-1"', None),
        ('"id": 17', None),
        ('"period": "day"', None),
        ('"period": "month"', Refusal.VALUE),
        ('"period": ["day"]', Refusal.VALUE),
        ('"flags": {}', None),
        ('"flags": {"ph": "F"}', None),
        ('"flags": {"ph": "flat"}', Refusal.VALUE),
        ('"flags": {"ph": 1}', Refusal.VALUE),
        ('"flags": {"ph": ["N"]}', Refusal.VALUE),
        ('"flags": {"do": "N"}', None),
        ('"flags": {"nope": "N"}', None),
        ('"flags": "N"', Refusal.SHAPE),
        ('"flags": {"ph": "N", "ph": "D"}', Refusal.SHAPE),
        ('"position": [112, 32]', None),
        ('"position": [112]', None),
        ('"position": {"lon": 112}', None),
        ('"position": [181, 32]', None),
        ('"position": ["112", 32]', None),
        ('"flag": {"ph": "N"}', Refusal.SHAPE),
        ('"time": "2026-05-01T09:00:00+08:00"', Refusal.SHAPE),
    ],
)
def test_what_may_be_there_besides(more: str, reason: Refusal | None) -> None:
    assert read(f'{{{TIME}, "values": {{"ph": 7}}, {more}}}') == reason


@pytest.mark.parametrize(
    ("payload", "reason"),
    [
        (b"", Refusal.NOT_JSON),
        (b"hello", Refusal.NOT_JSON),
        (b"\xff\xfe\x00", Refusal.NOT_JSON),
        (b'{"time": "\xff"}', Refusal.NOT_JSON),
        (b'\xef\xbb\xbf{"time": 1}', Refusal.NOT_JSON),
        (b"[" * 200_000, Refusal.NOT_JSON),
        (b'{"a":' * 900 + b"1" + b"}" * 900, Refusal.SHAPE),
        (b"[]", Refusal.SHAPE),
        (b"7", Refusal.SHAPE),
        (b"null", Refusal.SHAPE),
        (b"{}", Refusal.SHAPE),
        (b'{"time": "\\ud800"}', Refusal.NOT_JSON),
    ],
)
def test_what_is_no_message(payload: bytes, reason: Refusal) -> None:
    assert read(payload) == reason


@pytest.mark.parametrize(
    ("more", "refused"),
    [
        ('"values": {"ph": 7, "do": null}', {"do": "no value (null)"}),
        ('"values": {"ph": 7, "do": "7"}', {"do": "not a number"}),
        ('"values": {"ph": 7, "do": {"v": 7}}', {"do": "not a number"}),
        ('"values": {"ph": 7, "w01001": 7}', {"w01001": "unknown parameter"}),
        ('"values": {"ph": 7, "do": 8}, "flags": {"do": "Z"}',
         {"do": "its flag is none of HJ 212's"}),
        ('"values": {"ph": 7, "do": null}, "flags": {"do": "D"}',
         {"do": "no value (null), flag D"}),
        ('"values": {"ph": 7}, "flags": {"do": "N"}', {"flags.do": "a flag without a value"}),
        ('"values": {"ph": 7}, "flags": {"nope": "N"}', {"flags.nope": "unknown parameter"}),
        ('"values": {"ph": 7}, "position": [181, 32]', {"position": "off the earth"}),
        ('"values": {"ph": 7}, "position": [32.1, 112.7]',
         {"position": "off the earth; longitude and latitude seem swapped"}),
        ('"values": {"ph": 7}, "position": [112]', {"position": "not [longitude, latitude]"}),
        ('"values": {"ph": 7, "temp": "ND", "tp": "<0"}',
         {"tp": "a detection limit must be above nothing"}),
    ],
)  # fmt: skip
def test_one_bad_part_is_refused_alone(more: str, refused: dict[str, str]) -> None:
    reading = decode(f"{{{TIME}, {more}}}".encode(), StationCode("S1"), ARRIVED)
    assert reading.values[Parameter.PH] == 7
    assert reading.position is None
    assert dict(reading.refused) == refused
    assert not reading.values.keys() & set(refused)


@pytest.mark.parametrize("name", ["id", "period", "flags", "position"])
def test_null_counts_as_left_out(name: str) -> None:
    for values in ('{"ph": 7.0}', '{"ph": 7, "do": "<2"}'):
        reading = decode(
            f'{{{TIME}, "{name}": null, "values": {values}}}'.encode(), StationCode("S1"), ARRIVED
        )
        left_out = decode(f'{{{TIME}, "values": {values}}}'.encode(), StationCode("S1"), ARRIVED)
        assert reading == left_out
    assert read(f'{{{TIME}, "{name}": null, "values": {{"ph": 7}}, "{name}": null}}') is (
        Refusal.SHAPE
    )


def test_a_flag_that_is_null_is_none() -> None:
    more = '"values": {"ph": 7}, "flags": {"ph": null, "do": null}'
    reading = decode(f"{{{TIME}, {more}}}".encode(), StationCode("S1"), ARRIVED)
    assert (reading.values, reading.flags, reading.refused) == ({Parameter.PH: 7.0}, {}, {})
    twice = '"values": {"ph": 7, "ph": 8}, "flags": {"ph": null}'
    assert read(f"{{{TIME}, {twice}}}") is Refusal.SHAPE


def test_many_bad_values_are_named_in_bounds() -> None:
    more = ",".join(f'"k{n}\\u0007": 1' for n in range(5000))
    reading = decode(
        f'{{{TIME}, "values": {{"ph": 7, {more}}}}}'.encode(), StationCode("S1"), ARRIVED
    )
    assert len(reading.refused) == 21
    assert reading.refused["others"] == "4980 more"
    assert all(each.isprintable() for pair in reading.refused.items() for each in pair)


def test_a_repeated_key_is_seen_beside_a_refused_value() -> None:
    assert read(f'{{{TIME}, "values": {{"ph": 7, "do": [""], "ph": 8}}}}') is Refusal.SHAPE


def test_results_below_the_limit_keep_it() -> None:
    reading = decode(
        f'{{{TIME}, "values": {{"ph": 7, "nh3n": "<0.025", "tp": "0.01L", "hg": "ND"}}}}'.encode(),
        StationCode("S1"),
        ARRIVED,
    )
    assert reading.refused == {}
    assert reading.below == {
        Parameter.AMMONIA_NITROGEN: 0.025, Parameter.TOTAL_PHOSPHORUS: 0.01,
        Parameter.MERCURY: UNNAMED,
    }  # fmt: skip
