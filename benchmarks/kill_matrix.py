"""What each death costs: every part of the chain, killed, stopped and cut off under load.

    python -m benchmarks.kill_matrix --quick | --full [--json] [--part NAME]

Half of the messages come from devices that keep each until its receipt, half from devices that
believe the broker; those of the gateway come from loggers. Lost is what a device was allowed to
drop, by receipt, acknowledgement or answer, and the archive hasn't got.
"""

import argparse
import json
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import datetime, timedelta
from typing import Protocol

from benchmarks.kill_loggers import Fleet
from benchmarks.kill_outcome import PATIENCE_S, Outcome, describe
from benchmarks.kill_parts import WAYS
from benchmarks.kill_scene import (
    BEHIND,
    GATEWAY,
    PLAIN,
    SPOOLING,
    STATIONS,
    Scene,
    open_rabbit_scene,
    open_scene,
)
from benchmarks.kill_sender import Sender
from benchmarks.rig.rabbit_network import obstacle
from tests.made.readings.messages import rows

SETTLE_S = 4.0
"""When nothing more was stored for so long, nothing more comes."""

RABBIT = "RabbitMQ node"
PARTS = ("ingest", "PostgreSQL", "mosquitto", BEHIND, "gateway", RABBIT)


@dataclass(frozen=True)
class Pace:
    """How long the harm lasts by its way, and how much load there is around it."""

    rate: float = 2000.0
    before_s: float = 0.7
    after_s: float = 0.5
    lasts_s: Mapping[str, float] = field(
        default_factory=lambda: {"kill": 0.0, "stop": 5.0, "cut": 2.0}
    )
    again_s: float = 5.5


QUICK = Pace()
FULL = Pace(
    before_s=5.0, after_s=5.0, lasts_s={"kill": 0.0, "stop": 30.0, "cut": 30.0}, again_s=10.0
)


class Device(Protocol):
    """A sender under load that knows what it may drop."""

    seconds: float

    @property
    def given(self) -> int:
        """How many messages it has sent at least once."""

    @property
    def again(self) -> int:
        """How often it has sent one again."""

    @property
    def promised(self) -> set[str]:
        """The keys of those that it was allowed to drop."""

    def start(self) -> None:
        """Starts sending."""

    def rest(self) -> None:
        """Makes no new message; what it holds is still sent again."""

    def waits_before(self, number: int) -> bool:
        """Returns whether one of its first messages is still in its spool."""

    def finish(self, patience_s: float) -> int:
        """Returns what it still holds after the patience."""


def run(parts: Sequence[str], pace: Pace) -> Iterator[Outcome]:
    """Yields every cell of the parts; those that share servers in one go."""
    with_mosquitto = [part for part in parts if part != RABBIT]
    if with_mosquitto:
        with open_scene() as scene:
            for part in with_mosquitto:
                for way in ways_of(part):
                    yield from cell(scene, part, part, way, pace)
    if RABBIT in parts:
        with open_rabbit_scene() as scene:
            yield from rabbit_cells(scene, pace)


def rabbit_cells(scene: Scene, pace: Pace) -> Iterator[Outcome]:
    """Yields a node harmed in every way; the one to be killed leads ingest's queue.

    Ingest goes from a harmed node to the next, and the harm follows it; the kill comes last, for a
    killed node takes long to come back.
    """
    yield from cell(scene, RABBIT, "node 0", "stop", pace)
    yield from cell(scene, RABBIT, "node 1", "cut", pace)
    leader = scene.leader()
    yield from cell(scene, RABBIT, leader, "kill", pace)
    assert scene.leader() != leader, "a dead node can't lead"


def ways_of(part: str) -> tuple[str, ...]:
    """Returns the ways in which a part is harmed."""
    return ("kill",) if part == BEHIND else WAYS


def cell(scene: Scene, named: str, part: str, way: str, pace: Pace) -> Iterator[Outcome]:
    """Yields what one harm under load has cost, an outcome for each kind of device."""
    devices = _devices(scene, named, pace)
    first = scene.first
    for device in devices.values():
        device.start()
    time.sleep(pace.before_s)
    scene.parts[part].harm(way)
    time.sleep(pace.lasts_s[way])
    scene.parts[part].mend(way)
    caught_up = _catch_up(devices, time.monotonic(), pace.after_s)
    held = {kind: device.finish(PATIENCE_S) for kind, device in devices.items()}
    stored = _stored(scene, devices, first)
    for kind, device in devices.items():
        keys = stored[kind]
        yield Outcome(
            part=named,
            way=way,
            device=kind,
            rate=device.given / max(device.seconds, 0.001),
            promised=len(device.promised),
            lost=len(device.promised - set(keys)),
            twice=len(keys) - len(set(keys)) + _conflicts(scene, kind, first),
            held=held[kind],
            sent_again=device.again,
            caught_up_s=caught_up.get(kind),
        )


def _devices(scene: Scene, part: str, pace: Pace) -> dict[str, Device]:
    first = scene.next_hour()
    if part == "gateway":
        count = len(STATIONS[GATEWAY])
        fleet = Fleet(scene.logger_port, count, first, rate=pace.rate, again_s=pace.again_s)
        return {GATEWAY: fleet}
    return {
        kind: Sender(
            scene.mqtt,
            kind,
            STATIONS[kind],
            first,
            rate=pace.rate / 2,
            receipts=kind == SPOOLING,
            again_s=pace.again_s,
        )
        for kind in (SPOOLING, PLAIN)
    }


def _catch_up(devices: Mapping[str, Device], mended: float, after_s: float) -> dict[str, float]:
    """Returns how long after the harm each device could drop what it had sent before its end."""
    before = {kind: device.given for kind, device in devices.items()}
    done: dict[str, float] = {}
    is_over = False
    while time.monotonic() < mended + PATIENCE_S and not (is_over and len(done) == len(devices)):
        for kind, device in devices.items():
            if kind not in done and not device.waits_before(before[kind]):
                done[kind] = time.monotonic() - mended
        if not is_over and time.monotonic() > mended + after_s:
            is_over = True
            for device in devices.values():
                device.rest()
        time.sleep(0.02)
    return done


def _stored(scene: Scene, devices: Mapping[str, Device], first: datetime) -> dict[str, list[str]]:
    """Waits for all of the cell, or until no more comes; returns the keys stored."""
    found = {kind: _keys(scene, kind, first) for kind in devices}
    changed = time.monotonic()
    while any(devices[kind].promised - set(keys) for kind, keys in found.items()):
        if time.monotonic() > changed + SETTLE_S:
            break
        time.sleep(0.1)
        now = {kind: _keys(scene, kind, first) for kind in devices}
        if now != found:
            found, changed = now, time.monotonic()
    return found


def _keys(scene: Scene, kind: str, first: datetime) -> list[str]:
    """Returns a key for each row: the device's own id, or station and time of a frame."""
    key = (
        "s.code || '@' || extract(epoch FROM observed_at - :first)::int"
        if kind == GATEWAY
        else "message_id"
    )
    told = rows(
        scene.owner,
        f"SELECT {key} FROM reading r JOIN station s ON s.id = r.station_id"
        " WHERE s.code = ANY(:codes) AND observed_at >= :first AND observed_at < :end",
        codes=STATIONS[kind],
        first=first.replace(microsecond=0) if kind == GATEWAY else first,
        end=first + timedelta(hours=1),
    )
    return [str(row[0]) for row in told]


def _conflicts(scene: Scene, kind: str, first: datetime) -> int:
    told = rows(
        scene.owner,
        "SELECT count(*) FROM reading_conflict c JOIN station s ON s.id = c.station_id"
        " WHERE s.code = ANY(:codes) AND observed_at >= :first AND observed_at < :end",
        codes=STATIONS[kind],
        first=first,
        end=first + timedelta(hours=1),
    )
    return int(str(told[0][0]))


def main(arguments: Sequence[str] | None = None) -> int:
    """Returns 0 when nothing is lost that may not be, and nothing is doubled."""
    parser = argparse.ArgumentParser(description=__doc__)
    how = parser.add_mutually_exclusive_group(required=True)
    how.add_argument("--quick", action="store_true", help="each cell once, stopped for 5 s")
    how.add_argument("--full", action="store_true", help="each cell five times, stopped for 30 s")
    parser.add_argument("--part", action="append", choices=PARTS)
    parser.add_argument("--json", action="store_true")
    args = parser.parse_args(arguments)
    parts = list(args.part or PARTS)
    if RABBIT in parts and (reason := obstacle()):
        print(f"without {RABBIT}: {reason}", file=sys.stderr)
        parts.remove(RABBIT)
    began = time.monotonic()
    outcomes = []
    for _turn in range(1 if args.quick else 5):
        for each in run(parts, QUICK if args.quick else FULL):
            print(f"{time.monotonic() - began:6.1f} s  {each}", file=sys.stderr)
            outcomes.append(each)
    if args.json:
        print(json.dumps([asdict(each) | {"good": each.good} for each in outcomes], indent=2))
    else:
        print(describe(outcomes))
    return 0 if all(each.good for each in outcomes) else 1


if __name__ == "__main__":
    sys.exit(main())
