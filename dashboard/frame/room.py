"""A room of the dashboard: all that the composition root knows of one subject."""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import chain

from fastapi import APIRouter

from dashboard.frame.access import Access, Rule, once
from dashboard.frame.auth import Action
from dashboard.frame.channel import Channel
from dashboard.frame.deps import Deps
from dashboard.frame.door import Door
from dashboard.frame.front import Front
from dashboard.frame.headers import HeaderRules
from dashboard.frame.health import Figures
from dashboard.frame.offload import Workers
from dashboard.frame.page import Page
from dashboard.frame.place import Place


@dataclass(frozen=True, slots=True)
class Room:
    """One subject of the dashboard: its pages, routes, access rules, navigation entries and news.

    ``name`` is the room's folder below ``dashboard`` and ``dashboard/assets``, and the name of its
    catalogue in ``dashboard/locales``. ``pages`` bring their own rules of access, ``rules`` are for
    every other address. ``callbacks`` holds the action by the prefix of the ids that callbacks
    write to. ``joined`` are modules of the browser, by their paths below ``dashboard/assets``, that
    are sent as one file with all that they import. ``public`` are paths open to everybody.
    ``channel`` makes what tells open pages of news, ``front`` what answers addresses of the room
    before the guard; one room has one.
    """

    name: str
    pages: tuple[Page, ...] = ()
    joined: tuple[str, ...] = ()
    routers: tuple[Callable[[Deps], APIRouter], ...] = ()
    rules: tuple[Rule, ...] = ()
    callbacks: Mapping[str, Action] = field(default_factory=dict)
    public: tuple[str, ...] = ()
    place_in_bar: Place | None = None
    channel: Callable[[Deps, Figures], Channel] | None = None
    front: Callable[[Deps, Figures, Door, HeaderRules, Workers], Front] | None = None


def access_of(rooms: Sequence[Room]) -> Access:
    """Returns the access table of all rooms.

    Raises ValueError for a path, an id of callbacks or a sign in the bar that two of them name.
    """
    rules = once(chain.from_iterable((*each.rules, *map(Page.rule, each.pages)) for each in rooms))
    return Access(
        rules=rules,
        callbacks=_callbacks(rooms),
        public=frozenset(chain.from_iterable(each.public for each in rooms)),
        starts=tuple(Rule(each.href, each.action) for each in places_of(rooms) if each.is_start),
    )


def front_of(
    rooms: Iterable[Room],
) -> Callable[[Deps, Figures, Door, HeaderRules, Workers], Front]:
    """Returns what makes the front of the only room that has one; raises ValueError otherwise."""
    (front,) = (each.front for each in rooms if each.front is not None)
    return front


def places_of(rooms: Iterable[Room]) -> tuple[Place, ...]:
    """Returns the entries of the navigation bar, in the order of the rooms.

    Raises ValueError for a sign that two of them have: it is part of the entry's id in the bar.
    """
    places = tuple(each.place_in_bar for each in rooms if each.place_in_bar is not None)
    for sign, count in Counter(place.sign for place in places).items():
        if count > 1:
            raise ValueError(f"{count} places in the bar have the sign {sign}")
    return places


def _callbacks(rooms: Iterable[Room]) -> dict[str, Action]:
    gathered: dict[str, Action] = {}
    for room in rooms:
        twice = gathered.keys() & room.callbacks.keys()
        if twice:
            raise ValueError(f"two rooms name callbacks of {', '.join(sorted(twice))}")
        gathered.update(room.callbacks)
    return gathered
