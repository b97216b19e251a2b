"""Between the ledger's records and the documents of its API, word by word."""

from collections.abc import Sequence

from dashboard.ledger.documents import (
    AllowedOut,
    AttachedOut,
    ChoicesOut,
    DoneOut,
    EventOut,
    FlagOut,
    GroupOut,
    KindOut,
    PlaceIn,
    ProblemFacts,
    ProblemFile,
    ReportIn,
    SeverityOut,
    StepIn,
    UnitOut,
)
from dashboard.ledger.photos_api import photo_out
from dashboard.ledger.problem_reads import Seen
from dashboard.ledger.words import (
    category_word,
    group_word,
    severity_word,
    source_word,
    status_word,
)
from data.chain import NOTHING_BEFORE
from data.clock import to_utc
from data.queries.ledger.one_problem import ProblemDetail
from data.words.ledger import CATEGORIES, Action, Severity, Source, Status
from problem_ledger.cases.rules import Rules
from problem_ledger.record.commands import Command, Done, Place, Report


def place_of(given: PlaceIn) -> Place:
    """The place as the ledger takes it."""
    return Place(given.x, given.y, given.crs, given.accuracy_m)


def report_of(given: ReportIn, key: str) -> Report:
    """The report as the ledger takes it."""
    return Report(
        place=place_of(given.place),
        category=given.category,
        severity=given.severity,
        source=given.source,
        description=given.description,
        found_at=to_utc(given.found_at) if given.found_at else None,
        source_ref=given.source_ref,
        photo_ids=tuple(given.photo_ids),
        patrol_id=given.patrol_id,
        request_key=key,
    )


def command_of(action: Action, given: StepIn) -> Command:
    """The step as the ledger takes it."""
    return Command(
        action=action,
        version=given.version,
        text=given.text,
        severity=given.severity,
        category=given.category,
        unit_id=given.unit_id,
        requirement=given.requirement,
        due_on=given.due_on,
        place=place_of(given.place) if given.place else None,
        at=to_utc(given.at) if given.at else None,
        photo_ids=tuple(given.photo_ids),
    )


def done_out(done: Done) -> DoneOut:
    """What a step did."""
    return DoneOut(
        id=done.problem_id,
        number=done.number,
        version=done.version,
        status=done.status,
        hash=done.hash.hex(),
        is_new=done.is_new,
        url=f"/ledger/{done.problem_id}",
    )


def file_out(seen: Seen) -> ProblemFile:
    """The whole problem as a document."""
    detail = seen.detail
    more = ("source_crs", "source_x", "source_y", "accuracy_m", "chief", "look_back_at")
    return ProblemFile(
        **ProblemFacts.model_validate(detail.row).model_dump(),
        **{name: getattr(detail, name) for name in more},
        events=events_out(detail),
        photos=[
            AttachedOut(**photo_out(each).model_dump(), stage=each.stage, seq=each.seq)
            for each in detail.photos
            if each.stage is not None and each.seq is not None
        ],
        flags=[FlagOut.model_validate(each) for each in seen.flags],
        allowed=[
            AllowedOut(
                action=step.action,
                target=step.target,
                needs=list(step.needs),
                takes_photos=step.stage,
            )
            for step in seen.steps
        ],
        units=[UnitOut(id=unit_id, name=name) for unit_id, name in seen.units],
        is_intact=seen.verdict.intact,
        broken_at=seen.verdict.broken_at,
        as_of=seen.now,
    )


def events_out(detail: ProblemDetail) -> list[EventOut]:
    """The steps of the story, each chained to the one before."""
    hashes = [NOTHING_BEFORE, *(told.hash for told in detail.story)]
    return [
        EventOut(
            seq=told.seq,
            at=told.at,
            action=told.action,
            from_status=told.from_status,
            to_status=told.to_status,
            actor=told.actor,
            text=told.text,
            changed=dict(told.changed),
            given=dict(told.given),
            photo_ids=[photo.id for photo in detail.photos if photo.seq == told.seq],
            prev_hash=prev_hash.hex(),
            hash=told.hash.hex(),
        )
        for prev_hash, told in zip(hashes, detail.story, strict=False)
    ]


def choices_out(rules: Rules, units: Sequence[tuple[int, str]]) -> ChoicesOut:
    """What a report and a step choose from."""
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
