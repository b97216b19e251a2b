"""A stream comes apart into the same frames however it is cut, and pieces find each other."""

import random

from ingest.codecs.hj212 import Decoded, Refused, read
from ingest.codecs.hj212_frame import framed
from ingest.codecs.hj212_stream import LONGEST_FRAME, Joiner, Splitter
from tests.made.hj212.frames import SOUND, mutated

FRAMES = [framed(segment) for segment in SOUND]


def candidates(stream: bytes, cuts: list[int]) -> list[bytes]:
    splitter, found = Splitter(), []
    for start, stop in zip([0, *cuts], [*cuts, len(stream)], strict=True):
        found += splitter.feed(stream[start:stop])
    return [*found, *splitter.end()]


def test_a_cut_at_any_byte_changes_nothing() -> None:
    stream = b"".join(FRAMES)
    for cut in range(len(stream)):
        assert candidates(stream, [cut]) == [each.strip() for each in FRAMES]


def test_sticky_frames_without_line_ends_come_apart() -> None:
    assert candidates(b"".join(each.strip() for each in FRAMES), []) == [
        each.strip() for each in FRAMES
    ]


def test_a_wrong_length_costs_one_frame_and_no_neighbour() -> None:
    for length in (b"0000", b"0009", b"9999", b"12"):
        broken = b"##" + length + FRAMES[0][6:]
        found = [read(each) for each in candidates(FRAMES[1] + broken + FRAMES[2] * 200, [])]
        assert isinstance(found[0], Decoded)
        assert isinstance(found[1], Refused)
        assert sum(isinstance(each, Decoded) for each in found) == 201


def test_junk_is_bounded() -> None:
    splitter = Splitter()
    given = sum(len(each) for _ in range(100) for each in splitter.feed(b"x" * 4096))
    assert 100 * 4096 - given <= LONGEST_FRAME + 4096


def test_any_stream_comes_to_an_end_in_readable_parts() -> None:
    stream = b"".join(mutated(7, 2000))
    chance = random.Random(3)  # noqa: S311  a kept seed is the point
    cuts = sorted(chance.sample(range(len(stream)), 500))
    found = candidates(stream, cuts)
    assert all(found)
    assert {type(read(each)) for each in found} == {Decoded, Refused}


def test_pieces_in_any_order_become_one_message() -> None:
    head = (
        "QN=20260301080000123;ST=21;CN=2011;MN=A;Flag=7;PNUM=3;PNO={n};"
        "CP=&&DataTime=20260301080000;"
    )
    bodies = ["w01001-Rtd=7.1&&", "w01009-Rtd=6.8&&", "w01009-Rtd=6.9;w21003-Rtd=0.5&&"]
    pieces = [read(framed((head.format(n=n) + body).encode())) for n, body in enumerate(bodies, 1)]
    joiner = Joiner()
    whole = None
    for each in (pieces[2], pieces[0], pieces[2], pieces[1]):
        assert isinstance(each, Decoded)
        assert whole is None
        whole = joiner.take(each)
    assert whole is not None
    assert {key.value: value for key, value in whole.values.items()} == {"ph": 7.1, "nh3n": 0.5}
    assert [key.value for key in whole.doubtful] == ["do"]


def test_unfinished_messages_are_bounded() -> None:
    joiner = Joiner(most=10)
    for n in range(100):
        piece = read(
            framed(
                b"QN=%d;ST=21;CN=2011;MN=A;Flag=7;PNUM=2;PNO=1;CP=&&DataTime=20260301080000&&" % n
            )
        )
        assert isinstance(piece, Decoded)
        assert joiner.take(piece) is None
    assert len(joiner._pieces) <= 10
