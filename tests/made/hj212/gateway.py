"""A gateway with two hundred loggers, and what one of them sends and hears."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from data.device_settings import Hj212Settings
from data.records import StationCode
from data.settings import MqttSettings
from ingest.broker.mosquitto import Broker
from ingest.codecs.hj212 import Decoded, Refused, read
from ingest.codecs.hj212_frame import framed
from ingest.codecs.hj212_stream import Splitter
from ingest.gateway.loggers import Logger
from ingest.gateway.server import Gateway, tls_context

STATIONS = [f"GW-{n:03d}" for n in range(200)]
LOGGERS = {f"MN{code}": Logger(f"MN{code}", StationCode(code), "123456") for code in STATIONS}
SEGMENT = (
    "QN={qn};ST=21;CN=2011;PW=123456;MN=MN{code};Flag=5;"
    "CP=&&DataTime=20260501000000;w01001-Rtd={ph},w01001-Flag=N&&"
)


def frame(code: str, qn: str = "20260501000000001", ph: float = 7.1) -> bytes:
    """A frame of the station's logger with one reading."""
    return framed(SEGMENT.format(qn=qn, code=code, ph=ph).encode())


@asynccontextmanager
async def serving(broker: Broker, **given: object) -> AsyncIterator[Gateway]:
    """A gateway with those settings that serves inside the block, on a free port."""
    settings = Hj212Settings.model_validate(
        {
            "port": 0,
            "password": "gateway-in-tests",
            "idle_seconds": 20,
            "guess_pause_seconds": 0.02,
            **given,
        }
    )
    tls = tls_context(settings)
    gateway = Gateway(MqttSettings(port=broker.port), settings, LOGGERS, tls=tls)
    running = asyncio.create_task(gateway.run())
    async with asyncio.timeout(10):
        await gateway.listening.wait()
    try:
        yield gateway
    finally:
        gateway.stop()
        await running


async def answers(reader: asyncio.StreamReader, count: int) -> list[Decoded]:
    """The answers that come, up to so many or to the connection's end."""
    splitter = Splitter()
    found: list[Decoded | Refused] = []
    async with asyncio.timeout(30):
        while len(found) < count:
            data = await reader.read(4096)
            if not data:
                break
            found += [read(each) for each in splitter.feed(data)]
    assert all(isinstance(each, Decoded) for each in found)
    return [each for each in found if isinstance(each, Decoded)]


async def says(gateway: Gateway, *frames: bytes) -> list[Decoded]:
    """What a logger hears to these frames, sent in one piece."""
    reader, writer = await asyncio.open_connection("127.0.0.1", gateway.port)
    writer.write(b"".join(frames))
    found = await answers(reader, len(frames))
    writer.close()
    return found
