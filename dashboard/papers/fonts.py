"""A Chinese font that a PDF can carry within it, found on this machine."""

from functools import cache
from typing import Final

from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFError, TTFont

from dashboard.setup.packages import SHEET_FONT, sheet_font
from data.errors import MissingPart

NAME: Final = "sheet"
INSTALL: Final = f"apt-get install {SHEET_FONT}"


@cache
def font_name() -> str:
    """Registers the Chinese font for PDFs and returns its name; raises MissingPart without one."""
    file = sheet_font()
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
