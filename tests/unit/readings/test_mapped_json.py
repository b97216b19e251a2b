"""Foreign JSON by the mapping of a device model: what is read, exactly, and what is left out."""

import time
from contextlib import suppress
from datetime import UTC, datetime
from decimal import Decimal

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from data.clock import UtcDatetime
from data.quality.detection import UNNAMED
from data.records import RawReading, StationCode
from data.vocabulary import Parameter, Refusal
from ingest.codecs.mapped_json import MappedReading, decode
from ingest.codecs.mapping import read_mapping
from ingest.codecs.refusal import Unreadable
from ingest.codecs.trial import unmapped_numbers

ARRIVED = UtcDatetime(datetime(2026, 5, 1, 0, 0, 3, tzinfo=UTC))
EIGHT = datetime(2026, 5, 1, 0, 0, tzinfo=UTC)
ARRIVAL = {"format": "arrival"}


def mapping_of(time: object = None, **more: object) -> dict[str, object]:
    value = more.pop("value", [{"path": "ph", "parameter": "ph"}])
    return {"time": time or ARRIVAL, "value": value, **more}


def read(payload: object, document: dict[str, object], most: int = 500) -> list[MappedReading]:
    content = payload if isinstance(payload, bytes) else orjson.dumps(payload)
    mapping = read_mapping(document)
    return decode(content, StationCode("S1"), ARRIVED, mapping, most_readings=most)


def one(payload: object, document: dict[str, object]) -> RawReading:
    (found,) = read(payload, document)
    assert found.reading
    return found.reading


@pytest.mark.parametrize(
    ("written", "factor", "value"),
    [
        (b"25", "0.001", 0.025),
        (b"0.3", "0.001", 0.0003),
        (b"7.10", "1", 7.1),
        (b"1.1", "3", 3.3),
        (b"123456.789", "0.000001", 0.123456789),
        (b'"25"', "0.001", 0.025),
        (b'"-1.5e1"', "0.1", -1.5),
        (b"1e400", "1e-9", None),
        (b"9" * 400, "1", None),
        (b"true", "1", None),
        (b"null", "1", None),
        (b"NaN", "1", None),
        (b"-nan", "1", None),
        (b".5", "1", 0.5),
        (b"+5.", "0.1", 0.5),
        (b"007.5", "1", 7.5),
        (b"07", "1", None),
        (b"1.#QNAN", "1", None),
        (b"None", "1", None),
        (b"", "1", None),
        (b'"\\ud800"', "1", None),
        (b"inf", "1", None),
        (b"-Infinity", "1", None),
        (b'""', "1", None),
        (b'"seven"', "1", None),
        (b'"0x10"', "1", None),
        (b'"1_0"', "1", None),
        ('"７"'.encode(), "1", None),
        (b"[7]", "1", None),
        (b'{"v": 7}', "1", None),
    ],
)
def test_a_number_times_its_factor_is_the_exact_decimal(
    written: bytes, factor: str, value: float | None
) -> None:
    rows = [
        {"path": "x", "parameter": "nh3n", "factor": factor},
        {"path": "ph", "parameter": "ph"},
    ]
    (found,) = read(b'{"ph": 7, "x": ' + written + b"}", mapping_of(value=rows))
    assert found.reading
    kept = {} if value is None else {Parameter.AMMONIA_NITROGEN: value}
    assert found.reading.values == {**kept, Parameter.PH: 7.0}
    assert [(each.reason, each.parameter) for each in found.faults] == (
        [] if kept else [(Refusal.VALUE, Parameter.AMMONIA_NITROGEN)]
    )


def test_a_result_below_its_detection_limit_has_the_limit_in_our_unit() -> None:
    rows = [
        {"path": "a", "parameter": "nh3n", "factor": "0.001"},
        {"path": "b", "parameter": "tp"},
        {"path": "c", "parameter": "cu"},
        {"path": "d", "parameter": "zn"},
    ]
    (found,) = read({"a": "＜25", "b": "0.01L", "c": "未检出", "d": "<0"}, mapping_of(value=rows))
    assert found.reading
    below = {
        Parameter.AMMONIA_NITROGEN: 0.025,
        Parameter.TOTAL_PHOSPHORUS: 0.01,
        Parameter.COPPER: UNNAMED,
    }
    assert found.reading.below == below
    assert found.reading.values == below
    assert list(found.reading.refused) == ["zn"]


@given(st.integers(-(10**9), 10**9), st.integers(0, 6), st.integers(0, 6))
def test_factors_never_add_a_binary_fraction(digits: int, places: int, shift: int) -> None:
    written = Decimal(digits).scaleb(-places)
    factor = Decimal(1).scaleb(-shift)
    rows = [{"path": "x", "parameter": "tp", "factor": str(factor)}]
    reading = one(f'{{"x": {written:f}}}'.encode(), mapping_of(value=rows))
    assert reading.values == {Parameter.TOTAL_PHOSPHORUS: float(written * factor)}


def test_kelvin_and_fahrenheit_become_degrees_celsius() -> None:
    kelvin = [{"path": "t", "parameter": "temp", "offset": "-273.15"}]
    assert one({"t": 290.65}, mapping_of(value=kelvin)).values == {
        Parameter.WATER_TEMPERATURE: 17.5
    }
    fahrenheit = [{"path": "t", "parameter": "temp", "factor": "0.5", "offset": "-16"}]
    assert one({"t": 67}, mapping_of(value=fahrenheit)).values[Parameter.WATER_TEMPERATURE] == 17.5


def test_no_time_where_one_is_mapped_refuses_the_reading_only_arrival_stands_in_for_none() -> None:
    (found,) = read({"ph": 7}, mapping_of({"path": "t", "format": "epoch_s"}))
    assert found.reading is None
    assert "t" in str(found.faults[0].error)
    assert one({"ph": 7}, mapping_of()).observed_at == ARRIVED


def test_a_list_of_readings_each_by_itself() -> None:
    document = mapping_of({"path": "t", "format": "epoch_s"}, list="data.rows[*]", id="$.id")
    rows = [
        {"t": 1777593600, "ph": 7.1},
        {"t": "?", "ph": 7.2},
        {"t": 1777597200, "ph": None},
        {"t": 1777600800, "ph": 7.4},
        {"t": 1777604400},
    ]
    found = read({"id": "m-1", "data": {"rows": rows, "site": "x" * 5000}}, document)
    values = [each.reading and each.reading.values[Parameter.PH] for each in found]
    assert values == [7.1, None, None, 7.4, None]
    reasons = [[fault.reason for fault in each.faults] for each in found]
    assert reasons == [[], [Refusal.TIME], [Refusal.VALUE], [], [Refusal.SHAPE]]
    assert [each.reading.message_id for each in found if each.reading] == ["m-1", "m-1"]
    for n, each in enumerate(found):
        alone = read(each.payload, document)
        assert [(part.reading, len(part.faults)) for part in alone] == [
            (each.reading, len(each.faults))
        ]
        assert orjson.loads(each.payload) == {"id": "m-1", "data": {"rows": [rows[n]]}}


def test_a_list_may_be_the_message_or_one_object_in_its_place() -> None:
    document = mapping_of(list="[*]")
    assert [each.reading and each.reading.values for each in read([{"ph": 7}], document)] == [
        {Parameter.PH: 7.0}
    ]
    assert one({"ph": 7}, document).values == {Parameter.PH: 7.0}
    rows = mapping_of(list="data.rows[*]", id="$.n")
    lone = one({"n": 3, "data": {"rows": {"ph": 7}}}, rows)
    assert (lone.values, lone.message_id) == ({Parameter.PH: 7.0}, "3")
    outer = mapping_of(list="a[*]", value=[{"path": "$.b.ph", "parameter": "ph"}])
    assert len(read({"a": [1, 2], "b": {"ph": 7}}, outer)) == 2


@pytest.mark.parametrize(
    ("payload", "reason"),
    [
        (b'{"rows": {}}', Refusal.SHAPE),
        (b'{"rows": []}', Refusal.SHAPE),
        (b'{"x": 1}', Refusal.SHAPE),
        (b'{"rows": [1, 2, 3, 4]}', Refusal.SHAPE),
        (b'{"rows": [{"ph": 7, "ph": 8}]}', Refusal.SHAPE),
        (b'{"rows": [{"ph": 7 7}]}', Refusal.NOT_JSON),
        (b'{"rows": [{"ph": 7}]', Refusal.NOT_JSON),
        (b'\xef\xbb\xbf{"rows": [{"ph": 7}]}', Refusal.NOT_JSON),
        (b'{"rows": [{"ph": 7}]}\0', Refusal.NOT_JSON),
        ('{"rows": [{"ph": "氨氮"}]}'.encode("gb18030"), Refusal.NOT_JSON),
        (b"", Refusal.NOT_JSON),
    ],
)
def test_what_cannot_be_read_as_a_whole(payload: bytes, reason: Refusal) -> None:
    with pytest.raises(Unreadable) as refused:
        read(payload, mapping_of(list="rows[*]"), most=3)
    assert refused.value.reason is reason


def test_an_id_that_cannot_be_used_is_left_out_and_the_reading_kept() -> None:
    document = mapping_of(id="n")
    assert one({"ph": 7, "n": "a-1"}, document).message_id == "a-1"
    assert one({"ph": 7, "n": 17}, document).message_id == "17"
    assert one({"ph": 7}, document).message_id is None
    assert one({"ph": 7, "n": ""}, document).message_id is None
    for wrong in ("x" * 129, "a\nb", 1.5, True, {"a": 1}, 10**18):
        (found,) = read({"ph": 7, "n": wrong}, document)
        assert found.reading
        assert found.reading.message_id is None
        assert [each.reason for each in found.faults] == [Refusal.VALUE]


def test_numbers_that_nothing_reads_are_listed() -> None:
    rows = [{"path": "v.ph", "parameter": "ph"}, {"path": "$.top", "parameter": "ec"}]
    document = mapping_of({"path": "t", "format": "epoch_s"}, value=rows, list="rows[*]")
    payload = {"rows": [{"t": 1, "v": {"ph": 7, "do": 8.5, "n.x": [1, {"y": 2}]}}], "top": 1,
               "rssi": -90, "name": "x"}  # fmt: skip
    found = unmapped_numbers(orjson.dumps(payload), read_mapping(document))
    assert found == ["v.do", 'v."n.x"[0]', 'v."n.x"[1].y', "$.rssi"]


DEEP = 100_000
HOSTILE = {
    "deep_lists": b"[" * DEEP + b"]" * DEEP,
    "deep_objects": b'{"ph":' * DEEP + b"1" + b"}" * DEEP,
    "deep_value": b'{"ph":' + b"[" * 900 + b"]" * 900 + b',"t":' + b"[" * 900 + b"]" * 900 + b"}",
    "a_million_elements": b"[" + b"0," * 999_999 + b"0]",
    "elements": b"[" + b'{"ph":1},' * 499 + b'{"ph":' + b"9" * 60_000 + b"}]",
    "keys": b"{" + b",".join(b'"k%d":1' % n for n in range(5000)) + b"}",
    "long_number": b'{"ph":0.' + b"1" * 65_000 + b"}",
    "large_exponent": b'{"ph":1e999999999,"t":1e999999999,"n":1e-999999999}',
    "blanks": b" " * 65_000,
}


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_payloads_cost_no_more_than_others(name: str) -> None:
    rows = [{"path": "ph", "parameter": "ph"}, {"path": "$.t", "parameter": "ec"}]
    document = mapping_of({"path": "t", "format": "YYYYMMDDhhmmss"}, list="[*]", id="n", value=rows)
    started = time.process_time()
    with suppress(Unreadable):
        found = read(HOSTILE[name], document)
        assert all(each.reading is None for each in found)
        unmapped_numbers(HOSTILE[name], read_mapping(document))
    # a quadratic reader would take minutes
    assert time.process_time() - started < 2 * max(1, len(HOSTILE[name]) / 65_536)


@given(st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=4)
    | st.dictionaries(st.sampled_from(["ph", "t", "rows", "n", "x"]), inner, max_size=4),
))  # fmt: skip
def test_any_json_is_read_or_refused_and_nothing_else(document: object) -> None:
    try:
        payload = orjson.dumps(document)
    except orjson.JSONEncodeError:  # a whole number beyond 64 bits, half a surrogate pair
        return
    for mapped in (
        mapping_of({"path": "t", "format": "epoch_s"}, id="n"),
        mapping_of({"path": "$.t", "format": "iso"}, list="rows[*]", id="$.n"),
    ):
        try:
            found = read(payload, mapped, most=3)
        except Unreadable:
            continue
        assert found
        assert all(each.reading or each.faults for each in found)


def test_a_result_below_its_limit_is_one_in_our_unit() -> None:
    document = mapping_of(value=[{"path": "n", "parameter": "nh3n", "factor": "0.001"}])
    for written in ("<25", "＜25", "25L"):
        reading = one({"n": written}, document)
        assert dict(reading.below) == {Parameter.AMMONIA_NITROGEN: 0.025}
        assert dict(reading.values) == {Parameter.AMMONIA_NITROGEN: 0.025}
    assert dict(one({"n": "ND"}, document).below) == {Parameter.AMMONIA_NITROGEN: UNNAMED}


def test_a_value_that_is_refused_is_named_beside_its_neighbours() -> None:
    document = mapping_of(
        value=[{"path": "n", "parameter": "nh3n"}, {"path": "ph", "parameter": "ph"}]
    )
    reading = one({"n": "bad", "ph": 7.1}, document)
    assert dict(reading.values) == {Parameter.PH: 7.1}
    assert list(reading.refused) == ["nh3n"]
    assert "n: " in reading.refused["nh3n"]
