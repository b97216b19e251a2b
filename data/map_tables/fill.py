"""Makes the tables that the map is drawn from anew, after very many rows were written."""

from sqlalchemy import Connection, text


def in_bulk(connection: Connection) -> None:
    """Lets the map's tables stand still for the rest of the transaction; ``fill`` must end it."""
    connection.execute(text("SET LOCAL onemap.map_bulk = 'on'"))


def fill(connection: Connection) -> None:
    """Makes every row that the map is drawn from anew, in one pass; all tiles are dropped."""
    connection.execute(text("SET LOCAL jit = off"))
    connection.execute(text("SELECT map_fill()"))
