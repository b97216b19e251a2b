"""Makes tracks of patrols along a reach, as a phone writes them in GPX."""

from dataclasses import dataclass
from datetime import timedelta
from math import cos, radians

from shapely.geometry.base import BaseGeometry
from shapely.ops import substring

from dashboard.demo.office import DEGREE_M, Course, Spot
from data.clock import UtcDatetime, to_utc
from ingest.simulator.values import chance

STEP_S = 20.0
"""Between two points of a track, in seconds."""
BESIDE_M = 14.0
WANDER_M = 4.0
FAR_M = 6_000.0
GPX = (
    '<?xml version="1.0" encoding="UTF-8"?>\n'
    '<gpx version="1.1" creator="OneMap demo" xmlns="http://www.topografix.com/GPX/1/1">'
    "<trk><name>{name}</name><trkseg>{points}</trkseg></trk></gpx>\n"
)
POINT = '<trkpt lat="{lat:.6f}" lon="{lon:.6f}"><time>{time:%Y-%m-%dT%H:%M:%SZ}</time></trkpt>'


@dataclass(frozen=True, slots=True)
class Walk:
    """A walk from one chainage of a reach to another, in metres from the reach's beginning.

    ``kmh`` the speed; ``gap_s`` for so long in the middle nothing was written; ``jump_count`` how
    many points lie impossibly far away.
    """

    course: Course
    from_m: float
    to_m: float
    started_at: UtcDatetime
    kmh: float = 4.2
    gap_s: float = 0.0
    jump_count: int = 0
    name: str = ""

    @property
    def duration(self) -> timedelta:
        """How long the walk takes."""
        return timedelta(seconds=abs(self.to_m - self.from_m) / (self.kmh / 3.6))

    @property
    def ended_at(self) -> UtcDatetime:
        """The time at which the walk ends."""
        return to_utc(self.started_at + self.duration)


def track_file(walk: Walk) -> bytes:
    """Returns the walk as GPX: a point about every twenty seconds, some metres off the water."""
    first, last = (metres / walk.course.length_m for metres in (walk.from_m, walk.to_m))
    line = substring(walk.course.line, first, last, normalized=True)
    total_s = walk.duration.total_seconds()
    count = max(2, int(total_s / STEP_S) + 1)
    far = {int(count * (n + 1) / (walk.jump_count + 1)) for n in range(walk.jump_count)}
    silent = ((total_s - walk.gap_s) / 2, (total_s + walk.gap_s) / 2)
    points = []
    for number in range(count):
        after_s = total_s * number / (count - 1)
        if silent[0] < after_s < silent[1]:
            continue
        spot = _spot(walk, line, number / (count - 1), number)
        if number in far:
            spot = spot.moved(FAR_M, 360 * chance("far", walk.name, number))
        at = walk.started_at + timedelta(seconds=round(after_s))
        points.append(POINT.format(lat=spot.lat, lon=spot.lon, time=at))
    return GPX.format(name=walk.name, points="".join(points)).encode()


def _spot(walk: Walk, line: BaseGeometry, share: float, number: int) -> Spot:
    """Returns a point of the walk: beside the water, displaced as a phone's GPS would be."""
    on = line.interpolate(share, normalized=True)
    east = BESIDE_M + WANDER_M * (chance("east", walk.name, number // 9) - 0.5)
    north = BESIDE_M / 2 + WANDER_M * (chance("north", walk.name, number // 7) - 0.5)
    return Spot(
        round(on.x + east / (DEGREE_M * cos(radians(on.y))), 6), round(on.y + north / DEGREE_M, 6)
    )
