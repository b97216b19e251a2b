"""The pieces of pages: cards, tables that turn into cards on phones, badges, empty states."""

from collections.abc import Sequence
from typing import Any

from dash import html

from dashboard.parts import marks
from dashboard.parts.attributes import attributes
from dashboard.parts.icons import icon
from dashboard.parts.kit import row
from dashboard.parts.wording import _, worded
from data.errors import OneMapError
from data.vocabulary import WaterClass

MOST_NOTED = 5
"""How many values that can't be read one note lists."""

Cell = Any
"""What a cell holds: a text, a component or a list of both."""


def class_badge(water_class: int, *, big: bool = False, missed: bool = False) -> html.Span:
    """Returns the badge of a water-quality class (0: none), ringed where the target is missed."""
    badge = marks.class_badge(WaterClass(water_class) if water_class else None, big=big)
    return html.Span(badge, className="rv-ring") if missed else badge


def card(title: str, note: str, body: Any, *, name: str, extra: Any = None) -> html.Section:
    """Returns a card with title and note; ``name`` makes the HTML id that links lead to."""
    heading = f"river-part-{name}-title"
    return html.Section(
        [
            html.Header(
                [
                    html.H2(title, id=heading),
                    html.Span(note, className="t3"),
                    html.Span(className="sp"),
                    extra,
                ]
            ),
            body,
        ],
        id=f"river-part-{name}",
        className=f"card rv-card rv-part-{name}",
        **attributes(aria_labelledby=heading),
    )


def facts(pairs: Sequence[tuple[str, Cell]]) -> html.Dl:
    """Returns a list of names and values; pairs without a value are left out."""
    return html.Dl(
        [
            html.Div([html.Dt(name), html.Dd(value)])
            for name, value in pairs
            if value not in (None, "")
        ],
        className="rv-facts",
    )


def table(
    heads: Sequence[str],
    rows: Sequence[tuple[str, Sequence[Cell]]],
    *,
    label: str,
    opens: bool = False,
) -> html.Table:
    """Returns a table of rows (anchor, cells); a head that begins with ``>`` is right-aligned.

    With ``opens`` each row opens by the link in it that has the attributes of ``kit.opener``.
    """
    right = [head.startswith(">") for head in heads]
    names = [head.removeprefix(">") for head in heads]
    body = [
        html.Tr(
            [
                html.Td(cell, className="r" if ends else None, **attributes(data_label=name))
                for cell, name, ends in zip(cells, names, right, strict=True)
            ],
            **attributes(**({"id": anchor} if anchor else {})),
            **(row() if opens else {}),
        )
        for anchor, cells in rows
    ]
    head = [
        html.Th(name, scope="col", className="r" if ends else None)
        for name, ends in zip(names, right, strict=True)
    ]
    return html.Table(
        [html.Thead(html.Tr(head)), html.Tbody(body)],
        className="rv-table",
        **attributes(aria_label=label),
    )


def empty(sentence: str) -> html.P:
    """Returns the sentence that an empty card shows."""
    return html.P(sentence, className="rv-none t3")


def notice(sign: str, heading: str, sentence: str, way_on: Any) -> html.Div:
    """Returns what replaces a page's content: icon, heading, reason and one link or button."""
    return html.Div(
        [
            html.Span(icon(sign), className="rv-sign"),
            html.H2(heading),
            html.P(sentence),
            way_on,
        ],
        className="empty",
        role="alert",
    )


def unread_note(errors: Sequence[OneMapError]) -> html.Div | None:
    """Returns the note on what a page's address asks for that can't be read; None for nothing."""
    if not errors:
        return None
    return html.Div(
        [
            icon("warn"),
            html.Div(
                [
                    html.B(_("Part of the address can't be read and was left out")),
                    *(html.Div(worded(error)) for error in errors[:MOST_NOTED]),
                ]
            ),
        ],
        className="unread-note",
        role="alert",
    )


def skeleton() -> html.Div:
    """Returns the grey placeholder that is shown while a page loads."""
    bars = [html.Div(className="rv-bone", style={"width": width}) for width in ("18%", "42%")]
    cards = [
        html.Div(
            [html.Div(className="rv-bone", style={"width": w}) for w in ("16%", "88%", "72%")],
            className="card rv-card rv-bones",
        )
        for _number in range(3)
    ]
    return html.Div(
        [*bars, *cards],
        className="rv-skeleton",
        **attributes(aria_busy="true", aria_label=_("Loading")),
    )
