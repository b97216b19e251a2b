"""Kept tiles: bounded in bytes, the longest unused go first, a change drops those of its box."""

import pytest

from dashboard.map.tile_cache import (
    WORLD_M,
    Key,
    TileCache,
    box_of,
    ready_tile,
    touched,
    touches,
)

ROOM = 25_000
BODY = b"." * 10_000


def key(x: int, y: int = 0, *, z: int = 8, drawn_no: int = 1) -> Key:
    return Key("all", (z, x, y), drawn_no, "now")


def filled(*keys: Key, most_bytes: int = 1_000_000) -> TileCache:
    cache = TileCache(most_bytes)
    for each in keys:
        cache.keep(each, ready_tile(b'"1"', BODY, ()))
    return cache


def inside(z: int, x: int, y: int) -> tuple[int, int, int, int]:
    """A box of a metre in the middle of a tile."""
    width = WORLD_M / 2**z
    mid_x, mid_y = (x + 0.5) * width - WORLD_M / 2, WORLD_M / 2 - (y + 0.5) * width
    return round(mid_x), round(mid_y), round(mid_x) + 1, round(mid_y) + 1


def test_the_longest_unused_tile_goes_first() -> None:
    cache = filled(key(1), key(2), most_bytes=ROOM)
    assert cache.find(key(1)) is not None
    cache.keep(key(3), ready_tile(b'"3"', BODY, ()))
    assert cache.find(key(2)) is None
    assert cache.find(key(1)) is not None
    assert len(cache) == 2
    assert cache.size <= ROOM


def test_a_tile_larger_than_the_room_is_not_kept_and_leaves_nothing() -> None:
    cache = TileCache(5_000)
    cache.keep(key(1), ready_tile(b'"1"', BODY, ()))
    assert (len(cache), cache.size) == (0, 0)


def test_a_tile_kept_again_counts_once() -> None:
    once, twice = filled(key(1)), filled(key(1), key(1))
    assert once.size == twice.size


def test_another_readers_tile_is_another_tile() -> None:
    assert filled(key(1)).find(key(1, drawn_no=2)) is None


def test_a_change_drops_the_tiles_of_its_box_at_every_zoom_and_no_other() -> None:
    here = [key(200 >> (8 - z), 100 >> (8 - z), z=z) for z in range(9)]
    others = [key(201, 100), key(199, 100), key(200, 101), key(3, 0, z=2)]
    both = [key(200, 100, drawn_no=2)]
    cache = filled(*here, *others, *both)
    cache.drop_box(inside(8, 200, 100))
    assert [cache.find(each) for each in (*here, *both)] == [None] * 10
    assert all(cache.find(each) is not None for each in others)
    assert len(cache) == len(others)


def test_what_lies_over_a_tiles_edge_is_in_it() -> None:
    width = WORLD_M / 2**8
    edge = round(201 * width - WORLD_M / 2)
    y = inside(8, 200, 100)[1]
    near, far = round(width / 20), round(width / 10)
    assert touches((8, 200, 100), (edge + near, y, edge + near, y))
    assert not touches((8, 200, 100), (edge + far, y, edge + far, y))


def test_a_wide_box_drops_many_tiles_as_a_small_one_drops_one() -> None:
    cache = filled(*(key(x, 5, z=14) for x in range(100)), most_bytes=9_000_000)
    x0, y0, _x1, _y1 = inside(14, 20, 5)
    x1 = inside(14, 60, 5)[0]
    cache.drop_box((x0, y0, x1, y0))
    assert {x for x in range(100) if cache.find(key(x, 5, z=14)) is None} == set(range(20, 61))


def test_all_tiles_are_dropped_with_their_index() -> None:
    cache = filled(key(1), key(2))
    cache.drop_all()
    assert (len(cache), cache.size) == (0, 0)
    cache.drop_box(inside(8, 1, 0))
    cache.keep(key(1), ready_tile(b'"1"', BODY, ()))
    cache.drop_box(inside(8, 1, 0))
    assert len(cache) == 0


@pytest.mark.parametrize(
    "payload",
    ["all", "", "1 2 3", "1 2 3 4 5", "a b c d", "nan nan nan nan", "5 0 1 1", "inf 0 inf 1"],
)
def test_what_tells_no_box_is_about_the_whole_map(payload: str) -> None:
    assert box_of(payload) is None


def test_a_box_is_read_in_metres() -> None:
    assert box_of("-20 -10 30 40") == (-20, -10, 30, 40)
    assert touched(0, (-1, -1, 1, 1)) == (0, 0, 0, 0)


def test_the_answer_to_a_known_tag_says_nothing_of_a_body() -> None:
    tile = ready_tile(b'"1"', BODY, ((b"content-encoding", b"gzip"), (b"etag", b'"1"')))
    assert tile.unchanged.lines == b'etag: "1"\r\n\r\n'
    assert b"content-length: 10000\r\n" in tile.whole.lines
    assert tile.whole.start == b"HTTP/1.1 200 OK\r\n"
    assert tile.unchanged.start == b"HTTP/1.1 304 Not Modified\r\n"
