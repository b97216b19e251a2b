"""Numbers as C and scripts print them: what they cost in a message of the JSON contract."""

import pytest

from data.records import StationCode
from data.vocabulary import Parameter, Refusal
from ingest.codecs.json_v1 import decode
from tests.unit.readings.test_json_v1 import ARRIVED, TIME, read


@pytest.mark.parametrize(
    "word",
    [
        "NaN",
        "nan",
        "-nan",
        "-nan(ind)",
        "Infinity",
        "-Infinity",
        "inf",
        "1e999",
        "-1.5E+400",
        "9" * 5000,
        "1.#QNAN",
        "-1.#IND",
        "1.#INF00",
        "nan(0x8)",
        "-inf ",
        "010",
        "-07",
        "0x1F",
        "True",
        "--",
    ],
)
def test_a_word_for_no_number_costs_its_value_alone(word: str) -> None:
    raw = f'{{{TIME}, "id": "nan, \\"inf", "values": {{"ph": {word}, "do": 8, "tp": 0.1}}}}'
    reading = decode(raw.encode(), StationCode("S1"), ARRIVED)
    assert reading.values == {Parameter.DISSOLVED_OXYGEN: 8.0, Parameter.TOTAL_PHOSPHORUS: 0.1}
    assert reading.refused == {"ph": "not finite"}
    assert reading.message_id == 'nan, "inf'


@pytest.mark.parametrize("word", ["None", "undefined", "NULL", "nil", "N/A", "", " "])
def test_a_word_for_nothing_is_null(word: str) -> None:
    raw = f'{{{TIME}, "id":{word}, "values": {{"do":8, "tp": [1,, 2], "ph":{word}}}}}'
    assert read(raw) is Refusal.NOT_JSON  # an element of a list is not left out
    reading = decode(raw.replace(",,", ",").encode(), StationCode("S1"), ARRIVED)
    assert reading.values == {Parameter.DISSOLVED_OXYGEN: 8.0}
    assert reading.refused["ph"] == "no value (null)"


@pytest.mark.parametrize(
    ("written", "value"),
    [
        (".5", 0.5),
        ("-.5", -0.5),
        ("5.", 5.0),
        ("+5", 5.0),
        ("+5.25", 5.25),
        ("1.e1", 10.0),
        ("007.50", 7.5),
        ("-00.5", -0.5),
        ("05e0", 5.0),
    ],
)
def test_numbers_as_c_and_fortran_print_them(written: str, value: float) -> None:
    raw = f'{{{TIME}, "id": ": .5,", "values": {{"ph":7, "orp": {written} }}}}'
    reading = decode(raw.encode(), StationCode("S1"), ARRIVED)
    assert (reading.values, reading.refused, reading.message_id) == (
        {Parameter.PH: 7.0, Parameter.REDOX_POTENTIAL: value},
        {},
        ": .5,",
    )


@pytest.mark.parametrize(
    ("more", "refused"),
    [
        ('"values": {"ph": 7, "do": "\\ud800"}', {"do"}),
        ('"values": {"ph": 7, "\\ud800": 1}', {"'\\ud800'"}),
        ('"values": {"ph": 7}, "flags": {"\\udfff": "N"}', {"'flags.\\udfff'"}),
        ('"values": {"ph": 7}, "id": "\\ud800"', {"id"}),
    ],
)
def test_half_a_surrogate_pair_costs_its_part_alone(more: str, refused: set[str]) -> None:
    reading = decode(f"{{{TIME}, {more}}}".encode(), StationCode("S1"), ARRIVED)
    assert reading.values == {Parameter.PH: 7.0}
    assert set(reading.refused) == refused


@pytest.mark.parametrize(
    ("payload", "reason"),
    [
        (f'{{{TIME}, "values": {{"ph": NaN, "do": 8, "do": 9}}}}', Refusal.SHAPE),
        (f'{{{TIME}, "values": {{"ph": None, "do": 8, "do": 9}}}}', Refusal.SHAPE),
        (f'{{{TIME}, "values": {{"ph": 7,1, "do": 8}}}}', Refusal.NOT_JSON),
        (f'{{{TIME}, "values": {{"ph": NaN, "do": 8}}, "x": 1}}', Refusal.SHAPE),
        (f'{{{TIME}, "values": {{"ph": NaN, "do": 8}}', Refusal.NOT_JSON),
        (f'{{{TIME}, "values": {{"ph": NaNa, "do": 8}}}}', Refusal.NOT_JSON),
        (f'{{{TIME}, "values": {{"ph": 7 NaN, "do": 8}}}}', Refusal.NOT_JSON),
        (f'{{{TIME}, "values": {{"ph": NaN, "do": 8}}, "position": [NaN, 32]}}', None),
        ('{"time": NaN, "values": {"ph": 7}}', Refusal.TIME),
        (f'{{{TIME}, "values": {{"ph": NaN, "do": null}}}}', Refusal.VALUE),
        ("[" * 60_000 + "NaN", Refusal.NOT_JSON),
        ('{"values": NaN, "a": "' + '\\"' * 30_000, Refusal.NOT_JSON),
    ],
)
def test_all_else_is_as_strict_beside_a_word_for_no_number(
    payload: str, reason: Refusal | None
) -> None:
    assert read(payload) == reason
