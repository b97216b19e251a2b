"""Keeps what is wrong with one record to that record: its refusal, and nothing of it written."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Final

from sqlalchemy import Connection
from sqlalchemy.exc import DataError, DBAPIError, IntegrityError

from data.errors import BadInput, Conflict
from data.imports.outcome import NumberedRow, Outcome
from data.logs import first_line
from data.placing.shapes import refusing_geometry

_OF_THE_RECORD: Final = frozenset({"22", "23", "38", "39", "54", "P0", "XX"})
"""Classes of SQLSTATE that a record's own values cause. Source: PostgreSQL, appendix A."""


@contextmanager
def each_refused(
    connection: Connection,
    rows: Sequence[NumberedRow],
    outcome: Outcome,
    clash: BadInput | None = None,
) -> Iterator[Outcome]:
    """Yields an outcome for these rows in a savepoint; adds it to ``outcome`` if nothing is raised.

    An error about the rows, of GEOS or of PostgreSQL, refuses them all and undoes what they wrote;
    ``clash`` is said of a broken constraint. A lost connection or a lock is raised on.
    """
    done = Outcome(outcome.kind)
    try:
        with connection.begin_nested(), refusing_geometry():
            yield done
    except (BadInput, Conflict) as error:
        outcome.refuse_all(rows, error)
    except DBAPIError as error:
        if not is_of_the_record(error):
            raise
        outcome.refuse_all(
            rows, clash if clash and isinstance(error, IntegrityError) else _refusal(error)
        )
    else:
        outcome.add(done)


def is_of_the_record(error: DBAPIError) -> bool:
    """Returns whether a record's own values caused the error.

    What the driver itself refuses to send, such as a NUL, has no SQLSTATE.
    """
    state = str(getattr(error.orig, "sqlstate", "") or "")
    return state[:2] in _OF_THE_RECORD or (not state and isinstance(error, DataError))


def _refusal(error: DBAPIError) -> BadInput:
    reason = first_line(error.orig or error).rstrip(".")
    return BadInput(
        "The database refuses it: {reason}.", mend="Correct the record.", reason=reason[:200]
    )
