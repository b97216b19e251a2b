"""The sign-off sheet (销号单) of a problem: facts, photos, findings, steps, signers, the code."""

from collections.abc import Mapping, Sequence
from io import BytesIO
from typing import Any, Final

from reportlab.graphics import renderPDF
from reportlab.lib.enums import TA_CENTER, TA_RIGHT
from reportlab.lib.pagesizes import A4
from reportlab.lib.units import mm
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import (
    BaseDocTemplate,
    Frame,
    KeepTogether,
    PageTemplate,
    Spacer,
    Table,
    TableStyle,
)

from dashboard.ledger.line_words import actor_words, division_words, reference_words, where_words
from dashboard.ledger.photos import check_words, chosen_pair, shown_flags
from dashboard.ledger.problem_parts import deadline_rule, title_words
from dashboard.ledger.problem_reads import Seen
from dashboard.ledger.sheet_tables import at_text, signers, story
from dashboard.ledger.words import category_word, severity_word, source_word, stage_word
from dashboard.papers.fonts import font_name
from dashboard.papers.parts import (
    FAINT,
    GROUND,
    RED,
    WARNING,
    WIDTH,
    code,
    facts,
    grid,
    heading,
    picture,
    section,
    words,
)
from dashboard.parts.wording import _, ngettext
from data.queries.ledger.photos import PhotoFacts
from data.words.ledger import Stage
from problem_ledger.evidence.comparison import Flag
from problem_ledger.evidence.exif import taken_at

MARGIN: Final = 18 * mm
CODE: Final = 16 * mm
PHOTO_HEIGHT: Final = 46 * mm
FOOT: Final = CODE + 2 * mm


def sign_off_sheet(seen: Seen, photos: Mapping[int, bytes], area: str = "") -> bytes:
    """Draws the problem's sign-off sheet as a PDF; ``photos`` holds its photos' bytes by id.

    ``area`` names the county in the title.

    Raises MissingPart without a font.
    """
    out = BytesIO()
    number = seen.detail.row.number
    paper = BaseDocTemplate(
        out,
        pagesize=A4,
        leftMargin=MARGIN,
        rightMargin=MARGIN,
        topMargin=MARGIN,
        bottomMargin=MARGIN + FOOT,
        title=f"{_('Problem sign-off sheet')} {number}",
        author="OneMap",
        subject=chain_code(seen),
    )
    frame = Frame(
        MARGIN, MARGIN + FOOT, WIDTH, A4[1] - 2 * MARGIN - FOOT,
        leftPadding=0, rightPadding=0, topPadding=0, bottomPadding=0,
    )  # fmt: skip
    paper.addPageTemplates(
        PageTemplate("page", [frame], onPage=lambda canvas, page: _foot(canvas, page.page, seen))
    )
    paper.build(
        [
            *_head(seen, area),
            *section(_("The facts")),
            facts(_facts(seen)),
            KeepTogether([heading(_("Before and after")), _pair(seen, photos)]),
            *findings(seen.flags, seen),
            *section(_("How it was handled")),
            story(seen.detail.story),
            signers(seen),
        ]
    )
    return out.getvalue()


def sheet_photos(seen: Seen) -> list[PhotoFacts]:
    """Returns the photos for the sheet: before, after, the last of a check; fewer if some lack."""
    before, after = chosen_pair(seen)
    checked = [photo for photo in seen.detail.photos if photo.stage is Stage.CHECK]
    return [photo for photo in (before, after, *checked[-1:]) if photo is not None]


def chain_code(seen: Seen) -> str:
    """Returns the text of the sheet's QR code: problem number, newest step and its hash."""
    last = seen.detail.story[-1]
    return f"onemap {seen.detail.row.number} {last.seq} {last.hash.hex()}"


def _head(seen: Seen, area: str) -> list[Any]:
    """Returns the head as official papers have it: red title, then the unit and the number."""
    row = seen.detail.row
    unit = _("Responsible unit: {unit}").format(unit=row.unit or "—")
    number = _("No. {number}").format(number=row.number)
    line = Table(
        [[words(unit, 10), words(number, 10, side=TA_RIGHT)]],
        colWidths=[WIDTH / 2, WIDTH / 2],
        style=TableStyle(
            [
                ("LINEABOVE", (0, 0), (-1, 0), 1.4, RED),
                ("LEFTPADDING", (0, 0), (-1, -1), 0),
                ("RIGHTPADDING", (0, 0), (-1, -1), 0),
                ("TOPPADDING", (0, 0), (-1, -1), 6),
            ]
        ),
    )
    title = _("{name}, {area}").format(name=_("Problem sign-off sheet"), area=area)
    named = title if area else _("Problem sign-off sheet")
    return [
        words(named, 20, colour=RED, side=TA_CENTER),
        Spacer(0, 2 * mm),
        words(title_words(seen), 12, side=TA_CENTER),
        Spacer(0, 3 * mm),
        line,
    ]


def _facts(seen: Seen) -> list[tuple[str, str]]:
    detail, row = seen.detail, seen.detail.row
    extended = ngettext("{n} time", "{n} times", row.extension_count)
    return [
        (_("Category"), category_word(row.category)),
        (_("Severity"), severity_word(row.severity)),
        (_("Where it is"), where_words(row.where)),
        (_("Division"), division_words(row.where)),
        (_("Longitude, latitude"), f"{row.lon:.6f}, {row.lat:.6f}"),
        (_("River chief"), detail.chief or "—"),
        (
            _("Where it came from"),
            f"{source_word(row.source)} {reference_words(row.source, row.source_ref)}".strip(),
        ),
        (_("Found"), at_text(row.found_at)),
        (_("Registered"), at_text(row.registered_at)),
        (_("Handling unit"), row.unit or "—"),
        (_("Deadline"), deadline_rule(seen) or "—"),
        (_("Extended"), extended.format(n=row.extension_count)),
        (_("Description"), row.description),
        (_("Requirement"), row.requirement or "—"),
    ]


def _pair(seen: Seen, photos: Mapping[int, bytes]) -> Table:
    shown = sheet_photos(seen)
    if not shown:
        return Table([[words(_("No photos."))]], colWidths=[WIDTH], style=grid())
    width = WIDTH / len(shown)
    return Table(
        [
            [
                words(stage_word(photo.stage), side=TA_CENTER) if photo.stage else ""
                for photo in shown
            ],
            [picture(photos[photo.id], width - 12, PHOTO_HEIGHT) for photo in shown],
            [words(_caption(seen, photo), 7, colour=FAINT) for photo in shown],
        ],
        colWidths=[width] * len(shown),
        style=grid([("ALIGN", (0, 1), (-1, 1), "CENTER"), ("BACKGROUND", (0, 0), (-1, 0), GROUND)]),
    )


def _caption(seen: Seen, photo: PhotoFacts) -> str:
    moment = taken_at(photo.gps_at, photo.clock)
    by = next((event.actor for event in seen.detail.story if event.seq == photo.seq), "")
    first = [at_text(moment) if moment else at_text(photo.uploaded_at), actor_words(by)]
    if photo.lon is not None and photo.lat is not None:
        first.append(f"{photo.lon:.6f}, {photo.lat:.6f}")
    if photo.bearing is not None:
        first.append(_("facing {n}°").format(n=round(photo.bearing)))
    return " · ".join(first) + f"\nSHA-256 {photo.sha256.hex()[:24]}…"


def findings(flags: Sequence[Flag], seen: Seen) -> list[Any]:
    """Returns a table for the photos before and one for those after: every check and its result."""
    parts: list[Any] = []
    for stage in (Stage.BEFORE, Stage.AFTER):
        found = [flag for flag in shown_flags(flags) if flag.stage is stage]
        if found:
            cells = [_finding(seen, flag) for flag in found]
            width = WIDTH / len(cells)
            table = Table([cells], colWidths=[width] * len(cells), style=grid())
            parts += [Spacer(0, 2 * mm), words(stage_word(stage), 7, colour=FAINT), table]
    return parts


def _finding(seen: Seen, flag: Flag) -> list[Any]:
    marks = {True: _("fits"), False: _("doubtful"), None: _("not known")}
    name, value, rule = check_words(seen, flag)
    colour = WARNING if flag.ok is False else FAINT
    return [
        words(name, 7, colour=FAINT),
        words(value, 8),
        words(rule, 7, colour=FAINT),
        words(marks[flag.ok], 7, colour=colour),
    ]


def _foot(canvas: Canvas, page: int, seen: Seen) -> None:
    """Draws the foot of a page: the code, the chain's state and hash, who printed it and when."""
    canvas.saveState()
    renderPDF.draw(code(chain_code(seen), CODE), canvas, MARGIN, MARGIN - 4 * mm)
    canvas.setFont(font_name(), 7)
    left, top = MARGIN + CODE + 4 * mm, MARGIN + CODE - 7 * mm
    intact = seen.verdict.intact
    lines = [
        (FAINT if intact else WARNING, _("Chain intact") if intact else _("The chain is broken")),
        (FAINT, f"SHA-256 {seen.detail.story[-1].hash.hex()}"),
        (
            FAINT,
            _("{number} · printed {time} by {who}").format(
                number=seen.detail.row.number,
                time=at_text(seen.now),
                who=seen.user.account.display_name,
            ),
        ),
    ]
    for nth, (colour, text) in enumerate(lines):
        canvas.setFillColor(colour)
        canvas.drawString(left, top - nth * 4 * mm, text)
    canvas.setFillColor(FAINT)
    canvas.drawRightString(A4[0] - MARGIN, MARGIN - 2 * mm, _("page {n}").format(n=page))
    canvas.restoreState()
