"""The access log: who signed in, who was refused what. Rows are only ever added."""

from collections.abc import Mapping
from enum import StrEnum

import orjson
from sqlalchemy import Connection, text

from data.records import AccountId


class Logged(StrEnum):
    """The kinds of action the access log records."""

    SIGN_IN = "sign_in"
    SIGN_OUT = "sign_out"
    REFUSE = "refuse"
    PASSWORD = "password"  # noqa: S105 - the name of an action
    ACCOUNT = "account"
    STATION = "station"
    EXPORT = "export"


INSERT = text(
    """
    INSERT INTO access_log (account_id, action, object, outcome, detail)
    VALUES (:account_id, :action, :object, :outcome, CAST(:detail AS jsonb))
    """
)


def log(
    connection: Connection,
    action: Logged,
    *,
    account_id: AccountId | None,
    about: str = "",
    refused: bool = False,
    detail: Mapping[str, object] | None = None,
) -> None:
    """Adds a row to the access log."""
    connection.execute(
        INSERT,
        {
            "account_id": account_id,
            "action": action.value,
            "object": about[:500],
            "outcome": "refused" if refused else "done",
            "detail": orjson.dumps(detail).decode() if detail else None,
        },
    )
