"""Records of patrols (巡河记录), as a list and one by one, with the names the reader may see."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

import orjson
from sqlalchemy import Connection, Row, text

from data.clock import Span, UtcDatetime, business_date
from data.errors import NotFound
from data.queries.patrols.coverage import ReachCoverage, coverage
from data.queries.patrols.month import ChiefMonth, Month, chiefs_of_month, month_named, month_of
from data.queries.patrols.readers import COUNTED, NAMED, READABLE, Reader, reader_of
from data.queries.rows import row_as, rows_as
from data.queries.scope import PROBLEM_VISIBLE
from data.records import AccountId
from data.vocabulary import ChiefLevel
from data.words.ledger import PatrolRule
from data.words.patrols import Judgement

__all__ = [
    "ChiefMonth",
    "Judgement",
    "Month",
    "PatrolDetail",
    "PatrolRow",
    "ReachCoverage",
    "ReachWalked",
    "Reader",
    "Remark",
    "chiefs_of_month",
    "coverage",
    "month_named",
    "month_of",
    "patrol_detail",
    "patrol_list",
    "reader_of",
]

MOST_ROWS: Final = 500


@dataclass(frozen=True, slots=True)
class PatrolRow:
    """A patrol (inspection walk along a river) as a list shows it.

    ``who`` is the walker's name where it may be shown, else their post or unit, empty where there
    is neither; ``chief`` is the chief it counts for. ``waters`` are names of rivers and
    ``waters_en`` their English ones, ``share`` that of the best covered reach.
    """

    id: int
    version: int
    person_id: int | None
    chief: str | None
    who: str
    is_own: bool
    level: ChiefLevel
    division: str | None
    started_at: UtcDatetime
    ended_at: UtcDatetime
    recorded_at: UtcDatetime
    duration_s: float
    moving_s: float
    length_m: float
    top_speed_kmh: float
    waters: tuple[str, ...]
    waters_en: tuple[str, ...]
    share: float
    is_valid: bool
    is_counted: bool
    judgements: tuple[Judgement, ...]
    problem_count: int

    @property
    def day(self) -> date:
        """The business day on which the patrol began."""
        return business_date(self.started_at)

    @property
    def mean_kmh(self) -> float:
        """The patrol's mean speed over its whole duration, km/h."""
        return self.length_m / self.duration_s * 3.6 if self.duration_s else 0.0

    @property
    def failed(self) -> frozenset[PatrolRule]:
        """The rules that the patrol failed, that of the interval too."""
        return frozenset(each.rule for each in self.judgements if not each.passed)

    @property
    def hours_since_valid(self) -> float | None:
        """Hours to the counted patrol nearest in time; None without one or without such a rule."""
        found = [each.measured for each in self.judgements if each.rule is PatrolRule.INTERVAL]
        return found[0] if found else None


@dataclass(frozen=True, slots=True)
class ReachWalked:
    """The part of a reach a patrol walked; ``stretches`` in metres along the river."""

    reach_id: int
    reach: str
    river: str
    river_en: str | None
    walked_m: float
    share: float
    stretches: tuple[tuple[float, float], ...]


@dataclass(frozen=True, slots=True)
class Remark:
    """An observation made on a patrol that isn't a problem, with its place in degrees if known."""

    at: UtcDatetime
    text: str
    lon: float | None
    lat: float | None


@dataclass(frozen=True, slots=True)
class PatrolDetail(PatrolRow):
    """One patrol with its track (GeoJSON), reaches, remarks and the reason it isn't valid.

    ``track`` is None from ``track_removed_at`` on, when its term was over.

    ``may_explain``: the reader walked it, or is the chief it counts for, and no reason was given
    yet. ``file_name`` is empty where the walker's name may not be shown: it often holds it.
    """

    file_name: str
    file_sha256: bytes
    point_count: int
    kept_count: int
    jump_count: int
    gap_count: int
    reason: str
    reason_at: UtcDatetime | None
    may_explain: bool
    track: Mapping[str, Any] | None
    track_removed_at: UtcDatetime | None
    reaches: tuple[ReachWalked, ...]
    remarks: tuple[Remark, ...]
    problem_ids: tuple[int, ...]


_ROW: Final = f"""patrol.id, patrol.version, patrol.person_id, chief.name AS chief,
    CASE WHEN {NAMED} THEN account.display_name
        ELSE coalesce(nullif(own.post, ''), seat.unit, '') END AS who,
    patrol.account_id = :who AS is_own, patrol.level, division.name AS division,
    started_at, ended_at, recorded_at, duration_s, moving_s, length_m, top_speed_kmh,
    is_valid, {COUNTED} AS is_counted, judgements,
    ARRAY(SELECT river.name FROM patrol_reach JOIN reach ON reach.id = patrol_reach.reach_id
        JOIN river ON river.id = reach.river_id WHERE patrol_reach.patrol_id = patrol.id
        GROUP BY river.id, river.name ORDER BY sum(walked_m) DESC) AS waters,
    ARRAY(SELECT coalesce(river.name_en, river.name) FROM patrol_reach
        JOIN reach ON reach.id = patrol_reach.reach_id JOIN river ON river.id = reach.river_id
        WHERE patrol_reach.patrol_id = patrol.id
        GROUP BY river.id, river.name ORDER BY sum(walked_m) DESC) AS waters_en,
    coalesce((SELECT max(share) FROM patrol_reach WHERE patrol_id = patrol.id), 0) AS share,
    (SELECT count(*) FROM problem WHERE problem.patrol_id = patrol.id
        AND {PROBLEM_VISIBLE}) AS problem_count"""
_FROM: Final = """FROM patrol JOIN account ON account.id = patrol.account_id
    LEFT JOIN person chief ON chief.id = patrol.person_id
    LEFT JOIN person own ON own.account_id = patrol.account_id
    LEFT JOIN division ON division.id = patrol.division_id
    LEFT JOIN LATERAL (SELECT unit.name AS unit FROM account_role
        JOIN unit ON unit.id = account_role.unit_id
        WHERE account_role.account_id = patrol.account_id
        ORDER BY account_role.id LIMIT 1) seat ON true"""
_LIST: Final = text(
    f"""
    SELECT {_ROW} {_FROM} WHERE {READABLE}
    AND (CAST(:person AS bigint) IS NULL OR patrol.person_id = :person)
    AND (CAST(:walker AS bigint) IS NULL OR patrol.account_id = :walker)
    AND (CAST(:reach AS bigint) IS NULL OR EXISTS (SELECT 1 FROM patrol_reach
    WHERE patrol_reach.patrol_id = patrol.id AND patrol_reach.reach_id = :reach))
    AND (CAST(:start AS timestamptz) IS NULL OR started_at >= :start)
    AND (CAST(:end AS timestamptz) IS NULL OR started_at < :end)
    ORDER BY started_at DESC, patrol.id DESC LIMIT :most OFFSET :skip
    """
)
_DETAIL: Final = text(
    f"""
    SELECT {_ROW}, CASE WHEN {NAMED} THEN file_name ELSE '' END AS file_name,
    file_sha256, point_count, kept_count, jump_count, gap_count,
    reason, reason_at, reason = '' AND (patrol.account_id = :who OR
    coalesce(chief.account_id = :who, false)) AS may_explain,
    ST_AsGeoJSON(patrol.geom, 6) AS track, track_removed_at,
    ARRAY(SELECT problem.id FROM problem WHERE problem.patrol_id = patrol.id
    AND {PROBLEM_VISIBLE} ORDER BY problem.id) AS problem_ids {_FROM}
    WHERE patrol.id = :id AND {READABLE}
    """
)
_REACHES: Final = text(
    """
    SELECT reach.id AS reach_id, reach.name AS reach, river.name AS river,
    river.name_en AS river_en, walked_m, share, stretches FROM patrol_reach
    JOIN reach ON reach.id = patrol_reach.reach_id JOIN river ON river.id = reach.river_id
    WHERE patrol_id = :id ORDER BY walked_m DESC
    """
)
_REMARKS: Final = text(
    """
    SELECT at, text, ST_X(geom) AS lon, ST_Y(geom) AS lat FROM patrol_remark
    WHERE patrol_id = :id ORDER BY at, id
    """
)


def patrol_list(
    connection: Connection,
    reader: Reader,
    *,
    span: Span | None = None,
    person_id: int | None = None,
    walker_id: AccountId | None = None,
    reach_id: int | None = None,
    start: int = 0,
    most: int = MOST_ROWS,
) -> list[PatrolRow]:
    """Returns the patrols that the reader may see and that began in the span, newest first.

    ``person_id`` keeps those of one chief, ``walker_id`` those an account walked, ``reach_id``
    those along one reach.
    """
    bound = {
        **reader.bound,
        "person": person_id,
        "walker": walker_id,
        "reach": reach_id,
        "start": span.start if span else None,
        "end": span.end if span else None,
        "skip": start,
        "most": most,
    }
    return [
        row_as(PatrolRow, row, judgements=_judgements(row))
        for row in connection.execute(_LIST, bound)
    ]


def patrol_detail(connection: Connection, reader: Reader, patrol_id: int) -> PatrolDetail:
    """Returns one patrol in full. Raises NotFound if none or the reader may not see it."""
    found = connection.execute(_DETAIL, {**reader.bound, "id": patrol_id}).one_or_none()
    if found is None:
        raise NotFound("There is no such patrol.")
    bound = {"id": patrol_id}
    return row_as(
        PatrolDetail,
        found,
        judgements=_judgements(found),
        track=orjson.loads(found.track) if found.track else None,
        reaches=tuple(rows_as(ReachWalked, connection.execute(_REACHES, bound))),
        remarks=tuple(rows_as(Remark, connection.execute(_REMARKS, bound))),
    )


def _judgements(row: Row[Any]) -> tuple[Judgement, ...]:
    return tuple(Judgement(**{**each, "rule": PatrolRule(each["rule"])}) for each in row.judgements)
