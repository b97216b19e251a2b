"""Small drawn marks of the map: icon buttons and legend strokes."""

from dash import html

from dashboard.parts.attributes import attributes
from dashboard.parts.icons import icon
from data.vocabulary import WaterClass


def icon_button(name: str, label: str, **named: str) -> html.Button:
    """A square button with an icon and a spoken name."""
    return html.Button(
        icon(name),
        type="button",
        className="ib mp-ib",
        title=label,
        **attributes(aria_label=label, **named),
    )


def class_line(water_class: WaterClass | None, label: str) -> html.Span:
    """A legend entry: a stroke in the class's colour with its numeral beside it."""
    number = 0 if water_class is None else int(water_class)
    return html.Span(
        [html.I(className=f"mp-stroke mp-k{number}", **attributes(aria_hidden="true")), label],
        className="mp-lg",
    )
