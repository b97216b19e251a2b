"""Paths into JSON: ``object.ph``, ``values[0]``, ``[name=ph].v``, ``"a.key".v``, ``$.time``."""

import json
import re
from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any, Final, NamedTuple, cast

from data.errors import BadInput
from data.query_values import shortened

LONGEST_PATH: Final = 200
DEEPEST_PATH: Final = 12

MISSING: Final = object()
"""What ``find`` returns where a document has nothing at a path."""

ROOT: Final = "$"
_KEY = r'[^\s.\[\]"$\x00-\x1f\ud800-\udfff][^\s.\[\]"\x00-\x1f\ud800-\udfff]*'
_QUOTED = r'"(?:[^"\\\x00-\x1f\ud800-\udfff]|\\.)+"'
_CHOSEN = r'[^\s.\[\]"=\x00-\x1f\ud800-\udfff]+'
_STEP = re.compile(
    rf"\.?(?:(?P<key>{_KEY})|(?P<quoted>{_QUOTED}))|\[(?P<index>[0-9]{{1,3}})\]"
    rf"|\[(?P<by>{_CHOSEN})=(?P<value>{_CHOSEN}|{_QUOTED})\]"
)
_EVERY = "[*]"
_NUMBER = re.compile(r"-?[0-9]{1,20}(?:\.[0-9]{1,20})?")


class Chosen(NamedTuple):
    """A step to the one element of a list whose ``key`` says ``value``: a text, number or true."""

    key: str
    value: str


Steps = tuple[str | int | Chosen, ...]


class JsonPath(NamedTuple):
    """A path of keys, indices from 0 and choices; ``from_root`` where it was written with ``$``.

    Others begin at the reading they belong to: an element of the message's list, if it has one.
    """

    text: str
    steps: Steps
    from_root: bool = False


def read_path(text: str) -> JsonPath:
    """Reads a path as people write it. Raises BadInput that names the first wrong letter."""
    written = text.strip()
    if len(written) > LONGEST_PATH:
        raise _wrong(written, len(written))
    position = len(ROOT) if written.startswith(ROOT) else 0
    from_root = position > 0
    steps: list[str | int | Chosen] = []
    while position < len(written):
        match = _STEP.match(written, position)
        if match is None or (match[0].startswith(".") and position == 0):
            raise _wrong(written, position)
        if match[0][0] not in ".[" and position > 0:
            raise _wrong(written, position)
        steps.append(_step(match, written))
        position = match.end()
    if not written or (not steps and not from_root):
        raise _wrong(written, 0)
    if len(steps) > DEEPEST_PATH:
        raise BadInput(
            "The path “{path}” has more than {most} steps.",
            path=shortened(written),
            most=DEEPEST_PATH,
        )
    return JsonPath(written, tuple(steps), from_root)


def read_list_path(text: str) -> JsonPath:
    """Reads the path of a list of readings, which ends in ``[*]``. Raises BadInput."""
    written = text.strip()
    if not written.endswith(_EVERY):
        raise BadInput(
            "The list's path “{path}” doesn't end in [*].",
            mend="Write it as in object.readings[*], or [*] for a message that is a list.",
            path=shortened(written),
        )
    before = written.removesuffix(_EVERY)
    steps = read_path(before).steps if before else ()
    if any(isinstance(step, Chosen) for step in steps):
        raise _wrong(written, written.index("="))
    return JsonPath(written, steps, from_root=True)


def _step(match: re.Match[str], written: str) -> str | int | Chosen:
    if match["index"] is not None:
        return int(match["index"])
    if match["key"] is not None:
        return match["key"]
    try:
        if match["by"] is not None:
            value = match["value"]
            return Chosen(match["by"], json.loads(value) if value.startswith('"') else value)
        return str(json.loads(match["quoted"]))
    except ValueError:
        raise _wrong(written, match.start()) from None


def _wrong(written: str, position: int) -> BadInput:
    return BadInput(
        "The path “{path}” can't be read from letter {position} on.",
        mend="Write keys with dots between them, as in object.ph, values[0], values[name=ph].v or"
        " “key with dots”.v in straight quotes; $ in front begins at the whole message.",
        path=shortened(written),
        position=position + 1,
    )


def find(document: object, steps: Sequence[str | int | Chosen]) -> object:
    """Returns what a document holds at the steps, MISSING where there is nothing.

    A choice that fits several elements finds nothing: which of them was meant can't be known.
    """
    found = document
    for step in steps:
        if isinstance(step, Chosen):
            index = _index_of(found, step)
            if index is None:
                return MISSING
            found = cast(list[Any], found)[index]
        elif isinstance(step, str):
            if not isinstance(found, Mapping) or step not in found:
                return MISSING
            found = found[step]
        else:
            if not isinstance(found, list) or step >= len(found):
                return MISSING
            found = found[step]
    return found


def is_ambiguous(document: object, steps: Sequence[str | int | Chosen]) -> bool:
    """Returns whether ``find`` finds nothing because a choice fits several elements."""
    for at, step in enumerate(steps):
        if isinstance(step, Chosen):
            before = find(document, steps[:at])
            if before is MISSING or len(_fitting(before, step)) != 1:
                return len(_fitting(before, step)) > 1
    return False


def _index_of(found: object, chosen: Chosen) -> int | None:
    fitting = _fitting(found, chosen)
    return fitting[0] if len(fitting) == 1 else None


def _fitting(found: object, chosen: Chosen) -> list[int]:
    if not isinstance(found, list):
        return []
    return [n for n, each in enumerate(found) if _fits(each, chosen)]


def _fits(element: object, chosen: Chosen) -> bool:
    """Returns whether an element's key says what is chosen: a text, true, or 1 for 1.0 too."""
    said = element.get(chosen.key) if isinstance(element, Mapping) else None
    if isinstance(said, bool):
        return json.dumps(said) == chosen.value
    if isinstance(said, int | float | Decimal) and _NUMBER.fullmatch(chosen.value):
        return said == Decimal(chosen.value)
    return isinstance(said, str) and said == chosen.value


def indexed(document: object, steps: Steps) -> tuple[str | int, ...] | None:
    """Returns the steps with each choice as the index it finds; None where it finds nothing."""
    plain: list[str | int] = []
    for step in steps:
        at = _index_of(find(document, plain), step) if isinstance(step, Chosen) else step
        if at is None:
            return None
        plain.append(at)
    return tuple(plain)


def put(document: Any, steps: tuple[str | int, ...], value: Any) -> Any:
    """Returns the document with the value at the steps; makes objects and lists on the way."""
    if not steps:
        return value
    step = steps[0]
    if isinstance(step, str):
        kept = document if isinstance(document, dict) else {}
        return {**kept, step: put(kept.get(step), steps[1:], value)}
    filled = list(document) if isinstance(document, list) else []
    filled += [None] * (step + 1 - len(filled))
    filled[step] = put(filled[step], steps[1:], value)
    return filled


def written_path(steps: Sequence[str | int | Chosen]) -> str:
    """Returns the steps as a path that ``read_path`` reads back; ``$`` for none."""
    text = ""
    for step in steps:
        if isinstance(step, int):
            text += f"[{step}]"
            continue
        if isinstance(step, Chosen):
            is_plain = re.fullmatch(_CHOSEN, step.value)
            value = step.value if is_plain else json.dumps(step.value, ensure_ascii=False)
            text += f"[{step.key}={value}]"
            continue
        key = step if re.fullmatch(_KEY, step) else json.dumps(step, ensure_ascii=False)
        text += f".{key}" if text else key
    return text or ROOT


def shown(value: object) -> str:
    """Returns a JSON value as an error repeats it: shortened, without what lies deeper."""
    if isinstance(value, Mapping):
        return "{…}" if value else "{}"
    if isinstance(value, list):
        return "[…]" if value else "[]"
    if value is None or isinstance(value, bool):
        return json.dumps(value)
    return f"“{shortened(value)}”" if isinstance(value, str) else shortened(value)
