"""The grid of problems: its columns and what it asks the server for."""

from typing import Any, Final

import dash_ag_grid as dag
import dash_mantine_components as dmc

from dashboard.ledger.reads import MOST_CHOSEN
from dashboard.parts.attributes import attributes
from dashboard.parts.icons import icon
from dashboard.parts.kit import popover
from dashboard.parts.wording import _, language
from data.queries.ledger.filter import Order, Sort, View

BLOCK_ROWS: Final = 50
MOST_START: Final = 1_000_000

WIDTHS: Final[dict[Sort, int]] = {
    Sort.NUMBER: 148,
    Sort.PLACE: 164,
    Sort.DIVISION: 84,
    Sort.CATEGORY: 212,
    Sort.SEVERITY: 104,
    Sort.STATUS: 84,
    Sort.DUE: 140,
    Sort.UNIT: 140,
    Sort.LAST: 248,
}
WIDER: Final[dict[Sort, int]] = {
    Sort.PLACE: 258,
    Sort.DIVISION: 96,
    Sort.CATEGORY: 146,
    Sort.SEVERITY: 92,
    Sort.STATUS: 124,
    Sort.DUE: 168,
    Sort.UNIT: 118,
    Sort.LAST: 224,
}
"""What English words need instead."""

LEAST_WIDTH: Final = 120
GROWS: Final = (Sort.PLACE, Sort.CATEGORY, Sort.UNIT, Sort.LAST)
RENDERED: Final = {
    Sort.NUMBER: "LedgerNumber",
    Sort.PLACE: "LedgerPlace",
    Sort.CATEGORY: "LedgerWhat",
    Sort.SEVERITY: "LedgerSeverity",
    Sort.STATUS: "LedgerStatus",
    Sort.DUE: "LedgerDeadline",
    Sort.LAST: "LedgerLast",
}
FIELDS: Final = {
    Sort.CATEGORY: "what",
    Sort.DUE: "deadline",
}
ALWAYS: Final = (Sort.NUMBER,)
"""Columns that can't be put away."""

ASKED: Final = "asked"
"""The column of requests for more time, which the tab shows and hides."""


def headings() -> dict[Sort, str]:
    """The names of the list's columns by sort key, in the order of the columns."""
    return {
        Sort.NUMBER: _("Number"),
        Sort.PLACE: _("Where it is"),
        Sort.DIVISION: _("Town"),
        Sort.CATEGORY: _("Category and what it is"),
        Sort.SEVERITY: _("Severity"),
        Sort.STATUS: _("Status"),
        Sort.DUE: _("Deadline"),
        Sort.UNIT: _("Responsible unit"),
        Sort.LAST: _("Last step"),
    }


def columns(order: Order, view: View) -> list[dict[str, Any]]:
    """AG Grid's definitions of the columns, sorted as ``order`` says.

    What a unit asks for has a column under the tab of such requests alone.
    """
    made = []
    widths = WIDTHS if language.get() == "zh" else {**WIDTHS, **WIDER}
    for column, name in headings().items():
        definition: dict[str, Any] = {
            "colId": column.value,
            "field": FIELDS.get(column, column.value),
            "headerName": name,
            "minWidth": min(widths[column], LEAST_WIDTH),
            "sort": ("desc" if order.descending else "asc") if column is order.by else None,
        }
        if column in GROWS:
            definition["flex"] = widths[column]
        else:
            definition["width"] = widths[column]
        if column in RENDERED:
            definition["cellRenderer"] = RENDERED[column]
        made.append(definition)
        if column is Sort.DUE:
            made.append(asked_column(is_shown=view is View.EXTENSION))
    return made


def asked_column(*, is_shown: bool) -> dict[str, Any]:
    """AG Grid's definition of the column of requests for more time: until when, and why."""
    return {
        "colId": ASKED,
        "field": "asked",
        "headerName": _("More time asked for"),
        "minWidth": 200,
        "flex": 280,
        "sortable": False,
        "hide": not is_shown,
        "cellRenderer": "LedgerAsked",
    }


def grid(name: str, order: Order, view: View) -> dag.AgGrid:
    """The grid of problems, which while scrolled asks for ``BLOCK_ROWS`` rows at a time."""
    return dag.AgGrid(
        id=name,
        rowModelType="infinite",
        columnDefs=columns(order, view),
        defaultColDef={
            "sortable": True,
            "resizable": True,
            "suppressHeaderMenuButton": True,
            "suppressMovable": True,
            "sortingOrder": ["asc", "desc"],
        },
        dashGridOptions={
            "rowHeight": 44,
            "headerHeight": 36,
            "cacheBlockSize": BLOCK_ROWS,
            "maxBlocksInCache": 20,
            "cacheOverflowSize": 1,
            "maxConcurrentDatasourceRequests": 1,
            "blockLoadDebounceMillis": 80,
            "rowBuffer": 5,
            "animateRows": False,
            "enableCellTextSelection": True,
            "suppressDragLeaveHidesColumns": True,
            "rowSelection": {
                "mode": "multiRow",
                "checkboxes": {"function": "params.data != null"},  # none in a row on its way
                "hideDisabledCheckboxes": True,
                "headerCheckbox": False,
                "enableClickSelection": False,
            },
            "selectionColumnDef": {
                "width": 48,
                "minWidth": 48,
                "resizable": False,
                "headerComponent": "LedgerAll",
                "headerComponentParams": {
                    "label": _("Choose the loaded problems, at most {most}").format(
                        most=MOST_CHOSEN
                    ),
                    "most": MOST_CHOSEN,
                },
            },
            "localeText": grid_words(),
        },
        getRowId="params.data.id",
        className="ag-theme-quartz lg-grid",
        style={"height": "100%"},
    )


def grid_words() -> dict[str, str]:
    """The words that the grid itself shows or reads out, by AG Grid's keys."""
    return {
        "ariaChecked": _("chosen"),
        "ariaUnchecked": _("not chosen"),
        "ariaIndeterminate": _("some chosen"),
        "ariaHeaderSelection": _("Choice of rows"),
        "ariaRowSelectionDisabled": _("This row can't be chosen"),
        "ariaRowToggleSelection": _("Press space to choose the row"),
        "ariaSkeletonCellLoading": _("Loading …"),
        "ariaSkeletonCellLoadingFailed": _("The row could not be loaded"),
        "ariaSortableColumn": _("Press Enter to sort"),
        "ariaPageSizeSelectorLabel": _("Rows a page"),
        "firstPage": _("First page"),
        "lastPage": _("Last page"),
        "nextPage": _("Next page"),
        "previousPage": _("Previous page"),
        "pageSizeSelectorLabel": _("Rows a page"),
        "loadingOoo": _("Loading …"),
        "noRowsToShow": " ",
    }


def column_picker(name: str) -> dmc.Popover:
    """The button that opens the choice of columns; the browser remembers which are hidden."""
    boxes = [
        dmc.Checkbox(label=word, value=column.value, size="xs", radius=4)
        for column, word in headings().items()
        if column not in ALWAYS
    ]
    face = [icon("columns"), _("Columns")]
    group = dmc.CheckboxGroup(
        boxes,
        id=name,
        value=[column.value for column in headings()],
        persistence="columns",
        persistence_type="local",
        className="om-choices",
        **attributes(aria_label=_("Columns")),
    )
    return popover(face, "fld lg-tool", group, side="end")


def sort_of(request: dict[str, Any]) -> dict[str, str]:
    """The order of rows that a grid request asks for, as a parameter of the page's address."""
    model = request.get("sortModel") or []
    if not model:
        return {}
    turned = "-" if model[0].get("sort") == "desc" else ""
    return {"sort": f"{turned}{model[0].get('colId', '')}"}


def span_of(request: dict[str, Any]) -> tuple[int, int]:
    """The index of the first row that a grid request asks for, and the number of rows."""
    start = min(max(0, int(request["startRow"])), MOST_START)
    return start, min(max(1, int(request["endRow"]) - start), BLOCK_ROWS)
