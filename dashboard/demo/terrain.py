"""Draws the ground of the made basin: lines and areas by rule, in metres on a plane."""

import itertools
from dataclasses import dataclass

import numpy as np
from numpy.random import Generator
from shapely import LineString, Point, Polygon, voronoi_polygons
from shapely.geometry.base import BaseGeometry
from shapely.ops import polygonize, substring, unary_union

STEP_M = 80.0


@dataclass(frozen=True, slots=True)
class Course:
    """A stream to be drawn: start, heading, length, and how strongly it winds.

    ``heading`` in radians from east, ``swing`` the largest turn of a bend in radians,
    ``bend_m`` the length of a bend along the stream.
    """

    start: tuple[float, float]
    heading: float
    length_m: float
    swing: float
    bend_m: float


def meander(course: Course, rng: Generator) -> LineString:
    """Returns a winding line: a sine-generated curve whose bends and heading drift.

    Source: the sine-generated curve of Langbein and Leopold (1966).
    """
    steps = int(course.length_m / STEP_M)
    stretch = np.cumsum(1 + 0.35 * _drift(steps, 60, rng))
    bends = course.swing * np.sin(2 * np.pi * stretch * STEP_M / course.bend_m)
    heading = course.heading + bends + 0.45 * _drift(steps, 150, rng) + 0.17 * _drift(steps, 5, rng)
    east = course.start[0] + np.cumsum(np.cos(heading)) * STEP_M
    north = course.start[1] + np.cumsum(np.sin(heading)) * STEP_M
    return LineString(np.column_stack([east, north]))


def _drift(count: int, width: int, rng: Generator) -> np.ndarray:
    """Returns smooth noise of unit size: white noise averaged over ``width`` steps."""
    kernel = np.hanning(2 * width + 3)
    noise = np.convolve(rng.standard_normal(count + len(kernel)), kernel, mode="same")[:count]
    smooth: np.ndarray = noise / (noise.std() + 1e-9)
    return smooth


def tributary(main: LineString, at: float, course: Course, rng: Generator) -> LineString:
    """Returns a stream that winds away from a point of the main river, turned to flow into it.

    ``at`` is the share of the main river's length at the mouth. Tries until it crosses neither
    itself nor the river; raises RuntimeError after 200 times.
    """
    mouth = main.interpolate(at, normalized=True)
    for _attempt in range(200):
        away = meander(course_from(course, (mouth.x, mouth.y)), rng)
        line = LineString([(mouth.x, mouth.y), *away.coords[1:]])
        if line.is_simple and substring(line, 400, line.length).distance(main) > 350:
            return LineString(list(line.coords)[::-1])
    raise RuntimeError("no course for a tributary was found; change its heading")


def course_from(course: Course, start: tuple[float, float]) -> Course:
    """Returns the same course from another start."""
    return Course(start, course.heading, course.length_m, course.swing, course.bend_m)


def reservoir(
    line: LineString, start: float, end: float, width_m: float, rng: Generator
) -> Polygon:
    """Returns a reservoir: the stream between two shares of its length, widened towards the dam.

    The dam is at ``end``; there the water reaches about ``width_m`` to either side.
    """
    valley = substring(line, start, end, normalized=True)
    shares = np.linspace(0.05, 1, 40)
    swell = width_m * shares**1.4 * (1 + 0.45 * _drift(40, 2, rng)).clip(0.25, 2)
    discs = [
        valley.interpolate(s, normalized=True).buffer(w) for s, w in zip(shares, swell, strict=True)
    ]
    return largest(unary_union(discs).buffer(120).buffer(-120).simplify(12))


def pond(centre: tuple[float, float], radius_m: float, rng: Generator) -> Polygon:
    """Returns a lake with a crooked shore, longer than wide."""
    angle = np.linspace(0, 2 * np.pi, 180, endpoint=False)
    shore = np.ones_like(angle)
    for wave in range(2, 9):
        shore += rng.normal(0, 0.32 / wave) * np.cos(wave * angle + rng.uniform(0, 2 * np.pi))
    east = centre[0] + radius_m * 1.7 * shore * np.cos(angle)
    north = centre[1] + radius_m * shore * np.sin(angle)
    return largest(Polygon(np.column_stack([east, north])).buffer(0))


def rough(
    line: LineString, rng: Generator, share: float = 0.12, finest_m: float = 350
) -> LineString:
    """Returns the line made crooked, as a border along a ridge is.

    Edges longer than ``finest_m`` are halved, their middle moved aside by about ``share`` of the
    edge, until none is left.
    """
    points = [np.array(p) for p in line.coords]
    while max(np.linalg.norm(b - a) for a, b in itertools.pairwise(points)) > finest_m:
        finer = [points[0]]
        for a, b in itertools.pairwise(points):
            side = np.array([a[1] - b[1], b[0] - a[0]])
            if np.linalg.norm(b - a) > finest_m:
                finer.append((a + b) / 2 + side * float(np.clip(rng.normal(0, share), -0.25, 0.25)))
            finer.append(b)
        points = finer
    return LineString(points)


def townships(county: Polygon, seats: list[Point], rng: Generator) -> list[Polygon]:
    """Returns an area of the county for each seat, in their order: what lies nearest to the seat.

    Neighbouring areas share a crooked border.
    """
    cells = voronoi_polygons(unary_union(seats), extend_to=county.buffer(20_000))
    edges = unary_union([cell.exterior for cell in cells.geoms])
    borders = [rough(edge, rng) for edge in _edges(edges)]
    faces = list(polygonize(unary_union([*borders, county.exterior])))
    inside = [face for face in faces if county.contains(face.representative_point())]
    areas: list[list[Polygon]] = [[] for _ in seats]
    for face in inside:
        nearest = min(
            range(len(seats)), key=lambda i: seats[i].distance(face.representative_point())
        )
        holder = next((i for i, seat in enumerate(seats) if face.contains(seat)), nearest)
        areas[holder].append(face)
    return [largest(unary_union(faces)) for faces in areas]


def _edges(lines: BaseGeometry) -> list[LineString]:
    """Returns every straight edge of the lines, as a line of two points."""
    pieces = getattr(lines, "geoms", [lines])
    return [
        LineString(pair)
        for piece in pieces
        for pair in zip(list(piece.coords), list(piece.coords)[1:], strict=False)
    ]


def largest(shape: BaseGeometry) -> Polygon:
    """Returns the largest polygon of a shape, without its holes."""
    parts = getattr(shape, "geoms", [shape])
    return Polygon(max(parts, key=lambda part: part.area).exterior)
