"""Whether one problem's chain is whole: every byte, every link, the row it leads to. Pure."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from data.chain import NOTHING_BEFORE, chain_hash, read
from problem_ledger.record.events import STORY, Event, contradictions, encoded_row, replay

Tip = tuple[int, bytes]
"""How many events a chain holds, and the hash of the last one."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One difference between stored and originally written data: a sentence and its facts."""

    message: str
    facts: Mapping[str, object] = field(default_factory=dict)

    def __str__(self) -> str:
        return self.message.format(**self.facts)


@dataclass(frozen=True, slots=True)
class Kept:
    """A stored photo: the hash and size its row claims, and those of its actual bytes."""

    id: int
    event_seq: int
    sha256: bytes
    found: bytes


def note(message: str, **facts: object) -> Finding:
    """Makes a Finding from a sentence and the facts to fill in."""
    return Finding(message, facts)


def check_chain(number: str, events: Sequence[Event]) -> list[Finding]:
    """Returns the faults of a problem's chain of events: missing, out of order or changed ones.

    Events missing at the end show only beside the row (``check_row``) or a head (``check_tip``).
    """
    if not events:
        return [note("Problem {number} has no events.", number=number)]
    found: list[Finding] = []
    expected, prev = 1, NOTHING_BEFORE
    for event in events:
        found += [
            note("Problem {number} lacks event {seq}.", number=number, seq=seq)
            for seq in range(expected, event.seq)
        ]
        follows = event.prev_hash == prev or event.seq > expected
        wrong = _fault(number, event, follows=follows)
        found += [wrong] if wrong else []
        expected, prev = event.seq + 1, event.hash
    return found


def check_row(row: Mapping[str, object], events: Sequence[Event]) -> list[Finding]:
    """Returns a finding for each column of a problem's row that the problem's events contradict.

    A single one when the last events are missing.
    """
    number, count = str(row["number"]), len(events)
    if isinstance(last := row["last_seq"], int) and last > count:
        return [
            note(
                "Problem {number} lacks events {first} to {last} at its end.",
                number=number,
                first=count + 1,
                last=last,
            )
        ]
    replayed, shown = replay(events), encoded_row(row)
    return [
        note(
            "Problem {number}: its row says {column} = {shown}, its events say {told}.",
            number=number,
            column=column,
            shown=shown[column],
            told=replayed.get(column),
        )
        for column in STORY
        if shown[column] != replayed.get(column)
    ]


def check_photos(number: str, events: Sequence[Event], photos: Iterable[Kept]) -> list[Finding]:
    """Returns the faults of photos named in a problem's events: gone, changed or added later."""
    missing = {(event.seq, sha) for event in events for sha in read(event.body)["photos"]}
    found = []
    for photo in photos:
        named = (photo.event_seq, photo.sha256.hex())
        if photo.found != photo.sha256 or named not in missing:
            found.append(
                note(
                    "Photo {id} of problem {number}, event {seq}, is not the one taken in.",
                    id=photo.id,
                    number=number,
                    seq=photo.event_seq,
                )
            )
        missing.discard(named)
    return found + [
        note(
            "A photo of problem {number}, event {seq}, is gone: {sha256}",
            number=number,
            seq=seq,
            sha256=sha256,
        )
        for seq, sha256 in sorted(missing)
    ]


def check_tip(number: str, events: Sequence[Event], tip: Tip, at: str) -> Finding | None:
    """Returns a finding if the event that a signed head lists is gone or another one, else None."""
    seq, hash_ = tip
    by_seq = {event.seq: event.hash for event in events}
    if seq not in by_seq:
        return note(
            "Problem {number} had {seq} events in the head signed at {at}; event {seq} is gone.",
            number=number,
            seq=seq,
            at=at,
        )
    if by_seq[seq] != hash_:
        return note(
            "Event {seq} of problem {number} is not the one in the head signed at {at}.",
            number=number,
            seq=seq,
            at=at,
        )
    return None


def _fault(number: str, event: Event, *, follows: bool) -> Finding | None:
    """Returns the first fault found in one event of a chain, None if there is none."""
    if event.hash != chain_hash(event.prev_hash, event.body):
        return note(
            "Event {seq} of problem {number} was changed after it was written.",
            number=number,
            seq=event.seq,
        )
    if not follows:
        return note(
            "Event {seq} of problem {number} does not follow the one before it.",
            number=number,
            seq=event.seq,
        )
    try:
        differing = contradictions(event, number)
        if not differing and not _tells_all(event):
            differing = ("body",)
    except ValueError:
        differing = ("body",)
    if differing:
        return note(
            "Event {seq} of problem {number}: its row and its bytes differ in {columns}.",
            number=number,
            seq=event.seq,
            columns=", ".join(differing),
        )
    return None


def _tells_all(event: Event) -> bool:
    """Returns whether the event's hashed body has all fields needed to retell the event."""
    said = read(event.body)
    photos = said.get("photos")
    return (
        isinstance(said.get("set"), dict)
        and isinstance(said.get("actor"), str)
        and isinstance(photos, list)
        and all(isinstance(each, str) for each in photos)
    )
