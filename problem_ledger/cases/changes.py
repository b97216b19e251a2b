"""What each step changes in a problem's row, beside its status. Pure."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from types import MappingProxyType
from typing import Final

from data.clock import UtcDatetime, business_date, to_utc
from data.errors import BadInput
from data.records import AccountId
from data.texts import fit
from data.words.ledger import Action, Severity
from problem_ledger.cases.extensions import check_day
from problem_ledger.cases.rules import Rules
from problem_ledger.record.commands import Command
from problem_ledger.record.events import Row

SET: Final = "set"
"""The rule's key of a deadline that the office set."""

FARTHEST: Final = timedelta(days=3 * 366)
"""No deadline lies farther ahead."""

Changes = dict[str, object]


@dataclass(frozen=True, slots=True)
class Taking:
    """A step about to be taken on a problem, with the problem's row, the account and the rules."""

    row: Row
    command: Command
    who: AccountId | None
    now: UtcDatetime
    rules: Rules


def changes_of(taking: Taking) -> Changes:
    """Returns the columns that the step sets. Raises BadInput for an impossible deadline."""
    make = _MADE.get(taking.command.action)
    return make(taking) if make else {}


def _accept(taking: Taking) -> Changes:
    command = taking.command
    severity = command.severity.value if command.severity else taking.row["severity"]
    return {"severity": severity, "category": command.category or taking.row["category"]}


def _assign(taking: Taking) -> Changes:
    command = taking.command
    return {
        "unit_id": command.unit_id,
        "requirement": fit(command.requirement),
        "assigned_at": taking.now,
        **_deadline(taking),
    }


def _deadline(taking: Taking) -> Changes:
    """Returns the deadline's columns, for the day the command names, else by the rules."""
    if taking.command.due_on is not None:
        return _named_day(taking, taking.now, taking.command.due_on)
    row = taking.row
    rule = taking.rules.working_days(row["category"], Severity(row["severity"]))
    due = taking.rules.due(taking.now, rule.days)
    return {
        "due_at": due.at,
        "amber_at": due.amber_at,
        "is_provisional": due.is_provisional,
        "due_rule": rule.key,
        "due_days": rule.days,
    }


def _named_day(taking: Taking, start: UtcDatetime, day: date) -> Changes:
    today = business_date(taking.now)
    if not today <= day <= today + FARTHEST:
        raise BadInput("The deadline has to lie ahead, at most three years.")
    try:
        due = taking.rules.due_on(start, day)
    except ValueError as error:
        raise BadInput("The deadline has to lie ahead, at most three years.") from error
    if due.at <= taking.now:
        raise BadInput("The deadline has to lie ahead, at most three years.")
    return {
        "due_at": due.at,
        "amber_at": due.amber_at,
        "is_provisional": due.is_provisional,
        "due_rule": SET,
        "due_days": None,
    }


def _new_day(taking: Taking) -> date:
    """Returns the day asked for or granted. Raises BadInput for none and beyond the rules."""
    day = taking.command.due_on
    if day is None:
        raise BadInput("Give the new deadline.")
    row = taking.row
    check_day(day, row["due_at"], taking.now, taking.rules, row["asked_due_on"])
    return day


def _ask_extension(taking: Taking) -> Changes:
    return {"asked_due_on": _new_day(taking)}


def _extend(taking: Taking) -> Changes:
    row, day = taking.row, _new_day(taking)
    changes = _named_day(taking, row["assigned_at"] or taking.now, day)
    return {**changes, "extension_count": row["extension_count"] + 1, "asked_due_on": None}


def _close_request(taking: Taking) -> Changes:
    """Returns the column that a request for more time waits in, emptied; nothing without one."""
    return {} if taking.row["asked_due_on"] is None else {"asked_due_on": None}


def _hand_back(taking: Taking) -> Changes:
    return {
        **_close_request(taking),
        "unit_id": None,
        "requirement": "",
        "assigned_at": None,
        "due_at": None,
        "amber_at": None,
        "is_provisional": False,
        "due_rule": "",
        "due_days": None,
    }


def _submit(taking: Taking) -> Changes:
    closed = _close_request(taking)
    return {**closed, "handler_id": taking.who, "checker_id": None, "is_returned": False}


def _verify(taking: Taking) -> Changes:
    return {"checker_id": taking.who}


def _return(taking: Taking) -> Changes:
    del taking
    return {"checker_id": None, "is_returned": True}


def _sign_off(taking: Taking) -> Changes:
    return {
        "signer_id": taking.who,
        "signed_off_at": taking.now,
        "look_back_at": to_utc(taking.rules.look_back_at(taking.now)),
    }


def _reopen(taking: Taking) -> Changes:
    """Returns the columns that reopen a problem: no checker, no signer, and a new deadline."""
    return {
        "assigned_at": taking.now,
        "checker_id": None,
        "signer_id": None,
        "signed_off_at": None,
        "look_back_at": None,
        **_deadline(taking),
    }


def _press(taking: Taking) -> Changes:
    return {"pressed_at": taking.now}


_MADE: Final[Mapping[Action, Callable[[Taking], Changes]]] = MappingProxyType(
    {
        Action.ACCEPT: _accept,
        Action.ASSIGN: _assign,
        Action.ASK_EXTENSION: _ask_extension,
        Action.WITHDRAW_EXTENSION: _close_request,
        Action.EXTEND: _extend,
        Action.REFUSE_EXTENSION: _close_request,
        Action.HAND_BACK: _hand_back,
        Action.SUBMIT: _submit,
        Action.VERIFY: _verify,
        Action.RETURN: _return,
        Action.SIGN_OFF: _sign_off,
        Action.REOPEN: _reopen,
        Action.PRESS: _press,
    }
)
"""Steps that are missing here change the status only."""
