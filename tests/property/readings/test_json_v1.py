"""Whatever bytes come, the codec reads them or refuses them by name; what it reads is true."""

import json
import math
from datetime import UTC, datetime, timedelta, timezone

from hypothesis import given
from hypothesis import strategies as st

from data.clock import UtcDatetime
from data.records import RawReading, StationCode
from data.vocabulary import Flag, Parameter, Period
from ingest.codecs.json_v1 import decode
from ingest.codecs.refusal import NO_BREAK, Unreadable

ARRIVED = UtcDatetime(datetime(2026, 5, 1, tzinfo=UTC))
KEYS = [parameter.value for parameter in Parameter]

json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda children: (
        st.lists(children, max_size=3) | st.dictionaries(st.text(max_size=8), children, max_size=3)
    ),
    max_leaves=8,
)
almost_messages = st.fixed_dictionaries(
    {},
    optional={
        "id": json_values,
        "time": st.datetimes(timezones=st.just(UTC)).map(datetime.isoformat) | json_values,
        "period": st.sampled_from([*Period, "week"]) | json_values,
        "values": st.dictionaries(
            st.sampled_from([*KEYS, "x"]), st.floats() | json_values, max_size=4
        ),
        "flags": st.dictionaries(st.sampled_from(KEYS), st.sampled_from([*Flag, "Q"]), max_size=2),
        "position": st.lists(st.floats(), min_size=1, max_size=3) | json_values,
    },
)


def is_printable(detail: str) -> bool:
    """Whether it holds no control sign; blanks of what a device wrote are non-breaking ones."""
    return detail.replace(NO_BREAK, " ").isprintable()


def read(payload: bytes) -> RawReading | None:
    try:
        return decode(payload, StationCode("S1"), ARRIVED)
    except Unreadable as refusal:
        error = refusal
    assert is_printable(error.detail)
    return None


def hold(reading: RawReading | None) -> None:
    """What the record promises of a raw reading."""
    if reading is None:
        return
    assert reading.observed_at.utcoffset() == timedelta(0)
    assert reading.values
    assert all(math.isfinite(value) for value in reading.values.values())
    assert reading.flags.keys() <= reading.values.keys()
    assert reading.below.keys() <= reading.values.keys()
    assert not reading.values.keys() & reading.refused.keys()
    assert all(is_printable(each) for pair in reading.refused.items() for each in pair)
    assert "\0" not in (reading.message_id or "")


@given(st.binary(max_size=200))
def test_any_bytes(payload: bytes) -> None:
    hold(read(payload))


@given(json_values)
def test_any_json(document: object) -> None:
    hold(read(json.dumps(document).encode()))


@given(almost_messages)
def test_almost_messages(message: dict[str, object]) -> None:
    hold(read(json.dumps(message).encode()))


@given(almost_messages, st.data())
def test_a_message_with_a_byte_changed(message: dict[str, object], data: st.DataObject) -> None:
    payload = bytearray(json.dumps(message).encode())
    payload[data.draw(st.integers(0, len(payload) - 1))] = data.draw(st.integers(0, 255))
    hold(read(bytes(payload)))


@given(
    st.dictionaries(
        st.sampled_from(KEYS), st.floats(allow_nan=False, allow_infinity=False), min_size=1
    ),
    st.datetimes(min_value=datetime(1990, 1, 1), max_value=datetime(2100, 1, 1)),  # noqa: DTZ001
    st.integers(-12 * 60, 14 * 60),
    st.text(st.characters(categories=["L", "N", "P"]), min_size=1, max_size=40),
)
def test_a_good_message_comes_through_whole(
    values: dict[str, float], local: datetime, offset_minutes: int, message_id: str
) -> None:
    moment = local.replace(tzinfo=timezone(timedelta(minutes=offset_minutes)))
    payload = {"id": message_id, "time": moment.isoformat(), "values": values}
    for ensure_ascii in (True, False):
        reading = read(json.dumps(payload, ensure_ascii=ensure_ascii).encode())
        assert reading is not None
        assert reading.observed_at == moment
        assert {p.value: v for p, v in reading.values.items()} == values
        assert reading.message_id == message_id


@given(
    st.sampled_from(KEYS),
    st.floats(0, 10),
    st.sampled_from(["values", "flags", "top"]),
    st.sampled_from(["", " ", "\n\t"]),
)
def test_a_key_that_comes_twice_is_seen(key: str, value: float, where: str, gap: str) -> None:
    pair = f'"{key}":{gap}{value}'
    flag = f'"{key}":{gap}"N"'
    values = f"{{{pair},{gap}{pair}}}" if where == "values" else f"{{{pair}}}"
    flags = f"{{{flag},{gap}{flag}}}" if where == "flags" else f"{{{flag}}}"
    time = '"time": "2026-05-01T00:00:00Z"'
    twice = f"{time}, {time}" if where == "top" else time
    assert read(f'{{{time}, "values": {{{pair}}}, "flags": {{{flag}}}}}'.encode()) is not None
    assert read(f'{{{twice}, "values": {values}, "flags": {flags}}}'.encode()) is None
