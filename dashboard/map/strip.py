"""The strip above the map: counts of waters that filter it, counts of problems that link."""

from dash import dcc, html

from dashboard.parts.attributes import attributes
from dashboard.parts.wording import _


def strip(*, with_ledger: bool = False) -> html.Section:
    """Returns the map's five count buttons, filled by a script; a pressed button filters the map.

    Beside them, for those who read the ledger, what is overdue, new and waits for the reader.
    """
    return html.Section(
        [
            _count("meets", _("Sections meeting target"), _("Met")),
            _count("below", _("Sections below target"), _("Below")),
            _count("unsure", _("Partial or stale"), _("Unsure")),
            _count("exceeding", _("Outfalls exceeding"), _("Over")),
            _count("offline", _("Devices offline"), _("Offline")),
            *(_ledger() if with_ledger else ()),
        ],
        id="one-map-strip",
        className="mp-strip mp-float",
        **attributes(aria_label=_("Counts of the area")),
    )


def _count(key: str, label: str, brief: str) -> html.Button:
    return html.Button(
        [
            html.Span(label, className="mp-kl"),
            html.Span(className="mp-kv mp-skeleton", **attributes(data_count=key)),
            html.Span(brief, className="mp-kb", **attributes(aria_hidden="true")),
            html.Span(className="mp-ks", **attributes(data_sentence=key)),
        ],
        type="button",
        className="mp-kp",
        **attributes(data_filter=key, aria_pressed="false"),
    )


def _ledger() -> list[dcc.Link]:
    return [
        _link("overdue", _("Overdue problems"), _("Overdue")),
        _link("new", _("New this week"), _("New")),
        _link("waiting", _("Waiting for me"), _("To do")),
    ]


def _link(view: str, label: str, brief: str) -> dcc.Link:
    return dcc.Link(
        [
            html.Span(label, className="mp-kl"),
            html.Span(className="mp-kv mp-skeleton", **attributes(data_told=view)),
            html.Span(brief, className="mp-kb", **attributes(aria_hidden="true")),
            html.Span(className="mp-ks", **attributes(data_told_sentence=view)),
        ],
        href=f"/ledger?view={view}",
        className="mp-kp",
    )
