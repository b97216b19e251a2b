"""Open problems that may be the same as one about to be reported, or as one just registered."""

from pydantic_core import PydanticCustomError
from sqlalchemy import Connection

from dashboard.frame.auth import User, visible_to
from dashboard.frame.deps import Deps
from dashboard.ledger.words import category_word, status_word
from dashboard.parts.wording import _
from data.database import transaction
from data.queries.ledger.one_problem import Near, problem_row
from data.queries.ledger.problems import ProblemRow
from data.queries.ledger.similar import similar_problems
from data.queries.scope import Scope
from data.words.ledger import CATEGORY_KEYS, CLOSED
from problem_ledger.cases.rules import Rules


def known_category(key: str) -> str:
    """Returns the key of a category. Raises PydanticCustomError that lists the keys for another."""
    if key not in CATEGORY_KEYS:
        raise PydanticCustomError(
            "enum", "allowed: {expected}", {"expected": ", ".join(CATEGORY_KEYS)}
        )
    return key


def similar_at(
    deps: Deps, user: User, place: tuple[float, float], category: str
) -> tuple[Near, ...]:
    """Reads the open problems that may be the one about to be reported at a place, now."""
    rule, now = deps.rules.similar, deps.clock()
    with transaction(deps.engine) as connection:
        return similar_problems(
            connection,
            visible_to(user),
            place,
            category,
            now,
            within_m=rule.metres,
            days=rule.days,
        )


def similar_to(deps: Deps, user: User, problem_id: int) -> tuple[Near, ...]:
    """Reads the open problems that may be the same as one just registered; none if it is closed."""
    scope, now = visible_to(user), deps.clock()
    with transaction(deps.engine) as connection:
        row = problem_row(connection, scope, problem_id, now)
        return similar_to_row(connection, scope, row, deps.rules) if row else ()


def similar_to_row(
    connection: Connection, scope: Scope, row: ProblemRow, rules: Rules
) -> tuple[Near, ...]:
    """Returns the open problems that may be the same as an open one; none for a closed one."""
    if row.status in CLOSED:
        return ()
    return similar_problems(
        connection,
        scope,
        (row.lon, row.lat),
        row.category,
        row.found_at,
        within_m=rules.similar.metres,
        days=rules.similar.days,
        but=row.id,
    )


def near_words(near: Near) -> str:
    """How far another problem is, what it is and where it stands: 230 m away: litter, accepted."""
    return _("{n} m away: {category}, {status}").format(
        n=round(near.away_m),
        category=category_word(near.category),
        status=status_word(near.status),
    )
