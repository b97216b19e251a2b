"""The dialog of how a station's messages are read: a model, its rows, and a box to try it."""

from collections.abc import Sequence
from typing import Any

import dash_mantine_components as dmc
from dash import dcc, html

from dashboard.parts.attributes import attributes
from dashboard.parts.icons import icon
from dashboard.parts.kit import choice, close_button, dialog, dialog_foot
from dashboard.parts.measures import own_name, parameter_name, unit_of
from dashboard.parts.wording import _
from dashboard.stations.format_actions import OWN, FilledRow
from data.queries.stations.device_models import StoredModel
from data.vocabulary import PARAMETERS
from ingest.codecs.json_paths import LONGEST_PATH
from ingest.codecs.mapping import MOST_DIGITS, TimeFormat


class Ids:
    """Ids of the elements of the dialog."""

    DIALOG = "stations-format-dialog"
    OPEN = "stations-format"
    CHOSEN = "stations-format-chosen"
    STATE = "stations-format-state"
    MODEL = "stations-format-model"
    MODEL_VERSION = "stations-format-model-version"
    EDITOR = "stations-format-editor"
    CODE = "stations-format-code"
    NAME = "stations-format-name"
    LIST = "stations-format-list"
    TIME_FORMAT = "stations-format-time-format"
    TIME_PATH = "stations-format-time-path"
    ID_PATH = "stations-format-id-path"
    ROWS = "stations-format-rows"
    ADD = "stations-format-add"
    PAYLOAD = "stations-format-payload"
    NEWEST = "stations-format-newest"
    TRY = "stations-format-try"
    RESULT = "stations-format-result"
    PROBLEM = "stations-format-problem"
    SAVE = "stations-format-save"
    SAVED_DIALOG = "stations-format-saved-dialog"
    SAVED = "stations-format-saved"
    REPLAY = "stations-format-replay"
    REPLAYED = "stations-format-replayed"


FIELDS = (
    Ids.CODE,
    Ids.NAME,
    Ids.LIST,
    Ids.TIME_FORMAT,
    Ids.TIME_PATH,
    Ids.ID_PATH,
)
"""The fields of a model beside its rows, in the order of ``FilledFormat``."""

COLUMNS = ("path", "parameter", "factor", "offset")


def cell_id(column: str, row: int | Any) -> dict[str, Any]:
    """The id of a cell of the rows of values; ``row`` may be Dash's ALL."""
    return {"type": f"stations-format-{column}", "index": row}


def format_dialogs() -> list[Any]:
    """The closed dialogs: the form, and what is said after saving; with their stores."""
    form = [
        html.Div(id=Ids.STATE, className="t2"),
        choice(Ids.MODEL, _("Message format"), [], size="sm", allowDeselect=False),
        html.Div(_editor(), id=Ids.EDITOR, className="st-group", hidden=True),
        html.Div(id=Ids.PROBLEM),
        dialog_foot(
            close_button(),
            html.Button(_("Save"), id=Ids.SAVE, className="btn p"),
        ),
    ]
    saved = [
        html.Div(id=Ids.SAVED),
        html.Div(
            html.Button(_("Take in what waits"), id=Ids.REPLAY, className="btn p", hidden=True),
            className="row",
        ),
        html.Div(id=Ids.REPLAYED, role="status"),
    ]
    return [
        dialog(
            Ids.DIALOG,
            _("Message format"),
            form,
            size=760,
            closeOnClickOutside=False,
            className="st-dialog",
        ),
        dialog(Ids.SAVED_DIALOG, _("Message format"), saved),
        dcc.Store(id=Ids.CHOSEN),
        dcc.Store(id=Ids.OPEN),
        dcc.Store(id=Ids.MODEL_VERSION),
    ]


def _editor() -> list[Any]:
    return [
        html.Div(
            [
                _text(Ids.NAME, _("Name of the device model")),
                _text(Ids.CODE, _("Code"), placeholder="acme-wq-1"),
            ],
            className="st-two",
        ),
        html.Div(
            [
                choice(
                    Ids.TIME_FORMAT,
                    _("Form of the time"),
                    time_choices(),
                    value=TimeFormat.ISO.value,
                    size="sm",
                    allowDeselect=False,
                ),
                _text(Ids.TIME_PATH, _("Path of the time"), placeholder="time"),
            ],
            className="st-two",
        ),
        html.Div(
            [
                _text(Ids.ID_PATH, _("Path of the message's id (optional)")),
                _text(
                    Ids.LIST,
                    _("Path of a list of readings (optional)"),
                    placeholder="object.readings[*]",
                ),
            ],
            className="st-two",
        ),
        html.Div(id=Ids.ROWS, className="st-rows"),
        html.Div(
            html.Button([icon("plus"), _("Another value")], id=Ids.ADD, className="btn s"),
            className="row",
        ),
        html.P(
            _(
                "A path names the keys with dots between them, as in object.ph or values[0]. "
                "The value times the factor is in the unit shown; only a temperature has an offset."
            ),
            className="t3 fs12",
        ),
        *_trial(),
    ]


def _trial() -> list[Any]:
    """The box for a message, the buttons that fill and try it, and the place of the result."""
    return [
        html.Label(_("Try a message"), htmlFor=Ids.PAYLOAD),
        dcc.Textarea(
            id=Ids.PAYLOAD,
            value="",
            maxLength=65536,
            rows=5,
            spellCheck=False,
            placeholder='{"time": "…", "object": {"ph": 7.2}}',
            className="st-message mono",
        ),
        html.Div(
            [
                html.Button(_("Newest waiting message"), id=Ids.NEWEST, className="btn s"),
                html.Span(className="sp"),
                html.Button(_("Try"), id=Ids.TRY, className="btn s"),
            ],
            className="row",
        ),
        html.Div(id=Ids.RESULT, role="status"),
    ]


def _text(name: str, label: str, **more: Any) -> dmc.TextInput:
    return dmc.TextInput(
        id=name, label=label, value="", size="sm", autoComplete="off", **_most(LONGEST_PATH), **more
    )


def _most(letters: int, label: str = "") -> dict[str, Any]:
    facts: dict[str, Any] = {"maxLength": letters}
    return {"attributes": {"input": {**facts, **({"aria-label": label} if label else {})}}}


def value_rows(rows: Sequence[FilledRow]) -> list[Any]:
    """The rows of values under their heads."""
    head = html.Div(
        [*(html.Span(word) for word in _heads()), html.Span()], className="st-row st-heads"
    )
    return [head, *(value_row(n, row) for n, row in enumerate(rows))]


def _heads() -> tuple[str, ...]:
    return _("Path"), _("Parameter and unit"), _("Factor"), _("Offset")


def value_row(n: int, row: FilledRow) -> html.Div:
    """The cells of the row ``n``, counted from 0, and a button that clears them."""
    path, parameter, factor, offset = (f"{head} {n + 1}" for head in _heads())
    cells = [
        dmc.TextInput(
            id=cell_id("path", n), value=row.path, size="sm", **_most(LONGEST_PATH, path)
        ),
        dmc.Select(
            id=cell_id("parameter", n),
            value=row.parameter or None,
            data=parameter_choices(),
            searchable=True,
            clearable=True,
            size="sm",
            comboboxProps={"zIndex": 400},
            attributes={"input": {"aria-label": parameter}},
        ),
        dmc.TextInput(
            id=cell_id("factor", n),
            value=row.factor,
            placeholder="× 1",
            size="sm",
            **_most(MOST_DIGITS, factor),
        ),
        dmc.TextInput(
            id=cell_id("offset", n),
            value=row.offset,
            placeholder="+ 0",
            size="sm",
            **_most(MOST_DIGITS, offset),
        ),
        html.Button(
            icon("close"),
            id=cell_id("clear", n),
            className="btn s",
            **attributes(aria_label=_("Clear value {n}").format(n=n + 1), data_fills=""),
        ),
    ]
    return html.Div(cells, className="st-row")


def parameter_choices() -> list[dict[str, str]]:
    """The options for a value's parameter, each with our unit."""
    return [
        {"value": each.value, "label": f"{parameter_name(each)} {unit_of(each)}".rstrip()}
        for each in PARAMETERS
    ]


def time_choices() -> list[dict[str, str]]:
    """The options for how a device writes the time."""
    words = {
        TimeFormat.ISO: _("ISO 8601 with offset"),
        TimeFormat.ISO_BEIJING: _("ISO 8601, without offset Beijing's"),
        TimeFormat.EPOCH_S: _("seconds since 1970"),
        TimeFormat.EPOCH_MS: _("milliseconds since 1970"),
        TimeFormat.EPOCH_US: _("microseconds since 1970"),
        TimeFormat.EPOCH_NS: _("nanoseconds since 1970"),
        TimeFormat.ARRIVAL: _("none: the moment of arrival"),
    }
    return [{"value": each.value, "label": words.get(each, each.value)} for each in TimeFormat]


def model_choices(models: Sequence[StoredModel]) -> list[dict[str, str]]:
    """The options for a station's format: our own contract, then the models."""
    own = {"value": OWN, "label": _("OneMap's own format")}
    return [own, *({"value": m.code, "label": own_name(m.name, m.name_en)} for m in models)]


def rows_of(model: StoredModel) -> list[FilledRow]:
    """The rows of a stored model as the form shows them."""
    return [
        FilledRow(row["path"], row["parameter"], row.get("factor", ""), row.get("offset", ""))
        for row in model.mapping["value"]
    ]
