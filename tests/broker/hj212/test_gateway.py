"""Loggers dial in over TCP and hear 9014 only after the commit; the hostile are cut off."""

import asyncio
import threading
from collections.abc import Iterator
from contextlib import suppress
from datetime import UTC, datetime

import pytest
from sqlalchemy import text

from data.errors import BadInput
from data.records import StationCode, StationId
from data.settings import MqttSettings
from data.tolerances import Tolerance
from ingest.broker.mosquitto import GATEWAY, INGEST, Broker
from ingest.codecs.hj212_cipher import enciphered
from ingest.codecs.hj212_frame import framed, unframed
from ingest.gateway import line as gateway_line
from ingest.gateway.loggers import Logger, read_loggers
from ingest.running.worker import Worker
from ingest.tolerances import switch_on
from tests.fixtures.broker import INGEST_PASSWORD
from tests.made.database import Database
from tests.made.hj212.gateway import SEGMENT, STATIONS, answers, frame, says, serving
from tests.made.readings.messages import NOON, register, rows
from tests.running.folders import open_folder
from tests.running.waiting import until


@pytest.fixture(scope="module")
def gateway_broker() -> Iterator[Broker]:
    with open_folder("gateway") as folder:
        made = Broker(
            folder / "mosquitto",
            accounts={INGEST: INGEST_PASSWORD, GATEWAY: "gateway-in-tests"},
            gateways={GATEWAY: STATIONS},
        )
        made.start()
        yield made
        made.stop()


@pytest.fixture
def ingesting(gateway_broker: Broker, database: Database) -> Iterator[Database]:
    """Ingest takes in what the gateway hands to the broker."""
    register(database.owner, *STATIONS)
    mqtt = MqttSettings(port=gateway_broker.port, username=INGEST, password=INGEST_PASSWORD)
    worker = Worker(database.ingest, mqtt, now=lambda: NOON)
    thread = threading.Thread(target=worker.run)
    thread.start()
    until(lambda: worker._client.connected)
    yield database
    worker.stop()
    thread.join(20)


def test_an_answer_comes_after_the_commit_and_not_before(
    gateway_broker: Broker, ingesting: Database
) -> None:
    async def run() -> None:
        async with serving(gateway_broker) as gateway:
            reader, writer = await asyncio.open_connection("127.0.0.1", gateway.port)
            with ingesting.owner.begin() as connection:
                connection.execute(text("LOCK TABLE reading IN ACCESS EXCLUSIVE MODE"))
                writer.write(frame("GW-000"))
                with pytest.raises(TimeoutError):
                    async with asyncio.timeout(1.5):
                        await reader.read(1)
            (told,) = await answers(reader, 1)
            assert (told.command, told.request) == (9014, "20260501000000001")
            assert told.station == "MNGW-000"
            writer.close()

    asyncio.run(run())
    assert rows(ingesting.owner, "SELECT ph FROM reading") == [(7.1,)]


def test_the_same_frame_again_is_answered_again_and_kept_once(
    gateway_broker: Broker, ingesting: Database
) -> None:
    async def run() -> None:
        async with serving(gateway_broker) as gateway:
            for _time in range(2):
                assert len(await says(gateway, frame("GW-001"), frame("GW-002"))) == 2

    asyncio.run(run())
    assert rows(ingesting.owner, "SELECT count(*) FROM reading") == [(2,)]


def test_cipher_text_is_kept_where_the_gateway_has_the_key(
    gateway_broker: Broker, ingesting: Database
) -> None:
    key = bytes(range(16))
    head, _, body = unframed(frame("GW-000", ph=7.3)).segment.decode().partition("CP=&&")
    head = head.replace("Flag=5", "Flag=9")
    sealed = framed(f"{head}CP=&&{enciphered(body.removesuffix('&&'), key)}&&".encode())

    async def run() -> None:
        async with serving(gateway_broker, sm4_key=key.hex()) as gateway:
            (told,) = await says(gateway, sealed)
            assert told.command == 9014

    asyncio.run(run())
    assert rows(ingesting.owner, "SELECT ph FROM reading") == [(7.3,)]


def test_two_commands_under_one_number_are_answered_each_after_its_own_commit(
    gateway_broker: Broker, ingesting: Database
) -> None:
    hour = SEGMENT.replace("CN=2011", "CN=2061").replace("-Rtd", "-Avg")
    frames = [
        framed(body.format(qn="20260501000000009", code="GW-006", ph=7.2).encode())
        for body in (SEGMENT, hour)
    ]

    async def run() -> None:
        async with serving(gateway_broker) as gateway:
            assert len(await says(gateway, *frames)) == 2

    asyncio.run(run())
    found = rows(ingesting.owner, "SELECT period, message_id FROM reading ORDER BY period")
    assert found == [
        ("hour", "20260501000000009.2061"),
        ("instant", "20260501000000009.2011"),
    ]


def test_many_loggers_at_once_are_all_answered(gateway_broker: Broker, ingesting: Database) -> None:
    async def run() -> None:
        async with serving(gateway_broker) as gateway:
            told = await asyncio.gather(*(says(gateway, frame(code)) for code in STATIONS))
            assert [each.station for (each,) in told] == [f"MN{code}" for code in STATIONS]
            assert gateway.figures.kept == len(STATIONS)

    asyncio.run(run())
    assert rows(ingesting.owner, "SELECT count(*) FROM reading") == [(len(STATIONS),)]


def test_a_bad_frame_of_a_known_logger_lies_in_quarantine_unanswered(
    gateway_broker: Broker, ingesting: Database
) -> None:
    async def run() -> None:
        async with serving(gateway_broker) as gateway:
            bad = frame("GW-003")[:-6] + b"0000\r\n"
            (told,) = (await says(gateway, bad + frame("GW-003", "20260501000000002")))[:1]
            assert told.request == "20260501000000002"

    asyncio.run(run())
    until(lambda: rows(ingesting.owner, "SELECT reason FROM quarantine") == [("crc",)])


def test_a_whole_frame_that_is_refused_is_kept_and_answered(
    gateway_broker: Broker, ingesting: Database
) -> None:
    async def run() -> None:
        ahead = SEGMENT.replace("DataTime=2026", "DataTime=2096")
        sent = framed(ahead.format(qn="20260501000000003", code="GW-005", ph=7.1).encode())
        async with serving(gateway_broker) as gateway:
            (told,) = await says(gateway, sent)
            assert told.request == "20260501000000003"

    asyncio.run(run())
    assert rows(ingesting.owner, "SELECT reason FROM quarantine") == [("clock",)]


def test_a_fault_is_answered_where_it_is_tolerated_and_nowhere_else(
    gateway_broker: Broker, ingesting: Database
) -> None:
    with ingesting.app.begin() as connection:
        station = connection.execute(text("SELECT id FROM station WHERE code = 'GW-007'"))
        switch_on(connection, StationId(station.scalar_one()), [Tolerance.HOUR24], None)
    late = SEGMENT.replace("DataTime=20260501000000", "DataTime=20260501240000")
    assert late != SEGMENT

    async def run() -> None:
        async with serving(gateway_broker) as gateway:
            for code, last in (("GW-008", "5"), ("GW-007", "4")):
                sent = framed(late.format(qn="20260501000000004", code=code, ph=7.4).encode())
                reader, writer = await asyncio.open_connection("127.0.0.1", gateway.port)
                writer.write(sent)
                await asyncio.sleep(1)
                writer.write(frame(code, "20260501000000005"))
                (told,) = await answers(reader, 1)
                assert told.request == f"2026050100000000{last}", code
                writer.close()

    asyncio.run(run())
    until(lambda: rows(ingesting.owner, "SELECT reason FROM quarantine") == [("time",)])
    stored = "SELECT observed_at FROM reading WHERE ph = 7.4"
    assert rows(ingesting.owner, stored) == [(datetime(2026, 5, 1, 16, tzinfo=UTC),)]


def test_what_brings_no_reading_is_answered_at_once(gateway_broker: Broker) -> None:
    async def run() -> None:
        boot = b"QN=1;ST=21;CN=2081;PW=123456;MN=MNGW-004;Flag=5;CP=&&RestartTime=20260501000000&&"
        async with serving(gateway_broker) as gateway:
            (told,) = await says(gateway, framed(boot))
            assert told.request == "1"

    asyncio.run(run())


@pytest.mark.parametrize(
    "sent",
    [
        b"GET / HTTP/1.1\r\n\r\n" * gateway_line.MOST_FAULTS,
        frame("XX-999") * gateway_line.MOST_FAULTS,
        frame("GW-005").replace(b"PW=123456", b"PW=654321") * gateway_line.MOST_FAULTS,
        b"x" * 400_000,
    ],
    ids=["another protocol", "a stranger", "a wrong password", "an endless line"],
)
def test_the_hostile_are_cut_off(gateway_broker: Broker, sent: bytes) -> None:
    async def run() -> None:
        async with serving(gateway_broker) as gateway:
            reader, writer = await asyncio.open_connection("127.0.0.1", gateway.port)
            writer.write(sent)
            async with asyncio.timeout(15):
                with suppress(ConnectionError):
                    assert await reader.read() == b""
            assert gateway.figures.kept == 0

    asyncio.run(run())


def test_the_silent_are_cut_off(gateway_broker: Broker, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(gateway_line, "INTRODUCE_S", 0.5)

    async def run() -> None:
        async with serving(gateway_broker) as gateway:
            reader, writer = await asyncio.open_connection("127.0.0.1", gateway.port)
            writer.write(b"##00")
            async with asyncio.timeout(10):
                assert await reader.read() == b""

    asyncio.run(run())


def test_one_connection_too_many_is_closed(gateway_broker: Broker) -> None:
    async def run() -> None:
        async with serving(gateway_broker, most_connections=1) as gateway:
            _first = await asyncio.open_connection("127.0.0.1", gateway.port)
            reader, _writer = await asyncio.open_connection("127.0.0.1", gateway.port)
            async with asyncio.timeout(10):
                assert await reader.read() == b""

    asyncio.run(run())


@pytest.mark.parametrize(
    ("content", "says"),
    [
        ("", "names no logger"),
        ("[[logger]]\nmn = 'A'", "mn and station"),
        ("[[logger]]\nmn = 'A'\nstation = 'a b'", "no station's code"),
        ("[[logger]]\nmn='A'\nstation='a'\n[[logger]]\nmn='A'\nstation='b'", "twice"),
        ("logger = [", "can't be read"),
    ],
)
def test_a_bad_list_of_loggers_says_what_is_wrong(
    tmp_path_factory: pytest.TempPathFactory, content: str, says: str
) -> None:
    path = tmp_path_factory.mktemp("loggers") / "loggers.toml"
    path.write_text(content)
    with pytest.raises(BadInput, match=says):
        read_loggers(path)


def test_a_list_of_loggers_is_read(tmp_path_factory: pytest.TempPathFactory) -> None:
    path = tmp_path_factory.mktemp("loggers") / "loggers.toml"
    path.write_text('[[logger]]\nmn = "0100"\nstation = "QH-01"\npw = "1"\n')
    assert read_loggers(path) == {"0100": Logger("0100", StationCode("QH-01"), "1")}
