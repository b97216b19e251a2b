"""Classes by the means of the month equal the means that the quality room computes."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import text

from data.clock import UtcDatetime, business_date
from data.quality.means import mean_of
from data.queries.scope import EVERYTHING
from data.queries.stations.month_classes import graded_by_month, month_means, month_shown
from data.queries.stations.standing import stations
from data.vocabulary import EvaluationState, Parameter
from tests.made.basin import build_small_basin
from tests.made.database import Database

NOW = UtcDatetime(datetime(2026, 5, 20, 4, tzinfo=UTC))
PH = (6.4, 7.1, 8.6, 7.9)
AMMONIA = (0.4, 1.6, 1.3, 0.9)


def test_the_month_is_that_of_beijing() -> None:
    assert business_date(month_shown(NOW).start).isoformat() == "2026-05-01"
    assert month_shown(NOW).end == NOW
    early = month_shown(UtcDatetime(datetime(2026, 5, 3, 15, 59, tzinfo=UTC)))
    assert business_date(early.start).isoformat() == "2026-04-01"
    assert early.end == datetime(2026, 4, 30, 16, tzinfo=UTC)
    fourth = month_shown(UtcDatetime(datetime(2026, 5, 3, 16, tzinfo=UTC)))
    assert business_date(fourth.start).isoformat() == "2026-05-01"


def test_sections_are_graded_by_their_means(database: Database) -> None:
    with database.owner.begin() as connection:
        basin = build_small_basin(connection)
        for number, (ph, ammonia) in enumerate(zip(PH, AMMONIA, strict=True)):
            at = NOW - timedelta(days=number + 1)
            connection.execute(text("SELECT ensure_reading_partition(:at)"), {"at": at})
            connection.execute(
                text(
                    "INSERT INTO reading (station_id, observed_at, received_at, ph,"
                    " dissolved_oxygen_mgl, permanganate_index_mgl, ammonia_nitrogen_mgl,"
                    " total_phosphorus_mgl, flags) VALUES (:station, :at, :at, :ph, 8, 3,"
                    " :ammonia, 0.05, CAST(:flags AS jsonb))"
                ),
                {
                    "station": basin.section_up,
                    "at": at,
                    "ph": ph,
                    "ammonia": ammonia,
                    "flags": '{"nh3n": "rate"}' if number == 1 else None,
                },
            )
    with database.app.connect() as connection:
        shown = stations(connection, EVERYTHING, now=NOW)
        month = month_shown(NOW)
        means = month_means(connection, [each.id for each in shown], month)
    values = means[basin.section_up].values
    assert means[basin.section_up].sample_count == 4
    assert values[Parameter.PH] == pytest.approx(mean_of(Parameter.PH, PH).value)
    normal = [value for value in AMMONIA if value != 1.6]
    told = mean_of(Parameter.AMMONIA_NITROGEN, normal).value
    assert values[Parameter.AMMONIA_NITROGEN] == pytest.approx(told)
    graded = {each.id: each for each in graded_by_month(shown, means, month)}
    assert graded[basin.section_up].shown_class == 3, "0.87 mg/L of ammonia nitrogen is Ⅲ"
    assert graded[basin.section_up].meets is True
    assert graded[basin.section_down].state is EvaluationState.NONE
    assert graded[basin.outfall].compliance is None
