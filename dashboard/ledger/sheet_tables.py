"""Tables of the sign-off sheet (销号单): the boxes that are signed by hand, and every step."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final

from reportlab.lib.colors import white as WHITE  # noqa: N812 - a constant of theirs
from reportlab.lib.enums import TA_CENTER, TA_RIGHT
from reportlab.lib.units import mm
from reportlab.platypus import KeepTogether, Spacer, Table

from dashboard.ledger.line_words import actor_words
from dashboard.ledger.problem_reads import Seen
from dashboard.ledger.story import sentences
from dashboard.ledger.words import done_word
from dashboard.papers.parts import FAINT, GROUND, WIDTH, grid, heading, words
from dashboard.parts.wording import _
from data.clock import BUSINESS_ZONE
from data.queries.ledger.one_problem import StoryEvent
from data.words.ledger import Action

HAND: Final = 7 * mm
"""Room for a signature by hand."""

PIECE: Final = 300
"""A row of the steps has so many characters at most; longer texts go on in rows below …"""

LINE_LENGTH: Final = 18
"""… and each line, however short, counts as so many."""

SIGNERS: Final = (Action.SUBMIT, Action.VERIFY, Action.SIGN_OFF)


def at_text(moment: datetime | None) -> str:
    """Returns the moment in Beijing time to the minute, a dash for None."""
    return f"{moment.astimezone(BUSINESS_ZONE):%Y-%m-%d %H:%M}" if moment else "—"


def signers(seen: Seen) -> KeepTogether:
    """Returns a box each for who handled, checked and signed: opinion, signature, seal and date."""
    names = {
        Action.SUBMIT: _("Handled by the unit"),
        Action.VERIFY: _("Checked by"),
        Action.SIGN_OFF: _("Signed off by"),
    }
    events = [(names[action], seen.detail.last(action)) for action in SIGNERS]
    boxes = [(name, event) for name, event in events if event is not None]
    width = WIDTH / max(1, len(boxes))
    table = Table(
        [
            [words(name, 9, side=TA_CENTER) for name, _event in boxes],
            [_opinion(event) for _name, event in boxes],
            [_by_hand() for _box in boxes],
        ],
        colWidths=[width] * len(boxes),
        splitInRow=1,
        style=grid(
            [
                ("BACKGROUND", (0, 0), (-1, 0), GROUND),
                ("VALIGN", (0, 1), (-1, 1), "TOP"),
                ("LINEBELOW", (0, 1), (-1, 1), 0, WHITE),
            ]
        ),
    )
    return KeepTogether([heading(_("Signatures")), table])


def _opinion(event: StoryEvent) -> list[Any]:
    statement = "\n".join(line for line in sentences(event) if line)
    return [
        words(f"{actor_words(event.actor)}　{at_text(event.at)}", 8, colour=FAINT),
        words(statement or "—"),
    ]


def _by_hand() -> list[Any]:
    """Returns the room for a signature and a seal, and the date to be filled in by hand."""
    return [
        words(_("Signature:"), 9),
        Spacer(0, HAND),
        words(_("(seal)"), 9, side=TA_CENTER),
        Spacer(0, HAND),
        words(_("Date: ____ / __ / __"), 9, side=TA_RIGHT),
    ]


def story(events: Sequence[StoryEvent]) -> Table:
    """Returns the table of every step: when, what, by whom, in what words, with its hash."""
    titles = ("", _("Time"), _("Step"), _("By"), _("What was said"), _("Hash"))
    rows: list[list[Any]] = [[words(title, 7, colour=FAINT) for title in titles]]
    looks: list[tuple[Any, ...]] = [("BACKGROUND", (0, 0), (-1, 0), GROUND)]
    for event in events:
        digest = event.hash.hex()
        first, *more = pieces("\n".join(sentences(event)))
        rows.append(
            [
                words(str(event.seq), 8),
                words(at_text(event.at), 8),
                words(done_word(event.action), 8),
                words(actor_words(event.actor), 8),
                words(first, 8),
                words(f"{digest[:8]}…{digest[-4:]}", 7, colour=FAINT),
            ]
        )
        for piece in more:
            looks.append(("LINEABOVE", (0, len(rows)), (-1, len(rows)), 0.5, WHITE))
            rows.append(["", "", "", "", words(piece, 8), ""])
    widths = [8 * mm, 27 * mm, 25 * mm, 33 * mm, WIDTH - 120 * mm, 27 * mm]
    return Table(rows, colWidths=widths, repeatRows=1, style=grid(looks))


def pieces(text: str) -> list[str]:
    """Returns the text in parts that fit in a row each, since no row is split between pages."""
    found, room = [""], PIECE
    for line in text.split("\n"):
        for start in range(0, max(1, len(line)), PIECE):
            part = line[start : start + PIECE]
            cost = max(len(part), LINE_LENGTH)
            if cost > room and found[-1]:
                found.append("")
                room = PIECE
            found[-1] += f"\n{part}" if found[-1] else part
            room -= cost
    return found
