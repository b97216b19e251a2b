"""Addresses within the page of accounts; what is usual is left out."""

from dataclasses import asdict, replace
from datetime import timedelta
from typing import Any
from urllib.parse import urlencode

from dashboard.tally.reads import RANGES, USUAL, Asked, day_named
from data.clock import BUSINESS_ZONE
from data.queries.tally.window import Window

_LEFT_OUT = {"range": USUAL, "page": 1}


def address(asked: Asked, **changed: Any) -> str:
    """The page as asked for, but for what is changed; another choice begins at its first page."""
    if "page" not in changed:
        changed["page"] = 1
    fields = asdict(replace(asked, **changed))
    kept = {name: value for name, value in fields.items() if value and value != _LEFT_OUT.get(name)}
    return "/accounting?" + urlencode(kept) if kept else "/accounting"


def before(asked: Asked, window: Window) -> str:
    """The stretch before, which ends with the day on which this one begins."""
    length, _by = RANGES.get(asked.range, RANGES[USUAL])
    last = (window.end - timedelta(microseconds=1)).astimezone(BUSINESS_ZONE).date()
    return address(asked, on=f"{last - max(length, timedelta(days=1)):%Y-%m-%d}")


def after(asked: Asked, window: Window, today: Any) -> str | None:
    """The stretch after, None where this one ends with the present."""
    day = day_named(asked.on)
    if day is None or day >= today:
        return None
    length, _by = RANGES.get(asked.range, RANGES[USUAL])
    following = day + max(length, timedelta(days=1))
    return address(asked, on="" if following >= today else f"{following:%Y-%m-%d}")


def file_address(window: Window, station: int | None = None) -> str:
    """The account as a file."""
    asked = {"from": window.start.isoformat(), "to": window.end.isoformat(), "by": window.by.value}
    chosen = {} if station is None else {"station": station}
    return "/api/v1/accounting.xlsx?" + urlencode(asked | chosen)
