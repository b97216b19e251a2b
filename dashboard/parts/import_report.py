"""The report of an imported file, as lines to print and as JSON."""

import json

from dashboard.parts.wording import _, worded_note
from data.imports.outcome import Outcome, RefusedRow
from data.texts import MOST_SHOWN, shown, shown_facts

SHOWN = 50
"""Refused rows beyond this are counted only; the JSON holds all of them."""

MOST_NAME = MOST_SHOWN // 10
"""Characters of a refused row's name that are printed."""


def report_lines(outcome: Outcome, *, dry_run: bool = False) -> list[str]:
    """Returns an import's report as lines to print: counts, joins, notes, refused rows and why."""
    lines = [
        _(
            "{taken} taken, {updated} updated, {unchanged} unchanged, {refused} refused ({kind})"
        ).format(
            taken=outcome.created,
            updated=outcome.updated,
            unchanged=outcome.unchanged,
            refused=len(outcome.refused),
            kind=outcome.kind,
        )
    ]
    if outcome.joined:
        lines += [_("Joined:"), *(f"  {worded_note(each)}" for each in outcome.joined)]
    if outcome.notes:
        lines += [_("Noted:"), *(f"  {worded_note(each)}" for each in outcome.notes)]
    if outcome.refused:
        lines += [_("Refused:"), *(f"  {_say_row(each)}" for each in outcome.refused[:SHOWN])]
        if len(outcome.refused) > SHOWN:
            lines.append(_("  … and {count} more").format(count=len(outcome.refused) - SHOWN))
    if dry_run:
        lines.append(_("This was a dry run: nothing was changed."))
    return lines


def _say_row(refused: RefusedRow) -> str:
    why = worded_note(refused.why)
    if refused.mend:
        why += " " + _(refused.mend).format(**shown_facts(refused.why.facts))
    field = refused.why.facts.get("field")
    if field and "{field}" not in refused.why.message:
        why = f"{field}: {why}"
    return _("row {row} {name}: {why}").format(
        row=refused.row, name=shown(refused.name, MOST_NAME), why=why
    )


def as_json(outcome: Outcome) -> str:
    """Returns an import's report as a JSON text, with every refused row."""
    return json.dumps(
        {
            "kind": outcome.kind,
            "taken": outcome.created,
            "updated": outcome.updated,
            "unchanged": outcome.unchanged,
            "joined": [worded_note(each) for each in outcome.joined],
            "notes": [worded_note(each) for each in outcome.notes],
            "refused": [
                {"row": each.row, "name": shown(each.name, MOST_NAME), "why": worded_note(each.why)}
                for each in outcome.refused
            ],
        },
        ensure_ascii=False,
        indent=2,
    )
