"""Small drawn marks of the map: icon buttons and legend strokes."""

from dash import html

from dashboard.views.attributes import attributes
from data.vocabulary import WaterClass


def icon(name: str) -> html.Span:
    """An icon in the colour of the text; the words beside it speak for it."""
    return html.Span(className=f"ic ic-{name}", **attributes(aria_hidden="true"))


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
