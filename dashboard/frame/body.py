"""Reads request bodies within their limits, and checks that a callback's is one Dash would send."""

import json
import math
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from starlette.types import Message, Receive

from data.encodings import can_be_kept
from data.errors import BadInput

MOST_DEPTH = 64
"""The levels of a callback's body; the deepest of ours, a chart's figure, has a dozen."""

MOST_NUMBER = 2**53
"""The largest whole number that scripts hold exactly."""


class TooLarge(Exception):
    """Raised while a request body is read, once it exceeds its size limit."""


class Body:
    """A request's body, limited to ``most`` bytes; ``read`` is the body where read already."""

    def __init__(self, stream: Receive, most: int, read: bytes | None = None) -> None:
        self.stream = stream
        self.most = most
        self.read = read
        self.size = 0
        self.is_too_large = False

    async def receive(self) -> Message:
        """Returns the next ASGI message of the body; raises TooLarge past the limit."""
        if self.read is not None:
            whole, self.read = self.read, None
            return {"type": "http.request", "body": whole, "more_body": False}
        message = await self.stream()
        self.size += len(message.get("body", b""))
        if self.size > self.most:
            self.is_too_large = True
            raise TooLarge
        return message


async def whole_body(receive: Receive, most: int) -> bytes:
    """Reads and returns the request's whole body; raises TooLarge past ``most`` bytes.

    Where the sender goes away, returns what had come by then.
    """
    parts: list[bytes] = []
    size = 0
    while True:
        message = await receive()
        if message["type"] != "http.request":
            return b"".join(parts)
        parts.append(message.get("body", b""))
        size += len(parts[-1])
        if size > most:
            raise TooLarge
        if not message.get("more_body", False):
            return b"".join(parts)


def unreadable() -> BadInput:
    """Returns the error of a request that no page or program of ours sends."""
    return BadInput("The request can't be read.")


def read_json(body: bytes) -> Any:
    """Returns the JSON of a body. Raises BadInput for what a browser wouldn't send.

    That is text with a zero byte or half a surrogate pair, a number beyond what scripts hold, more
    than MOST_DEPTH levels, and of course what is no JSON.
    """
    try:
        read = json.loads(body, parse_constant=_refuse)
    except (ValueError, RecursionError):
        raise unreadable() from None
    check_values(read)
    return read


def _refuse(constant: str) -> None:
    raise ValueError(constant)


def check_values(value: object) -> None:
    """Raises BadInput for a text, number or depth within the value that no browser sends."""
    level: list[object] = [value]
    for _depth in range(MOST_DEPTH):
        if not level:
            return
        below: list[object] = []
        for each in level:
            if isinstance(each, dict):
                below += each
                below += each.values()
            elif isinstance(each, list):
                below += each
            elif not _is_fit(each):
                raise unreadable()
        level = below
    if level:
        raise unreadable()


def _is_fit(value: object) -> bool:
    if isinstance(value, str):
        return can_be_kept(value)
    if isinstance(value, float):
        return math.isfinite(value)
    return not isinstance(value, int) or abs(value) <= MOST_NUMBER


def check_callback(sent: Any, callback: Mapping[str, Any]) -> None:
    """Raises BadInput unless the body names the callback's outputs, inputs and states in order.

    ``callback`` is Dash's own record of it.
    """
    if "callback" not in callback:
        raise unreadable()  # it runs in the browser
    inputs = callback["inputs"]
    states = callback["state"]
    sent_inputs, sent_states = sent.get("inputs"), sent.get("state", [])
    _check_items(sent_inputs, [(each["id"], each["property"]) for each in inputs])
    _check_items(sent_states, [(each["id"], each["property"]) for each in states])
    output = callback["output"]
    is_list = isinstance(output, list | tuple)
    outputs = sent.get("outputs")
    wanted = [(each.component_id_str(), each.component_property) for each in _flat(output)]
    if not is_list and not isinstance(outputs, dict):
        raise unreadable()
    _check_items(outputs if is_list else [outputs], wanted)
    changed = sent.get("changedPropIds", [])
    ids = [each["id"] for each in inputs]
    if not isinstance(changed, list) or not all(_is_of(each, ids) for each in changed):
        raise unreadable()


def _flat(output: Any) -> Iterator[Any]:
    if isinstance(output, list | tuple):
        for each in output:
            yield from _flat(each)
    else:
        yield output


def _check_items(sent: Any, wanted: Sequence[tuple[str, str]]) -> None:
    if not isinstance(sent, list) or len(sent) != len(wanted):
        raise unreadable()
    for item, (name, member) in zip(sent, wanted, strict=True):
        several = name.startswith("{") and '["ALL' in name
        if several is not isinstance(item, list):
            raise unreadable()
        for each in item if isinstance(item, list) else [item]:
            if not isinstance(each, dict) or not _is_id(each.get("id"), name):
                raise unreadable()
            if str(each.get("property")).partition("@")[0] != member.partition("@")[0]:
                raise unreadable()


def _is_id(sent: object, name: str) -> bool:
    """Returns whether the id sent is the one named, or one that the named pattern fits."""
    if not name.startswith("{"):
        return sent == name
    pattern = json.loads(name)
    if not isinstance(sent, dict) or sent.keys() != pattern.keys():
        return False
    return all(
        isinstance(sent[key], str | int) if isinstance(want, list) else sent[key] == want
        for key, want in pattern.items()
    )


def _is_of(changed: object, ids: Sequence[str]) -> bool:
    """Returns whether what changed, ``id.property``, is an input by one of these ids."""
    if not isinstance(changed, str):
        return False
    sent: object = changed.rpartition(".")[0]
    if changed.startswith("{"):
        try:
            sent = json.loads(str(sent))
        except (ValueError, RecursionError):
            return False
    return any(_is_id(sent, name) for name in ids)
