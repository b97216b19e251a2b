"""What papers are put together from: text that breaks as Chinese does, tables, photos, codes."""

import re
from collections.abc import Sequence
from io import BytesIO
from typing import Any, Final
from xml.sax.saxutils import escape

from reportlab.graphics.barcode.qr import QrCodeWidget
from reportlab.graphics.shapes import Drawing
from reportlab.lib import textsplit
from reportlab.lib.colors import Color, HexColor
from reportlab.lib.enums import TA_LEFT
from reportlab.lib.styles import ParagraphStyle
from reportlab.lib.units import mm
from reportlab.pdfbase.pdfmetrics import stringWidth
from reportlab.platypus import (
    CondPageBreak,
    Flowable,
    Image,
    Paragraph,
    Table,
    TableStyle,
    paragraph,
)

from dashboard.papers.fonts import font_name

INK: Final = HexColor("#1B2333")
FAINT: Final = HexColor("#5B6475")
LINE: Final = HexColor("#B9C0CC")
GROUND: Final = HexColor("#F1F3F7")
WARNING: Final = HexColor("#B3261E")
RED: Final = HexColor("#C8102E")
"""Of titles of official papers."""

WIDTH: Final = 174 * mm
"""Of the text on A4 between its margins."""

PADDING: Final = 5
"""At the left and right of a cell, in points; a comma may hang into it."""

QR_CORRECTION: Final = "M"
"""15 % of the code may be stained."""


NEVER_FIRST: Final = "，：；！？）》〉"
"""Chinese punctuation that begins no line; reportlab knows the Japanese alone."""
for _module in (textsplit, paragraph):
    if NEVER_FIRST not in _module.ALL_CANNOT_START:
        _module.ALL_CANNOT_START += NEVER_FIRST


SECTION: Final = 30 * mm
"""A section begins on a page that has this room left for its heading and first lines."""

IDEOGRAPHS: Final = re.compile("[\u3000-\u9fff\uf900-\ufaff\uff00-\uffef]")


def style(
    size: float, *, colour: Color = INK, side: int = TA_LEFT, wrap: str | None = "CJK"
) -> ParagraphStyle:
    """Returns a PDF paragraph style of that text size in points; ``side`` is reportlab's.

    ``wrap`` "CJK" breaks lines between any two characters, None between words alone.
    """
    return ParagraphStyle(
        f"text-{size}",
        fontName=font_name(),
        fontSize=size,
        leading=size * 1.45,
        textColor=colour,
        wordWrap=wrap,
        splitLongWords=1,
        alignment=side,
    )


def words(text: str, size: float = 9, *, colour: Color = INK, side: int = TA_LEFT) -> Paragraph:
    """Returns the text as a PDF paragraph: markup is not interpreted, line breaks are kept.

    A text without Chinese breaks between words.
    """
    safe = escape(text).replace("\n", "<br/>")
    wrap = "CJK" if IDEOGRAPHS.search(text) else None
    return Paragraph(safe, style(size, colour=colour, side=side, wrap=wrap))


def heading(text: str) -> Paragraph:
    """Returns the heading of a section of a PDF."""
    made = style(11)
    made.spaceBefore, made.spaceAfter = 9, 4
    return Paragraph(escape(text), made)


def section(text: str) -> list[Flowable]:
    """Returns the heading of a section that flows on over pages, never the last of its page."""
    return [CondPageBreak(SECTION), heading(text)]


def facts(pairs: Sequence[tuple[str, str]], columns: int = 2) -> Table:
    """Returns a PDF table, ``columns`` (name, value) pairs a row; long values have their own."""
    share, name_width = WIDTH / columns, 24 * mm
    rows: list[list[Any]] = []
    spans: list[tuple[Any, ...]] = []
    waiting: list[Any] = []

    def close() -> None:
        if waiting:
            at = len(rows)
            if len(waiting) < 2 * columns:
                spans.append(("SPAN", (len(waiting) - 1, at), (-1, at)))
                waiting.extend([""] * (2 * columns - len(waiting)))
            rows.append(list(waiting))
            waiting.clear()

    for name, value in pairs:
        room = share - name_width - 2 * PADDING
        wide = "\n" in value or stringWidth(value, font_name(), 9) > room
        if wide:
            close()
        waiting.extend([words(name, 8, colour=FAINT), words(value)])
        if wide or len(waiting) == 2 * columns:
            close()
    close()
    return Table(
        rows,
        colWidths=[name_width, share - name_width] * columns,
        splitInRow=1,
        style=grid([*spans, ("BACKGROUND", (0, 0), (0, -1), GROUND)]),
    )


def grid(more: Sequence[tuple[Any, ...]] = ()) -> TableStyle:
    """Returns a table style with thin lines around every cell, and the styles of ``more``."""
    return TableStyle(
        [
            ("GRID", (0, 0), (-1, -1), 0.5, LINE),
            ("VALIGN", (0, 0), (-1, -1), "MIDDLE"),
            ("LEFTPADDING", (0, 0), (-1, -1), PADDING),
            ("RIGHTPADDING", (0, 0), (-1, -1), PADDING),
            ("TOPPADDING", (0, 0), (-1, -1), 3),
            ("BOTTOMPADDING", (0, 0), (-1, -1), 4),
            *more,
        ]
    )


def picture(jpeg: bytes, width: float, height: float) -> Image:
    """Returns the photo, scaled to fit width and height, in points."""
    drawn = Image(BytesIO(jpeg))
    scale = min(width / drawn.imageWidth, height / drawn.imageHeight)
    drawn.drawWidth, drawn.drawHeight = drawn.imageWidth * scale, drawn.imageHeight * scale
    return drawn


def code(text: str, size: float) -> Drawing:
    """Returns the text as a QR code with sides of ``size`` points."""
    widget = QrCodeWidget(text, barLevel=QR_CORRECTION, barBorder=0)
    left, bottom, right, top = widget.getBounds()
    scale = size / max(right - left, top - bottom)
    drawing = Drawing(size, size, transform=[scale, 0, 0, scale, 0, 0])
    drawing.add(widget)
    return drawing
