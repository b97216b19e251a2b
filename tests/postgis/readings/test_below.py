"""A result below its detection limit, from the message to everything that shows it."""

import csv
from datetime import timedelta
from io import StringIO

import pytest

from dashboard.map.drawer_section import tiles
from dashboard.map.values_table import section_table
from dashboard.parts.charts import Course, course_figure, spoken
from dashboard.waters.readings_api import series_out, station_out
from dashboard.waters.series_file import csv_text
from data.clock import Span, UtcDatetime
from data.people.reviews import NewReview, ValueKey, record
from data.queries.readings.course import series
from data.queries.scope import EVERYTHING
from data.queries.stations.facts import station_facts
from data.queries.stations.section import section_facts
from data.settings import QualitySettings
from data.vocabulary import Parameter, Period
from data.words.review import Verdict
from tests.made.basin import build_small_basin
from tests.made.database import Database
from tests.made.readings.courses import CLEAN, take_in
from tests.made.readings.messages import NOON, message
from tests.made.review.values import reviewer

NH3N = Parameter.AMMONIA_NITROGEN
STEP = timedelta(hours=4)
DAY = Span(UtcDatetime(NOON - timedelta(days=1)), UtcDatetime(NOON + timedelta(seconds=1)))


@pytest.fixture
def station(database: Database) -> int:
    """A section whose ammonia was 0.3 and then twice below a limit."""
    with database.owner.begin() as connection:
        basin = build_small_basin(connection)
    sent: list[object] = [0.3, "<0.025", "ND"]
    moments = [UtcDatetime(NOON - (2 - n) * STEP) for n in range(3)]
    batch = [
        message("QH-01", at, {**CLEAN, "nh3n": value})
        for at, value in zip(moments, sent, strict=True)
    ]
    take_in(database.ingest, batch, NOON)
    return int(basin.section_up)


def test_the_drawer_shows_the_limit(database: Database, station: int) -> None:
    with database.app.connect() as connection:
        facts = station_facts(connection, EVERYTHING, station)
        section = section_facts(facts, NOON, QualitySettings())
    assert section.shown_class == 2, "half the limit is graded"
    assert "<0.025" in str(section_table(section, NOON))
    assert "<0.025" in str(tiles(section))
    newest = station_out(facts).latest[NH3N]
    assert (newest.value, newest.below) == (0.0125, 0.025)
    assert station_out(facts).latest[Parameter.PH].below is None


def test_course_and_file_show_the_limit(database: Database, station: int) -> None:
    with database.app.connect() as connection:
        facts = station_facts(connection, EVERYTHING, station)
        found = series(connection, station, NH3N, DAY, STEP)
    assert found.value.tolist() == [0.3, 0.0125, 0.0125]
    assert [found.limit_at(at) for at in range(3)] == [None, 0.025, 0.025]
    assert found.mean is not None
    assert found.mean.value == pytest.approx((0.3 + 0.025) / 3)
    points = series_out(facts, NH3N, DAY, found).points
    assert [(each.value, each.below) for each in points] == [
        (0.3, None), (0.0125, 0.025), (0.0125, 0.025),
    ]  # fmt: skip
    text = csv_text(facts, NH3N, found, {}, named=False)
    rows = list(csv.reader(StringIO(text.removeprefix("\ufeff"))))
    assert [row[3:5] for row in rows[1:]] == [
        ["0.3", ""], ["0.0125", "<0.025"], ["0.0125", "<0.025"],
    ]  # fmt: skip
    course = Course(NH3N, DAY, found, None, None, None, "")
    assert str(course_figure(course)).count("<0.025") == 2
    assert "<0.025" in spoken(course)


def test_a_correction_is_below_no_limit(database: Database, station: int) -> None:
    with database.app.begin() as connection:
        key = ValueKey(station, NOON, Period.INSTANT, NH3N)
        office = reviewer(database)
        record(
            connection, office, [NewReview(key, Verdict.CORRECT, "typed wrong", 0.4)], lambda: NOON
        )
        found = series(connection, station, NH3N, DAY, STEP)
    assert found.value.tolist() == [0.3, 0.0125, 0.4]
    course = Course(NH3N, DAY, found, None, None, None, "")
    figure = str(course_figure(course))
    assert figure.count("<0.025") == 2, "once as a result, once as what was measured"
