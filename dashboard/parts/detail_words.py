"""The detail of a refused message in the reader's language; details are kept in English."""

from dashboard.parts.measures import parameter_name
from dashboard.parts.wording import _, language
from data.vocabulary import Parameter
from ingest.codecs.hj212_frame import Fault
from ingest.detail_sentences import OF_FRAMES
from ingest.details import Piece, Said, read_back, with_blanks, without_tolerances

_PARAMETERS = {each.value: each for each in Parameter}
_FAULTS = frozenset(each.value for each in Fault)


def detail_words(detail: str) -> str:
    """Returns the detail of a refusal in the reader's language; what the database said stays.

    In English it is the stored text itself.
    """
    if language.get() == "en":
        return with_blanks(detail)
    found = read_back(detail)
    words = "；".join(map(_piece_words, found.pieces)).replace("。；", "。")
    if found.kinds:
        words += "；" + _("to tolerate it: {kinds}").format(kinds=found.kinds)
    return with_blanks(words)


def fault_words(detail: str) -> str:
    """Returns the detail in the reader's language without the tolerances named at its end."""
    return detail_words(without_tolerances(detail))


def _piece_words(piece: Piece) -> str:
    said = piece.said if isinstance(piece.said, str) else _said_words(piece.said)
    about = _about_words(piece)
    return _("{what}: {why}").format(what=about, why=said) if about else said


def _about_words(piece: Piece) -> str:
    """Returns what a part is about: a parameter by its name, a key of the message as it stands.

    A fault of a frame has no words before it, for its sentence says which it is.
    """
    if piece.about in _PARAMETERS:
        return parameter_name(_PARAMETERS[piece.about])
    is_of_frame = isinstance(piece.said, Said) and piece.said.template in OF_FRAMES
    return "" if is_of_frame and piece.about in _FAULTS else piece.about


def _said_words(said: Said) -> str:
    facts = {
        field: _said_words(held) if isinstance(held, Said) else held
        for field, held in said.facts.items()
    }
    return _(said.template).format(**facts)
