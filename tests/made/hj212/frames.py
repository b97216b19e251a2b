"""Frames of HJ 212 made wrong in every way, from a seed."""

import random
from collections.abc import Iterator

from ingest.codecs.hj212_frame import framed

SOUND = (
    b"QN=20260301080000123;ST=21;CN=2011;PW=123456;MN=010000A8900016F000169DC0;Flag=5;"
    b"CP=&&DataTime=20260301080000;w01010-Rtd=12.3,w01010-Flag=N;w01001-Rtd=7.42,w01001-Flag=N&&",
    b"ST=32;CN=2061;PW=123456;MN=88888880000001;CP=&&DataTime=20260301080000;"
    b"011-Avg=20.1,011-Min=18,011-Max=22.5,011-Cou=3.1;B01-Avg=36.9,B01-Cou=132.8&&",
    b"QN=20260301080000123;ST=91;CN=9014;PW=123456;MN=A;Flag=8;CP=&&&&",
    "QN=20260301080000123;ST=32;CN=3020;MN=A;Flag=5;CP=&&i11001-Info=//清洗管路;=,//&&".encode(),
)
WORDS = (
    b"##",
    b"&&",
    b"CP=&&",
    b";",
    b",",
    b"=",
    b"\r\n",
    b"-Rtd=",
    b"nan",
    b"1e99",
    b"//",
    b"\0",
    b"\xff",
)


def mutated(seed: int, count: int) -> Iterator[bytes]:
    """So many byte strings near to frames; half of them with a length and CRC that fit again."""
    chance = random.Random(seed)  # noqa: S311  a kept seed is the point
    for _case in range(count):
        segment = bytearray(chance.choice(SOUND))
        for _change in range(chance.randint(0, 6)):
            at = chance.randrange(len(segment) + 1)
            match chance.randrange(4):
                case 0:
                    segment[at:at] = chance.choice(WORDS)
                case 1:
                    del segment[at : at + chance.randint(1, 12)]
                case 2:
                    segment[at:at] = bytes([chance.randrange(256)])
                case _:
                    segment[at : at + 1] = bytes([chance.randrange(32, 127)])
        data = framed(bytes(segment))
        if chance.random() < 0.5:
            broken = bytearray(data)
            broken[chance.randrange(len(broken))] = chance.randrange(256)
            data = bytes(broken[: chance.randint(0, len(broken))])
        yield data
