"""Which codes a station may have: a device signs in at the broker by its station's code."""

import re
from typing import Final

from data.errors import BadInput

_CODE: Final = re.compile(r"(?=.*[A-Za-z0-9])[A-Za-z0-9_.-]{1,64}")
_ACCOUNTS: Final = frozenset({"ingest", "gateway", "gateways", "simulator", "mosquitto"})
_OWN: Final = "onemap-"


def check_code(code: str) -> None:
    """Raises BadInput for what can't be a new station's code, in upper or lower case."""
    if not _CODE.fullmatch(code):
        raise BadInput(
            "{code} can't be a station's code.",
            mend="Use at most 64 letters, digits, points, hyphens and underscores, and at least one"
            " letter or digit.",
            code=repr(code),
        )
    if is_account(code):
        raise BadInput(
            "{code} is the name of an account of the broker.",
            mend="Choose another code: a station's device signs in by it.",
            code=code,
        )


def is_account(name: str) -> bool:
    """Returns whether OneMap keeps the name for accounts of its own at the broker."""
    return name.lower() in _ACCOUNTS or name.lower().startswith(_OWN)
