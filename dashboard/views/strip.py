"""The strip above the map: five counts, each a filter of the map."""

from dash import html

from dashboard.views.attributes import attributes
from dashboard.views.wording import _


def strip() -> html.Section:
    """Five buttons whose numbers the map's script fills; pressed, one filters the map."""
    return html.Section(
        [
            _count("meets", _("Meeting target"), _("Met")),
            _count("below", _("Sections below target"), _("Below")),
            _count("unsure", _("Partial or stale"), _("Unsure")),
            _count("exceeding", _("Outfalls exceeding"), _("Over")),
            _count("offline", _("Devices offline"), _("Offline")),
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
