"""One dialog for each step, described by what the step needs; the browser draws it."""

from collections.abc import Callable
from typing import Any

from dashboard.ledger.dialog_checks import basis_of, checks_of
from dashboard.ledger.extension import extension_rule
from dashboard.ledger.problem_reads import Seen
from dashboard.ledger.words import (
    action_word,
    category_word,
    group_word,
    rule_source_words,
    severity_word,
)
from dashboard.parts.roles import CHIEFS
from dashboard.parts.wording import _, ngettext
from data.clock import BUSINESS_ZONE, business_date
from data.procedure.step import Need, Step
from data.words.ledger import CATEGORIES, Action, Severity
from problem_ledger.cases.actions import EXPLAINED
from problem_ledger.cases.extensions import reach_of

Field = dict[str, Any]


def dialog_of(seen: Seen, step: Step) -> dict[str, Any]:
    """Returns the dialog in which a step is taken, as data: words, checks and fields."""
    fields = [make(seen, step) for need in step.needs for make in (_FIELDS[need],)]
    if step.stage is not None and not any(one["kind"] == "photos" for one in fields):
        fields.append(_photos(seen, required=False))
    if not any(one["name"] == "text" for one in fields):
        fields.append(_text(_("Remarks"), required=False))
    note, foot = notes(seen, step.action)
    confirm = _("Confirm: {step}").format(step=action_word(step.action))
    if step.action in EXPLAINED and any(flag.ok is False for flag in seen.flags):
        fields.append(_explanation())
        confirm = _("All the same: {step}").format(step=action_word(step.action))
    return {
        "title": f"{action_word(step.action)} {seen.detail.row.number}",
        "note": note,
        "foot": foot,
        "confirm": confirm,
        "danger": step.sets_back,
        "basis": basis_of(seen, step.action),
        "checks": checks_of(seen, step.action),
        "fields": fields,
        "done": _("Done: {step}").format(step=action_word(step.action)),
    }


def notes(seen: Seen, action: Action) -> tuple[str, str]:
    """Returns a line on what the step leads to, and a line that names who takes the step."""
    months = seen.rules.look_back
    hours = round(seen.rules.hand_back.total_seconds() / 3600)
    note = {
        Action.ACCEPT: _("Confirm the category and the severity; the deadline follows from them."),
        Action.REFUSE: _("The problem is closed, and the reporter is told the reason."),
        Action.ASSIGN: _("The unit is told; it may hand the problem back within {hours} hours."),
        Action.HAND_BACK: _("The problem goes back to the chief office to be assigned anew."),
        Action.SIGN_FOR: _("Your unit takes the problem on; the deadline runs already."),
        Action.PROGRESS: _("Tell how far the rectification has come."),
        Action.SUBMIT: _("A checker outside your unit will look at the place."),
        Action.VERIFY: _("Checked on site: your place, the time and a photo are kept."),
        Action.RETURN: _("The unit goes on rectifying; the deadline stays as it is."),
        Action.SIGN_OFF: _("The problem is closed, and looked back at after {months} months."),
        Action.REOPEN: _("The problem is open again, with a new deadline."),
        Action.ASK_EXTENSION: extension_rule(seen),
        Action.WITHDRAW_EXTENSION: _("The deadline stays as it is; you may ask again."),
        Action.EXTEND: extension_rule(seen),
        Action.REFUSE_EXTENSION: _("The deadline stays as it is, and the unit is told the reason."),
        Action.COMMENT: _("Everybody who may see the problem reads the comment."),
        Action.PRESS: _("The unit and the office are told."),
    }[action].format(hours=hours, months=months)
    who = seen.user.account.display_name
    foot = _("{who} · kept on record once submitted").format(who=who)
    return note, foot


def _text(label: str, *, required: bool = True) -> Field:
    return {"name": "text", "kind": "text", "label": label, "required": required}


def _explanation() -> Field:
    """Returns the field for why doubtful photos don't stand in the way of the step."""
    return {
        **_text(_("On the doubtful checks")),
        "name": "explanation",
        "hint": _("Kept with the step and printed on the sign-off sheet."),
    }


def _photos(seen: Seen, *, required: bool, label: str = "") -> Field:
    most = seen.rules.most_photos
    return {
        "name": "photo_ids",
        "kind": "photos",
        "label": label or _("Photos"),
        "required": required,
        "most": most,
        "hint": ngettext("at most {n} photo", "at most {n} photos", most).format(n=most),
    }


def _severity(seen: Seen, _step: Step) -> Field:
    options = []
    for each in Severity:
        rule = seen.rules.working_days(seen.detail.row.category, each)
        days = ngettext("{n} working day", "{n} working days", rule.days).format(n=rule.days)
        level = _(CHIEFS[seen.rules.sign_off_level(each)])
        hint = _("{days}; signed off at the level of: {level}").format(days=days, level=level)
        options.append({"value": each.value, "word": severity_word(each), "hint": hint})
    return {
        "name": "severity",
        "kind": "radio",
        "label": _("Severity"),
        "required": True,
        "value": seen.detail.row.severity.value,
        "options": options,
    }


def category_groups() -> list[dict[str, Any]]:
    """Returns the category tree as the options of a field."""
    return [
        {
            "word": group_word(group),
            "options": [{"value": key, "word": category_word(key)} for key in keys],
        }
        for group, keys in CATEGORIES.items()
    ]


def _category(seen: Seen, _step: Step) -> Field:
    return {
        "name": "category",
        "kind": "select",
        "label": _("Category"),
        "required": True,
        "value": seen.detail.row.category,
        "groups": category_groups(),
    }


def _unit(seen: Seen, _step: Step) -> Field:
    return {
        "name": "unit_id",
        "kind": "select",
        "label": _("Handling unit"),
        "required": True,
        "number": True,
        "options": [{"value": str(number), "word": name} for number, name in seen.units],
        "empty": _("Choose the unit that rectifies it"),
    }


def _requirement(_seen: Seen, _step: Step) -> Field:
    return {
        "name": "requirement",
        "kind": "text",
        "label": _("What is required"),
        "required": True,
    }


def _deadline(seen: Seen, _step: Step) -> Field:
    row = seen.detail.row
    rule = seen.rules.working_days(row.category, row.severity)
    due = seen.rules.due(seen.now, rule.days)
    words = ngettext(
        "{severity}: {n} working day by the rule; source: {source}",
        "{severity}: {n} working days by the rule; source: {source}",
        rule.days,
    )
    hint = words.format(
        severity=severity_word(row.severity), n=rule.days, source=rule_source_words(rule)
    )
    if due.is_provisional:
        hint += " · " + _("provisional: the year's days off aren't announced yet")
    day = due.at.astimezone(BUSINESS_ZONE).date().isoformat()
    return {
        "name": "due_on",
        "kind": "date",
        "label": _("Deadline"),
        "required": True,
        "value": day,
        "proposed": day,
        "least": business_date(seen.now).isoformat(),
        "hint": hint,
    }


def _new_due(seen: Seen, step: Step) -> Field:
    """Returns the field of the new deadline: the day asked for, else the one the rules propose."""
    row, rule = seen.detail.row, seen.rules.extension
    reach = reach_of(row.due_at, seen.now, seen.rules)
    asked = row.asked_due_on if step.action is Action.EXTEND else None
    day = asked if asked and reach.first <= asked else reach.proposed
    now = business_date(row.due_at or seen.now).isoformat()
    added = ngettext("at most {n} working day more", "at most {n} working days more",
                     rule.working_days).format(n=rule.working_days)  # fmt: skip
    hint = [_("now {day}").format(day=now), added]
    if asked:
        hint.insert(1, _("asked for: {day}").format(day=asked.isoformat()))
    return {
        "name": "due_on",
        "kind": "date",
        "label": _("New deadline"),
        "required": True,
        "value": day.isoformat(),
        "least": reach.first.isoformat(),
        "last": max(reach.last, day).isoformat(),
        "hint": " · ".join(hint),
    }


def _place(_seen: Seen, _step: Step) -> Field:
    return {
        "name": "place",
        "kind": "place",
        "label": _("Where you checked"),
        "required": True,
        "hint": _("Take the device's place, or mark it on the map."),
    }


def _text_label(action: Action) -> str:
    """Returns the label of the text that the step asks for."""
    return {
        Action.SUBMIT: _("What was done"),
        Action.COMMENT: _("Comment of the chief"),
    }.get(action, _("Remarks"))


_FIELDS: dict[Need, Callable[[Seen, Step], Field]] = {
    Need.REASON: lambda _seen, _step: _text(_("Reason")),
    Need.OPINION: lambda _seen, _step: _text(_("Opinion on the sign-off")),
    Need.TEXT: lambda _seen, step: _text(_text_label(step.action)),
    Need.TEXT_OR_PHOTO: lambda _seen, _step: {
        **_text(_("Progress so far"), required=False),
        "either": True,
    },
    Need.DESCRIPTION: lambda _seen, _step: _text(_("Description")),
    Need.SEVERITY: _severity,
    Need.CATEGORY: _category,
    Need.UNIT: _unit,
    Need.REQUIREMENT: _requirement,
    Need.DEADLINE: _deadline,
    Need.NEW_DUE: _new_due,
    Need.PLACE: _place,
    Need.AFTER_PHOTO: lambda seen, _step: _photos(
        seen, required=True, label=_("Photos after the rectification")
    ),
    Need.PHOTO: lambda seen, _step: _photos(seen, required=True, label=_("Photos of the check")),
}
