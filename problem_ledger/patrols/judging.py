"""Judges a patrol (有效性): each rule with its limit and what the track shows."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, cast

import shapely
from shapely.geometry import LineString
from sqlalchemy import Connection, text

from data.queries.patrols.readers import COUNTED
from data.words.ledger import PatrolRule
from data.words.patrols import Judgement
from gis.coverage import Reach
from gis.crs import CGCS2000, WEB_MERCATOR
from gis.ellipsoid import box_around
from gis.tracks import Track
from problem_ledger.patrols.rules import LEAST, PatrolRules
from problem_ledger.patrols.walkers import Walker

_NEAR: Final = text(f"""
SELECT id, chainage_from_m, chainage_to_m, ST_AsBinary(geom) AS line FROM reach
WHERE geom_web && ST_Transform(ST_GeomFromWKB(:box, {CGCS2000}), {WEB_MERCATOR})
ORDER BY id
""")
_LAST: Final = text(f"""
SELECT min(CASE WHEN ended_at <= :started THEN extract(epoch FROM :started - ended_at)
    WHEN started_at >= :ended THEN extract(epoch FROM started_at - :ended) ELSE 0 END) / 3600
FROM patrol WHERE {COUNTED} AND CASE WHEN CAST(:person AS bigint) IS NULL
    THEN person_id IS NULL AND account_id = :who ELSE person_id = :person END
""")
_CODES: Final = text("""
SELECT code FROM divisions_above(:id)
WHERE code IS NOT NULL ORDER BY up
""")


@dataclass(frozen=True, slots=True)
class Walked:
    """A reach and its stretches that a track covers, in chainages (metres) along its river."""

    reach_id: int
    walked_m: float
    share: float
    stretches: list[list[float]]


def walked_reaches(connection: Connection, track: Track, within_m: float) -> tuple[Walked, ...]:
    """Returns each reach that a track passed within ``within_m`` metres, and the stretches."""
    box = shapely.to_wkb(box_around(track.line, within_m))
    found = []
    for row in connection.execute(_NEAR, {"box": box}):
        reach = Reach(cast(LineString, shapely.from_wkb(bytes(row.line))))
        covered = reach.covered(track.parts, within_m)
        if covered.stretches:
            scale = (row.chainage_to_m - row.chainage_from_m) / reach.length_m
            stretches = [
                [round(row.chainage_from_m + each * scale, 1) for each in stretch]
                for stretch in covered.stretches
            ]
            found.append(Walked(row.id, covered.walked_m * scale, covered.share, stretches))
    return tuple(found)


def judge(
    connection: Connection,
    track: Track,
    walking: Walker,
    walked: Sequence[Walked],
    rules: PatrolRules,
) -> tuple[Judgement, ...]:
    """Returns a judgement for each rule that applies to the walker; one that counts passes all.

    The interval is that to the nearest counted patrol for the same chief, before or after; without
    one there is nothing to keep apart from. Coverage is the largest share of one of the chief's
    own reaches; a chief without reaches, of a lake, isn't asked for it.
    """
    measured = _measured(connection, track, walking, walked)
    codes = connection.execute(_CODES, {"id": walking.division_id}).scalars().all()
    return tuple(
        Judgement(
            limit.rule,
            limit.limit,
            value,
            value is None
            or (value >= limit.limit if limit.rule in LEAST else value <= limit.limit),
            limit.source,
            limit.verified,
        )
        for limit in rules.limits_for(walking.level, codes)
        if limit.rule in measured
        for value in (measured[limit.rule],)
    )


def read_judgements(kept: Sequence[Mapping[str, Any]]) -> tuple[Judgement, ...]:
    """Parses the judgements stored with a patrol."""
    return tuple(Judgement(**{**each, "rule": PatrolRule(each["rule"])}) for each in kept)


def _measured(
    connection: Connection, track: Track, walking: Walker, walked: Sequence[Walked]
) -> dict[PatrolRule, float | None]:
    bound = {
        "started": track.started_at,
        "ended": track.ended_at,
        "person": walking.person_id,
        "who": walking.account_id,
    }
    since = connection.execute(_LAST, bound).scalar_one()
    measured: dict[PatrolRule, float | None] = {
        PatrolRule.MINUTES: track.duration_s / 60,
        PatrolRule.METRES: track.length_m,
        PatrolRule.INTERVAL: None if since is None else float(since),
        PatrolRule.TOP_SPEED: track.top_speed_kmh,
        PatrolRule.GAPS: float(track.gap_count),
    }
    own = walking.reaches
    if own is None or own:
        shares = [each.share for each in walked if own is None or each.reach_id in own]
        measured[PatrolRule.COVERAGE] = max(shares, default=0.0)
    return {rule: None if value is None else round(value, 4) for rule, value in measured.items()}
