"""Line icons of 16 px, drawn by masks so that they take the text's colour."""

from dash import html

from dashboard.parts.attributes import attributes

NAMES = frozenset(
    {
        "bell",
        "bookmark",
        "camera",
        "clock",
        "close",
        "columns",
        "comment",
        "csv",
        "down",
        "file",
        "flag",
        "globe",
        "home",
        "in-down",
        "layers",
        "left",
        "link",
        "list",
        "locate",
        "map",
        "minus",
        "moon",
        "more",
        "out",
        "out-up",
        "people",
        "person",
        "phone",
        "pin",
        "plus",
        "png",
        "print",
        "right",
        "search",
        "share",
        "shield",
        "stamp",
        "sun",
        "tick",
        "undo",
        "walk",
        "warn",
    }
)


def icon(name: str) -> html.Span:
    """Returns the icon of that name, hidden from screen readers; raises KeyError if unknown."""
    if name not in NAMES:
        raise KeyError(name)
    return html.Span(className=f"ic ic-{name}", **attributes(aria_hidden="true"))
