"""2,000 loggers at once through the HJ 212 gateway while ingest, broker and gateway are killed.

    python -m benchmarks.gateway_loggers

A logger sends its next frame only after the last was answered, and again when it wasn't.
"""

import argparse
import asyncio
import os
import resource
import signal
import subprocess
import sys
import time
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path

from data.clock import now
from data.cluster import ROLES, Cluster
from data.daemon import free_port
from data.database import engine
from data.migrations.run import upgrade
from ingest.broker.mosquitto import GATEWAY, INGEST, Broker
from ingest.codecs.hj212_frame import framed
from ingest.codecs.hj212_segment import BEIJING
from tests.made.readings.messages import one, register
from tests.running.bound import bound
from tests.running.folders import open_folder
from tests.running.ingest_process import IngestProcess, ingest_process
from tests.running.waiting import until

ANSWER_S = 20.0
ROOT = Path(__file__).parents[1]


@dataclass
class Fleet:
    """Loggers that send so many frames each, and what they heard."""

    port: int
    count: int
    frames: int
    answered: int = 0
    sent_again: int = 0
    waits_s: list[float] = field(default_factory=list)

    async def run(self) -> None:
        await asyncio.gather(*(self._logger(number) for number in range(self.count)))

    async def _logger(self, number: int) -> None:
        first = now() - timedelta(hours=6)
        for turn in range(self.frames):
            at = (first + timedelta(minutes=turn)).astimezone(BEIJING)
            segment = (
                f"QN={at:%Y%m%d%H%M%S}{turn:03d};ST=21;CN=2011;PW=1;MN=M{number};Flag=5;"
                f"CP=&&DataTime={at:%Y%m%d%H%M}00;w01001-Rtd=7.1,w01001-Flag=N&&"
            )
            while not await self._heard(framed(segment.encode())):
                self.sent_again += 1
                await asyncio.sleep(0.5)
            self.answered += 1

    async def _heard(self, frame: bytes) -> bool:
        began = time.monotonic()
        with suppress(OSError, TimeoutError):
            async with asyncio.timeout(ANSWER_S):
                reader, writer = await asyncio.open_connection("127.0.0.1", self.port)
                try:
                    writer.write(frame)
                    heard = await reader.readline()
                finally:
                    writer.close()
            if b"CN=9014" in heard:
                self.waits_s.append(time.monotonic() - began)
                return True
        return False


def serve(broker: Broker, port: int, loggers: Path, log: Path) -> "subprocess.Popen[bytes]":
    environment = {
        "PATH": os.environ["PATH"],
        "PYTHONPATH": str(ROOT),
        "ONEMAP_DATABASE__URL": "postgresql+psycopg://nobody@127.0.0.1:1/none",
        "ONEMAP_MQTT__PORT": str(broker.port),
        "ONEMAP_HJ212__PORT": str(port),
        "ONEMAP_HJ212__LOGGERS": str(loggers),
        "ONEMAP_HJ212__PASSWORD": GATEWAY,
    }
    with log.open("ab") as output:
        return subprocess.Popen(
            bound(sys.executable, "-m", "dashboard.cli", "hj212", "serve"),
            env=environment,
            stdout=output,
            stderr=output,
        )


async def with_kills(fleet: Fleet, kills: list[tuple[str, object]], every_s: float) -> None:
    """Runs the fleet to its end and kills each part in turn."""
    running = asyncio.create_task(fleet.run())
    for name, kill in kills:
        await asyncio.sleep(every_s)
        if running.done():
            break
        print(f"  {fleet.answered} answered; kill -9 of {name}")
        await asyncio.to_thread(kill)  # type: ignore[arg-type]  # a function of no arguments
    await running


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--loggers", type=int, default=2000)
    parser.add_argument("--frames", type=int, default=10)
    parser.add_argument("--no-kills", action="store_true")
    args = parser.parse_args()
    resource.setrlimit(
        resource.RLIMIT_NOFILE, (8192, resource.getrlimit(resource.RLIMIT_NOFILE)[1])
    )
    stations = [f"G{number}" for number in range(args.loggers)]
    with open_folder("gateway") as folder:
        cluster = Cluster(folder / "postgres", {role: f"gw-{role}" for role in ROLES})
        broker = Broker(
            folder / "mosquitto",
            accounts={INGEST: "gw-ingest", GATEWAY: GATEWAY},
            gateways={GATEWAY: stations},
        )
        loggers = folder / "loggers.toml"
        loggers.write_text(
            "".join(f'[[logger]]\nmn="M{n}"\nstation="G{n}"\npw="1"\n' for n in range(args.loggers))
        )
        try:
            cluster.start()
            owner = engine(cluster.url("owner"))
            upgrade(owner)
            register(owner, *stations)
            broker.start()
            measure(args, folder, cluster, broker, loggers)
        finally:
            broker.stop()
            cluster.stop(immediate=True)


def measure(
    args: argparse.Namespace, folder: Path, cluster: Cluster, broker: Broker, loggers: Path
) -> None:
    port, log = free_port(), folder / "gateway.log"
    owner = engine(cluster.url("owner"))
    with ingest_process(
        broker, "gw-ingest", cluster.url("ingest"), folder / "ingest.log"
    ) as ingest:
        ingest.await_subscription()
        gateways = [serve(broker, port, loggers, log)]
        until(lambda: "serving loggers" in log.read_text())

        def kill_gateway() -> None:
            gateways[-1].kill()
            gateways[-1].wait()
            gateways.append(serve(broker, port, loggers, log))

        kills = [("ingest", lambda: again(ingest)), ("the gateway", kill_gateway)]
        kills.append(("mosquitto", lambda: restart(broker)))
        fleet = Fleet(port, args.loggers, args.frames)
        began = time.monotonic()
        asyncio.run(with_kills(fleet, [] if args.no_kills else kills, every_s=5))
        taken_s = time.monotonic() - began
        gateways[-1].send_signal(signal.SIGTERM)
        gateways[-1].wait(10)
    stored = one(owner, "SELECT count(*) FROM reading")
    waits = sorted(fleet.waits_s)
    print(f"answered {fleet.answered}, stored {stored}, sent again {fleet.sent_again}")
    print(f"{taken_s:.0f} s; answer p50 {waits[len(waits) // 2]:.2f} s, ", end="")
    print(f"p99 {waits[int(len(waits) * 0.99)]:.2f} s")
    if fleet.answered != stored:
        sys.exit(1)


def again(ingest: IngestProcess) -> None:
    ingest.kill()
    ingest.start()


def restart(broker: Broker) -> None:
    broker.daemon.send(signal.SIGKILL)
    broker.daemon.wait(5)
    broker.start()


if __name__ == "__main__":
    main()
