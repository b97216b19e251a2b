"""Stores a month that is over station by station instead of hour by hour."""

from sqlalchemy import Engine

from data.archives.layout import Month
from data.clock import UtcDatetime
from data.errors import BadInput, NotFound


def order_month(owner: Engine, month: Month, now: UtcDatetime) -> None:
    """Rewrites the month's table with each station's readings adjacent, in order of time.

    As they arrive, the readings of one station lie a page apart each: a year of hours is 8,760
    pages, afterwards some 200. The month is locked while it is rewritten. Raises BadInput for a
    month that isn't over, NotFound for one without readings.
    """
    if month.span.end > now:
        raise BadInput("The month {month} is not over.", month=str(month))
    with owner.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        index = connection.exec_driver_sql(
            "SELECT indexrelid::regclass::text FROM pg_index WHERE indisprimary"
            f" AND indrelid = to_regclass('{month.partition}')"
        ).scalar_one_or_none()
        if index is None:
            raise NotFound("There are no readings of {month}.", month=str(month))
        connection.exec_driver_sql(f"CLUSTER {month.partition} USING {index}")
        connection.exec_driver_sql(f"VACUUM ANALYZE {month.partition}")
