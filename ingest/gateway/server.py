"""The gateway: a TCP server that speaks HJ 212 to loggers and publishes their frames."""

import asyncio
import contextlib
import ipaddress
import logging
import ssl
import time
from collections.abc import Awaitable, Callable, Iterable, Mapping

from prometheus_client import CollectorRegistry

from data.background import note_fault
from data.errors import BadInput, ServiceDown
from data.settings import Hj212Settings, MqttSettings
from ingest.gateway.figures import Figures, GatewayFigures
from ingest.gateway.guesses import Guesses
from ingest.gateway.line import Line
from ingest.gateway.loggers import Logger
from ingest.gateway.post import Post
from ingest.running.metrics import FiguresServer

LOG = logging.getLogger(__name__)

BACKLOG = 512
HEARTBEAT_S = 60.0
HANDSHAKE_S = 10.0
"""So long a TLS handshake may take."""


Accept = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]


class Gateway:
    """Accepts loggers' TCP connections until stopped; closes those beyond ``most_connections``."""

    def __init__(
        self,
        mqtt: MqttSettings,
        settings: Hj212Settings,
        loggers: Mapping[str, Logger],
        *,
        tls: ssl.SSLContext | None = None,
    ) -> None:
        self._mqtt, self._settings, self._loggers, self._tls = mqtt, settings, loggers, tls
        secret = settings.sm4_key
        self._key = bytes.fromhex(secret.get_secret_value()) if secret else None
        self._stopping = asyncio.Event()
        self.listening = asyncio.Event()
        self._lines: set[asyncio.Task[None]] = set()
        self._allowed = networks(settings.addresses)
        self._guesses = Guesses(settings.most_guesses, 60 * settings.guess_minutes)
        self.figures = Figures()
        self.port = 0

    async def run(self) -> None:
        """Serves until ``stop`` is called in the same loop.

        Raises ServiceDown for an address or port that can't be listened at, and when the broker's
        client ended by a fault.
        """
        post = Post(self._mqtt, self._settings)

        async def accept(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            await self._serve(reader, writer, post)

        server = await self._listen(accept)
        self.port = server.sockets[0].getsockname()[1]
        metrics = self._serve_metrics()
        self.listening.set()
        LOG.info("serving loggers on %s port %d", self._settings.host, self.port)
        post.call_on_fault(self.stop)
        post.start()
        try:
            while not self._stopping.is_set():
                with contextlib.suppress(TimeoutError):
                    async with asyncio.timeout(HEARTBEAT_S):
                        await self._stopping.wait()
                LOG.info("%d open; %s", len(self._lines), self.figures)
            post.check()
        finally:
            server.close()
            if metrics is not None:
                metrics.close()
            for line in self._lines:
                line.cancel()
            await asyncio.gather(*self._lines, return_exceptions=True)
            post.stop()

    async def _listen(self, accept: Accept) -> asyncio.Server:
        host, port = self._settings.host, self._settings.port
        try:
            return await asyncio.start_server(
                accept,
                host,
                port,
                backlog=BACKLOG,
                limit=65_536,
                ssl=self._tls,
                ssl_handshake_timeout=HANDSHAKE_S if self._tls else None,
            )
        except OSError as error:
            raise ServiceDown(
                "The gateway can't listen at {host}, port {port}: {reason}",
                mend="Change ONEMAP_HJ212__HOST or __PORT, or end what listens there.",
                host=host,
                port=port,
                reason=error.strerror or error,
            ) from error

    def _serve_metrics(self) -> FiguresServer | None:
        """Serves the figures to Prometheus where the settings name a port."""
        if not self._settings.metrics_port:
            return None
        registry = CollectorRegistry()
        registry.register(GatewayFigures(self.figures, lambda: len(self._lines)))
        return FiguresServer(registry, self._settings.metrics_host, self._settings.metrics_port)

    def stop(self) -> None:
        """Stops serving; loggers repeat later whatever got no answer."""
        self._stopping.set()

    async def _serve(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, post: Post
    ) -> None:
        address = str((writer.get_extra_info("peername") or ("",))[0])
        if not self._is_allowed(address):
            self.figures.turned_away += 1
            LOG.warning("%s is turned away: not in ONEMAP_HJ212__ADDRESSES", address)
            writer.close()
            return
        if len(self._lines) >= self._settings.most_connections:
            writer.close()
            return
        task = asyncio.current_task()
        assert task is not None  # noqa: S101  asyncio runs a handler as a task
        self._lines.add(task)
        self.figures.connections += 1
        began = time.monotonic()
        line = Line(
            reader,
            writer,
            post,
            self._loggers,
            self.figures,
            self._guesses,
            address=address,
            pause_s=self._settings.guess_pause_seconds,
            idle_s=self._settings.idle_seconds,
            key=self._key,
        )
        try:
            why = await line.serve()
            LOG.debug("a connection ended after %.0f s: %s", time.monotonic() - began, why)
        except Exception as error:  # noqa: BLE001  one logger's fault ends its own line alone
            note_fault("a logger's line", error)
        finally:
            self._lines.discard(task)
            writer.close()
            with contextlib.suppress(ConnectionError, OSError, TimeoutError):
                async with asyncio.timeout(2):
                    await writer.wait_closed()

    def _is_allowed(self, address: str) -> bool:
        if not self._allowed:
            return True
        try:
            found = ipaddress.ip_address(address.partition("%")[0])
        except ValueError:
            return False
        found = getattr(found, "ipv4_mapped", None) or found
        return any(found in network for network in self._allowed)


def networks(texts: Iterable[str]) -> list[ipaddress.IPv4Network | ipaddress.IPv6Network]:
    """Parses addresses and networks. Raises BadInput for a text that is neither."""
    found = []
    for text in texts:
        try:
            found.append(ipaddress.ip_network(text.strip()))
        except ValueError as error:
            raise BadInput(
                "The setting {name} is wrong: {reason}",
                mend='Write addresses and networks, as in ["10.1.0.0/16", "192.0.2.7"].',
                name="ONEMAP_HJ212__ADDRESSES",
                reason=error,
            ) from None
    return found


def tls_context(settings: Hj212Settings) -> ssl.SSLContext | None:
    """Returns the TLS context of the settings' certificate and key; None if neither is set.

    Raises BadInput where only one of them is set, or they can't be read or don't belong together.
    """
    certificate, key = settings.tls_certificate, settings.tls_key
    if certificate is None and key is None:
        return None
    if certificate is None or key is None:
        name = "ONEMAP_HJ212__TLS_CERTIFICATE" if certificate is None else "ONEMAP_HJ212__TLS_KEY"
        raise BadInput(
            "The setting {name} is missing.", mend="TLS needs a certificate and its key.", name=name
        )
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    try:
        context.load_cert_chain(certificate, key, password=_no_password)
    except (OSError, ValueError) as error:
        raise BadInput(
            "The setting {name} is wrong: {reason}",
            mend="TLS needs a certificate in PEM and its key without a password.",
            name="ONEMAP_HJ212__TLS_CERTIFICATE",
            reason=getattr(error, "strerror", None) or error,
        ) from error
    return context


def _no_password() -> str:
    """Fails for a key with a password, which OpenSSL would ask for at the terminal otherwise."""
    raise ValueError("the key has a password")
