"""How the app is served: time limits on slow clients, a limit of connections, enough files."""

import asyncio
import logging
import resource
from collections.abc import Callable
from typing import Any, ClassVar

import uvicorn
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from dashboard.frame.front import Front, Reply
from data.logs import begin_logging
from data.settings import DashboardSettings

SPARE_FILES = 256
"""Open files left for the database, its own connections, static files and logs."""

FEW_FILES = 4096
"""A lower limit of open files is worth a word: each open page takes one."""

BUSY_ANSWER = (
    b"HTTP/1.1 503 Service Unavailable\r\nretry-after: 5\r\ncontent-length: 0\r\n"
    b"connection: close\r\n\r\n"
)

MOST_HELD = 65_536
HEAD_END = b"\r\n\r\n"
LOGGER = logging.getLogger(__name__)


class PatientProtocol(HttpToolsProtocol):
    """A connection of uvicorn's that is closed when its client is slower than the limits allow.

    A request's headers must come whole within ``header_s``, its body within ``body_s`` and without
    a pause of ``pause_s``; a client that keeps an answer from being sent has as long. Where
    ``most`` connections are open, the one that has waited longest makes room for a new one.
    """

    header_s: ClassVar[float]
    body_s: ClassVar[float]
    pause_s: ClassVar[float]
    most: ClassVar[int]
    waiting: ClassVar[dict["PatientProtocol", None]]
    """The connections without a request, the oldest first."""

    limit: asyncio.TimerHandle | None = None
    pause: asyncio.TimerHandle | None = None
    stuck: asyncio.TimerHandle | None = None
    is_in_request = False
    front: ClassVar[Front | None] = None
    asked: object | None = None
    """What is asked of the front: read, and not answered yet."""

    held: bytes = b""
    """What came meanwhile."""

    is_single = False

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Waits for a request, or refuses the connection where there is no room for it."""
        super().connection_made(transport)
        if len(self.connections) > self.most and not self._make_room():
            transport.write(BUSY_ANSWER)
            transport.close()
            return
        self._await_request()

    def _make_room(self) -> bool:
        """Closes the connection that has waited longest; returns whether there was one."""
        oldest = next(iter(self.waiting), None)
        if oldest is None:
            return False
        oldest.cut_off()
        return True

    def connection_lost(self, exc: Exception | None) -> None:
        """Ends the connection's clocks."""
        self._stop_clocks()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """Reads on, unless the front still thinks; the pause within a body begins anew."""
        if self.asked is not None:
            self.held += data
            if len(self.held) > MOST_HELD:
                self.flow.pause_reading()
            return
        self.is_single = data.count(HEAD_END) == 1 and data.endswith(HEAD_END)
        super().data_received(data)
        if self.asked is not None:
            return
        if self.pause is not None:
            self.pause.cancel()
            self.pause = self._clock(self.pause_s, self._paused)
        elif not self.is_in_request and self.limit is None:
            self._await_request()

    def on_headers_complete(self) -> None:
        """Asks the front, or waits for the body instead of the headers."""
        self._stop_clocks()
        self.asked = self._asked_of_front()
        if self.asked is None:
            self._begin_request()

    def _begin_request(self) -> None:
        self.is_in_request = True
        self.limit = self._clock(self.body_s, self.cut_off)
        self.pause = self._clock(self.pause_s, self._paused)
        super().on_headers_complete()

    def _asked_of_front(self) -> object | None:
        """Returns what the front is asked, if it has an answer ready; else None.

        Only a request that came whole and alone, on a connection that stays and can be written to.
        """
        is_free = self.cycle is None or self.cycle.response_complete
        if self.front is None or not is_free or not self.is_single or self.flow.write_paused:
            return None
        if not self.parser.should_keep_alive() or self.parser.get_http_version() != "1.1":
            return None
        asked = self.front.asked(self.parser.get_method(), self.url, self.headers)
        return asked if asked is not None and self.front.ready(asked) is not None else None

    def on_message_complete(self) -> None:
        """Waits for nothing while the request is answered."""
        if self.asked is not None and self.front is not None:
            self.front.after(self._answer_ready)
        else:
            self._end_request()

    def _end_request(self) -> None:
        super().on_message_complete()
        self._stop_clocks()
        self.is_in_request = self.cycle is not None and not self.cycle.response_complete

    def _answer_ready(self) -> None:
        """Sends the front's answer; where it has none any more, the request goes its usual way."""
        asked, self.asked = self.asked, None
        if self.front is None or self.transport.is_closing():
            return
        reply = self.front.ready(asked)
        if reply is None:
            self._begin_request()
            self._end_request()
        else:
            self._send_ready(reply)
            self.front.sent(reply)
        if self.held:
            held, self.held = self.held, b""
            self.flow.resume_reading()
            self.data_received(held)

    def _send_ready(self, reply: Reply) -> None:
        """Sends the answer; the connection then waits for its next request."""
        date = b"".join(b"%s: %s\r\n" % pair for pair in self.server_state.default_headers)
        self.transport.write(b"".join((reply.start, date, reply.lines, reply.body)))
        self.server_state.total_requests += 1
        self._unset_keepalive_if_required()
        self.timeout_keep_alive_task = self.loop.call_later(
            self.timeout_keep_alive, self.timeout_keep_alive_handler
        )
        self.waiting[self] = None

    def on_response_complete(self) -> None:
        """Waits for the next request, or for the rest of this one's body."""
        super().on_response_complete()
        self.is_in_request = self.limit is not None or not self.cycle.response_complete
        if not self.is_in_request and not self.transport.is_closing():
            self.waiting[self] = None

    def pause_writing(self) -> None:
        """Gives the client a while to take what was sent."""
        super().pause_writing()
        self.stuck = self._clock(self.pause_s, self.cut_off)

    def resume_writing(self) -> None:
        """The client has taken it."""
        super().resume_writing()
        if self.stuck is not None:
            self.stuck.cancel()
            self.stuck = None

    def _await_request(self) -> None:
        self.waiting[self] = None
        self.limit = self._clock(self.header_s, self.cut_off)

    def _paused(self) -> None:
        """Cuts off a client that paused within a body, unless it was us who read no further."""
        if self.flow.read_paused:
            self.pause = self._clock(self.pause_s, self._paused)
        else:
            self.cut_off()

    def _clock(self, seconds: float, then: Callable[[], None]) -> asyncio.TimerHandle:
        return self.loop.call_later(seconds, then)

    def _stop_clocks(self) -> None:
        for clock in (self.limit, self.pause):
            if clock is not None:
                clock.cancel()
        self.limit = self.pause = None
        self.waiting.pop(self, None)

    def cut_off(self) -> None:
        """Ends the connection at once, whatever is still to be sent."""
        self._stop_clocks()
        self.transport.abort()


def protocol(
    settings: DashboardSettings, most: int, front: Front | None = None
) -> type[PatientProtocol]:
    """Returns the connections' class with the limits of the settings.

    What ``front`` has ready is sent without a task of its own.
    """
    limits: dict[str, Any] = {
        "header_s": settings.header_seconds,
        "body_s": settings.body_seconds,
        "pause_s": settings.pause_seconds,
        "most": most,
        "waiting": {},
        "front": front,
    }
    return type("LimitedProtocol", (PatientProtocol,), limits)


def raise_file_limit() -> int:
    """Raises the process's limit of open files as far as it may; returns it, says if it is low."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft != hard:
        resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    if hard != resource.RLIM_INFINITY and hard < FEW_FILES:
        LOGGER.warning("serve: only %d files may be open at once; raise LimitNOFILE", hard)
    return hard


def serve(
    app: Any, settings: DashboardSettings, *, host: str, port: int, graceful_s: int = 2
) -> None:
    """Serves the app until SIGTERM or SIGINT."""
    begin_logging()
    files = raise_file_limit()
    room = settings.connections
    if files != resource.RLIM_INFINITY:
        room = max(16, min(room, files - SPARE_FILES))
    uvicorn.run(
        app,
        host=host,
        port=port,
        http=protocol(settings, room, getattr(app, "front", None)),
        access_log=False,
        log_config=None,
        server_header=False,
        proxy_headers=False,
        timeout_keep_alive=settings.keep_alive_seconds,
        timeout_graceful_shutdown=graceful_s,
    )
