"""Whether one problem's chain is whole: every byte, every link, the row it leads to. Pure."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from data.chain import NOTHING_BEFORE, chain_hash, read
from problem_ledger.record.events import STORY, Event, contradictions, encoded_row, replay

Tip = tuple[int, bytes]
"""How many events a chain holds, and the hash of the last one."""


@dataclass(frozen=True, slots=True)
class Finding:
    """What isn't as it was written: a sentence (worded at the top floor) and its facts."""

    message: str
    facts: Mapping[str, object] = field(default_factory=dict)

    def __str__(self) -> str:
        return self.message.format(**self.facts)


@dataclass(frozen=True, slots=True)
class Kept:
    """A photo as it lies in the database: what its row says it is, and what its bytes are."""

    id: int
    event_seq: int
    sha256: bytes
    found: bytes


def note(message: str, **facts: object) -> Finding:
    """Makes a finding of a sentence and its facts."""
    return Finding(message, facts)


def check_chain(number: str, events: Sequence[Event]) -> list[Finding]:
    """Finds what is wrong with a chain: events missing, out of their order or changed."""
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
    """Finds the columns in which a problem's row differs from what its whole chain tells."""
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
    told, shown = replay(events), encoded_row(row)
    return [
        note(
            "Problem {number}: its row says {column} = {shown}, its events say {told}.",
            number=number,
            column=column,
            shown=shown[column],
            told=told.get(column),
        )
        for column in STORY
        if shown[column] != told.get(column)
    ]


def check_photos(number: str, events: Sequence[Event], photos: Iterable[Kept]) -> list[Finding]:
    """Finds what is wrong with the photos a whole chain names: gone, changed, or slipped in."""
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
    """Finds what a head signed at ``at`` has that the chain lacks; None when it holds it still."""
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
    """The first thing wrong with one event."""
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
    """The bytes have all that a story is told from."""
    said = read(event.body)
    photos = said.get("photos")
    return (
        isinstance(said.get("set"), dict)
        and isinstance(said.get("actor"), str)
        and isinstance(photos, list)
        and all(isinstance(each, str) for each in photos)
    )
