"""What a chain of events must say by itself: no sign-off without evidence and separate duties."""

import json
from collections.abc import Callable, Sequence
from itertools import pairwise
from typing import Any

from data.chain import NOTHING_BEFORE, chain_hash
from problem_ledger.record.events import Event

LEVELS = ("province", "city", "county", "township", "village")
LOWEST = {"general": "township", "serious": "county", "major": "city", "critical": "province"}
HANDLING = ("sign_for", "progress", "submit", "ask_extension")

InUnit = Callable[[int, int], bool]
"""Whether that account has a duty in that unit or below it."""


def assert_linked(events: Sequence[Event]) -> None:
    """Each event follows the one before: number, status, hash."""
    assert [event.seq for event in events] == list(range(1, len(events) + 1))
    assert events[0].prev_hash == NOTHING_BEFORE
    assert events[0].from_status is None
    for before, after in pairwise(events):
        assert after.prev_hash == before.hash
        assert after.from_status == before.to_status
        assert after.at >= before.at
    for event in events:
        assert event.hash == chain_hash(event.prev_hash, event.body)


def assert_signed_off_rightly(events: Sequence[Event], in_unit: InUnit) -> int:
    """How many sign-offs there are, each after a photo, a check on site, by three people."""
    told: list[dict[str, Any]] = [json.loads(event.body) for event in events]
    signed = 0
    for at, event in enumerate(told):
        if event["action"] == "sign_off":
            _assert_rightly(told[: at + 1], in_unit)
            signed += 1
    return signed


def _assert_rightly(told: Sequence[dict[str, Any]], in_unit: InUnit) -> None:
    kept: dict[str, Any] = {}
    for event in told:
        kept.update(event["set"])
    actions = [event["action"] for event in told if event["from"] != event["to"]]
    assert actions[-3:] == ["submit", "verify", "sign_off"]
    submitted = next(event for event in reversed(told) if event["action"] == "submit")
    verified = next(event for event in reversed(told) if event["action"] == "verify")
    signer = told[-1]
    assert submitted["photos"], "no photo after the rectification"
    assert verified["photos"], "no photo of the check"
    assert verified["site"]["lon"], "no place of the check"
    assert verified["checked_at"] >= submitted["at"][:16]
    handlers = {event["account_id"] for event in told if event["action"] in HANDLING}
    assert signer["account_id"] not in handlers | {verified["account_id"]}
    assert verified["account_id"] not in handlers
    for who in (verified, signer):
        assert not in_unit(who["account_id"], kept["unit_id"])
    assert LEVELS.index(signer["level"]) <= LEVELS.index(LOWEST[kept["severity"]])
    assert signer["text"]
