"""Unwraps and makes HJ 212 frames: ``##``, length in bytes, segment, CRC; names each fault."""

import re
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from data.tolerances import Tolerance
from ingest.codecs.repairs import stripped

HEAD: Final = b"##"
HEADER_BYTES: Final = 6
CRC_DIGITS: Final = 4
LONGEST_SEGMENT: Final = 9999
"""What four digits can say. HJ 212-2017 allows 1,024; longer ones are seen and harm nobody."""

_HEX: Final = re.compile(rb"[0-9A-Fa-f]{4}")
_ENDING: Final = re.compile(rb"[0-9A-Za-z@$]{0,8}")
_LONGEST_USUAL: Final = 1024
"""The longest segment by HJ 212-2017."""


class Fault(StrEnum):
    """Why bytes are no valid frame."""

    NOT_A_FRAME = "not_a_frame"
    PLACEHOLDER = "placeholder"
    LENGTH_FIELD = "length_field"
    LENGTH = "length"
    CRC = "crc"
    CRC_MODBUS = "crc_modbus"
    TRAILING = "trailing"
    SEGMENT = "segment"
    TIME = "time"
    CIPHER = "cipher"
    CIPHER_KEY = "cipher_key"


class BadFrame(Exception):
    """The bytes are no valid frame; ``detail`` says what is wrong with them.

    ``mendable_by`` is the tolerance that would mend the fault, None where none does.
    """

    def __init__(self, fault: Fault, detail: str, mendable_by: Tolerance | None = None) -> None:
        self.fault = fault
        self.detail = detail
        self.mendable_by = mendable_by
        super().__init__(f"{fault}: {detail}")


def mendable(fault: Fault, detail: str, tolerance: Tolerance) -> BadFrame:
    """Makes the error of a frame whose fault the tolerance would mend."""
    return BadFrame(fault, detail, tolerance)


@dataclass(frozen=True, slots=True)
class Framed:
    """The data segment of a frame whose length and CRC are right."""

    segment: bytes


def _turned(register: int) -> int:
    for _bit in range(8):
        register = (register >> 1) ^ 0xA001 if register & 1 else register >> 1
    return register


_TURNED: Final = tuple(_turned(low) for low in range(256))


def crc(segment: bytes) -> int:
    """Returns the HJ 212 checksum (16 bits) of a data segment.

    Not Modbus': the register is shifted before each byte is taken in. Source: HJ 212-2017 app. A.
    """
    register = 0xFFFF
    for byte in segment:
        register = (register >> 8) ^ byte
        register = (register >> 8) ^ _TURNED[register & 0xFF]
    return register


def modbus_crc(segment: bytes) -> int:
    """Returns CRC-16/Modbus, sent wrongly by some loggers; used only to name that fault."""
    register = 0xFFFF
    for byte in segment:
        register = (register >> 8) ^ _TURNED[(register ^ byte) & 0xFF]
    return register


def framed(segment: bytes) -> bytes:
    """Wraps a data segment in a frame with its line end. Raises ValueError if too long."""
    if len(segment) > LONGEST_SEGMENT:
        raise ValueError(f"a data segment of {len(segment)} bytes")
    return b"##%04d%b%04X\r\n" % (len(segment), segment, crc(segment))


def unframed(data: bytes) -> Framed:
    """Returns the data segment of exactly one frame. Raises BadFrame for anything else."""
    text = data.strip(b" \t\r\n")
    if not text.startswith(HEAD):
        if stripped(text).startswith(HEAD):
            raise mendable(Fault.NOT_A_FRAME, "padding before ##", Tolerance.STRIP)
        raise BadFrame(Fault.NOT_A_FRAME, "it doesn't begin with ##")
    digits = text[2:HEADER_BYTES]
    if not digits.isdigit():
        raise _bad_length_field(digits)
    length = int(digits)
    rest = text[HEADER_BYTES:]
    sent = rest[length : length + CRC_DIGITS]
    if len(rest) < length + CRC_DIGITS or not _HEX.fullmatch(sent):
        raise _wrong_length(rest, length)
    segment = rest[:length]
    right = crc(segment)
    if int(sent, 16) != right:
        raise _wrong_crc(segment, sent, right)
    if len(rest) > length + CRC_DIGITS:
        fault = f"{len(rest) - length - CRC_DIGITS} bytes after the CRC"
        if not stripped(rest[length + CRC_DIGITS :]):
            raise mendable(Fault.TRAILING, fault, Tolerance.STRIP)
        raise BadFrame(Fault.TRAILING, fault)
    return Framed(segment)


def _bad_length_field(digits: bytes) -> BadFrame:
    if digits.strip(b"$@#*?Xx") == b"" and digits:
        return BadFrame(Fault.PLACEHOLDER, f"the length is the placeholder {_shown(digits)}")
    leading = len(digits) - len(digits.lstrip(b"0123456789"))
    return BadFrame(Fault.LENGTH_FIELD, f"the length has {leading} digits, not 4")


def _wrong_length(rest: bytes, length: int) -> BadFrame:
    before, mark, after = rest.rpartition(b"&&")
    ending = after.strip(b" ")
    if not mark or not _ENDING.fullmatch(ending):
        return BadFrame(Fault.LENGTH, f"{length} bytes are told, {len(rest)} came without an end")
    found = len(before) + len(mark) + len(after) - len(after.lstrip(b" "))
    detail = f"{length} bytes are told, {found} came"
    if len(ending) != CRC_DIGITS:
        detail = f"{length} bytes are told, {found} came, and the CRC has {len(ending)} digits"
    elif (
        found <= LONGEST_SEGMENT and _HEX.fullmatch(ending) and int(ending, 16) == crc(rest[:found])
    ):
        detail = f"{length} bytes are told, {found} came, whose CRC is right"
    return BadFrame(Fault.LENGTH, detail)


def _wrong_crc(segment: bytes, sent: bytes, right: int) -> BadFrame:
    shown = _shown(sent)
    detail = f"{shown} is sent, {right:04X} is right"
    if len(segment) > _LONGEST_USUAL:
        return BadFrame(Fault.CRC, detail)
    modbus = modbus_crc(segment)
    if int(sent, 16) in (modbus, (modbus & 0xFF) << 8 | modbus >> 8):
        return BadFrame(
            Fault.CRC_MODBUS,
            f"{shown} is sent, {right:04X} is right; the logger sends the CRC of Modbus",
        )
    return BadFrame(Fault.CRC, detail)


def _shown(data: bytes) -> str:
    return data.decode("ascii", "backslashreplace")
