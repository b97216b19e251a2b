"""A station's hours or days in a row: what of what was due is there, and where it is missing."""

from itertools import groupby

from dash import html

from dashboard.parts.attributes import attributes
from dashboard.parts.wording import _, ngettext
from dashboard.tally.words import bucket_text
from data.queries.tally.accounts import Account

NOTHING_DUE, ALL_THERE = -1, 4
QUARTERS = 4


def level(expected: int, measured: int) -> int:
    """How full the bar is drawn, in quarters: 4 only when nothing is missing, 0 when all is."""
    if not expected:
        return NOTHING_DUE
    if measured >= expected:
        return ALL_THERE
    return min(QUARTERS - 1, max(1 if measured else 0, round(QUARTERS * measured / expected)))


def strip(account: Account, row: int) -> html.Div:
    """The strip of one station of the account.

    Where a slow device owes one reading for several hours, they show how that one went.
    """
    due, there = account.expected[row], account.measured[row]
    levels: list[int] = []
    for expected, measured in zip(due, there, strict=True):
        is_same = (
            not expected and levels and account.stations[row].interval_s > account.window.step_s
        )
        levels.append(levels[-1] if is_same else level(int(expected), int(measured)))
    bars = []
    at = 0
    for quarters, run in groupby(levels):
        count = len(list(run))
        bars.append(_bar(account, quarters, at, count))
        at += count
    short = sum(int(e) > int(m) for e, m in zip(due, there, strict=True))
    spoken = (
        ngettext("{n} gap", "{n} gaps", short).format(n=short) if short else _("nothing missing")
    )
    if not due.any():
        spoken = _("nothing was due")
    return html.Div(bars, className="ac-strip", role="img", **attributes(aria_label=spoken))


def _bar(account: Account, quarters: int, at: int, count: int) -> html.I:
    """Hours or days that went alike, as one bar."""
    total = len(account.window.buckets)
    buckets = account.window.buckets
    first = bucket_text(buckets[at], account.window.by)
    last = bucket_text(buckets[at + count - 1], account.window.by)
    span = first if count == 1 else f"{first} – {last}"
    name = "is-none" if quarters == NOTHING_DUE else f"is-{quarters}"
    return html.I(
        html.B() if quarters > 0 else None,
        className=name,
        style={"width": f"{count / total:.3%}"},
        title=f"{span} · {level_word(quarters)}",
    )


def level_word(quarters: int) -> str:
    """What a bar says."""
    if quarters == NOTHING_DUE:
        return _("nothing was due")
    if quarters == ALL_THERE:
        return _("complete")
    return _("all missing") if quarters == 0 else _("partly missing")


def legend() -> html.Div:
    """What the bars mean."""
    return html.Div(
        [
            html.Span(
                [
                    html.Span(
                        html.I(html.B() if quarters > 0 else None, className=name),
                        className="ac-strip ac-key",
                    ),
                    level_word(quarters),
                ]
            )
            for quarters, name in (
                (ALL_THERE, "is-4"), (2, "is-2"), (0, "is-0"), (NOTHING_DUE, "is-none"),
            )
        ],
        className="ac-legend",
    )  # fmt: skip
