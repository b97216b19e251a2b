"""The sign-off sheet (销号单) of a problem: facts, photos, findings, steps, signers, the code."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from io import BytesIO
from typing import Any, Final

from reportlab.lib.pagesizes import A4
from reportlab.lib.units import mm
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import BaseDocTemplate, Frame, PageTemplate, Spacer, Table, TableStyle

from dashboard.ledger.line_words import actor_words, division_words, reference_words, where_words
from dashboard.ledger.photos import check_words, chosen_pair, shown_flags
from dashboard.ledger.problem_parts import deadline_rule, title_words
from dashboard.ledger.problem_reads import Seen
from dashboard.ledger.story import sentences
from dashboard.ledger.words import category_word, done_word, severity_word, source_word, stage_word
from dashboard.papers.fonts import font_name
from dashboard.papers.parts import (
    FAINT,
    GROUND,
    WARNING,
    WIDTH,
    code,
    facts,
    grid,
    heading,
    picture,
    words,
)
from dashboard.parts.wording import _, ngettext
from data.clock import BUSINESS_ZONE
from data.queries.ledger.one_problem import StoryEvent
from data.queries.ledger.photos import PhotoFacts
from data.words.ledger import Action, Stage
from problem_ledger.evidence.comparison import Flag
from problem_ledger.evidence.exif import taken_at

MARGIN: Final = 18 * mm
CODE: Final = 30 * mm
PHOTO_HEIGHT: Final = 46 * mm
HAND: Final = 8 * mm
"""Room for a signature by hand."""

SIGNERS: Final = (Action.SUBMIT, Action.VERIFY, Action.SIGN_OFF)


def sign_off_sheet(seen: Seen, photos: Mapping[int, bytes]) -> bytes:
    """Draws the problem's sign-off sheet as a PDF; ``photos`` holds its photos' bytes by id.

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
        bottomMargin=MARGIN + 6 * mm,
        title=f"{_('Problem sign-off sheet')} {number}",
        author="OneMap",
        subject=chain_code(seen),
    )
    frame = Frame(
        MARGIN, MARGIN + 6 * mm, WIDTH, A4[1] - 2 * MARGIN - 6 * mm,
        leftPadding=0, rightPadding=0, topPadding=0, bottomPadding=0,
    )  # fmt: skip
    paper.addPageTemplates(
        PageTemplate("page", [frame], onPage=lambda canvas, page: _foot(canvas, page.page, seen))
    )
    paper.build(
        [
            _head(seen),
            heading(_("The facts")),
            facts(_facts(seen)),
            heading(_("Before and after")),
            _pair(seen, photos),
            *findings(seen.flags, seen),
            heading(_("Signatures")),
            _signers(seen),
            heading(_("How it was handled")),
            _story(seen.detail.story),
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


def _at(moment: datetime | None) -> str:
    return f"{moment.astimezone(BUSINESS_ZONE):%Y-%m-%d %H:%M}" if moment else "—"


def _head(seen: Seen) -> Table:
    digest = seen.detail.story[-1].hash.hex()
    state = (
        words(_("Chain intact"), 8, colour=FAINT)
        if seen.verdict.intact
        else words(_("The chain is broken"), 8, colour=WARNING)
    )
    left = [
        words(_("Problem sign-off sheet"), 18),
        Spacer(0, 3 * mm),
        words(title_words(seen), 12),
        Spacer(0, 1 * mm),
        words(seen.detail.row.number, 10),
        Spacer(0, 1 * mm),
        words(f"{digest[:32]}\n{digest[32:]}", 7, colour=FAINT),
        state,
    ]
    return Table(
        [[left, code(chain_code(seen), CODE)]],
        colWidths=[WIDTH - CODE, CODE],
        style=TableStyle(
            [
                ("LEFTPADDING", (0, 0), (-1, -1), 0),
                ("RIGHTPADDING", (0, 0), (-1, -1), 0),
                ("TOPPADDING", (0, 0), (-1, -1), 0),
                ("VALIGN", (0, 0), (-1, -1), "TOP"),
            ]
        ),
    )


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
        (_("Found"), _at(row.found_at)),
        (_("Registered"), _at(row.registered_at)),
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
                words(stage_word(photo.stage), centred=True) if photo.stage else ""
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
    first = [_at(moment) if moment else _at(photo.uploaded_at), actor_words(by)]
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


def _signers(seen: Seen) -> Table:
    """Returns the table of who submitted, checked and signed, with room for their signatures."""
    names = {
        Action.SUBMIT: _("Handling unit"),
        Action.VERIFY: _("Checked on site"),
        Action.SIGN_OFF: _("Signed off by"),
    }
    rows: list[list[Any]] = []
    for action in SIGNERS:
        event = seen.detail.last(action)
        if event is None:
            continue
        statement = "\n".join(line for line in sentences(event) if line)
        rows.append(
            [
                words(names[action], 8, colour=FAINT),
                words(f"{actor_words(event.actor)}\n{_at(event.at)}"),
                words(statement),
                [words(_("Signature"), 7, colour=FAINT), Spacer(0, HAND)],
            ]
        )
    return Table(
        rows,
        colWidths=[24 * mm, 44 * mm, WIDTH - 104 * mm, 36 * mm],
        style=grid([("BACKGROUND", (0, 0), (0, -1), GROUND), ("VALIGN", (3, 0), (3, -1), "TOP")]),
    )


def _story(story: Sequence[StoryEvent]) -> Table:
    titles = ("", _("Time"), _("Step"), _("By"), _("What was said"), _("Hash"))
    rows: list[list[Any]] = [[words(title, 7, colour=FAINT) for title in titles]]
    for event in story:
        digest = event.hash.hex()
        rows.append(
            [
                words(str(event.seq), 8),
                words(_at(event.at), 8),
                words(done_word(event.action), 8),
                words(actor_words(event.actor), 8),
                words("\n".join(sentences(event)), 8),
                words(f"{digest[:8]}…{digest[-4:]}", 7, colour=FAINT),
            ]
        )
    widths = [8 * mm, 27 * mm, 25 * mm, 33 * mm, WIDTH - 120 * mm, 27 * mm]
    return Table(
        rows, colWidths=widths, repeatRows=1, style=grid([("BACKGROUND", (0, 0), (-1, 0), GROUND)])
    )


def _foot(canvas: Canvas, page: int, seen: Seen) -> None:
    canvas.saveState()
    canvas.setFont(font_name(), 7)
    canvas.setFillColor(FAINT)
    printed = _("{number} · printed {time} by {who}").format(
        number=seen.detail.row.number, time=_at(seen.now), who=seen.user.account.display_name
    )
    canvas.drawString(MARGIN, MARGIN, printed)
    canvas.drawRightString(A4[0] - MARGIN, MARGIN, _("page {n}").format(n=page))
    canvas.restoreState()
