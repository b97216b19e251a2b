"""What answers before the guard: a room's function that knows its readers and has answers ready."""

from collections.abc import Callable
from dataclasses import dataclass
from http import HTTPStatus
from typing import Protocol, Self

from fastapi import FastAPI
from starlette.types import Receive, Scope, Send

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

    def asked(
        self, method: bytes, address: bytes, headers: list[tuple[bytes, bytes]]
    ) -> object | None:
        """Returns what a usual request asks for, as ``ready`` takes it; None for any other.

        ``address`` is the path with the query, as it came.
        """
        ...

    def ready(self, asked: object) -> Reply | None:
        """Returns the answer that is kept ready; None where anything must be looked up or made."""
        ...

    def after(self, then: Callable[[], None]) -> None:
        """Calls ``then`` once all that was committed by now is known and ``ready`` is right."""
        ...

    def sent(self, reply: Reply) -> None:
        """Hears that the answer was sent."""
        ...

    async def answer(self, scope: Scope, send: Send) -> bool:
        """Answers the request and returns True; False where the guard must decide."""
        ...


class Fronted(FastAPI):
    """FastAPI's server with what stands before it and all its middlewares."""

    front: Front | None = None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Lets the front answer; passes every other request on."""
        front = self.front if scope["type"] == "http" else None
        is_fronts = front is not None and scope["path"].startswith(front.below)
        if front is not None and is_fronts and await front.answer(scope, send):
            return
        await super().__call__(scope, receive, send)
