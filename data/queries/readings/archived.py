"""Which months of readings were moved out of the database."""

from datetime import date

from sqlalchemy import Connection, text

from data.clock import Span


def archived_months(connection: Connection, span: Span) -> tuple[date, ...]:
    """Returns the first days of the span's UTC months whose readings were moved to files."""
    return tuple(
        connection.execute(
            text(
                """
                SELECT month FROM detached_month WHERE month < (:end AT TIME ZONE 'UTC')
                AND month + interval '1 month' > (:start AT TIME ZONE 'UTC') ORDER BY month
                """
            ),
            {"start": span.start, "end": span.end},
        ).scalars()
    )
