"""What stands in the map's document before anything is fetched: the basin, and where it lies."""

import asyncio
import json
import logging
from time import monotonic
from typing import Any, Final

from starlette.requests import Request

from dashboard.frame.auth import Action, may, signed_in_user, visible_to
from dashboard.frame.deps import Deps
from dashboard.frame.offload import off
from dashboard.frame.plain import TEMPLATES
from dashboard.map.words import map_words
from dashboard.parts.wording import language
from data.background import shared_task
from data.database import transaction
from data.errors import OneMapError
from data.queries.map.opening import OpeningShape, opening_shape
from data.queries.map.tile_frame import TILE_PX, WORLD_M
from data.queries.scope import Scope

PATIENCE_S: Final = 0.4
"""A document waits no longer for its picture: it then comes without."""

AGAIN_S: Final = 20.0
"""How long a picture may show what was changed: most changes are of classes, which it hasn't."""

MOST_KEPT: Final = 200
ZOOMS: Final = (4, 13)
"""From how far and how near the map itself opens: the picture is drawn no smaller or larger."""

LOGGER = logging.getLogger(__name__)


class Openings:
    """The pictures of the areas that readers see, kept until a shape may be another."""

    def __init__(self, deps: Deps) -> None:
        self.deps = deps
        self._kept: dict[Scope, tuple[OpeningShape | None, float]] = {}
        self._under_way: dict[tuple[Scope, int], asyncio.Future[OpeningShape | None]] = {}
        self._changed_s = 0.0
        self._generation = 0

    def changed(self, payload: str) -> None:
        """Hears that the map changed in a box, or ``all`` of it."""
        self._changed_s = monotonic()
        if payload == "all":
            self.drop_all()

    def drop_all(self) -> None:
        """Forgets every picture."""
        self._generation += 1
        self._kept.clear()

    async def shape(self, scope: Scope, *, keep: bool) -> OpeningShape | None:
        """Returns the picture of an area, None where nothing lies in it.

        Raises Busy or ServiceDown where it must be read and can't be.
        """
        now_s = monotonic()
        found = self._kept.get(scope) if keep else None
        if found and (found[1] > self._changed_s or now_s < found[1] + AGAIN_S):
            return found[0]
        if not keep:
            return await off(self._read, scope)
        return await asyncio.shield(self._reading(scope))

    def _reading(self, scope: Scope) -> asyncio.Future[OpeningShape | None]:
        """Returns the one reading of an area that is under way.

        It goes on, for those who come later, when who began it waits no longer.
        """
        key = scope, self._generation
        if key not in self._under_way:
            reading = shared_task(self._read_and_keep(scope), "the map's first picture")
            self._under_way[key] = reading
            reading.add_done_callback(lambda _done: self._under_way.pop(key))
        return self._under_way[key]

    async def _read_and_keep(self, scope: Scope) -> OpeningShape | None:
        generation, now_s = self._generation, monotonic()
        made = await off(self._read, scope)
        if generation == self._generation:
            while len(self._kept) >= MOST_KEPT:
                del self._kept[next(iter(self._kept))]
            self._kept[scope] = made, now_s
        return made

    def _read(self, scope: Scope) -> OpeningShape | None:
        with transaction(self.deps.engine) as connection:
            return opening_shape(connection, scope)


def map_facts(deps: Deps) -> dict[str, str]:
    """Returns what the map's scripts are told by the element that they begin at."""
    return {
        "words": json.dumps(map_words(), ensure_ascii=False),
        "language": language.get(),
        "ledger": "true" if may(signed_in_user(), Action.READ_LEDGER) else "false",
        "basemap": deps.dashboard.basemap,
        "attribution": deps.dashboard.basemap_attribution,
    }


async def opening(request: Request, deps: Deps) -> str:
    """Returns the HTML in which the map begins; without its picture where that can't be read."""
    front: Any = request.app.front
    shape: OpeningShape | None = None
    try:
        async with asyncio.timeout(PATIENCE_S):
            scope = visible_to(signed_in_user())
            shape = await front.openings.shape(scope, keep=front.hearing.is_live)
    except (OneMapError, TimeoutError):
        LOGGER.warning("the map opens without its picture: the database did not answer in time")
    sizes = {}
    if shape:
        least, most = (shape.metres / WORLD_M * TILE_PX * 2**zoom for zoom in ZOOMS)
        sizes = {"least_px": least, "most_px": most}
    template = TEMPLATES.get_template("map/templates/opening.html")
    return template.render(shape=shape, **sizes, **map_facts(deps))
