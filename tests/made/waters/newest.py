"""A station's newest values and state as ingest would leave them, for tests of files and lists."""

from datetime import datetime, timedelta

import orjson
from sqlalchemy import Engine, text

from data.clock import now
from data.vocabulary import Compliance, EvaluationState, Parameter

CLEAN = {
    Parameter.PH: 7.4,
    Parameter.DISSOLVED_OXYGEN: 8.1,
    Parameter.PERMANGANATE_INDEX: 3.2,
    Parameter.AMMONIA_NITROGEN: 0.31,
    Parameter.TOTAL_PHOSPHORUS: 0.08,
}
"""Class Ⅱ of a river."""


def tell_values(
    ingest: Engine,
    station: int,
    values: dict[Parameter, float],
    *,
    state: EvaluationState = EvaluationState.GRADED,
    water_class: int | None = None,
    target: int = 3,
    multiple: float | None = None,
    compliance: Compliance | None = None,
    at: datetime | None = None,
) -> None:
    """The station's newest values and what they came to."""
    at = at or now()
    latest = {key.value: {"v": v, "t": at.isoformat(), "f": "N"} for key, v in values.items()}
    with ingest.begin() as connection:
        connection.execute(
            text(
                "INSERT INTO latest_reading (station_id, observed_at, received_at, latest, state,"
                " water_class, have_count, required_count, meets_target, compliance, multiple,"
                " fresh_until) VALUES (:id, :at, :at, CAST(:latest AS json), :state, :class,"
                " :have, 5, :meets, :compliance, :multiple, :until)"
            ),
            {
                "id": station,
                "at": at,
                "latest": orjson.dumps(latest).decode(),
                "state": state.value,
                "class": water_class,
                "have": len(values),
                "meets": None if water_class is None else water_class <= target,
                "compliance": compliance.value if compliance else None,
                "multiple": multiple,
                "until": at + timedelta(hours=24),
            },
        )


def tell_small_basin(ingest: Engine, up: int, down: int, outfall: int) -> None:
    """The upper section is clean, the lower one Ⅳ by ammonia, the outfall beyond its limit."""
    tell_values(ingest, up, CLEAN, water_class=2)
    dirty = {**CLEAN, Parameter.AMMONIA_NITROGEN: 1.3}
    tell_values(ingest, down, dirty, water_class=4, multiple=0.3)
    tell_values(
        ingest, outfall, {Parameter.COD: 75.0}, compliance=Compliance.EXCEEDING, multiple=0.5
    )
