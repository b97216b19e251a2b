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


def plain_text(words: str) -> str:
    """Returns the text with all that a text column can't hold, or a reader see, as an escape.

    A zero byte, half a surrogate pair, an end of line or another sign without a shape: whatever a
    stranger sent is kept, and nothing of it can pass for another row.
    """
    if words.isprintable():
        return words
    return "".join(
        sign if sign.isprintable() else sign.encode("unicode_escape").decode() for sign in words
    )


def _plain(value: object) -> object:
    """Returns the value with every text within it as plain text."""
    if isinstance(value, str):
        return plain_text(value)
    if isinstance(value, Mapping):
        return {plain_text(str(key)): _plain(each) for key, each in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(each) for each in value]
    return value


def log(
    connection: Connection,
    action: Logged,
    *,
    account_id: AccountId | None,
    about: str = "",
    refused: bool = False,
    detail: Mapping[str, object] | None = None,
) -> None:
    """Adds a row to the access log; signs that it can't hold are escaped."""
    connection.execute(
        INSERT,
        {
            "account_id": account_id,
            "action": action.value,
            "object": plain_text(about[:500])[:500],
            "outcome": "refused" if refused else "done",
            "detail": orjson.dumps(_plain(detail)).decode() if detail else None,
        },
    )
