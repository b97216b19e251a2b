"""Texts of the sign-off sheet: English breaks between words, what is long goes on in rows below."""

from hypothesis import given
from hypothesis import strategies as st
from reportlab.lib.units import mm

from dashboard.ledger.sheet_tables import LINE_LENGTH, PIECE, pieces
from dashboard.papers.parts import words


def lines(text: str, width: float) -> list[str]:
    made = words(text, 8)
    made.wrap(width, 500)
    return [" ".join(each[1]) for each in made.blPara.lines]


def test_english_breaks_between_words() -> None:
    for text in ("Deadline extended", "Progress reported", "Sign-off confirmed"):
        assert lines(text, 20 * mm) == text.split(" ")


@given(st.text(alphabet=st.sampled_from("清运 a\n"), max_size=4_000))
def test_a_text_in_pieces_loses_nothing_and_fits_in_rows(text: str) -> None:
    found = pieces(text)
    bare = text.replace("\n", "")
    assert "".join(found).replace("\n", "") == bare
    for piece in found:
        cost = sum(max(len(line), LINE_LENGTH) for line in piece.split("\n"))
        assert cost <= PIECE + LINE_LENGTH
    if len(text) <= PIECE and "\n" not in text:
        assert found == [text]
