"""Every part killed, stopped and cut off under load: what a device dropped is kept, once."""

import pytest

from benchmarks.kill_matrix import QUICK, RABBIT, rabbit_cells, run, ways_of
from benchmarks.kill_outcome import Outcome
from benchmarks.kill_parts import WAYS
from benchmarks.kill_scene import BEHIND, GATEWAY, PLAIN, SPOOLING, open_rabbit_scene
from benchmarks.rig.rabbit_network import obstacle


def told(outcomes: list[Outcome]) -> set[tuple[str, str, str]]:
    """The cells, after every one of them was found good."""
    assert [each for each in outcomes if not each.good] == []
    assert all(each.promised > 100 for each in outcomes), outcomes
    return {(each.part, each.way, each.device) for each in outcomes}


def test_nothing_is_lost_or_doubled_by_what_befalls_one_part() -> None:
    parts = ["ingest", "PostgreSQL", "mosquitto", BEHIND]
    cells = told(list(run([*parts, "gateway"], QUICK)))
    assert cells == {
        *(
            (part, way, kind)
            for part in parts
            for way in ways_of(part)
            for kind in (SPOOLING, PLAIN)
        ),
        *(("gateway", way, GATEWAY) for way in WAYS),
    }


def test_rabbitmq_loses_nothing_whoever_waits_for_what() -> None:
    if reason := obstacle():
        pytest.skip(reason)
    with open_rabbit_scene() as scene:
        queue = scene.queue()
        assert (queue.kind, queue.durable) == ("quorum", True)
        assert len(queue.members) == len(queue.online) == 3
        cells = told(list(rabbit_cells(scene, QUICK)))
    assert cells == {(RABBIT, way, kind) for way in WAYS for kind in (SPOOLING, PLAIN)}
