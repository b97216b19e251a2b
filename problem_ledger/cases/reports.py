"""Registers problems (登记): those people report, once per request key, and the system's own."""

from collections.abc import Mapping

from sqlalchemy import Connection, Engine, text

from data.chain import canonical, chain_hash
from data.clock import Clock, UtcDatetime, business_date
from data.database import transaction
from data.errors import BadInput, Conflict
from data.procedure.turns import OPEN
from data.procedure.workflow import Step, check
from data.records import AccountId
from data.texts import fit
from data.words.ledger import Action, Source, Status
from problem_ledger.cases import places
from problem_ledger.cases.actors import SYSTEM_PARTICIPANT, event_of_step, participant_of
from problem_ledger.cases.needs import check_category, check_report
from problem_ledger.cases.recipients import queue_notices
from problem_ledger.cases.rules import Rules
from problem_ledger.record import store
from problem_ledger.record.attachments import lock_unattached_photos
from problem_ledger.record.commands import Done, Exceeded, Report, Silent
from problem_ledger.record.events import NewEvent


def report(engine: Engine, who: AccountId, finding: Report, clock: Clock, rules: Rules) -> Done:
    """Registers a reported problem; a repeated request returns the problem registered at first.

    Raises Forbidden (role, place), BadInput, Conflict (the key came with other content).
    """
    now = clock()
    finding = check_report(finding, now)
    with transaction(engine) as connection:
        content = _content_hash(finding)
        before = _reported_before(connection, who, finding.request_key, content)
        if before is not None:
            return before
        where = places.located(connection, finding.place, business_date(finding.found_at or now))
        reporter = participant_of(connection, who, _division(where), None)
        step = check(Action.REPORT, reporter.actor, None, now, rules)
        _check_patrol(connection, who, finding.patrol_id)
        values = {
            **where,
            "category": finding.category,
            "severity": finding.severity.value,
            "source": finding.source.value,
            "source_ref": finding.source_ref,
            "description": finding.description,
            "patrol_id": finding.patrol_id,
            "reporter_id": who,
            "request_key": finding.request_key,
            "request_sha256": content,
            "found_at": finding.found_at or now,
            "registered_at": now,
        }
        photos = lock_unattached_photos(connection, who, finding.photo_ids, rules.most_photos)
        event = event_of_step(step, reporter, now, rules, photos=photos)
        return _register(connection, values, step, event)


def report_exceedance(
    connection: Connection, finding: Exceeded, clock: Clock, rules: Rules
) -> Done | None:
    """Registers a problem of a station's parameter; returns None if one is already open.

    Raises NotFound for a station that isn't there.
    """
    now = clock()
    connection.execute(
        text("SELECT pg_advisory_xact_lock(hashtext('exceedance'), hashtext(:which))"),
        {"which": f"{finding.station_id}/{finding.parameter}"},
    )
    if _has_open(connection, finding):
        return None
    return _register_measured(connection, finding, now, rules)


def report_silence(connection: Connection, finding: Silent, clock: Clock, rules: Rules) -> Done:
    """Registers a problem of a silent station, without checking for an earlier open problem.

    Raises NotFound for a station that isn't there.
    """
    return _register_measured(connection, finding, clock(), rules)


def _register_measured(
    connection: Connection, finding: Exceeded | Silent, now: UtcDatetime, rules: Rules
) -> Done:
    """Registers a problem of a station on behalf of the system, not of an account."""
    check_category(finding.category)
    values = {
        **places.of_station(connection, finding.station_id, business_date(finding.found_at)),
        "category": finding.category,
        "severity": finding.severity.value,
        "source": Source.MONITORING.value,
        "source_ref": finding.source_ref if isinstance(finding, Exceeded) else "",
        "description": fit(finding.description),
        "station_id": finding.station_id,
        "parameter": finding.parameter if isinstance(finding, Exceeded) else None,
        "reporter_id": None,
        "found_at": finding.found_at,
        "registered_at": now,
    }
    step = check(Action.REPORT, SYSTEM_PARTICIPANT.actor, None, now, rules)
    return _register(connection, values, step, event_of_step(step, SYSTEM_PARTICIPANT, now, rules))


def _register(
    connection: Connection, values: Mapping[str, object], step: Step, new: NewEvent
) -> Done:
    """Numbers and inserts a problem and queues notices; draws the number last, to lock briefly."""
    year = business_date(new.at).year
    number = store.draw_number(connection, _division(values), year)
    done = store.write_new(connection, number, values, new)
    queue_notices(connection, done, step, new.account_id, new.at)
    return done


def _division(values: Mapping[str, object]) -> int | None:
    division_id = values["division_id"]
    return division_id if isinstance(division_id, int) else None


def _content_hash(finding: Report) -> bytes:
    """Returns a hash of the report, by which a repeated request key is seen to be the same."""
    place = finding.place
    return chain_hash(
        b"",
        canonical(
            {
                "place": [float(place.x), float(place.y), place.crs, place.accuracy_m],
                "category": finding.category,
                "severity": finding.severity.value,
                "source": finding.source.value,
                "source_ref": finding.source_ref,
                "description": finding.description,
                "found_at": finding.found_at,
                "photo_ids": list(finding.photo_ids),
                "patrol_id": finding.patrol_id,
            }
        ),
    )


def _reported_before(
    connection: Connection, who: AccountId, request_key: str | None, content: bytes
) -> Done | None:
    """Returns the problem first reported with that key, or None. Raises Conflict if it differs."""
    if request_key is None:
        return None
    connection.execute(
        text("SELECT pg_advisory_xact_lock(hashtext('report'), hashtext(:which))"),
        {"which": f"{who}/{request_key}"},
    )
    row = store.find_by_key(connection, who, request_key)
    if row is None:
        return None
    if bytes(row["request_sha256"]) != content:
        raise Conflict(
            "This report was already registered as problem {number}, with other content.",
            mend="Look at that problem; to report another, discard the draft.",
            number=row["number"],
        )
    return Done(
        row["id"],
        row["number"],
        row["version"],
        Status(row["status"]),
        bytes(row["last_hash"]),
        is_new=False,
    )


def _check_patrol(connection: Connection, who: AccountId, patrol_id: int | None) -> None:
    if patrol_id is None:
        return
    query = text("SELECT 1 FROM patrol WHERE id = :id AND account_id = :who")
    if connection.execute(query, {"id": patrol_id, "who": who}).first() is None:
        raise BadInput("There is no such patrol of yours.")


def _has_open(connection: Connection, finding: Exceeded) -> bool:
    query = text(
        f"SELECT 1 FROM problem WHERE station_id = :station AND parameter = :parameter AND {OPEN}"
    )
    bound = {"station": finding.station_id, "parameter": finding.parameter}
    return connection.execute(query, bound).first() is not None
