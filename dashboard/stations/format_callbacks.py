"""The callbacks of the dialog of a station's message format."""

from typing import Any

import dash
from dash import ALL, MATCH, ClientsideFunction, Input, Output, Patch, State

from dashboard.frame.callback_values import number_in
from dashboard.frame.deps import Deps
from dashboard.frame.offload import off
from dashboard.parts.kit import while_running
from dashboard.stations import format_answers as answers
from dashboard.stations.format_actions import FilledFormat, FilledRow
from dashboard.stations.format_form import COLUMNS, FIELDS, Ids, cell_id, value_row

ROWS = [State(cell_id(column, ALL), "value") for column in COLUMNS]
FORM = [State(Ids.MODEL, "value"), *(State(name, "value") for name in FIELDS), *ROWS]
Cells = list[str | None]


def filled_rows(columns: tuple[Cells, ...]) -> tuple[FilledRow, ...]:
    """The rows that a page sent as columns."""
    return tuple(FilledRow(*(cell or "" for cell in row)) for row in zip(*columns, strict=False))


def filled_format(fields: tuple[str | None, ...], columns: tuple[Cells, ...]) -> FilledFormat:
    """The form that a page sent: the choice and the fields, then the columns of its rows."""
    model, code, name, every, time_format, time_path, id_path = (each or "" for each in fields)
    rows = filled_rows(columns)
    return FilledFormat(model, code, name, every, time_format, time_path, id_path, rows)


def register(app: dash.Dash, deps: Deps) -> None:
    """Registers the dialog's callbacks."""
    register_opening(app, deps)
    register_rows(app)
    register_trying(app, deps)
    register_saving(app, deps)


def register_opening(app: dash.Dash, deps: Deps) -> None:
    """Registers the callbacks that open the dialog and fill it with a model."""

    @app.callback(
        Output(Ids.DIALOG, "opened"),
        Output(Ids.DIALOG, "title"),
        Output(Ids.CHOSEN, "data"),
        Output(Ids.STATE, "children"),
        Output(Ids.MODEL, "data"),
        Output(Ids.MODEL, "value"),
        Output(Ids.PAYLOAD, "value"),
        Output(Ids.RESULT, "children"),
        Output(Ids.PROBLEM, "children"),
        Input(Ids.OPEN, "data"),
        prevent_initial_call=True,
    )
    async def open_format(pressed: dict[str, Any]) -> Any:
        return await off(answers.opened, deps, number_in(pressed, "station"))

    @app.callback(
        Output(Ids.EDITOR, "hidden"),
        Output(Ids.MODEL_VERSION, "data"),
        *[Output(name, "value") for name in FIELDS],
        Output(Ids.ROWS, "children"),
        Input(Ids.MODEL, "value"),
        Input(Ids.CHOSEN, "data"),
        prevent_initial_call=True,
    )
    async def fill(chosen: str | None, _station: dict[str, Any] | None) -> tuple[Any, ...]:
        return await off(answers.filled_in, deps, chosen)


def register_rows(app: dash.Dash) -> None:
    """Registers the callbacks that add a row of values, and that clear one in the browser."""

    @app.callback(
        Output(Ids.ROWS, "children", allow_duplicate=True),
        Input(Ids.ADD, "n_clicks"),
        State(cell_id("path", ALL), "value"),
        prevent_initial_call=True,
    )
    async def add_row(_clicks: int, paths: Cells) -> Patch:
        rows = Patch()
        rows.append(value_row(len(paths), FilledRow()))
        return rows

    app.clientside_callback(
        ClientsideFunction("onemap_stations", "clear"),
        *[Output(cell_id(column, MATCH), "value") for column in COLUMNS],
        Input(cell_id("clear", MATCH), "n_clicks"),
        prevent_initial_call=True,
    )


def register_trying(app: dash.Dash, deps: Deps) -> None:
    """Registers the callbacks that fetch the newest waiting message and try the form on one."""

    @app.callback(
        Output(Ids.PAYLOAD, "value", allow_duplicate=True),
        Output(Ids.RESULT, "children", allow_duplicate=True),
        Input(Ids.NEWEST, "n_clicks"),
        State(Ids.CHOSEN, "data"),
        prevent_initial_call=True,
    )
    async def fetch(_clicks: int, station: dict[str, Any] | None) -> tuple[Any, Any]:
        return await off(answers.newest, deps, number_in(station, "id"))

    @app.callback(
        Output(Ids.RESULT, "children", allow_duplicate=True),
        Input(Ids.TRY, "n_clicks"),
        State(Ids.CHOSEN, "data"),
        State(Ids.PAYLOAD, "value"),
        *FORM,
        prevent_initial_call=True,
    )
    async def try_it(
        _clicks: int,
        station: dict[str, Any] | None,
        message: str | None,
        model: str | None,
        code: str | None,
        name: str | None,
        every: str | None,
        time_format: str | None,
        time_path: str | None,
        id_path: str | None,
        paths: Cells,
        parameters: Cells,
        factors: Cells,
        offsets: Cells,
    ) -> Any:
        fields = (model, code, name, every, time_format, time_path, id_path)
        filled = filled_format(fields, (paths, parameters, factors, offsets))
        return await off(answers.tried, deps, number_in(station, "id"), filled, message or "")


def register_saving(app: dash.Dash, deps: Deps) -> None:
    """Registers the callbacks that save the format and ask for what waits to be taken in."""

    @app.callback(
        Output(Ids.DIALOG, "opened", allow_duplicate=True),
        Output(Ids.PROBLEM, "children", allow_duplicate=True),
        Output(Ids.SAVED, "children"),
        Output(Ids.REPLAY, "hidden"),
        Output(Ids.SAVED_DIALOG, "opened"),
        Output(Ids.REPLAYED, "children"),
        Input(Ids.SAVE, "n_clicks"),
        State(Ids.CHOSEN, "data"),
        State(Ids.MODEL_VERSION, "data"),
        *FORM,
        running=while_running(Ids.SAVE),
        prevent_initial_call=True,
    )
    async def save(
        _clicks: int,
        station: dict[str, Any] | None,
        version: int | None,
        model: str | None,
        code: str | None,
        name: str | None,
        every: str | None,
        time_format: str | None,
        time_path: str | None,
        id_path: str | None,
        paths: Cells,
        parameters: Cells,
        factors: Cells,
        offsets: Cells,
    ) -> tuple[Any, ...]:
        fields = (model, code, name, every, time_format, time_path, id_path)
        filled = filled_format(fields, (paths, parameters, factors, offsets))
        asked = number_in(station, "id")
        return await off(answers.saved, deps, station or {}, asked, filled, version)

    @app.callback(
        Output(Ids.REPLAYED, "children", allow_duplicate=True),
        Output(Ids.REPLAY, "hidden", allow_duplicate=True),
        Input(Ids.REPLAY, "n_clicks"),
        State(Ids.CHOSEN, "data"),
        running=while_running(Ids.REPLAY),
        prevent_initial_call=True,
    )
    async def replay(_clicks: int, station: dict[str, Any] | None) -> tuple[Any, bool]:
        return await off(answers.replayed, deps, number_in(station, "id"))
