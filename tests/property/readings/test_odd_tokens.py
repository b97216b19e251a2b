"""Whatever stands where a JSON value belongs, decoders read it or refuse it, and never fail."""

from contextlib import suppress
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from data.clock import UtcDatetime
from data.records import StationCode
from data.tolerances import Tolerance
from data.vocabulary import Parameter
from ingest.codecs import json_v1, mapped_json
from ingest.codecs.mapping import TimeFormat, read_mapping
from ingest.codecs.refusal import Unreadable
from ingest.codecs.repairs import json_readings
from ingest.codecs.trial import try_payload

ARRIVED = UtcDatetime(datetime(2026, 5, 1, tzinfo=UTC))
S1 = StationCode("S1")
HUGE = "9" * 22
ODD = [
    f"1E+{HUGE}", f"1E-{HUGE}", f"-1.5e{HUGE}", f"0e{HUGE}", "1e999999999", "1e-999999999",
    "1e1000000", "1e400", "9" * 5000, "-0", "NaN", "-Infinity", "nan", "-nan(ind)", "nan(0x8)",
    "1.#QNAN", "-1.#IND", "1.#INF", ".5", "5.", "+5", "01", "0x1F", "None", "undefined", "",
    '"\\ud800"', f'"1E+{HUGE}"', '"1e999"', '"<1e99"', '"\\u0000"', '"9999-99-99T99:99:99Z"',
    "1777600000", "1777600000000", "20260501080000", '"2026-05-01T08:00:00+08:00"', "true", "null",
]  # fmt: skip
tokens = st.sampled_from(ODD) | st.from_regex(
    r"\A[+-]?[0-9]{0,4}\.?[0-9]{0,4}([eE][+-]?[0-9]{0,25})?\Z"
)


@given(tokens, tokens, tokens, tokens, st.sampled_from(TimeFormat))
def test_a_device_model_fails_at_no_token(
    time: str, named: str, one: str, other: str, form: TimeFormat
) -> None:
    row = f'{{"t":{time},"n":{named},"v":[{{"k":"ph","v":{one}}},{{"k":{other},"v":{other}}}]}}'
    clock = {"format": form.value} | ({} if form is TimeFormat.ARRIVAL else {"path": "t"})
    values = [
        {"path": "v[k=ph].v", "parameter": "ph", "factor": "0.001"},
        {"path": "v[1].v", "parameter": "temp", "offset": "-273.15"},
    ]
    for payload, every in ((row, None), (f"[{row},{row}]", "[*]")):
        document = {"time": clock, "id": "n", "value": values, "list": every}
        mapping = read_mapping(document)
        with suppress(Unreadable):
            found = mapped_json.decode(payload.encode(), S1, ARRIVED, mapping, most_readings=3)
            assert all(each.reading or each.faults for each in found)
        try_payload(payload.encode(), S1, ARRIVED, mapping, most_readings=3)


@given(tokens, tokens, tokens, tokens)
def test_our_own_contract_fails_at_no_token(time: str, named: str, one: str, other: str) -> None:
    row = (
        f'{{"time":{time},"id":{named},"values":{{"ph":{one},"do":{other}}},'
        f'"flags":{other},"period":{named},"position":[{one},{other}]}}'
    )
    for payload in (row, f"[{row},{row}]"):
        for each in json_readings(payload.encode(), 3) or [payload.encode()]:
            with suppress(Unreadable):
                json_v1.decode(each, S1, ARRIVED, frozenset(Tolerance))


@pytest.mark.parametrize("huge", [f"1E+{HUGE}", f"1E-{HUGE}"])
def test_an_exponent_beyond_all_numbers_costs_its_value_alone(huge: str) -> None:
    document = {
        "time": {"path": "t", "format": "epoch_ms"},
        "id": "n",
        "value": [{"path": "ph", "parameter": "ph"}, {"path": "do", "parameter": "do"}],
    }
    mapping = read_mapping(document)

    def one(time: str, named: str, value: str) -> mapped_json.MappedReading:
        payload = f'{{"t":{time},"n":{named},"ph":7.1,"do":{value}}}'.encode()
        (found,) = mapped_json.decode(payload, S1, ARRIVED, mapping, most_readings=1)
        return found

    good = "1777600000000"
    value, named, time = one(good, "7", huge), one(good, huge, "5"), one(huge, "7", "5")
    assert value.reading
    assert value.reading.values == {Parameter.PH: 7.1}
    assert value.reading.message_id == "7"
    assert named.reading
    assert named.reading.values == {Parameter.PH: 7.1, Parameter.DISSOLVED_OXYGEN: 5.0}
    assert (named.reading.message_id, set(named.reading.refused)) == (None, {"id"})
    assert (time.reading, [each.reason.value for each in time.faults]) == (None, ["time"])
