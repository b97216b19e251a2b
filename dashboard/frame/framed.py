"""The frame around a plain page: its bar and the tabs of a phone, as around every other page."""

from collections.abc import Sequence
from dataclasses import dataclass

from dashboard.frame.auth import User
from dashboard.frame.place import Place
from dashboard.frame.shell import MOST_TABS, places_for


@dataclass(frozen=True, slots=True)
class Framed:
    """What the frame of a plain page shows: the user's name, the navigation, which page it is."""

    name: str
    start: str
    places: tuple[Place, ...]
    is_own: bool = False

    @property
    def first(self) -> tuple[Place, ...]:
        """The entries at a phone's foot: all that fit, with one place left for the rest."""
        return self.places[: MOST_TABS - 1] if self.rest else self.places

    @property
    def rest(self) -> tuple[Place, ...]:
        """The entries under "More"; one's own account comes last of them."""
        return self.places[MOST_TABS - 1 :] if len(self.places) >= MOST_TABS else ()


def frame_for(user: User, places: Sequence[Place], start: str, *, is_own: bool = False) -> Framed:
    """Returns the frame with what this user may open; ``start`` is where the brand leads."""
    shown = tuple(places_for(user, places))
    return Framed(user.account.display_name, start, shown, is_own=is_own)
