"""The form of an account and its role: what it offers, what each field lacks, said beside it."""

from collections.abc import Mapping
from typing import Any, Final

import dash
from dash import Input, Output, html

from dashboard.frame.deps import Deps
from dashboard.frame.offload import off
from dashboard.parts.wording import worded
from dashboard.people import account_list, actions
from dashboard.people.actions import EVERYWHERE, Sent
from data.errors import BadInput, Conflict, OneMapError
from data.people.accounts import check_login, fit_display_name
from data.people.role_grants import role_faults
from data.vocabulary import Role

OF_ROLE: Final = ("role", "level", "division", "unit")
FIELDS: Final[Mapping[str, tuple[str, ...]]] = {"new": ("login", "name", *OF_ROLE), "add": OF_ROLE}
"""The fields of the two forms, by the prefix of their ids."""


def said_box(prefix: str) -> html.Div:
    """The place in a form for a refusal that is of no single field."""
    return html.Div(id=f"accounts-{prefix}-said", className="acc-said", role="alert")


def refusal_places(prefix: str) -> list[tuple[str, str]]:
    """Where a form's refusals stand, as ids with properties: below all fields, at each field."""
    fields = [(f"accounts-{prefix}-{name}", "error") for name in FIELDS[prefix]]
    return [(f"accounts-{prefix}-said", "children"), *fields]


def refusals(prefix: str, said: Mapping[str, str] | None = None) -> tuple[str | None, ...]:
    """The values of ``refusal_places``: each sentence at its field, none clears them all."""
    return tuple((said or {}).get(name) for name in ("", *FIELDS[prefix]))


def wrong_names(login: str, name: str) -> dict[str, str]:
    """What is wrong with an account's own fields, by field."""
    wrong = {}
    try:
        check_login(login.strip())
    except BadInput as error:
        wrong["login"] = worded(error)
    try:
        fit_display_name(name)
    except BadInput as error:
        wrong["name"] = worded(error)
    return wrong


def wrong_role(
    role: Sent, level: Sent, _general: Sent, division: Sent, unit: Sent
) -> dict[str, str]:
    """What the fields of a role lack, by field; all at once."""
    if role not in set(Role):
        return {"role": worded(BadInput("Choose a role."))}
    faults = role_faults(
        Role(role),
        has_level=bool(level) and role == Role.CHIEF,
        has_division=bool(division) and division != EVERYWHERE,
        has_unit=bool(unit),
        is_everywhere=division == EVERYWHERE,
    )
    return {name: worded(fault) for name, fault in faults.items()}


def place_of_refusal(prefix: str, error: OneMapError, division: Sent) -> dict[str, str]:
    """What the server refused, at the field it is about, else below all fields."""
    if prefix == "new" and isinstance(error, Conflict):
        return {"login": worded(error)}
    if isinstance(error, BadInput) and not division:
        return {"division": worded(error)}
    return {"": worded(error)}


def register_role_fields(app: dash.Dash, deps: Deps, prefix: str, opened: str) -> None:
    """Registers the callbacks that fill a role's fields: chiefs' levels, divisions, units."""

    @app.callback(
        Output(f"accounts-{prefix}-division", "data"),
        Output(f"accounts-{prefix}-unit", "data"),
        Input(opened, "opened"),
        prevent_initial_call=True,
    )
    async def fill(_opened: bool) -> tuple[Any, ...]:
        return account_list.place_choices(await off(actions.places, deps))

    @app.callback(
        Output(f"accounts-{prefix}-chief", "hidden"),
        Output(f"accounts-{prefix}-area", "hidden"),
        Output(f"accounts-{prefix}-division", "required"),
        Output(f"accounts-{prefix}-unit", "required"),
        Input(f"accounts-{prefix}-role", "value"),
        prevent_initial_call=True,
    )
    async def show_level(role: str | None) -> tuple[bool, ...]:
        in_unit = role == Role.UNIT_MEMBER
        return role != Role.CHIEF, role == Role.ADMINISTRATOR, not in_unit, in_unit

    @app.callback(
        Output(f"accounts-{prefix}-everywhere", "hidden"),
        Input(f"accounts-{prefix}-division", "value"),
        prevent_initial_call=True,
    )
    async def warn(division: str | None) -> bool:
        return division != EVERYWHERE
