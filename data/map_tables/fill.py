"""Makes the tables of the map anew."""

from sqlalchemy import Connection


def fill(connection: Connection) -> None:
    """Makes every table of the map anew from what is stored."""
