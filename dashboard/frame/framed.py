"""The frame around a plain page: its bar and the tabs of a phone, as around every other page."""

from collections.abc import Sequence
from dataclasses import dataclass

from dashboard.frame.auth import User
from dashboard.frame.place import Place
from dashboard.frame.shell import first_and_rest, places_for


@dataclass(frozen=True, slots=True)
class Framed:
    """What the frame of a plain page shows: the user's name, the navigation, which page it is.

    ``first`` of the ``places`` stand at a phone's foot, the ``rest`` under "More".
    """

    name: str
    start: str
    places: Sequence[Place]
    first: Sequence[Place]
    rest: Sequence[Place]
    is_own: bool = False


def frame_for(user: User, places: Sequence[Place], start: str, *, is_own: bool = False) -> Framed:
    """Returns the frame with what this user may open; ``start`` is where the brand leads."""
    shown = places_for(user, places)
    return Framed(user.account.display_name, start, shown, *first_and_rest(shown), is_own=is_own)
