"""Who knocks at the gateway: guessers are shut out by address and MN, others get in beside them."""

import asyncio
import logging
import ssl
import subprocess
from contextlib import suppress
from pathlib import Path
from urllib.request import urlopen

import pytest

from data.daemon import free_port
from data.device_settings import Hj212Settings
from data.errors import BadInput
from ingest.broker.mosquitto import Broker
from ingest.codecs.hj212_frame import framed
from ingest.gateway.guesses import MANY, Guesses, network_of
from ingest.gateway.server import Gateway, networks, tls_context
from tests.made.hj212.gateway import answers, serving

BEAT = "QN=20260501000000009;ST=91;CN=9021;PW={pw};MN=MN{code};Flag=5;CP=&&&&"
RIGHT, MOST = "123456", 5


def beat(code: str, password: str = RIGHT) -> bytes:
    """A frame without a reading, which is answered at once."""
    return framed(BEAT.format(pw=password, code=code).encode())


async def heard(
    gateway: Gateway, *frames: bytes, tls: ssl.SSLContext | None = None, patience_s: float = 3
) -> int:
    """How many answers a new connection hears to these frames before it ends or is silent."""
    reader, writer = await asyncio.open_connection("127.0.0.1", gateway.port, ssl=tls)
    writer.write(b"".join(frames))
    found = 0
    with suppress(ConnectionError, TimeoutError):
        async with asyncio.timeout(patience_s):
            found = len(await answers(reader, len(frames)))
    writer.close()
    return found


def test_who_guesses_is_shut_out_for_that_mn_and_others_behind_the_address_are_not(
    broker: Broker, caplog: pytest.LogCaptureFixture
) -> None:
    async def run() -> None:
        async with serving(broker, most_guesses=MOST) as gateway:
            assert await heard(gateway, beat("GW-001")) == 1
            guesses = [beat("GW-001", f"{n:06d}") for n in range(MOST - 1)]
            assert await heard(gateway, *guesses, patience_s=0.5) == 0
            assert await heard(gateway, beat("GW-001")) == 1
            for n in range(20):
                assert await heard(gateway, beat("GW-001", f"1{n:05d}"), patience_s=0.5) == 0
            assert gateway.figures.strangers == MOST
            assert gateway.figures.shut_out == 20 - 1
            assert await heard(gateway, beat("GW-001")) == 0
            assert await heard(gateway, beat("GW-002")) == 1

    with caplog.at_level(logging.WARNING, logger="ingest.gateway.guesses"):
        asyncio.run(run())
    told = [record.getMessage() for record in caplog.records if "guesses" in record.name]
    assert told == [
        "127.0.0.1: a wrong password, MN 'MNGW-001'",
        "127.0.0.1: 5 wrong guesses for MN 'MNGW-001'; not listened to for up to 15 minutes",
    ]


def test_the_shut_out_are_heard_again_after_the_time_set(broker: Broker) -> None:
    async def run() -> None:
        async with serving(broker, most_guesses=1, guess_minutes=0.03) as gateway:
            assert await heard(gateway, beat("GW-001", "000000"), patience_s=0.3) == 0
            assert await heard(gateway, beat("GW-001")) == 0
            await asyncio.sleep(1.8)
            assert await heard(gateway, beat("GW-001")) == 1

    asyncio.run(run())


def test_an_mn_guessed_from_many_addresses_is_heard_from_where_it_was_right() -> None:
    guesses = Guesses(MOST, 900)
    guesses.add_right("10.0.0.1", "A")
    for n in range(MANY * MOST):
        guesses.add_wrong(f"10.1.0.{n}", "A", is_known=True)
    assert guesses.is_shut_out("10.2.0.1", "A")
    assert not guesses.is_shut_out("10.0.0.1", "A")
    assert not guesses.is_shut_out("10.2.0.1", "B")


def test_one_address_that_tries_many_mns_is_noisy_and_unknown_mns_displace_nobody() -> None:
    now = [0.0]
    guesses = Guesses(MOST, 900, clock=lambda: now[0])
    for _ in range(MOST):
        guesses.add_wrong("10.0.0.1", "A", is_known=True)
    for n in range(30_000):
        guesses.add_wrong("10.0.0.1", f"unknown-{n}", is_known=False)
    assert guesses.is_noisy("10.0.0.1")
    assert not guesses.is_noisy("10.0.0.2")
    assert guesses.is_shut_out("10.0.0.1", "A")
    assert not guesses.is_shut_out("10.0.0.1", "B")
    now[0] = 901.0
    assert not guesses.is_noisy("10.0.0.1")
    assert not guesses.is_shut_out("10.0.0.1", "A")


def test_a_network_of_ipv6_is_one_guesser() -> None:
    assert network_of("2001:db8::1") == network_of("2001:db8::ffff:1") == "2001:db8::/64"
    assert network_of("::ffff:10.0.0.1") == network_of("10.0.0.1") == "10.0.0.1"


def test_only_the_addresses_set_are_served(broker: Broker) -> None:
    async def run(addresses: list[str]) -> tuple[int, int]:
        async with serving(broker, addresses=addresses) as gateway:
            return await heard(gateway, beat("GW-001")), gateway.figures.turned_away

    assert asyncio.run(run(["10.0.0.0/8"])) == (0, 1)
    assert asyncio.run(run(["10.0.0.0/8", "127.0.0.1"])) == (1, 0)
    with pytest.raises(BadInput, match="ONEMAP_HJ212__ADDRESSES"):
        networks(["10.0.0.300"])


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """A certificate for 127.0.0.1 signed by itself, and its key."""
    folder = tmp_path_factory.mktemp("tls")
    made, key = folder / "made.pem", folder / "key.pem"
    options = ["-x509", "-newkey", "rsa:2048", "-nodes", "-subj", "/CN=127.0.0.1", "-days", "2"]
    options += ["-addext", "subjectAltName=IP:127.0.0.1", "-out", str(made), "-keyout", str(key)]
    subprocess.run(["openssl", "req", *options], check=True, capture_output=True)
    return made, key


def test_with_a_certificate_loggers_speak_tls(
    broker: Broker, certificate: tuple[Path, Path]
) -> None:
    made, key = certificate
    trusting = ssl.create_default_context(cafile=str(made))

    async def run() -> None:
        async with serving(broker, tls_certificate=made, tls_key=key) as gateway:
            assert await heard(gateway, beat("GW-001"), tls=trusting) == 1
            assert await heard(gateway, beat("GW-001"), patience_s=0.5) == 0

    asyncio.run(run())


@pytest.mark.parametrize("wrong", ["no_key", "no_certificate", "missing", "swapped"])
def test_a_wrong_certificate_is_refused_by_name(
    certificate: tuple[Path, Path], wrong: str, tmp_path: Path
) -> None:
    made, key = certificate
    settings = {
        "no_key": {"tls_certificate": made},
        "no_certificate": {"tls_key": key},
        "missing": {"tls_certificate": tmp_path / "none.pem", "tls_key": key},
        "swapped": {"tls_certificate": key, "tls_key": made},
    }[wrong]
    with pytest.raises(BadInput, match="ONEMAP_HJ212__TLS_"):
        tls_context(Hj212Settings.model_validate(settings))


def test_the_figures_are_served_to_prometheus(broker: Broker) -> None:
    port = free_port(0)

    async def run() -> str:
        async with serving(broker, metrics_port=port) as gateway:
            await heard(gateway, beat("GW-001", "000000"), patience_s=0.3)
            return await asyncio.to_thread(_page, port)

    page = asyncio.run(run())
    assert "onemap_hj212_strangers_total 1.0" in page
    assert "onemap_hj212_open_connections" in page


def _page(port: int) -> str:
    with urlopen(f"http://127.0.0.1:{port}/metrics") as answer:
        return str(answer.read().decode())
