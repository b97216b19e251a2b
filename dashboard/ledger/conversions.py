"""Between the ledger's records and the documents of its API, word by word."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from dashboard.ledger.documents import (
    AllowedOut,
    ChoicesOut,
    DoneOut,
    EventOut,
    GroupOut,
    KindOut,
    PlaceIn,
    ProblemFacts,
    ProblemFile,
    ReportIn,
    SeverityOut,
    SimilarOut,
    StepIn,
    UnitOut,
)
from dashboard.ledger.problem_reads import Seen
from dashboard.ledger.similar import near_words
from dashboard.ledger.words import (
    category_word,
    group_word,
    severity_word,
    source_word,
    status_word,
)
from data.chain import NOTHING_BEFORE
from data.queries.ledger.one_problem import Near, ProblemDetail
from data.words.ledger import CATEGORIES, Action, Severity, Source, Status
from problem_ledger.cases.rules import Rules
from problem_ledger.record.commands import Command, Done, Place, Report

SHOWN_CHANGES: Final = frozenset(
    {
        "category",
        "severity",
        "source",
        "source_ref",
        "description",
        "division_id",
        "reach_id",
        "lake_id",
        "chainage_m",
        "offset_m",
        "bank",
        "accuracy_m",
        "source_crs",
        "source_x",
        "source_y",
        "lon",
        "lat",
        "station_id",
        "parameter",
        "unit_id",
        "requirement",
        "found_at",
        "registered_at",
        "assigned_at",
        "signed_off_at",
        "look_back_at",
        "due_at",
        "amber_at",
        "due_rule",
        "due_days",
        "is_provisional",
        "extension_count",
        "asked_due_on",
        "pressed_at",
        "is_returned",
    }
)
"""Columns of a problem that its events are shown to have set.

The chain's bytes hold more: who reported, handled, checked and signed by account, the person and
the patrol, the request's key and hash. Readers of a problem know people by their posts; a stable
number in place of a name would undo that.
"""

SHOWN_BESIDE: Final = frozenset({"unit", "checked_at", "site", "role", "level"})
"""What an event is shown to hold beside: where and when was checked, and under which duty."""


def place_of(place: PlaceIn) -> Place:
    """Converts a place from a request into the ledger's record of a place."""
    return Place(**dict(place))


def report_of(report: ReportIn, key: str) -> Report:
    """Converts a report from a request, with its idempotency key, into the ledger's record."""
    return Report(**{**dict(report), "place": place_of(report.place)}, request_key=key)


def command_of(action: Action, step: StepIn) -> Command:
    """Converts a step from a request into the ledger's command for that action."""
    place = place_of(step.place) if step.place else None
    return Command(action, **{**dict(step), "place": place})


def done_out(done: Done, similar: Sequence[Near] = ()) -> DoneOut:
    """Returns the API's answer to a report or a step: the problem's state afterwards."""
    return DoneOut.of(
        done,
        id=done.problem_id,
        url=f"/ledger/{done.problem_id}",
        similar=[similar_out(each) for each in similar],
    )


def similar_out(near: Near) -> SimilarOut:
    """Returns an open problem that may be the same as an API document."""
    return SimilarOut.of(near, words=near_words(near), url=f"/ledger/{near.id}")


def file_out(seen: Seen) -> ProblemFile:
    """Returns a whole problem as an API document, as far as the reader may see the problem."""
    detail = seen.detail
    return ProblemFile.of(
        detail,
        **dict(ProblemFacts.of(detail.row)),
        events=events_out(detail),
        photos=[each for each in detail.photos if each.stage is not None and each.seq is not None],
        flags=seen.flags,
        allowed=[AllowedOut.of(step, takes_photos=step.stage) for step in seen.steps],
        units=[UnitOut(id=unit_id, name=name) for unit_id, name in seen.units],
        is_intact=seen.verdict.intact,
        broken_at=seen.verdict.broken_at,
        as_of=seen.now,
    )


def events_out(detail: ProblemDetail) -> list[EventOut]:
    """Returns the problem's steps as API documents, each with the hash of the step before."""
    hashes = [NOTHING_BEFORE, *(event.hash for event in detail.story)]
    return [
        EventOut.of(
            event,
            changed=only(event.changed, SHOWN_CHANGES),
            given=only(event.extra, SHOWN_BESIDE),
            photo_ids=[photo.id for photo in detail.photos if photo.seq == event.seq],
            prev_hash=prev_hash,
        )
        for prev_hash, event in zip(hashes, detail.story, strict=False)
    ]


def only(held: Mapping[str, Any], shown: frozenset[str]) -> dict[str, Any]:
    """Returns what an event holds under the names that may be shown."""
    return {name: value for name, value in held.items() if name in shown}


def choices_out(rules: Rules, units: Sequence[tuple[int, str]]) -> ChoicesOut:
    """Returns the choices of a report and of a step as a document in the reader's language."""
    return ChoicesOut(
        groups=[
            GroupOut(
                key=group.value,
                word=group_word(group),
                categories=[KindOut(key=key, word=category_word(key)) for key in keys],
            )
            for group, keys in CATEGORIES.items()
        ],
        severities=[
            SeverityOut(
                key=each.value,
                word=severity_word(each),
                working_days=rules.deadlines[each].days,
                days_source=rules.deadlines[each].source,
                sign_off_level=rules.sign_off_level(each),
            )
            for each in Severity
        ],
        sources=[KindOut(key=each.value, word=source_word(each)) for each in Source],
        statuses=[KindOut(key=each.value, word=status_word(each)) for each in Status],
        units=[UnitOut(id=unit_id, name=name) for unit_id, name in units],
        most_photos=rules.most_photos,
    )
