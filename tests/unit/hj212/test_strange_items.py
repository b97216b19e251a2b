"""What stands beside a value and isn't understood refuses it, or is named; nothing vanishes."""

import pytest

from data.vocabulary import Flag, Parameter
from ingest.codecs import json_v1
from ingest.codecs.hj212 import decode
from tests.unit.hj212.test_codec import ARRIVAL, STATION, frame, told


@pytest.mark.parametrize(
    "body",
    [
        "w01001-Rtd=7,2,w01001-Flag=N",
        "w01001-Rtd=1,250.5",
        "w01001-Rtd=1;250.5,w01001-Flag=N",
        "w01001-Rtd=1;250.5",
        "w01001-Rtd=7,w01001-Flag=N,oops",
        "oops,w01001-Rtd=7",
        "=2,w01001-Rtd=7",
        "001-Rtd=7,2",
    ],
)
def test_a_rest_of_a_number_or_a_text_makes_its_item_doubtful(body: str) -> None:
    for whole in (f"{body};w01009-Rtd=6.8", f"w01009-Rtd=6.8;{body}"):
        found = told(frame(f"DataTime=20260301080000;{whole}", st=32))
        assert list(found.doubtful) == [Parameter.PH]
        assert found.values == {Parameter.DISSOLVED_OXYGEN: 6.8}


@pytest.mark.parametrize(
    "body",
    [
        "w01001-rtd=7",
        "W01001-Rtd=7",
        "w01001=7",
        "w01001_Rtd=7",
        "001=7",
        "w01001-Rtd=7,w01001-flag=D",
        "w01001-Rtd=7,w01001-Flg=D",
        "w01001-Rtd=7,Flag=D",
        "Flag=D,w01001-Rtd=7",
        "w01001-Flag=N,Rtd=7",
    ],
)
def test_a_factor_or_flag_that_is_not_understood_makes_its_item_doubtful(body: str) -> None:
    for whole in (f"{body};w01009-Rtd=6.8", f"w01009-Rtd=6.8;{body}"):
        found = told(frame(f"DataTime=20260301080000;{whole}", st=32))
        assert list(found.doubtful) == [Parameter.PH]
        assert found.values == {Parameter.DISSOLVED_OXYGEN: 6.8}


def test_a_text_of_no_item_is_named_and_a_flag_of_none_doubts_all() -> None:
    body = "DataTime=20260301080000;w01001-Rtd=7;w01009-Rtd=6.8"
    reading = decode(frame(f"{body};hello 12;"), STATION, ARRIVAL)
    assert (len(reading.values), reading.refused) == (2, {"hello 12": "isn't understood"})
    assert set(told(frame(f"{body};Flag=D")).doubtful) == {
        Parameter.PH, Parameter.DISSOLVED_OXYGEN
    }  # fmt: skip


@pytest.mark.parametrize(
    "more",
    [
        ";Flag=N", ",Flag=N", ",;;,", ",w01001-flag=N", ",w01001-EFlag=A01", ",w01001-ZsRtd=7.1",
        ",w01001-SampleTime=20260301080000", ";S01-Rtd=3,x", ";Nh3-scr-Rtd=4.1",
        ";w01001-Info=//a,b;c//",
    ],
)  # fmt: skip
def test_what_says_nothing_against_a_value_leaves_it(more: str) -> None:
    found = told(frame(f"DataTime=20260301080000;w01001-Rtd=7{more}", st=32))
    assert (found.values, found.doubtful, found.unread) == ({Parameter.PH: 7.0}, {}, {})


@pytest.mark.parametrize("letter", [flag.value for flag in Flag if len(flag.value) == 1])
def test_a_flag_in_lower_case_refuses_its_value_and_says_why(letter: str) -> None:
    body = f"DataTime=20260301080000;w01001-Rtd=7,w01001-Flag={letter.lower()};w01009-Rtd=8"
    reading = decode(frame(body), STATION, ARRIVAL)
    assert reading.values == {Parameter.DISSOLVED_OXYGEN: 8.0}
    assert reading.refused == {
        "ph": f"the flag '{letter.lower()}' is none of HJ 212-2017's;"
        f" its letters are capitals ({letter})"
    }
    message = (
        '{"time": "2026-05-01T08:00:00Z", "values": {"ph": 7, "do": 8}, "flags": {"ph": "%s"}}'
    )
    told_so = json_v1.decode((message % letter.lower()).encode(), STATION, ARRIVAL)
    assert told_so.values == reading.values
    assert f"capitals ({letter})" in told_so.refused["ph"]
