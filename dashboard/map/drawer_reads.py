"""Reads problems and patrols for drawers, for those who may read the ledger."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from dash import html
from sqlalchemy import Connection, text

from dashboard.frame.auth import Action, may, signed_in_user
from dashboard.frame.deps import Deps
from dashboard.map.drawer_problems import at_water, patrol_drawer, problem_drawer
from data.clock import UtcDatetime
from data.errors import NotFound
from data.queries.ledger.asker import Asker
from data.queries.ledger.filter import LedgerFilter, Order, write_filter
from data.queries.ledger.one_problem import problem_row
from data.queries.ledger.problems import Moment, problems
from data.queries.map.patrols import last_walk, walk
from data.queries.scope import REACH_VISIBLE, Scope
from data.queries.whereabouts import Where
from data.records import AccountId

LISTED = 4

_REACHES = text(f"SELECT id FROM reach WHERE river_id = :river AND {REACH_VISIBLE}")


def reads_ledger() -> bool:
    """Returns whether the current user may read problems and patrols."""
    return may(signed_in_user(), Action.READ_LEDGER)


def problem_of(
    connection: Connection, _deps: Deps, scope: Scope, number: int, now: UtcDatetime
) -> html.Article:
    """Reads a problem and returns its drawer; raises NotFound if the user may not see it."""
    row = problem_row(connection, scope, number, now) if reads_ledger() else None
    if row is None:
        raise NotFound("There is no such problem.")
    return problem_drawer(row, now)


def patrol_of(
    connection: Connection, _deps: Deps, scope: Scope, number: int, now: UtcDatetime
) -> html.Article:
    """Reads a patrol and returns its drawer; raises NotFound if the user may not see it."""
    if not may(signed_in_user(), Action.READ_PATROLS):
        raise NotFound("There is no such patrol.")
    return patrol_drawer(walk(connection, scope, number), now)


def ledger_at(
    connection: Connection, scope: Scope, where: Where, key: str, now: UtcDatetime
) -> list[html.Div]:
    """Returns the block of problems and patrol at a place; empty off waters or if not allowed."""
    if where.reach_id is not None:
        return ledger_of(connection, scope, key, now, reach=where.reach_id)
    if where.lake_id is not None:
        return ledger_of(connection, scope, key, now, lake=where.lake_id)
    return []


def ledger_of(
    connection: Connection,
    scope: Scope,
    key: str,
    now: UtcDatetime,
    *,
    reach: int | None = None,
    lake: int | None = None,
    river: int | None = None,
) -> list[html.Div]:
    """Returns the block of a water's problems and patrol; empty if the user may not read them."""
    if not reads_ledger():
        return []
    asked = LedgerFilter()
    reaches: Sequence[Any] = []
    if reach is not None:
        asked, reaches = replace(asked, reach_ids=(reach,)), [reach]
    elif lake is not None:
        asked = replace(asked, lake_ids=(lake,))
    elif river is not None:
        asked = replace(asked, river_ids=(river,))
        bound = {**scope.bound, "river": river}
        reaches = connection.execute(_REACHES, bound).scalars().all()
    asker, moment = Asker(AccountId(0)), Moment(now, now)
    rows, total = problems(connection, scope, asker, asked, Order(), moment, count=LISTED)
    last = last_walk(connection, scope, reaches) if reaches else None
    return [at_water(key, rows, total, write_filter(asked), last, now)]
