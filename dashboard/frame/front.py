"""What answers before the guard: a room's function that knows its readers and has answers ready."""

from collections.abc import Callable
from dataclasses import dataclass
from http import HTTPStatus
from typing import Protocol, Self

from fastapi import FastAPI
from starlette.types import Message, Receive, Scope, Send

from dashboard.frame.access import SAFE_METHODS

Headers = tuple[tuple[bytes, bytes], ...]
"""Names in small letters, and values."""


@dataclass(frozen=True, slots=True)
class Reply:
    """An answer ready to be sent, for a server as ``start`` and ``lines`` of HTTP/1.1.

    ``lines`` are the headers and the empty line after them, without the date.
    """

    status: int
    headers: Headers
    body: bytes
    start: bytes
    lines: bytes

    @classmethod
    def of(cls, status: HTTPStatus, headers: Headers, body: bytes) -> Self:
        """Returns the answer with these headers, which hold the length where there is a body."""
        lines = b"".join(b"%s: %s\r\n" % pair for pair in headers) + b"\r\n"
        start = f"HTTP/1.1 {status.value} {status.phrase}\r\n".encode()
        return cls(status.value, headers, body, start, lines)

    async def send(self, send: Send, *, head: bool = False) -> None:
        """Sends the answer; without its body to ``head``, a request that asks for the headers."""
        await send({"type": "http.response.start", "status": self.status, "headers": self.headers})
        await send({"type": "http.response.body", "body": b"" if head else self.body})


class Front(Protocol):
    """What a room answers before everything else: addresses below ``below``.

    It denies nobody: whatever it doesn't answer itself, with the reader's right proven, goes on to
    the guard, which refuses by the table of access and words every refusal.
    """

    below: str

    async def run(self) -> None:
        """Follows what the database announces, until cancelled."""
        ...

    async def close(self) -> None:
        """Closes its connections."""
        ...

    def ready(
        self, method: bytes, address: bytes, headers: list[tuple[bytes, bytes]]
    ) -> Reply | None:
        """Returns the ``Reply`` that needs neither the database nor waiting; None without one.

        ``address`` is the path with the query, as it came.
        """
        ...

    async def answer(self, scope: Scope, send: Send) -> bool:
        """Answers the request and returns True; False where the guard must decide."""
        ...

    def written(self) -> None:
        """Hears that this server may just have changed something."""
        ...


class Fronted(FastAPI):
    """FastAPI's server with what stands before it and all its middlewares."""

    front: Front | None = None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Lets the front answer; passes every other request on."""
        front = self.front
        if front is None or scope["type"] != "http":
            await super().__call__(scope, receive, send)
            return
        if scope["path"].startswith(front.below) and await front.answer(scope, send):
            return
        if scope["method"] not in SAFE_METHODS:
            send = noting(send, front.written)
        await super().__call__(scope, receive, send)


def noting(send: Send, written: Callable[[], None]) -> Send:
    """Returns ASGI's ``send`` that calls ``written`` before an answer begins."""

    async def noted(message: Message) -> None:
        if message["type"] == "http.response.start":
            written()
        await send(message)

    return noted
