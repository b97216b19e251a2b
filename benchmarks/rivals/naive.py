"""What is written first: paho calls back for each message, an ORM object is added and committed.

As good as the design lets it be: stations are looked up once, the engine keeps its connection, the
session expires nothing, one thread does it all. paho acknowledges when the callback returns.

    python -m benchmarks.rivals.naive
"""

import json
from datetime import UTC, datetime

import paho.mqtt.client as paho
from sqlalchemy import DateTime, create_engine, text
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column

from benchmarks.rivals.messages import COLUMNS, database_url, observed_at, plain_client


class Base(DeclarativeBase):
    """The mapped classes."""


class Reading(Base):
    """A row of the archive, with the columns that the messages fill."""

    __tablename__ = "reading"

    station_id: Mapped[int] = mapped_column(primary_key=True)
    observed_at: Mapped[datetime] = mapped_column(DateTime(timezone=True), primary_key=True)
    period: Mapped[str] = mapped_column(primary_key=True)
    received_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    water_temperature_c: Mapped[float | None]
    ph: Mapped[float | None]
    dissolved_oxygen_mgl: Mapped[float | None]
    permanganate_index_mgl: Mapped[float | None]
    ammonia_nitrogen_mgl: Mapped[float | None]
    total_phosphorus_mgl: Mapped[float | None]
    total_nitrogen_mgl: Mapped[float | None]
    conductivity_uscm: Mapped[float | None]
    turbidity_ntu: Mapped[float | None]


def main() -> None:
    session = Session(create_engine(database_url()), expire_on_commit=False)
    stations = {row.code: row.id for row in session.execute(text("SELECT id, code FROM station"))}
    session.commit()

    def store(_: object, __: object, message: paho.MQTTMessage) -> None:
        told = json.loads(message.payload)
        reading = Reading(
            station_id=stations[message.topic.split("/")[2]],
            observed_at=observed_at(told),
            period="instant",
            received_at=datetime.now(UTC),
            **{COLUMNS[key]: value for key, value in told["values"].items()},
        )
        session.add(reading)
        try:
            session.commit()
        except IntegrityError:
            session.rollback()
        session.expunge_all()

    client = plain_client("naive")
    client.on_message = store
    client.loop_forever()


if __name__ == "__main__":
    main()
