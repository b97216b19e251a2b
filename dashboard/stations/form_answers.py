"""What the office's form answers: opened, previewed, saved; refusals stay beside what failed."""

from dataclasses import astuple
from typing import Any

from dash import no_update, set_props

from dashboard.frame.deps import Deps
from dashboard.frame.shell import Ids as ShellIds
from dashboard.parts.measures import own_name
from dashboard.parts.wording import _
from dashboard.stations import actions, form, preview
from dashboard.stations.list import kind_word
from data.errors import Conflict, OneMapError
from data.records import StationId


def opened(deps: Deps, asked: int | None) -> tuple[Any, ...]:
    """The form with the station's values and the version they are of, or empty for a new one."""
    now = actions.choose_station(deps, StationId(asked)) if asked else None
    title = _("New station")
    if now:
        name = own_name(now.station.name, now.station.name_en)
        name = f"{name} · {kind_word(now.station.kind)}"
        title = _("Change or move {name}").format(name=name)
    interval_s = int(now.station.interval.total_seconds()) if now else form.DEFAULT_INTERVAL_S
    return (
        True,
        title,
        {"id": asked, "version": now.version if now else None},
        None,
        True,
        now is not None,
        now is not None,
        form.crs_choices(now.source_crs if now else None),
        form.interval_choices(interval_s),
        *astuple(form.opened_with(now)),
    )


def previewed(deps: Deps, filled: actions.Filled, asked: int | None) -> tuple[Any, bool]:
    """Where the point would stand, and whether nothing can be saved there."""
    try:
        found = actions.preview_point(deps, filled, StationId(asked) if asked else None)
    except OneMapError as error:
        return preview.preview_error(error), True
    return preview.preview_card(found), found is None or not found.allowed


def tried(
    deps: Deps, filled: actions.Filled, chosen: dict[str, Any], changed: int
) -> tuple[Any, ...]:
    """What came of saving: the form closes, or it says why not and keeps what was filled in."""
    asked = chosen.get("id")
    try:
        saved = actions.save(
            deps, filled, StationId(int(asked)) if asked else None, chosen.get("version")
        )
    except OneMapError as error:
        stale = isinstance(error, Conflict) and asked
        return True, no_update, preview.problem(error), not stale, no_update, False
    if saved.password:
        return False, changed + 1, None, True, preview.password_words(saved), True
    note = {"action": "show", "message": preview.saved_words(saved), "autoClose": 8000}
    set_props(ShellIds.NOTICE, {"sendNotifications": [note]})
    return False, changed + 1, None, True, no_update, False
