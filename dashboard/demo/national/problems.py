"""Leads the nation's problems through their stories by the ledger's own rules: rows and chains."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any, Final

from dashboard.demo.national.offices import Offices
from dashboard.demo.national.rules import Numbers
from dashboard.demo.national.stories import Planned
from dashboard.demo.stories import Turn, phrase, times
from data.chain import canonical, chain_hash
from data.clock import UtcDatetime, business_date, to_utc
from data.procedure.turns import HANDLING
from data.procedure.workflow import Situation, Step, check
from data.records import AccountId
from data.words.ledger import Action, Severity, Source, Status
from ingest.simulator.values import chance
from problem_ledger.cases.actors import SYSTEM_PARTICIPANT, Participant, event_of_step
from problem_ledger.cases.changes import Taking, changes_of
from problem_ledger.cases.extensions import reach_of
from problem_ledger.cases.places import site
from problem_ledger.cases.rules import Rules
from problem_ledger.record.commands import Command, Place
from problem_ledger.record.events import UNSET, Event, Link, first_link, next_link

SOURCES: Final = (Source.PATROL, Source.PATROL, Source.INSPECTION, Source.HOTLINE)
ARCHIVED_AFTER: Final = timedelta(hours=2)
"""So long after the look-back the system archives a problem."""


@dataclass(frozen=True, slots=True)
class Spot:
    """Where a problem lies: ids of its waters and divisions, and the place in degrees.

    ``county``, ``city`` and ``province`` are indices of the offices that answer there.
    """

    county: int
    city: int
    province: int
    division_id: int
    reach_id: int
    chainage_m: float
    lon: float
    lat: float
    bank: str
    offset_m: float


@dataclass(slots=True)
class Chain:
    """A problem's row as its events leave it, and the events."""

    row: dict[str, Any]
    events: list[Event]


@dataclass(frozen=True, slots=True)
class Desk:
    """Takes the steps of every story, in the name of the offices, up to ``end``."""

    offices: Offices
    rules: Rules
    end: UtcDatetime

    def chain(self, planned: Planned, spot: Spot, number: str) -> Chain:
        """Returns the problem under that number with all steps of its story taken."""
        chain = self._reported(planned, spot, number)
        key = ("nation", planned.number)
        turns = planned.turns
        for at, turn in zip(times(turns, planned.begun, self.end, *key), turns, strict=True):
            self._take(chain, planned, spot, turn, max(at, chain.row["last_at"]))
        look_back = chain.row["look_back_at"]
        if look_back is not None and look_back + ARCHIVED_AFTER < self.end:
            self._archive(chain, to_utc(look_back + ARCHIVED_AFTER))
        return chain

    def _reported(self, planned: Planned, spot: Spot, number: str) -> Chain:
        who = self.offices.who("patroller", spot.county)
        source = SOURCES[planned.number % len(SOURCES)]
        found = to_utc(planned.begun - timedelta(minutes=20))
        report = {
            "place": [spot.lon, spot.lat, "EPSG:4490", 8.0],
            "category": planned.case.category,
            "severity": planned.severity.value,
            "source": source.value,
            "source_ref": "",
            "description": planned.case.description,
            "found_at": found,
            "photo_ids": [],
            "patrol_id": None,
        }
        values = {
            "division_id": spot.division_id,
            "reach_id": spot.reach_id,
            "lake_id": None,
            "chainage_m": spot.chainage_m,
            "offset_m": spot.offset_m,
            "bank": spot.bank,
            "accuracy_m": 8.0,
            "source_crs": "EPSG:4490",
            "source_x": spot.lon,
            "source_y": spot.lat,
            "lon": spot.lon,
            "lat": spot.lat,
            "person_id": self.offices.persons[spot.county],
            **{name: report[name] for name in ("category", "severity", "source", "source_ref",
                                               "description", "patrol_id", "found_at")},
            "reporter_id": who.actor.account_id,
            "request_key": f"nation-{planned.number}",
            "request_sha256": chain_hash(b"", canonical(report)),
            "registered_at": planned.begun,
        }  # fmt: skip
        step = check(Action.REPORT, who.actor, None, planned.begun, self.rules)
        new = event_of_step(step, who, planned.begun, self.rules)
        row = dict.fromkeys(COLUMNS) | dict(UNSET)
        link = first_link(number, values, new)
        row.update(link.columns)
        return Chain(row, [link.event])

    def _take(
        self, chain: Chain, planned: Planned, spot: Spot, turn: Turn, at: UtcDatetime
    ) -> None:
        row = chain.row
        who = self._who(planned, spot, turn, row)
        situation = _situation(chain)
        step = check(turn.action, who.actor, situation, at, self.rules)
        said = phrase(turn.says, "nation", planned.number, turn.action)
        command = self._completed(
            Command(turn.action, row["version"], said), planned, spot, turn, at, row
        )
        taking = Taking(row, command, who.actor.account_id, at, self.rules)
        more: dict[str, object] = {}
        if turn.action is Action.VERIFY and command.place is not None:
            more = {"checked_at": to_utc(at - timedelta(minutes=25)),
                    "site": site(command.place, row["lon"], row["lat"])}  # fmt: skip
        if turn.action is Action.ASSIGN:
            post = self.offices.posts[self.offices.by_work["handler", spot.county]]
            more = {"unit": post.name}
        _append(chain, changes_of(taking), step, who, at, self.rules, said, more)

    def _archive(self, chain: Chain, at: UtcDatetime) -> None:
        who = SYSTEM_PARTICIPANT
        step = check(Action.ARCHIVE, who.actor, _situation(chain), at, self.rules)
        _append(chain, {}, step, who, at, self.rules, "", {})

    def _who(self, planned: Planned, spot: Spot, turn: Turn, row: dict[str, Any]) -> Participant:
        """Returns who takes the step: by the story, and by the severity who signs off."""
        if turn.by == "handler":
            return self.offices.who("handler", spot.county, in_unit=row["unit_id"] is not None)
        if turn.by == "checker":
            return self.offices.who("checker", spot.city)
        if turn.by in ("signer", "decider"):
            place = {Severity.MAJOR: spot.city, Severity.CRITICAL: spot.province}
            return self.offices.who("office", place.get(planned.severity, spot.county))
        return self.offices.who("office", spot.county)

    def _completed(
        self, command: Command, planned: Planned, spot: Spot, turn: Turn, at: UtcDatetime,
        row: dict[str, Any],
    ) -> Command:  # fmt: skip
        """Returns the command with what its action needs."""
        if turn.action is Action.ACCEPT:
            return replace(command, severity=planned.severity, category=planned.case.category)
        if turn.action is Action.ASSIGN:
            unit = self.offices.unit_of("handler", spot.county)
            return replace(command, unit_id=unit, requirement=planned.case.requirement)
        if turn.action is Action.VERIFY:
            return replace(command, place=Place(spot.lon, spot.lat, accuracy_m=6.0))
        if turn.action in (Action.ASK_EXTENSION, Action.EXTEND):
            reach = reach_of(row["due_at"], at, self.rules)
            day = row["asked_due_on"] or business_date(row["due_at"]) + turn.longer
            return replace(command, due_on=min(max(day, reach.first), reach.last))
        return command


COLUMNS: Final = (
    "number", "status", "category", "severity", "source", "source_ref", "description",
    "division_id", "reach_id", "lake_id", "chainage_m", "offset_m", "bank", "accuracy_m",
    "source_crs", "source_x", "source_y", "lon", "lat", "station_id", "parameter", "patrol_id",
    "person_id", "reporter_id", "request_key", "request_sha256", "unit_id", "requirement",
    "handler_id", "checker_id", "signer_id", "found_at", "registered_at", "assigned_at",
    "signed_off_at", "look_back_at", "due_at", "amber_at", "due_rule", "due_days",
    "is_provisional", "extension_count", "asked_due_on", "pressed_at", "is_returned", "version",
    "last_seq", "last_hash", "last_at", "last_action", "last_actor",
)  # fmt: skip


def spot_of(place: Numbers, ahead: Numbers, key: object) -> tuple[float, float, str, float]:
    """Returns longitude, latitude, bank and metres off a river's line, beside one of its vertices.

    ``ahead`` is the vertex after it.
    """
    is_left = chance("bank", key) < 0.5
    off_m = round(8 + 30 * chance("off", key), 1)
    east, north = ahead - place
    length = max(float((east**2 + north**2) ** 0.5), 1e-9)
    side = off_m / 111_000 * (1 if is_left else -1)
    lon, lat = place[0] - north / length * side, place[1] + east / length * side
    return round(float(lon), 6), round(float(lat), 6), "left" if is_left else "right", off_m


def _situation(chain: Chain) -> Situation:
    """Returns the facts of a problem by which a step is allowed, as the ledger reads them."""
    row = chain.row
    return Situation(
        status=Status(row["status"]),
        severity=Severity(row["severity"]),
        handler_ids=frozenset(
            AccountId(each.account_id)
            for each in chain.events
            if each.account_id is not None and each.action in HANDLING
        ),
        checker_id=row["checker_id"],
        assigned_at=row["assigned_at"],
        look_back_at=row["look_back_at"],
        extension_count=row["extension_count"],
        is_requested=row["asked_due_on"] is not None,
    )


def _append(
    chain: Chain, changes: dict[str, object], step: Step, who: Participant, at: UtcDatetime,
    rules: Rules, said: str, more: dict[str, object],
) -> None:  # fmt: skip
    row = chain.row
    new = event_of_step(
        step, who, at, rules, status=Status(row["status"]), severity=Severity(row["severity"]),
        text=said, more=more,
    )  # fmt: skip
    link: Link = next_link(row, changes, new)
    row.update(link.columns)
    chain.events.append(link.event)


def rows_of(chain: Chain, id_: int) -> Iterator[tuple[object, ...]]:
    """Yields the rows of ``problem_event`` of a chain."""
    for each in chain.events:
        yield (id_, each.seq, each.at, each.action, each.from_status, each.to_status,
               each.account_id, each.body, each.prev_hash, each.hash)  # fmt: skip
