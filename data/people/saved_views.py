"""Saved views of the ledger: a name for the query string of an address, by account."""

from dataclasses import dataclass

from sqlalchemy import Connection, text

from data.errors import BadInput
from data.records import AccountId
from data.texts import fit_name

MOST_VIEWS = 20
MOST_LETTERS = 40
MOST_QUERY = 2000


@dataclass(frozen=True, slots=True)
class SavedView:
    """A saved view of a list: its name and the query string of the filter."""

    id: int
    name: str
    query: str


def saved_views(connection: Connection, account_id: AccountId) -> tuple[SavedView, ...]:
    """Returns the account's saved views in the order in which they were made."""
    rows = connection.execute(
        text("SELECT id, name, query FROM saved_view WHERE account_id = :who ORDER BY id"),
        {"who": account_id},
    )
    return tuple(SavedView(row.id, row.name, row.query) for row in rows)


def save_view(connection: Connection, account_id: AccountId, name: str, query: str) -> None:
    """Saves a query string under a name, replacing the view of that name. Raises BadInput."""
    name = fit_name(name)
    if not name:
        raise BadInput("Give the view a name.")
    if len(name) > MOST_LETTERS:
        raise BadInput("A view's name has at most {most} letters.", most=MOST_LETTERS)
    if len(query) > MOST_QUERY:
        raise BadInput("That is too much to be saved; choose fewer filters.")
    kept = {one.name for one in saved_views(connection, account_id)}
    if name not in kept and len(kept) >= MOST_VIEWS:
        raise BadInput("You have {most} views already; remove one first.", most=MOST_VIEWS)
    connection.execute(
        text(
            """
            INSERT INTO saved_view (account_id, name, query) VALUES (:who, :name, :query)
            ON CONFLICT (account_id, name) DO UPDATE SET query = excluded.query
            """
        ),
        {"who": account_id, "name": name, "query": query},
    )


def remove_view(connection: Connection, account_id: AccountId, view_id: int) -> None:
    """Deletes the saved view if it belongs to the account."""
    connection.execute(
        text("DELETE FROM saved_view WHERE id = :id AND account_id = :who"),
        {"id": view_id, "who": account_id},
    )
