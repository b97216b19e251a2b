"""Patrols along the nation's reaches, each judged by the rules that judge every patrol."""

import hashlib
import json
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from datetime import datetime, time, timedelta
from typing import Final

import numpy as np
import shapely
from shapely import LineString, MultiLineString
from sqlalchemy import Connection

from dashboard.demo.national.copying import copy_rows, count_on, first_free, written_shapes
from dashboard.demo.national.ground import Ground, Written
from dashboard.demo.national.offices import Offices
from dashboard.demo.national.rules import Plan
from dashboard.demo.walks import GPX, POINT
from data.clock import BUSINESS_ZONE, UtcDatetime, business_date, to_utc
from data.vocabulary import ChiefLevel
from data.words.ledger import PatrolRule
from data.words.patrols import Judgement, is_valid
from ingest.simulator.values import chance
from problem_ledger.patrols.rules import LEAST, PatrolRules, load_patrol_rules

DAYS: Final = 27
"""So many days back patrols were made: their tracks stay for four weeks at least."""

STEP_S: Final = 60.0
KMH: Final = (3.4, 5.2)
BESIDE_DEG: Final = 0.00015
LEVEL: Final = ChiefLevel.COUNTY


@dataclass(frozen=True, slots=True)
class Walk:
    """A patrol along a reach: its points in degrees, a minute apart."""

    number: int
    reach: int
    account: int
    division: int
    share: float
    length_m: float
    line: LineString
    started_at: UtcDatetime
    ended_at: UtcDatetime

    @property
    def content(self) -> bytes:
        """The track's file, GPX as a phone writes it."""
        points = "".join(
            POINT.format(lat=lat, lon=lon, time=self.started_at + timedelta(seconds=at * STEP_S))
            for at, (lon, lat) in enumerate(self.line.coords)
        )
        return GPX.format(name=f"nation-{self.number}", points=points).encode()


def write_patrols(
    connection: Connection, plan: Plan, ground: Ground, written: Written, offices: Offices,
    end: UtcDatetime,
) -> int:  # fmt: skip
    """Writes the patrols with the reaches they covered; returns how many."""
    rules = load_patrol_rules()
    first = first_free(connection, "patrol")
    walks = list(_walks(plan, ground, written, offices, end))
    shapes = written_shapes(MultiLineString([each.line]) for each in walks)
    copy_rows(
        connection,
        "patrol",
        _COLUMNS,
        (_row(first + at, each, shape, rules)
         for at, (each, shape) in enumerate(zip(walks, shapes, strict=True))),
    )  # fmt: skip
    waters = ground.waters
    copy_rows(
        connection,
        "patrol_reach",
        ("patrol_id", "reach_id", "walked_m", "share", "stretches"),
        ((first + at, written.reach + each.reach, each.length_m, each.share,
          json.dumps([[round(float(waters.from_m[each.reach]), 1),
                       round(float(waters.from_m[each.reach]) + each.length_m, 1)]]))
         for at, each in enumerate(walks)),
    )  # fmt: skip
    count_on(connection, "patrol")
    return len(walks)


def _walks(
    plan: Plan, ground: Ground, written: Written, offices: Offices, end: UtcDatetime
) -> Iterator[Walk]:
    waters = ground.waters
    fitting = np.flatnonzero([each in offices.persons for each in ground.county.tolist()])
    for number in range(plan.patrols):
        reach = int(fitting[int(chance("walked", number) * len(fitting))])
        county = int(ground.county[reach])
        share = 0.35 + 0.65 * chance("share", number)
        length_m = float(waters.to_m[reach] - waters.from_m[reach]) * share
        kmh = KMH[0] + (KMH[1] - KMH[0]) * chance("kmh", number)
        minutes = max(2, round(length_m / (kmh * 1000 / 60)))
        shares = np.linspace(0, share, minutes + 1)
        whole = LineString(waters.pieces[reach])
        places = shapely.get_coordinates(
            shapely.line_interpolate_point(whole, shares, normalized=True)
        )
        day = business_date(end) - timedelta(days=1 + int(DAYS * chance("day", number)))
        began = datetime.combine(day, time(8), BUSINESS_ZONE)
        began += timedelta(minutes=int(480 * chance("began", number)))
        post = offices.by_work["patroller", county]
        yield Walk(
            number, reach, offices.account + post, written.divisions[county], share, length_m,
            LineString((places + BESIDE_DEG).round(6)), to_utc(began),
            to_utc(began + timedelta(seconds=minutes * STEP_S)),
        )  # fmt: skip


def _judged(walk: Walk, rules: PatrolRules, speed_kmh: float) -> tuple[Judgement, ...]:
    """Returns a judgement for each rule that applies to a patroller of a county."""
    measured = {
        PatrolRule.MINUTES: (walk.ended_at - walk.started_at).total_seconds() / 60,
        PatrolRule.METRES: walk.length_m,
        PatrolRule.INTERVAL: None,
        PatrolRule.TOP_SPEED: speed_kmh,
        PatrolRule.GAPS: 0.0,
        PatrolRule.COVERAGE: walk.share,
    }
    return tuple(
        Judgement(
            limit.rule,
            limit.limit,
            None if value is None else round(value, 4),
            value is None
            or (value >= limit.limit if limit.rule in LEAST else value <= limit.limit),
            limit.source,
            limit.verified,
        )
        for limit in rules.limits_for(LEVEL, ())
        if limit.rule in measured
        for value in (measured[limit.rule],)
    )


_COLUMNS: Final = (
    "id", "account_id", "level", "division_id", "request_key", "file_name", "file_sha256",
    "file_bytes", "started_at", "ended_at", "recorded_at", "point_count", "kept_count",
    "jump_count", "gap_count", "duration_s", "moving_s", "length_m", "top_speed_kmh", "geom",
    "is_valid", "judgements",
)  # fmt: skip


def _row(id_: int, walk: Walk, shape: str, rules: PatrolRules) -> tuple[object, ...]:
    seconds = (walk.ended_at - walk.started_at).total_seconds()
    speed_kmh = round(walk.length_m / seconds * 3.6 * 1.15, 2)
    judged = _judged(walk, rules, speed_kmh)
    points = len(walk.line.coords)
    content = walk.content
    return (
        id_, walk.account, LEVEL.value, walk.division, f"nation-{walk.number}",
        f"nation-{walk.number}.gpx", hashlib.sha256(content).digest(), content, walk.started_at,
        walk.ended_at, to_utc(walk.ended_at + timedelta(minutes=8)), points, points, 0, 0, seconds,
        seconds, walk.length_m, speed_kmh, shape, is_valid(judged),
        json.dumps([asdict(each) for each in judged], ensure_ascii=False),
    )  # fmt: skip
