"""A Chinese font that a PDF can carry within it, found on this machine."""

from functools import cache
from pathlib import Path
from typing import Final

from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFError, TTFont

from data.errors import MissingPart

NAME: Final = "sheet"
FOLDERS: Final = (
    Path("/usr/share/fonts"),
    Path("/usr/local/share/fonts"),
    Path("~/.local/share/fonts"),
)
FILES: Final = (
    "wqy-microhei.ttc",
    "DroidSansFallbackFull.ttf",
    "wqy-zenhei.ttc",
    "simhei.ttf",
    "msyh.ttc",
    "simsun.ttc",
)
"""Fonts with TrueType outlines, the best first: others can't be embedded in part by reportlab."""

INSTALL: Final = "apt-get install fonts-wqy-microhei"


def font_file() -> Path | None:
    """The best font there is, None when none is installed."""
    for name in FILES:
        for folder in FOLDERS:
            found = next(folder.expanduser().rglob(name), None)
            if found is not None:
                return found
    return None


@cache
def font_name() -> str:
    """The name under which the font is ready to draw with. Raises MissingPart without one."""
    file = font_file()
    try:
        if file is not None:
            pdfmetrics.registerFont(TTFont(NAME, str(file), subfontIndex=0))
            return NAME
    except (TTFError, OSError):
        file = None
    raise MissingPart(
        "No Chinese font is installed that a PDF can carry.",
        mend="Install one on the server: {command}",
        command=INSTALL,
    )
