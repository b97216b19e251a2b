"""The kit of pages: heading, dialog, segmented control, rows that open, buttons of menus.

Every page is built from these, so that no two have another margin, dialog or filter: a test finds
a page that goes its own way (``tests/browser/house/test_kit.py``).
"""

from collections.abc import Mapping, Sequence
from typing import Any

import dash_mantine_components as dmc
from dash import html

from dashboard.parts.attributes import attributes
from dashboard.parts.icons import icon
from dashboard.parts.wording import _

Z_DIALOG = 300
"""How far in front dialogs stand; lists that open within them stand at ``Z_LIST``."""

Z_LIST = 400


def page_header(title: str, *parts: Any, note: Any = None, kind: str = "") -> html.Header:
    """Returns a page's heading: title, note beside it, then at the right filters and actions."""
    quiet = html.Span(note, className="t3") if isinstance(note, str) else note
    return html.Header(
        [html.H1(title), quiet, html.Span(className="sp"), *parts],
        className=f"om-head {kind}".strip(),
    )


def dialog(name: str, title: Any, children: Any, *, size: int = 440, **more: Any) -> dmc.Modal:
    """Returns a closed dialog: title, cross, content; Escape closes it and gives the focus back."""
    return dmc.Modal(
        children,
        id=name,
        title=title,
        size=size,
        radius=16,
        centered=True,
        zIndex=Z_DIALOG,
        closeButtonProps={"aria-label": _("Close")},
        **more,
    )


def dialog_foot(*buttons: Any) -> html.Div:
    """Returns a dialog's last line: its buttons at the right, the one that confirms last."""
    return html.Div([html.Span(className="sp"), *buttons], className="row om-foot")


def segmented(name: str, label: str, words: Mapping[str, str], value: str) -> html.Div:
    """Returns a segmented control: a choice of one of a few ``words``, by their values."""
    return html.Div(
        dmc.SegmentedControl(
            id=name,
            data=[{"value": key, "label": word} for key, word in words.items()],
            value=value,
            size="xs",
            className="om-segmented",
        ),
        role="group",
        **attributes(aria_label=label),
    )


def choice(name: str | dict[str, Any], label: str, data: Sequence[Any], **more: Any) -> dmc.Select:
    """Returns a labelled choice from a list, which opens in front of dialogs."""
    return dmc.Select(
        id=name,
        label=label,
        data=list(data),
        comboboxProps={"zIndex": Z_LIST},
        clearButtonProps={"aria-label": _("Clear {filter}").format(filter=label), "tabIndex": 0},
        **more,
    )


def target_button(name: str, label: str = "", **more: Any) -> dict[str, Any]:
    """Returns the ``boxWrapperProps`` that make a menu's or popover's target a real button.

    Mantine puts ``aria-haspopup`` and ``aria-expanded`` on the wrapper of the target: on a div they
    mean nothing. The target itself must not be a button then.
    """
    named = {"aria-label": label} if label else {}
    return {"component": "button", "type": "button", "className": name, **named, **more}


def row() -> dict[str, Any]:
    """Returns the attributes of a table row that opens: by click, Enter, middle click, arrows.

    One link or button in it has the attributes of ``opener``; a script does the rest.
    """
    return attributes(data_row="")


def opener() -> dict[str, Any]:
    """Returns the attributes of what a row opens by: its one link or button."""
    return attributes(data_row_open="")


def kebab(label: str, **more: Any) -> html.Button:
    """Returns the small button of three dots at a row's end; ``label`` is what it is called."""
    return html.Button(
        icon("more"),
        type="button",
        title=label,
        className="ib om-kebab",
        **more,
        **attributes(aria_label=label),
    )
