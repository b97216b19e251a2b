"""The strip above the map, five numbers: what waits for the reader, what is overdue, the water."""

from dash import dcc, html

from dashboard.parts.attributes import attributes
from dashboard.parts.wording import _


def strip(*, with_ledger: bool = False) -> html.Section:
    """Returns the five counts, filled by a script: links into the ledger, filters of the map.

    Who doesn't read the ledger has the five counts of the water in their place.
    """
    water = [
        _count("meets", _("Sections meeting target"), _("Met")),
        _count("below", _("Sections below target"), _("Below")),
        _count("exceeding", _("Outfalls exceeding"), _("Over")),
    ]
    if with_ledger:
        cells = [
            _link("waiting", _("Waiting for me"), _("To do")),
            _link("overdue", _("Overdue problems"), _("Overdue")),
            *water,
        ]
    else:
        cells = [
            *water,
            _count("unsure", _("Partial or stale"), _("Unsure")),
            _count("offline", _("Devices offline"), _("Offline")),
        ]
    return html.Section(
        cells,
        id="one-map-strip",
        className="mp-strip mp-float",
        **attributes(aria_label=_("Counts of the area")),
    )


def further_counts() -> html.Div:
    """Returns the counts that have no place in the strip of who reads the ledger, for the panel."""
    return html.Div(
        [
            _further("unsure", _("Partial or stale"), _("Unsure")),
            _further("offline", _("Devices offline"), _("Offline")),
            dcc.Link(
                [html.Span(_("New")), html.B(**attributes(data_told="new"))],
                href="/ledger?view=new",
                className="mp-also",
                title=_("New this week"),
            ),
        ],
        className="mp-further",
    )


def _further(key: str, label: str, brief: str) -> html.Button:
    return html.Button(
        [html.Span(brief), html.B(**attributes(data_count=key))],
        type="button",
        className="mp-also",
        title=label,
        **attributes(data_filter=key, aria_pressed="false"),
    )


def _words(label: str, brief: str) -> list[html.Span]:
    """Returns a count's name, and a shorter one for where there is no room for it."""
    return [
        html.Span(label, className="mp-kl"),
        html.Span(brief, className="mp-kb", **attributes(aria_hidden="true")),
    ]


def _count(key: str, label: str, brief: str) -> html.Button:
    return html.Button(
        [
            *_words(label, brief),
            html.Span(className="mp-kv mp-skeleton", **attributes(data_count=key)),
            html.Span(className="mp-ks", **attributes(data_sentence=key)),
        ],
        type="button",
        className="mp-kp",
        title=label,
        **attributes(data_filter=key, aria_pressed="false"),
    )


def _link(view: str, label: str, brief: str) -> dcc.Link:
    return dcc.Link(
        [
            *_words(label, brief),
            html.Span(className="mp-kv mp-skeleton", **attributes(data_told=view)),
            html.Span(className="mp-ks", **attributes(data_told_sentence=view)),
        ],
        href=f"/ledger?view={view}",
        className="mp-kp",
        title=label,
    )
