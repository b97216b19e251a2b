"""The dialog that uploads a track: file, the chief it counts for, a reason, progress, result."""

from collections.abc import Sequence

import dash_mantine_components as dmc
from dash import html

from dashboard.parts.attributes import attributes, words_for_script
from dashboard.parts.icons import icon
from dashboard.parts.wording import _
from dashboard.patrols.words import apart_words
from dashboard.waters.words import bracketed
from data.queries.patrols.records import ChiefMonth


def upload_dialog() -> dmc.Modal:
    """The closed upload dialog; its script sends the track file and shows the verdict."""
    return dmc.Modal(
        html.Div(
            [
                html.P(
                    _(
                        "A GPX or GeoJSON file with times, at most 20 MB. A rule that is not met "
                        "never keeps it from being saved; the same file again is the same patrol."
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
                html.Label([_("Counts for"), html.Select(id="patrols-person")]),
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
        id="patrols-dialog",
        title=_("Upload a track"),
        size=480,
        radius=16,
        centered=True,
        zIndex=300,
    )


def buttons() -> html.Div:
    """The buttons "close" and "upload"; "upload" carries the sentences for the script."""
    return html.Div(
        [
            html.Button(_("Close"), id="patrols-cancel", className="btn"),
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
        "offline": _("The network is gone; nothing was saved."),
        "valid": _("Recorded: the patrol is valid."),
        "invalid": _(
            "Recorded, but not valid: the page shows which rules failed "
            "and by how much. You may add a reason there."
        ),
    }


def persons(chiefs: Sequence[ChiefMonth], chosen: ChiefMonth | None) -> list[html.Option]:
    """The options for whom the patrol counts: the reader, the chosen chief, the other chiefs."""
    options = [html.Option(_("Myself"), value="")]
    first = [chief for chief in chiefs if chosen is not None and chief == chosen]
    others = [chief for chief in chiefs if chief not in first]
    reach = apart_words(chiefs)
    return options + [
        html.Option(
            chief.name + (bracketed(reach[chief.person_id]) if chief.person_id in reach else ""),
            value=str(chief.person_id),
        )
        for chief in (*first, *others)
    ]
