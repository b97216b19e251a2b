"""The form that registers a problem (登记问题), as data from which its script draws it."""

from typing import Any

from dash import dcc, html

from dashboard.frame.auth import User
from dashboard.frame.deps import Deps
from dashboard.ledger.report_places import Ground, Placed
from dashboard.ledger.script_words import script_words
from dashboard.ledger.similar import near_words
from dashboard.ledger.step_dialogs import category_groups
from dashboard.ledger.words import severity_word, source_word
from dashboard.parts.icons import icon
from dashboard.parts.measures import own_name
from dashboard.parts.spot import describe
from dashboard.parts.wording import _, language, ngettext, worded
from data.errors import OneMapError
from data.vocabulary import Role
from data.words.ledger import CLOSED, Severity, Source

FIRST_SOURCE: dict[Role, Source] = {
    Role.PATROLLER: Source.PATROL,
    Role.CHIEF: Source.CHIEF,
    Role.OFFICE: Source.INSPECTION,
    Role.UNIT_MEMBER: Source.DEPARTMENT,
}
REPORTED_BY_PEOPLE = tuple(source for source in Source if source is not Source.MONITORING)
DATUMS = (("EPSG:4490", "CGCS2000"), ("EPSG:4326", "WGS 84"), ("gcj02", "GCJ-02"))


def form_data(deps: Deps, user: User, ground: Ground, asked: dict[str, str]) -> dict[str, Any]:
    """The report form's data for its script; ``asked`` is the place in the page's address."""
    groups = category_groups()
    between = "、" if language.get() == "zh" else ", "
    for group in groups:
        kinds = [each["word"] for each in group["options"]]
        group["hint"] = between.join(kinds[:2])
    source = next(
        (FIRST_SOURCE[held.role] for held in user.roles if held.role in FIRST_SOURCE),
        Source.PATROL,
    )
    return {
        "words": {**script_words(), **form_words()},
        "groups": groups,
        "severities": [{"value": each.value, "word": severity_word(each)} for each in Severity],
        "sources": [
            {"value": each.value, "word": source_word(each)} for each in REPORTED_BY_PEOPLE
        ],
        "source": source.value,
        "account": user.account_id,
        "most": deps.rules.most_photos,
        "rivers": [
            {"value": str(number), "word": own_name(name, name_en)}
            for number, name, name_en in ground.rivers
        ],
        "datums": [{"value": value, "word": word} for value, word in DATUMS],
        "bounds": ground.bounds,
        "asked": asked,
    }


def form_words() -> dict[str, str]:
    """The sentences of the report form by key."""
    return {
        "category": _("What is it"),
        "kind": _("Which kind"),
        "photos": _("Photos of the scene"),
        "photos_hint": _("At most {n}; the original is kept as evidence"),
        "place": _("Where it is"),
        "map": _("Map on which the place is marked"),
        "type_place": _("Type a chainage or coordinates"),
        "river": _("River"),
        "chainage": _("Chainage, such as K12+350"),
        "find": _("Find it"),
        "lon": _("Longitude"),
        "lat": _("Latitude"),
        "datum": _("Datum"),
        "place_asking": _("Asking where that is"),
        "place_unasked": _(
            "The server could not be asked where that is. It is asked again once there is a "
            "connection, and when you register."
        ),
        "description": _("What is to be seen"),
        "description_hint": _("How much, how large, since when, who caused it if known"),
        "severity": _("Severity"),
        "source": _("Reported from"),
        "source_ref": _("Number of the original, if any"),
        "submit": _("Register the problem"),
        "submit_note": _("Kept on record once submitted; the office is informed at once"),
        "need_category": _("Choose what it is."),
        "need_description": _("Describe what is to be seen."),
        "draft_restored": _("A report not yet sent was restored ({at})."),
        "draft_lost": _(
            "These photos are no longer in this browser: {names}. Add them again, or remove them."
        ),
        "draft_discard": _("Discard it"),
        "draft_elsewhere": _("A report not yet sent belongs to another place ({at})."),
        "draft_continue": _("Continue the draft ({where})"),
        "draft_here": _("Register a new one here"),
        "draft_discard_sure": _("Discard it for good?"),
        "register_anew": _("Register it as another"),
        "draft_unkept": _(
            "This browser keeps no draft (its storage is full or forbidden): "
            "keep this page open until the report is registered."
        ),
        "offline_kept": _(
            "The server can't be reached. The draft is kept in this browser, except in a private "
            "window: send it again once there is a connection."
        ),
        "registered": _("The problem is registered"),
        "known": _("This report had been registered before"),
        "number": _("Its number is {number}"),
        "open": _("Open the problem"),
        "another": _("Register another"),
        "same": _("Is it one of these, which are open already?"),
        "look": _("Look at it"),
        "is_same": _("It is this one"),
        "send_anyway": _("None of them: register it"),
        "perhaps_same": _("Possibly the same as {number}, {words}"),
    }


def placed_words(placed: Placed) -> html.Div:
    """Lines about the place marked in the form: where it lies, and open problems close by."""
    spot = placed.spot
    between = " · "
    more = [spot.division_name or ""]
    if placed.accuracy_m is not None:
        more.append(_("accurate to {n} m").format(n=round(placed.accuracy_m)))
    more.append(f"{spot.lon:.5f}, {spot.lat:.5f}")
    lines: list[Any] = [
        html.Div(
            [
                icon("pin"),
                html.Div(
                    [
                        html.B(describe(spot)),
                        html.Span(between.join(part for part in more if part), className="t3"),
                    ]
                ),
            ],
            className="rp-placed",
        )
    ]
    if placed.is_far:
        words = _("Far from the water: please check the place.")
        lines.append(html.Div([icon("warn"), html.Span(words)], className="rp-near"))
    still = [near for near in placed.near if near.status not in CLOSED]
    for near in still[:2]:
        link = dcc.Link(_("Is it the same?"), href=f"/ledger/{near.id}", target="_blank")
        lines.append(
            html.Div([icon("warn"), html.Span(near_words(near)), link], className="rp-near")
        )
    closed = len(placed.near) - len(still)
    if closed:
        words = ngettext(
            "{n} problem was closed here in the last two years",
            "{n} problems were closed here in the last two years",
            closed,
        )
        lines.append(html.Div(words.format(n=closed), className="t3 rp-once"))
    return html.Div(lines)


def refused_words(error: OneMapError) -> html.Div:
    """The message with the reason why a problem can't be reported at the place."""
    return html.Div([icon("warn"), html.Span(worded(error))], className="rp-near bad", role="alert")
