"""Addresses within the page of patrols."""

from urllib.parse import urlencode


def address(month: str, *, chief: int | str | None = None, patrol: int | None = None) -> str:
    """The page with that month (``2026-11``), chief and patrol chosen."""
    chosen = {"month": month, "chief": chief, "patrol": patrol}
    return "/patrols?" + urlencode({name: value for name, value in chosen.items() if value})
