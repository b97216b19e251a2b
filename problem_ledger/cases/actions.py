"""Takes steps on a problem: locks and checks it, changes its row and appends an event."""

from sqlalchemy import Connection, Engine, text

from data.clock import Clock, UtcDatetime
from data.database import transaction
from data.errors import BadInput
from data.moments import AHEAD
from data.procedure.workflow import Need, Step, check
from data.queries.working_days import known_calendar
from data.records import AccountId
from data.texts import fit
from data.words.ledger import Action, Severity, Status
from problem_ledger.cases import places
from problem_ledger.cases.actors import SYSTEM_PARTICIPANT, Participant, event_of_step
from problem_ledger.cases.changes import Taking, changes_of
from problem_ledger.cases.conflicts import overtaken
from problem_ledger.cases.needs import check_needs
from problem_ledger.cases.permissions import participant_in, situation_of
from problem_ledger.cases.recipients import queue_notices
from problem_ledger.cases.rules import Rules
from problem_ledger.evidence.flags import doubts
from problem_ledger.record import store
from problem_ledger.record.attachments import lock_unattached_photos
from problem_ledger.record.commands import Command, Done
from problem_ledger.record.events import Row

EXPLAINED = frozenset({Action.VERIFY, Action.SIGN_OFF})
"""Steps that go by the photos: where a check of one looks doubtful, they need an explanation."""

_UNIT = text("""
SELECT name,
    division_id IS NULL OR division_id IN (SELECT id FROM divisions_above(:division)) AS covers
FROM unit WHERE id = :unit
""")


def act(
    engine: Engine,
    who: AccountId,
    problem_id: int,
    command: Command,
    clock: Clock,
    rules: Rules,
) -> Done:
    """Takes a step on a problem in a transaction of its own; returns the problem as it then is.

    Raises NotFound (nothing there, or nothing they may see), Conflict (somebody was first, or the
    status doesn't allow it), Forbidden (role, unit, level, same person), BadInput.
    """
    with transaction(engine) as connection:
        row = store.find(connection, problem_id, lock=True)
        now = max(clock(), UtcDatetime(row["last_at"]))
        participant = participant_in(connection, who, row, now)
        rules = rules.counted_by(known_calendar(connection))
        if command.version != row["version"]:
            raise overtaken(row, now)
        step = check(command.action, participant.actor, situation_of(connection, row), now, rules)
        check_needs(step, command)
        now = store.next_moment(row, clock)
        return _take(connection, Taking(row, command, who, now, rules), step, participant)


def archive(connection: Connection, problem_id: int, clock: Clock, rules: Rules) -> Done:
    """Archives a problem in the name of the system, in the caller's transaction.

    Raises NotFound, and Conflict unless it is signed off and its look-back period is over.
    """
    row = store.find(connection, problem_id, lock=True)
    now = store.next_moment(row, clock)
    actor = SYSTEM_PARTICIPANT.actor
    step = check(Action.ARCHIVE, actor, situation_of(connection, row), now, rules)
    command = Command(Action.ARCHIVE, row["version"])
    return _take(connection, Taking(row, command, None, now, rules), step, SYSTEM_PARTICIPANT)


def _take(connection: Connection, taking: Taking, step: Step, participant: Participant) -> Done:
    command, row = taking.command, taking.row
    photos = (
        lock_unattached_photos(connection, taking.who, command.photo_ids, taking.rules.most_photos)
        if taking.who is not None
        else ()
    )
    event = event_of_step(
        step,
        participant,
        taking.now,
        taking.rules,
        status=Status(row["status"]),
        severity=Severity(row["severity"]),
        text=fit(command.text),
        more=_more(connection, taking, step),
        photos=photos,
    )
    done = store.write_next(connection, row, changes_of(taking), event)
    asked = taking.rules.sign_off_level(Severity(row["severity"]))
    queue_notices(connection, done, step, taking.who, taking.now, asked)
    return done


def _more(connection: Connection, taking: Taking, step: Step) -> dict[str, object]:
    """Returns what a step's event records beside the columns the step sets in the problem's row."""
    unit_id = taking.command.unit_id
    more: dict[str, object] = {}
    if Need.PLACE in step.needs:
        more |= _site(connection, taking)
    if Need.UNIT in step.needs and unit_id is not None:
        more["unit"] = _unit_name(connection, taking.row, unit_id)
    if step.action in EXPLAINED:
        more |= _explained(connection, taking)
    return more


def _explained(connection: Connection, taking: Taking) -> dict[str, object]:
    """Returns the checks of photos that look doubtful and what is said about them; {} for none.

    Raises BadInput where one looks doubtful and nothing is said about it.
    """
    doubtful = doubts(connection, taking.row["id"])
    explanation = fit(taking.command.explanation)
    if doubtful and not explanation:
        raise BadInput(
            "Checks of the photos look doubtful: {count}. Say why the step is right all the same.",
            count=len(doubtful),
        )
    if not explanation:
        return {}
    checks = [{"stage": flag.stage.value, "check": flag.check.value} for flag in doubtful]
    return {"doubts": checks, "explanation": explanation}


def _unit_name(connection: Connection, row: Row, unit_id: int) -> str:
    """Returns the unit's name. Raises BadInput if none exists or covers the problem's place."""
    bound = {"unit": unit_id, "division": row["division_id"]}
    unit = connection.execute(_UNIT, bound).one_or_none()
    if unit is None:
        raise BadInput("There is no such unit.")
    if not unit.covers:
        raise BadInput("The problem lies outside the division of {unit}.", unit=unit.name)
    return str(unit.name)


def _site(connection: Connection, taking: Taking) -> dict[str, object]:
    """Returns time and place of an on-site check. Raises BadInput for a wrong time or place."""
    command, row = taking.command, taking.row
    if command.place is None:
        raise BadInput("Say where the check was made.")
    at = command.at or taking.now
    submitted_at = store.last_at(connection, row["id"], Action.SUBMIT)
    if at > taking.now + AHEAD or (submitted_at is not None and at < submitted_at - AHEAD):
        raise BadInput("The check is made after the unit submitted it, and not in the future.")
    return {"checked_at": at, "site": places.site(command.place, row["lon"], row["lat"])}
