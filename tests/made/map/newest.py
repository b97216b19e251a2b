"""Newest states of stations as ingest would leave them, for tests of the map."""

from datetime import datetime, timedelta

from sqlalchemy import Engine, text

from data.clock import now


def tell_class(
    ingest: Engine,
    station: int,
    water_class: int | None,
    *,
    target: int = 3,
    at: datetime | None = None,
    state: str = "graded",
) -> None:
    """The section's newest class is that, and every listener is told."""
    _tell(
        ingest,
        station_id=station,
        at=at or now(),
        state=state,
        water_class=water_class,
        have=5 if state == "graded" else 3,
        meets=None if water_class is None else water_class <= target,
        compliance=None,
        multiple=None,
    )


def tell_compliance(
    ingest: Engine, station: int, compliance: str, *, multiple: float | None = None
) -> None:
    """The outfall's newest judgement is that, and every listener is told."""
    _tell(
        ingest,
        station_id=station,
        at=now(),
        state="none",
        water_class=None,
        have=0,
        meets=None,
        compliance=compliance,
        multiple=multiple,
    )


def _tell(ingest: Engine, **facts: object) -> None:
    at = facts["at"]
    assert isinstance(at, datetime)
    with ingest.begin() as connection:
        connection.execute(
            text(
                "INSERT INTO latest_reading AS latest (station_id, observed_at, received_at,"
                " latest, state, water_class, deciding, have_count, required_count, meets_target,"
                " compliance, multiple, fresh_until) VALUES (:station_id, :at, :at, '{}', :state,"
                " :water_class, '{nh3n}', :have, 5, :meets, :compliance, :multiple, :until)"
                " ON CONFLICT (station_id) DO UPDATE SET observed_at = excluded.observed_at,"
                " received_at = excluded.received_at, state = excluded.state,"
                " water_class = excluded.water_class, have_count = excluded.have_count,"
                " meets_target = excluded.meets_target, compliance = excluded.compliance,"
                " multiple = excluded.multiple, fresh_until = excluded.fresh_until,"
                " change_no = nextval('latest_reading_change_no')"
            ),
            {**facts, "until": at + timedelta(hours=24)},
        )
        connection.execute(text("NOTIFY onemap_reading"))
