"""The short ways of ingest and the long ones that define what is true give the same answers."""

from datetime import UTC, date, datetime, timedelta

import orjson
import psycopg
from hypothesis import given, settings
from hypothesis import strategies as st

from data.clock import UtcDatetime
from data.quality.compliance import OutfallLimit
from data.records import LatestValue, RawReading, Reading, StationCode, StationId
from data.vocabulary import BodyKind, Flag, Parameter, Period, StationKind, WaterClass
from ingest.screening.assessment import Assessor
from ingest.screening.checks import (
    LONGEST_GAP,
    Checks,
    Thresholds,
    shipped_patterns,
    shipped_thresholds,
)
from ingest.screening.impossible import impossible_values
from ingest.stations import DatedLimit, StationFacts
from ingest.storage.latest import Latest, take_all, take_newer
from ingest.storage.reading_rows import COLUMNS, STAGING, stream
from tests.made.database import Database

NOON = UtcDatetime(datetime(2026, 5, 15, 4, tzinfo=UTC))
STATION = StationId(1)
MEASURED = [*list(Parameter)[:10], Parameter.FLOW, Parameter.CYANIDE]
TIMES = st.integers(-60 * 40, 60 * 40).map(lambda n: UtcDatetime(NOON + timedelta(minutes=n)))
NUMBERS = st.sampled_from([0.0, 0.02, 0.2, 0.5, 1.0, 2.0, 5.0, 6.0, 7.5, 9.0, 15.0, 40.0])
VALUES = st.dictionaries(st.sampled_from(MEASURED), NUMBERS | st.floats(-1e9, 1e9), max_size=9)
FLAGS = st.dictionaries(
    st.sampled_from(MEASURED), st.sampled_from([Flag.FAULT, Flag.STOPPED, Flag.JUMP]), max_size=2
)
LATEST = st.dictionaries(
    st.sampled_from(MEASURED),
    st.builds(LatestValue, NUMBERS, TIMES, st.sampled_from([*[Flag.NORMAL] * 9, Flag.FAULT])),
)
YOUNG = st.dictionaries(
    st.sampled_from(MEASURED), st.builds(LatestValue, NUMBERS, st.just(NOON)), min_size=8
)
STATIONS = st.builds(
    StationFacts,
    id=st.just(STATION),
    code=st.just(StationCode("S1")),
    kind=st.sampled_from([StationKind.SECTION, StationKind.OUTFALL]),
    body=st.sampled_from(BodyKind),
    interval=st.sampled_from([timedelta(minutes=5), timedelta(hours=12)]),
    started_at=st.none(),
    ended_at=st.none(),
    target=st.none() | st.sampled_from(list(WaterClass)[:5]),
    required=st.none() | st.lists(st.sampled_from(MEASURED), min_size=1, max_size=4).map(tuple),
    limits=st.lists(
        st.builds(
            DatedLimit,
            st.builds(OutfallLimit, st.sampled_from(MEASURED), st.none(), NUMBERS, st.just("b")),
            st.sampled_from([date(2020, 1, 1), date(2026, 5, 15)]),
            st.none() | st.just(date(2026, 5, 16)),
        ),
        max_size=3,
        unique_by=lambda each: each.limit.parameter,
    ).map(tuple),
)


@given(STATIONS, LATEST | YOUNG, TIMES)
def test_a_station_stands_as_evaluated_at_length(
    station: StationFacts, latest: Latest, now: UtcDatetime
) -> None:
    assessor = Assessor()
    if station.kind is StationKind.SECTION:
        told = assessor.assess(station, latest, now)
        assert told == assessor.evaluate_section(station, latest, now)


@given(STATIONS, TIMES, VALUES, FLAGS, LATEST)
def test_what_is_exceeded_is_what_the_grade_finds(
    station: StationFacts,
    at: UtcDatetime,
    values: dict[Parameter, float],
    flags: dict[Parameter, Flag],
    latest: Latest,
) -> None:
    assessor = Assessor()
    flags = {p: flag for p, flag in flags.items() if p in values}
    told = set(assessor.exceedances(station, at, values, flags, latest))
    if station.kind is StationKind.OUTFALL:
        assert told == set(assessor.judge_outfall(station, at, values, flags, latest))
    else:
        assert told == set(assessor.grade_section(station, at, values, flags))


class PlainChecks:
    """The checks as they are defined, one value after the other, with nothing worked out ahead."""

    def __init__(self) -> None:
        self.runs: dict[Parameter, list[tuple[UtcDatetime, float]]] = {}

    def flag(self, parameter: Parameter, value: float, at: UtcDatetime) -> Flag | None:
        held: Thresholds = shipped_thresholds()[parameter]
        if value in held.never:
            return Flag.IMPOSSIBLE
        if not held.low <= value <= held.high:
            return Flag.OUT_OF_RANGE
        run = self.runs.setdefault(parameter, [])
        if run and at <= run[-1][0]:
            return None
        before = run[-1] if run else None
        if before and (before[1] != value or at - before[0] > LONGEST_GAP):
            run.clear()
        run.append((at, value))
        if before and held.step is not None and at - before[0] <= LONGEST_GAP:
            hours = max(1.0, (at - before[0]) / timedelta(hours=1))
            if abs(value - before[1]) > held.step * hours:
                return Flag.JUMP
        is_long = held.flat_count is not None and len(run) >= held.flat_count
        return Flag.FLAT if is_long and at - run[0][0] >= held.flat_span else None


READINGS = st.lists(
    st.tuples(
        st.sampled_from([0, 1, 5, 60, 180, 180, 1440, 1441, -30]),
        st.dictionaries(
            st.sampled_from(MEASURED[:4]), st.sampled_from([7.0, 7.0, 7.1, 13, 99, 0.0, -9999.0])
        ),
    ),
    max_size=40,
)


@given(READINGS)
def test_checks_flag_what_their_definition_flags(
    readings: list[tuple[int, dict[Parameter, float]]],
) -> None:
    checks, plain, at = Checks(), PlainChecks(), NOON
    for minutes, values in readings:
        at = UtcDatetime(at + timedelta(minutes=minutes))
        raw = RawReading(StationCode("S1"), at, values, Period.INSTANT)
        dead = impossible_values(values, {}, shipped_patterns())
        expected = dict.fromkeys(dead, Flag.IMPOSSIBLE)
        for p, value in values.items():
            if p not in dead and (flag := plain.flag(p, value, at)):
                expected[p] = flag
        assert checks.check(STATION, raw) == expected


@given(LATEST, VALUES, FLAGS)
def test_newer_than_all_is_newer_than_each(
    latest: Latest, values: dict[Parameter, float], flags: dict[Parameter, Flag]
) -> None:
    at = UtcDatetime(NOON + timedelta(days=3))
    one_by_one, together = dict(latest), dict(latest)
    take_newer(one_by_one, at, values, flags)
    take_all(together, at, values, flags)
    assert together == one_by_one


SENT = st.lists(
    st.builds(
        RawReading,
        st.just(StationCode("S1")),
        TIMES,
        st.dictionaries(
            st.sampled_from(Parameter), st.floats(allow_nan=False, allow_infinity=False),
            min_size=1, max_size=8,
        ),
        st.sampled_from(Period),
        position=st.none() | st.tuples(st.floats(-180, 180), st.floats(-90, 90)),
        message_id=st.none() | st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=9),
    ),
    max_size=6,
)  # fmt: skip


def test_a_packed_row_is_read_as_it_was(database: Database) -> None:
    url = database.urls["owner"].replace("+psycopg", "")
    with psycopg.connect(url, options="-c TimeZone=UTC") as connection:

        @settings(max_examples=60, deadline=None)
        @given(SENT, FLAGS)
        def hold(sent: list[RawReading], flags: dict[Parameter, Flag]) -> None:
            readings = [Reading(StationId(n), raw, NOON, flags) for n, raw in enumerate(sent)]
            cursor = connection.cursor()
            cursor.execute(STAGING)
            with cursor.copy("COPY staged_reading FROM STDIN (FORMAT BINARY)") as copy:
                copy.write(stream(readings))
            cursor.execute("SELECT * FROM staged_reading ORDER BY station_id")
            found = cursor.fetchall()
            connection.commit()
            assert [row_of(each) for each in readings] == found

        hold()


def row_of(reading: Reading) -> tuple[object, ...]:
    """The row of ``staged_reading`` as the driver would give it back."""
    raw = reading.raw
    rare = {p.value: value for p, value in raw.values.items() if p not in COLUMNS}
    flags = {p.value: flag.value for p, flag in reading.flags.items()}
    return (
        reading.station_id,
        raw.observed_at,
        reading.received_at,
        *(raw.values.get(p) for p in COLUMNS),
        raw.period.value,
        raw.message_id,
        orjson.dumps(rare).decode() if rare else None,
        orjson.dumps(flags).decode() if flags else None,
        orjson.dumps({p.value: limit for p, limit in raw.below.items()}).decode()
        if raw.below
        else None,
        *(raw.position or (None, None)),
    )
