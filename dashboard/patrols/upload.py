"""The dialog that uploads a track: file, the chief it counts for, a reason, progress, result."""

from collections.abc import Mapping, Sequence

import dash_mantine_components as dmc
from dash import html

from dashboard.parts.attributes import attributes, words_for_script
from dashboard.parts.icons import icon
from dashboard.parts.kit import choice, close_button, dialog
from dashboard.parts.wording import _
from dashboard.patrols.words import apart_words
from dashboard.waters.words import bracketed
from data.queries.patrols.records import ChiefMonth
from problem_ledger.patrols.track_times import TimesIn

BY_PLACE = "by_place"
MYSELF = "myself"


def upload_dialog() -> dmc.Modal:
    """The closed upload dialog; its script sends the track file and shows the verdict."""
    return dialog(
        "patrols-dialog",
        _("Upload a track"),
        html.Div(
            [
                html.P(
                    _(
                        "A GPX, KML, KMZ or GeoJSON file with times, or a zip of one, at most "
                        "20 MB. A rule that is not met never keeps it from being saved; the same "
                        "file again is the same patrol."
                    ),
                    className="t2",
                ),
                html.Div(
                    [
                        html.Button(
                            [icon("file"), _("Choose a file")], id="patrols-choose", className="btn"
                        ),
                        html.Span(id="patrols-file", className="t2", role="status"),
                    ],
                    className="row",
                ),
                choice(
                    "patrols-person",
                    _("Counts for"),
                    [],
                    value=BY_PLACE,
                    allowDeselect=False,
                    searchable=True,
                    name="patrols-person",
                ),
                choice(
                    "patrols-zone",
                    _("Times without zone are"),
                    zones(),
                    value=TimesIn.UNSAID.value,
                    allowDeselect=False,
                    name="patrols-zone",
                ),
                html.Label(
                    [
                        _("Reason or remark (optional)"),
                        html.Textarea(id="patrols-why", maxLength=1000, rows=2),
                    ]
                ),
                html.Progress(id="patrols-progress", max="1", value="0", hidden=True),
                html.Div(
                    id="patrols-told", className="pt-result", **attributes(aria_live="polite")
                ),
                buttons(),
            ],
            className="pt-form",
        ),
        size=480,
    )


def buttons() -> html.Div:
    """The buttons "close" and "upload"; "upload" carries the sentences for the script."""
    return html.Div(
        [
            close_button(words=_("Close")),
            html.Button(
                _("Upload"),
                id="patrols-send",
                className="btn p",
                disabled=True,
                **words_for_script(words()),
            ),
        ],
        className="pt-form-acts",
    )


def words() -> dict[str, str]:
    """The sentences of the script that uploads a track, by key."""
    return {
        "sending": _("Sending and judging the track …"),
        "offline": _("The server can't be reached now. What is filled in stays here; try again."),
        "recorded": _("The track is recorded."),
        "unanswered": _("The server can't be reached now; upload the track again."),
        "upload": _("Upload"),
        "all_the_same": _("Upload it all the same"),
    }


def zones() -> list[dict[str, str]]:
    """The options for what times without an offset are in; the first refuses such times."""
    return [
        {"value": TimesIn.UNSAID.value, "label": _("not said")},
        {"value": TimesIn.BEIJING.value, "label": _("Beijing time")},
        {"value": TimesIn.UTC.value, "label": "UTC"},
    ]


def persons(chiefs: Sequence[ChiefMonth], chosen: ChiefMonth | None) -> list[dict[str, str]]:
    """The options for whom it counts: by where the track lies, the reader, each of the chiefs.

    The chosen chief comes before the others.
    """
    options = [
        {"value": BY_PLACE, "label": _("Chosen by where the track lies")},
        {"value": MYSELF, "label": _("Myself")},
    ]
    first = [chief for chief in chiefs if chosen is not None and chief == chosen]
    others = [chief for chief in chiefs if chief not in first]
    reach = apart_words(chiefs)
    return options + [
        {"value": str(chief.person_id), "label": _chief_words(chief, reach)}
        for chief in (*first, *others)
    ]


def _chief_words(chief: ChiefMonth, reach: Mapping[int, str]) -> str:
    """A chief's name, with the reach where several have the same."""
    known = reach.get(chief.person_id)
    return chief.name + (bracketed(known) if known else "")
