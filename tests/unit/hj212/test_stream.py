"""A stream comes apart into the same frames however it is cut, and pieces find each other."""

import random

from ingest.codecs.hj212 import Decoded, Refused, read
from ingest.codecs.hj212_frame import framed
from ingest.codecs.hj212_stream import LONGEST_FRAME, Splitter
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
