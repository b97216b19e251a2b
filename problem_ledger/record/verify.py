"""Whether the whole ledger stands as it was written: chains, rows, photos, numbers, heads."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from sqlalchemy import Connection, Engine, RowMapping, func, select, text

from data.chain import NOTHING_BEFORE, chain_hash
from data.tables.ledger import problem
from problem_ledger.record import store
from problem_ledger.record.chains import (
    Finding,
    Kept,
    Tip,
    check_chain,
    check_photos,
    check_row,
    check_tip,
    note,
)
from problem_ledger.record.events import Event
from problem_ledger.record.heads import Export, grown
from problem_ledger.record.keys import is_signed

AT_ONCE: Final = 500

_ROWS = select(
    problem,
    func.ST_X(problem.c.geom).label("lon"),
    func.ST_Y(problem.c.geom).label("lat"),
)
_EVENTS = text("""
SELECT problem_id, seq, at, action, from_status, to_status, account_id, body, prev_hash, hash
FROM problem_event WHERE problem_id = ANY(:ids) ORDER BY problem_id, seq
""")
_PHOTOS = text("""
SELECT problem_id, id, event_seq, sha256, sha256(original) AS found FROM photo
WHERE problem_id = ANY(:ids) ORDER BY id
""")
_ORPHANS = text("""
SELECT DISTINCT problem_id FROM problem_event WHERE NOT EXISTS
(SELECT 1 FROM problem WHERE problem.id = problem_id) ORDER BY problem_id
""")
_SERIALS = text("SELECT division_code, year, last FROM problem_serial ORDER BY 1, 2")
_HEADS = text(
    "SELECT id, at, body, prev_hash, hash, signature, key_id FROM ledger_head ORDER BY id"
)

Row = Mapping[str, Any]
Tips = Mapping[str, Sequence[tuple[Tip, str]]]
"""By number: each tip that a signed head tells, with when it was signed."""


@dataclass(slots=True)
class Proof:
    """What a verification has checked and found; without findings nothing was altered."""

    problem_count: int = 0
    event_count: int = 0
    photo_count: int = 0
    head_count: int = 0
    findings: list[Finding] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Verdict:
    """Whether a problem's chain of events is intact, and the number of the first event that isn't.

    ``broken_at`` is None also where the row alone was altered.
    """

    intact: bool
    broken_at: int | None = None


def verify_problem(connection: Connection, problem_id: int) -> Verdict:
    """Checks one problem's events and row for alterations. Raises NotFound."""
    row = store.find(connection, problem_id)
    events = store.events(connection, problem_id)
    findings = check_chain(row["number"], events) or check_row(row, events)
    if not findings:
        return Verdict(intact=True)
    seq = findings[0].facts.get("seq", findings[0].facts.get("first"))
    return Verdict(intact=False, broken_at=seq if isinstance(seq, int) else None)


def verify(
    engine: Engine,
    trusted: Mapping[str, Ed25519PublicKey],
    exported: Export | None = None,
) -> Proof:
    """Checks the whole ledger for alterations, as it is at one moment.

    ``trusted`` are the public keys by id: without any, the heads' signatures are not checked.
    ``exported`` is a head that was taken away earlier: what was changed since then under new
    hashes, or cut off, shows only by it.
    """
    proof = Proof()
    with engine.connect().execution_options(isolation_level="REPEATABLE READ") as connection:
        tips: defaultdict[str, list[tuple[Tip, str]]] = defaultdict(list)
        hashes = _check_heads(connection, trusted, tips, proof)
        if exported is not None:
            for number, tip in exported.tips.items():
                tips[number].append((tip, exported.at))
            if exported.head and exported.head not in hashes:
                proof.findings.append(
                    note("The head signed before {at} is gone from the database.", at=exported.at)
                )
        numbers = _check_problems(connection, tips, proof)
        proof.findings += _check_numbers(connection, numbers, tips)
        proof.findings += [
            note("The events of the removed problem with id {id} are still there.", id=each)
            for each in connection.execute(_ORPHANS).scalars()
        ]
    return proof


def _check_heads(
    connection: Connection,
    trusted: Mapping[str, Ed25519PublicKey],
    tips: defaultdict[str, list[tuple[Tip, str]]],
    proof: Proof,
) -> set[str]:
    """Checks all heads (signed lists of last events); returns hashes, adds events to ``tips``."""
    prev, hashes = NOTHING_BEFORE, set[str]()
    for row in connection.execute(_HEADS).mappings():
        at = row["at"].strftime("%Y-%m-%dT%H:%M:%SZ")
        if row["prev_hash"] != prev:
            proof.findings.append(
                note("Head {id} of {at} does not follow the one before it.", id=row["id"], at=at)
            )
        wrong, grown = _head_fault(row, trusted, at)
        proof.findings += [wrong] if wrong else []
        for number, tip in grown.items():
            tips[number].append((tip, at))
        prev = row["hash"]
        hashes.add(prev.hex())
        proof.head_count += 1
    return hashes


def _head_fault(
    row: RowMapping, trusted: Mapping[str, Ed25519PublicKey], at: str
) -> tuple[Finding | None, Mapping[str, Tip]]:
    """Returns a head's fault and no events, or None and the last event of each listed chain."""
    changed = note("Head {id} of {at} was changed after it was signed.", id=row["id"], at=at)
    if row["hash"] != chain_hash(row["prev_hash"], row["body"]):
        return changed, {}
    public = trusted.get(row["key_id"])
    if trusted and (public is None or not is_signed(public, row["signature"], row["hash"])):
        return note("Head {id} of {at} is not signed by a key of ours.", id=row["id"], at=at), {}
    try:
        return None, grown(row["body"])
    except ValueError:
        return changed, {}


def _check_problems(connection: Connection, tips: Tips, proof: Proof) -> set[str]:
    """Checks each problem's events, row and photos; returns the numbers of all problems."""
    numbers: set[str] = set()
    for rows in _pages(connection):
        ids = [row["id"] for row in rows]
        events: defaultdict[int, list[Event]] = defaultdict(list)
        for problem_id, *columns in connection.execute(_EVENTS, {"ids": ids}):
            events[problem_id].append(Event(*columns))
        photos: defaultdict[int, list[Kept]] = defaultdict(list)
        for problem_id, *columns in connection.execute(_PHOTOS, {"ids": ids}):
            photos[problem_id].append(Kept(*columns))
        for row in rows:
            number, chain = row["number"], events[row["id"]]
            numbers.add(number)
            proof.findings += _check_problem(row, chain, photos[row["id"]], tips.get(number, ()))
        proof.problem_count += len(rows)
        proof.event_count += sum(map(len, events.values()))
        proof.photo_count += sum(map(len, photos.values()))
    return numbers


def _pages(connection: Connection) -> Iterator[Sequence[Row]]:
    after = 0
    while True:
        query = _ROWS.where(problem.c.id > after).order_by(problem.c.id).limit(AT_ONCE)
        found = connection.execute(query).mappings()
        rows = [{str(name): value for name, value in row.items()} for row in found]
        if not rows:
            return
        yield rows
        after = rows[-1]["id"]


def _check_problem(
    row: Row,
    events: Sequence[Event],
    photos: Sequence[Kept],
    tips: Sequence[tuple[Tip, str]],
) -> list[Finding]:
    """Checks one problem's events, also against signed heads; if whole, its row and photos."""
    number = row["number"]
    found = check_chain(number, events)
    if not found:
        found = check_row(row, events)
        if row["last_seq"] <= len(events):
            found += check_photos(number, events, photos)
    signed = (check_tip(number, events, tip, at) for tip, at in tips)
    return found + [each for each in signed if each is not None]


def _check_numbers(connection: Connection, numbers: set[str], tips: Tips) -> list[Finding]:
    """Returns findings about numbers: problems that are gone, or numbers that were never drawn."""
    drawn = {
        f"{row.division_code}-{row.year}-{serial:05d}"
        for row in connection.execute(_SERIALS)
        for serial in range(1, row.last + 1)
    }
    found = [note("Problem {number} is gone.", number=each) for each in sorted(drawn - numbers)]
    found += [
        note("Problem {number} is gone; it is in the head signed at {at}.", number=each, at=at)
        for each in sorted(tips.keys() - numbers - drawn)
        for _tip, at in tips[each][:1]
    ]
    return found + [
        note("Problem {number} has a number that was never drawn.", number=each)
        for each in sorted(numbers - drawn)
    ]
