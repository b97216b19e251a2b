"""The bar at the foot of a problem's page: who the reader is here, and what they may do."""

import json
from typing import Any

from dash import html

from dashboard.ledger.photos import photo_words
from dashboard.ledger.problem_reads import Seen
from dashboard.ledger.script_words import script_words
from dashboard.ledger.step_dialogs import dialog_of
from dashboard.ledger.words import action_word, status_word
from dashboard.parts.attributes import attributes
from dashboard.parts.icons import icon
from dashboard.parts.roles import role_name
from dashboard.parts.wording import _
from data.procedure.step import Relation, Step
from data.words.ledger import Action, Status

ICONS: dict[Action, str] = {
    Action.ACCEPT: "tick",
    Action.REFUSE: "close",
    Action.ASSIGN: "right",
    Action.HAND_BACK: "undo",
    Action.SIGN_FOR: "tick",
    Action.PROGRESS: "list",
    Action.SUBMIT: "stamp",
    Action.VERIFY: "pin",
    Action.RETURN: "undo",
    Action.SIGN_OFF: "stamp",
    Action.REOPEN: "undo",
    Action.ASK_EXTENSION: "clock",
    Action.WITHDRAW_EXTENSION: "undo",
    Action.EXTEND: "clock",
    Action.REFUSE_EXTENSION: "close",
    Action.PRESS: "warn",
    Action.COMMENT: "comment",
}


def look_of(step: Step) -> str:
    """Returns a step's CSS class: ``p`` moves on, ``d`` sends back, ``g`` is optional, else ""."""
    if step.waits_for:
        return "p"
    if step.sets_back:
        return "d"
    return "g" if step.is_beside else ""


def action_bar(seen: Seen) -> html.Div:
    """Returns the bar: left the reader's role and why, right buttons of the steps open to them."""
    order = ["g", "d", "", "p"]
    steps = sorted(seen.steps, key=lambda step: order.index(look_of(step)))
    row = seen.detail.row
    dialog_data = {
        "id": row.id,
        "number": row.number,
        "version": row.version,
        "status": status_word(row.status),
        "lon": row.lon,
        "lat": row.lat,
        "photos": [
            {"id": photo.id, "words": words}
            for photo, words in zip(seen.detail.photos, photo_words(seen), strict=True)
        ],
        "dialogs": {step.action.value: dialog_of(seen, step) for step in seen.steps},
        "words": script_words(),
    }
    buttons = [
        html.Button(
            [icon(ICONS[step.action]), action_word(step.action)],
            className=f"btn {look_of(step)}".strip(),
            **attributes(data_problem_act=step.action.value),
        )
        for step in steps
        if step.action is not Action.COMMENT
    ]
    return html.Div(
        [
            html.Span(who_words(seen), className="t2 pb-who"),
            html.Span(className="sp"),
            *buttons,
        ],
        className="pb-bar" + ("" if buttons else " idle"),
        **attributes(data_problem=json.dumps(dialog_data, ensure_ascii=False)),
    )


def who_words(seen: Seen) -> list[Any]:
    """Returns the reader's role in the problem and why; without a step, who must act next."""
    main = next((step for step in seen.steps if step.waits_for or not step.is_beside), None)
    if main is None:
        return [waiting_words(seen)]
    part, why = part_words(main)
    duty = duty_words(seen, main)
    looks_back = main.action is Action.REOPEN
    sentence = _("You {part} ({duty})") if looks_back else _("You are the {part} ({duty})")
    before, after = sentence.split("{part}")
    after = after.format(duty=duty)
    return [before, html.B(part), after + (f"{_(', ')}{why}" if why else "")]


def part_words(step: Step) -> tuple[str, str]:
    """Returns the reader's role in that step (signer, checker), and why the reader may take it."""
    if step.relation is Relation.IN_UNIT:
        return _("handling unit"), _("the problem was assigned to your unit")
    if step.relation is Relation.SIGNER:
        return _("signer"), _("neither handler nor checker, and not below the handling unit")
    if step.relation is Relation.DECIDER:
        return _("decider on the extension"), _("not of the handling unit or below it")
    if step.relation is Relation.CHECKER:
        return _("checker"), _("not of the handling unit or below it")
    part = {
        Action.ASSIGN: _("assigner"),
        Action.REOPEN: _("look back on this"),
    }.get(step.action, _("chief office in charge"))
    return part, _("the place lies in your division")


def duty_words(seen: Seen, step: Step) -> str:
    """Returns the unit or post on whose behalf the reader takes the step."""
    held = next((one for one in seen.user.roles if one.role in step.roles), None)
    if held is None:
        return seen.user.account.display_name
    return held.unit or seen.user.account.display_name or role_name(held)


def waiting_words(seen: Seen) -> str:
    """Returns who must act next, for a reader who has no step to take."""
    row = seen.detail.row
    unit = row.unit or ""
    return {
        Status.REGISTERED: _("Waiting for the chief office to accept it"),
        Status.REFUSED: _("Not accepted; the reporter was told"),
        Status.ACCEPTED: _("Waiting for the chief office to assign it"),
        Status.ASSIGNED: _("Waiting for {unit} to sign for it").format(unit=unit),
        Status.RECTIFYING: _("{unit} is rectifying it").format(unit=unit),
        Status.SUBMITTED: _("Waiting for a check on site by somebody outside {unit}").format(
            unit=unit
        ),
        Status.VERIFIED: _("Waiting for the sign-off at the level its severity asks for"),
        Status.SIGNED_OFF: _("Signed off; it is looked back at before it is archived"),
        Status.ARCHIVED: _("Archived"),
    }[row.status]
