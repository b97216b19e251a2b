"""Payloads made to take long, or to break a decoder, are refused by name and at once."""

import time
from collections.abc import Callable, Mapping

import pytest

from data.records import StationCode
from data.vocabulary import Refusal
from ingest.codecs import hj212, json_v1
from ingest.codecs.hj212_frame import framed
from ingest.codecs.refusal import Unreadable
from tests.made.readings.messages import NOON

LONGEST_S = 0.25
"""For 64 kB on a loaded machine; alone the slowest of these takes 3 ms. Some took hours."""

HEAD = b"QN=20260301000000000;ST=21;CN=2011;PW=1;MN=A;Flag=5;"
TIMED = b"CP=&&DataTime=20260301000000&&"
HJ212: Mapping[str, tuple[bytes, Refusal]] = {
    "blanks_after_the_mark": (b"##9999&&" + b" " * 60_000 + b"!", Refusal.FRAME),
    "marks": (b"##9999" + b"&&" * 32_000 + b"!", Refusal.FRAME),
    "no_end_of_200_kB": (b"##9999" + b"x" * 200_000, Refusal.FRAME),
    "wrong_crc": (b"##9989" + b"x" * 9989 + b"0000", Refusal.CRC),
    "key_and_blanks": (
        framed(HEAD + b"CP=&&" + b"a" * 4000 + b" " * 5000 + b"&&"),
        Refusal.PARAMETER,
    ),
    "keys_without_values": (framed(HEAD + b"CP=&&" + b"a " * 4500 + b"&&"), Refusal.PARAMETER),
    "quotes_without_end": (framed(HEAD + b"CP=&&" + b"a=//x" * 1900 + b"&&"), Refusal.PARAMETER),
    "one_key_often": (framed(HEAD + b"CP=&&" + b"a=1;" * 2400 + b"&&"), Refusal.PARAMETER),
    "long_flag": (framed(HEAD.replace(b"=5;", b"=" + b"9" * 5000 + b";") + TIMED), Refusal.FRAME),
    "flag_that_is_no_digit": (framed("Flag=²;CN=2011;".encode() + TIMED), Refusal.FRAME),
    "piece_that_is_no_digit": (framed(HEAD + "PNO=²;PNUM=²;".encode() + TIMED), Refusal.FRAME),
    "long_piece": (
        framed(HEAD + b"PNO=" + b"1" * 4400 + b";PNUM=" + b"1" * 4400 + b";" + TIMED),
        Refusal.FRAME,
    ),
}
START = b'{"time":"2026-03-01T00:00:00Z","values":{'
JSON: Mapping[str, tuple[bytes, Refusal]] = {
    "deep_lists": (b"[" * 65_000, Refusal.NOT_JSON),
    "deep_objects": (b'{"a":' * 13_000, Refusal.NOT_JSON),
    "deep_position": (
        START + b'"pH":7.0},"position":' + b"[" * 900 + b"]" * 900 + b"}",
        Refusal.PARAMETER,
    ),
    "keys": (b"{" + b",".join(b'"k%d":1' % n for n in range(100_000)) + b"}", Refusal.SHAPE),
    "parameters": (
        START + b",".join(b'"k%d":1' % n for n in range(5000)) + b"}}",
        Refusal.PARAMETER,
    ),
    "same_key_often": (START + b",".join([b'"ph":1.0'] * 7000) + b"}}", Refusal.SHAPE),
    "long_whole_number": (START + b'"ph":' + b"9" * 60_000 + b"}}", Refusal.NOT_JSON),
    "long_fraction_twice": (
        START + b'"ph":0.' + b"1" * 30_000 + b',"ph":0.' + b"1" * 30_000 + b"}}",
        Refusal.SHAPE,
    ),
    "blanks": (b" " * 65_000, Refusal.NOT_JSON),
}


def refusal(decode: Callable[..., object], payload: bytes) -> Refusal:
    began = time.thread_time()
    with pytest.raises(Unreadable) as caught:
        decode(payload, StationCode("A"), NOON)
    assert time.thread_time() - began < LONGEST_S
    return caught.value.reason


@pytest.mark.parametrize("kind", HJ212)
def test_hostile_frames_are_refused_at_once(kind: str) -> None:
    payload, reason = HJ212[kind]
    assert refusal(hj212.decode, payload) is reason


@pytest.mark.parametrize("kind", JSON)
def test_hostile_json_is_refused_at_once(kind: str) -> None:
    payload, reason = JSON[kind]
    assert refusal(json_v1.decode, payload) is reason
