"""The list of values in doubt (the page's left side), with its heading, table and pages."""

from typing import Any

from dash import html

from dashboard.parts.attributes import attributes, words_for_script
from dashboard.parts.blocks import unread_note
from dashboard.parts.icons import icon
from dashboard.parts.measures import own_name, parameter_name, result_text, unit_of, value_text
from dashboard.parts.review_words import finding_word, test_word, verdict_word
from dashboard.parts.wording import _, ngettext
from dashboard.review.filters import filters
from dashboard.review.reads import Shown, key_text
from data.clock import BUSINESS_ZONE
from data.queries.review.findings import MOST_COUNTED, DoubtedValue, Standing
from data.words.review import Finding, Verdict


def quality_list(shown: Shown) -> html.Div:
    """The list of doubted values with heading, filters, table and links to pages."""
    body: Any = table(shown) if shown.rows else nothing(shown)
    return html.Div(
        [
            heading(shown),
            unread_note(shown.unread),
            filters(shown),
            html.Section([bulk_bar(), body, pages(shown)], className="card qr-card"),
        ]
    )


def heading(shown: Shown) -> html.Header:
    """The page's title and the number of values listed."""
    count = f"{shown.total:,}" + ("+" if shown.total >= MOST_COUNTED else "")
    words = {
        Standing.OPEN: ngettext("{n} value to review", "{n} values to review", shown.total),
        Standing.DONE: ngettext("{n} value reviewed", "{n} values reviewed", shown.total),
        Standing.ALL: ngettext("{n} value", "{n} values", shown.total),
    }[shown.chosen.standing]
    return html.Header(
        [
            html.H1(_("Data review")),
            html.Span(words.format(n=count), className="t3", role="status"),
        ],
        className="qr-head",
    )


def count_words() -> dict[str, str]:
    """The words that count the chosen values, by key."""
    return {"chosen": _("{n} values chosen")}


def bulk_bar() -> html.Div:
    """The bar to review several values at once, which a script shows when some are chosen."""
    return html.Div(
        [
            html.Span(
                id="quality-bulk-count",
                role="status",
                **words_for_script(count_words()),
            ),
            html.Span(_("Give the reason beside, then keep or reject them all."), className="t3"),
            html.Span(className="sp"),
            html.Button(
                _("Give the reason"),
                type="button",
                className="btn s qr-go",
                **attributes(data_quality_go=""),
            ),
            html.Button(_("Clear"), type="button", id="quality-bulk-clear", className="btn s"),
        ],
        id="quality-bulk",
        className="qr-bulk",
        hidden=True,
    )


def table(shown: Shown) -> html.Table:
    """The table with a row for each value that quality tests put in doubt."""
    heads = [
        html.Th(_box("all", _("Choose all on this page")) if shown.may_review else ""),
        *(
            html.Th(word, scope="col")
            for word in (
                _("Measured at"),
                _("Station"),
                _("Parameter"),
                _("Value"),
                _("Reason for doubt"),
                _("Review"),
            )
        ),
    ]
    return html.Table(
        [
            html.Thead(html.Tr(heads)),
            html.Tbody([row(each, shown) for each in shown.rows]),
        ],
        className="qr-table",
        **attributes(aria_label=_("Values in doubt")),
    )


def _box(key: str, label: str) -> html.Button:
    return html.Button(
        icon("tick"),
        type="button",
        className="cb qr-cb",
        role="checkbox",
        **attributes(data_quality_box=key, aria_checked="false", aria_label=label),
    )


def row(value: DoubtedValue, shown: Shown) -> html.Tr:
    """The table row of one value; its attributes hold what a script needs to send a verdict."""
    key = value.key
    local = key.observed_at.astimezone(BUSINESS_ZONE)
    name = own_name(value.station, value.station_en)
    allowed = key.station_id in shown.may_review
    review = value.review
    row_data = attributes(
        data_quality_key=key_text(key),
        data_station=str(key.station_id),
        data_at=key.observed_at.isoformat(),
        data_period=key.period.value,
        data_parameter=key.parameter.value,
        data_seen=str(review.id if review else 0),
        data_verdict=review.verdict.value if review else "",
        data_put="" if review is None or review.value is None else repr(review.value),
        data_why=review.reason if review else "",
        data_may="1" if allowed else "",
        tabIndex="0",
    )
    cells = [
        (_("Choose"), _box(key_text(key), _("Choose")) if allowed else ""),
        (_("Measured at"), f"{local:%Y-%m-%d %H:%M}"),
        (_("Station"), html.Span(name, title=value.code)),
        (_("Parameter"), parameter_name(key.parameter)),
        (_("Value"), number_words(value)),
        (_("Reason for doubt"), tags(value)),
        (_("Review"), review_tag(value)),
    ]
    return html.Tr(
        [html.Td(cell, **attributes(data_label=label)) for label, cell in cells], **row_data
    )


def number_words(value: DoubtedValue) -> Any:
    """The measured value with its unit; beside it the corrected value, if it was corrected."""
    parameter = value.key.parameter
    unit = html.Span(f" {unit_of(parameter)}", className="t3 fs11")
    if value.value is None:
        return "—"
    raw = result_text(parameter, value.value, value.below)
    review = value.review
    if review and review.verdict is Verdict.CORRECT and review.value is not None:
        put = value_text(parameter, review.value)
        return [html.S(raw, className="t3"), " ", html.B(put), unit]
    if review and review.verdict is Verdict.REJECT:
        return [html.S(raw, className="t3"), unit]
    return [html.B(raw), unit]


def tags(value: DoubtedValue) -> list[html.Span]:
    """A tag for each quality test that doubts the value; failed tests come first and in red."""
    return [
        html.Span(
            test_word(each.test),
            className="tag rd" if each.finding is Finding.FAILED else "tag am",
            title=finding_word(each.finding),
        )
        for each in value.found
    ]


def review_tag(value: DoubtedValue) -> html.Span:
    """The tag of the review's verdict, or the tag that there is no review yet."""
    if value.review is None or value.is_open:
        return html.Span(_("to review"), className="t3")
    looks = {Verdict.KEEP: "tag gr", Verdict.REJECT: "tag rd", Verdict.CORRECT: "tag ac"}
    verdict = value.review.verdict
    return html.Span(
        verdict_word(verdict),
        className=looks[verdict],
        title=f"{value.review.who}: {value.review.reason}",
    )


def pages(shown: Shown) -> html.Nav | None:
    """The links to the previous and next page of the list; None for a single page."""
    if shown.pages == 1:
        return None
    words = _("Page {n} of {all}").format(n=shown.page, all=shown.pages)
    return html.Nav(
        [
            _page(shown.page - 1, "left", _("The page before"), there=shown.page > 1),
            html.Span(words, className="t3"),
            _page(shown.page + 1, "right", _("The page after"), there=shown.page < shown.pages),
        ],
        className="qr-pages",
        **attributes(aria_label=_("Pages")),
    )


def _page(number: int, sign: str, label: str, *, there: bool) -> html.Button:
    return html.Button(
        icon(sign),
        type="button",
        className="fld",
        disabled=not there,
        title=label,
        **attributes(data_quality_page=str(number), aria_label=label),
    )


def nothing(shown: Shown) -> html.Div:
    """The message why the list of values is empty; with filters, a button that clears them."""
    narrowed = shown.chosen != type(shown.chosen)()
    sentence = (
        _("No value fits these filters.")
        if narrowed
        else _("No test speaks against a value that nobody has looked at.")
    )
    clear = html.Button(
        _("Clear the filters"), type="button", className="btn", **attributes(data_quality_clear="")
    )
    return html.Div(
        [
            html.Span(icon("tick"), className="rv-sign"),
            html.H2(_("Nothing to review") if not narrowed else _("Nothing found")),
            html.P(sentence),
            clear if narrowed else None,
        ],
        className="empty",
    )
