"""The kit of pages: heading, dialog, segmented control, rows that open, buttons of menus.

Every page is built from these, so that no two have another margin, dialog or filter: a test finds
a page that goes its own way (``tests/browser/house/test_kit.py``).
"""

from collections.abc import Mapping, Sequence
from typing import Any

import dash_mantine_components as dmc
from dash import Output, html

from dashboard.parts.attributes import attributes, words_for_script
from dashboard.parts.icons import icon
from dashboard.parts.press import press
from dashboard.parts.wording import _
from data.clock import BUSINESS_ZONE, UtcDatetime

Z_DIALOG = 300
"""How far in front dialogs stand; lists that open within them stand at ``Z_LIST``."""

Z_LIST = 400

PILL_PADDING_PX, WIDE_PX, NARROW_PX, LAST_NARROW = 10, 13, 7, 0x2E7F
"""A pill's padding, the widths of a Chinese sign and of a Latin one, and the last code of the
latter: how far a pill's value stands, behind its label, from the edge at which its list opens."""


def page_header(title: str, *parts: Any, note: Any = None, kind: str = "") -> html.Header:
    """Returns a page's heading: title, note beside it, then at the right filters and actions."""
    quiet = html.Span(note, className="t3") if isinstance(note, str) else note
    return html.Header(
        [html.H1(title), quiet, html.Span(className="sp"), *parts],
        className=f"om-head {kind}".strip(),
    )


def dates_on_paper(as_of: UtcDatetime) -> html.P:
    """Returns a line that is printed alone: of which day the moments without a day are."""
    words = _(
        "As of {time}. A time without a day is of that day, a day without a year of that year."
    )
    read_at = f"{as_of.astimezone(BUSINESS_ZONE):%Y-%m-%d %H:%M}"
    return html.P(words.format(time=read_at), className="om-on-paper")


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


def search_box(
    name: str, hint: str, value: str = "", most: int = 80, *, label: str = ""
) -> dmc.TextInput:
    """Returns the box of a search, which asks as soon as one stops to type."""
    return dmc.TextInput(
        id=name,
        value=value,
        placeholder=hint,
        leftSection=icon("search"),
        debounce=300,
        attributes={"input": {"maxLength": most}},
        className="om-find",
        **attributes(aria_label=label or hint),
    )


def segmented(
    name: str, label: str, words: Mapping[str, str], value: str, *, wide: bool = False
) -> html.Div:
    """Returns a segmented control: a choice of one of a few ``words``, by their values."""
    return html.Div(
        dmc.SegmentedControl(
            id=name,
            data=[{"value": key, "label": word} for key, word in words.items()],
            value=value,
            fullWidth=wide,
            size="sm" if wide else "xs",
            className="om-segmented",
        ),
        role="group",
        **attributes(aria_label=label),
    )


def choice(
    name: str | dict[str, Any], label: str, data: Sequence[Any], /, **more: Any
) -> dmc.Select:
    """Returns a labelled choice from a list, which opens in front of dialogs."""
    return dmc.Select(
        id=name,
        label=label,
        data=list(data),
        comboboxProps={"zIndex": Z_LIST},
        clearButtonProps={"aria-label": _("Clear {filter}").format(filter=label)},
        **more,
    )


def filter_row(*parts: Any) -> html.Div:
    """Returns the row over a list: its search first, then its filters."""
    return html.Div(list(parts), className="om-filters", role="search")


def filter_pill(
    name: str | dict[str, Any],
    label: str,
    data: Sequence[Any],
    *,
    is_order: bool = False,
    **more: Any,
) -> dmc.Select:
    """Returns the pill of a list's filter by one of a few values: its label, then what is chosen.

    ``is_order`` makes it the choice of the list's order, which always has a value.
    """
    start_px = -PILL_PADDING_PX - sum(WIDE_PX if ord(sign) > LAST_NARROW else NARROW_PX
                                      for sign in label)  # fmt: skip
    return dmc.Select(
        id=name,
        label=label,
        data=list(data),
        placeholder=" ",
        clearable=not is_order,
        allowDeselect=not is_order,
        className="om-pill om-one om-order" if is_order else "om-pill om-one",
        clearButtonProps={"aria-label": _("Clear {filter}").format(filter=label)},
        comboboxProps={
            "width": "max-content",
            "position": "bottom-start",
            "offset": {"mainAxis": 6, "crossAxis": start_px},
            "shadow": "md",
        },
        **more,
    )


def ticks_pill(key: str, label: str, group: Any, prefix: str) -> html.Span:
    """Returns the pill of a list's filter by several values, which are ticked in ``group``.

    A script words its face (``<prefix>-label-<key>``) and marks it as on (``<prefix>-pill-<key>``).
    """
    face = [html.Span(label, id=f"{prefix}-label-{key}"), icon("down")]
    return html.Span(
        [
            popover(face, "om-pick", group, drop="om-ticks", keepMounted=False),
            drop_button(f"{prefix}-drop", key, label),
        ],
        id=f"{prefix}-pill-{key}",
        className="om-pill",
    )


def fixed_pill(prefix: str, key: str, label: str, words: str) -> html.Span:
    """Returns the pill of a filter that an address brought along: it can only be taken away."""
    return html.Span(
        [html.Span(words, className="om-pick"), drop_button(f"{prefix}-drop", key, label)],
        className="om-pill on",
    )


def drop_button(store: str, key: str, label: str) -> html.Button:
    """Returns the cross of a filter's pill, which chooses nothing; the store hears of its press."""
    return html.Button(
        icon("close"),
        type="button",
        className="om-drop",
        **press(store, filter=key),
        **attributes(aria_label=_("Clear {filter}").format(filter=label)),
    )


def button(words: Any, name: str, *, is_main: bool = True) -> html.Button:
    """Returns a button; ``is_main`` is the one of a page or dialog that does what it is for."""
    return html.Button(words, id=name, type="button", className="btn p" if is_main else "btn")


def while_running(name: str) -> list[tuple[Output, bool, bool]]:
    """Returns a callback's ``running``: its button waits, so that a second click does nothing."""
    return [(Output(name, "disabled"), True, False)]


def close_button(name: str = "", *, words: str = "") -> html.Button:
    """Returns the button 取消 of a dialog: it closes the dialog as its cross does."""
    more: dict[str, Any] = {"id": name} if name else {}
    more |= attributes(data_close_dialog="")
    return html.Button(words or _("Cancel"), type="button", className="btn", **more)


def shown_once(*children: Any) -> html.Div:
    """Returns a dialog's content that can't be read again: its button closes, all else asks."""
    done = attributes(data_close_dialog="done")
    noted = html.Button(_("Noted"), type="button", className="btn p", **done)
    asking = {**attributes(data_unsent=""), **words_for_script(once_words())}
    return html.Div([*children, dialog_foot(noted)], **asking)


def once_words() -> dict[str, str]:
    """Returns the words with which a dialog asks before something is closed that is shown once."""
    return {
        "not_sent": _("This is shown only once. Have you noted it?"),
        "stay": _("Not yet"),
        "give_up": _("Noted"),
    }


def target_button(name: str, label: str = "", **more: Any) -> dict[str, Any]:
    """Returns the ``boxWrapperProps`` that make a menu's or popover's target a real button.

    Mantine puts ``aria-haspopup`` and ``aria-expanded`` on the wrapper of the target: on a div they
    mean nothing. The target itself must not be a button then.
    """
    named = {"aria-label": label} if label else {}
    return {"component": "button", "type": "button", "className": name, **named, **more}


def popover(
    face: Any, looks: str, children: Any, *, drop: str = "", side: str = "start", **more: Any
) -> dmc.Popover:
    """Returns a button, its words ``face`` in the classes ``looks``, that opens a box below it.

    The box stays while its button changes: Mantine takes a button that grows under its box for one
    out of sight, and would hide the box with the keyboard's place in it until it looks again.
    """
    return dmc.Popover(
        [
            dmc.PopoverTarget(
                html.Span(face, className="om-face"), boxWrapperProps=target_button(looks)
            ),
            dmc.PopoverDropdown(children, className=drop),
        ],
        position=f"bottom-{side}",
        shadow="md",
        trapFocus=True,
        returnFocus=True,
        hideDetached=False,
        **more,
    )


def row() -> dict[str, Any]:
    """Returns the attributes of a table row that opens: by click, Enter, middle click, arrows.

    One link or button in it has the attributes of ``opener``; a script does the rest.
    """
    return attributes(data_row="")


def opener() -> dict[str, Any]:
    """Returns the attributes of what a row opens by: its one link or button."""
    return attributes(data_row_open="")


def way_back(words: str, href: str, looks: str = "") -> html.A:
    """Returns a page's link to the list it belongs to.

    A script leads it to the list from which the page was opened, with its filters and its place.
    """
    return html.A(words, href=href, className=looks, **attributes(data_go="", data_back=""))


def kebab(label: str) -> dmc.MenuTarget:
    """Returns the button of three dots at a row's end, which opens a menu called ``label``."""
    return dmc.MenuTarget(
        html.Span(icon("more"), className="om-face"),
        boxWrapperProps=target_button("ib om-kebab", label, title=label),
    )


def menu(target: dmc.MenuTarget, items: Sequence[Any], *, width: int = 200) -> dmc.Menu:
    """Returns a menu of ``items`` below its target, at the target's right edge."""
    return dmc.Menu(
        [target, dmc.MenuDropdown(list(items))],
        position="bottom-end",
        width=width,
        shadow="md",
    )


def spoken(words: str) -> html.Span:
    """Returns words for screen readers alone, such as the heading of a column of buttons."""
    return html.Span(words, className="om-spoken")
