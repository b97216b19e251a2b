"""Vector tiles over HTTP: within the reader's scope, kept in memory, asked for again by ETag."""

import gzip
import hashlib
from collections import OrderedDict
from dataclasses import dataclass, field
from threading import Lock
from typing import Annotated

from fastapi import APIRouter, Query, Request
from fastapi.responses import Response

from dashboard.frame.auth import current_user, visible_to
from dashboard.frame.deps import Deps
from dashboard.frame.offload import off
from data.database import transaction
from data.queries.map.drawn import drawn
from data.queries.map.tiles import tile
from data.queries.scope import Scope

MEDIA_TYPE = "application/vnd.mapbox-vector-tile"
MOST_BYTES = 64_000_000
"""Memory that packed tiles may take; the longest unused go first."""

GROUND_TABLES = ("division", "river", "reach", "lake", "place")

Key = tuple[str, int, int, int, Scope, str]
Again = Annotated[
    int | None,
    Query(
        alias="told", ge=0, description="changes nothing: another address, so it is fetched again"
    ),
]


@dataclass(frozen=True, slots=True)
class PackedTile:
    """A vector tile compressed for sending, with its ETag."""

    packed: bytes
    etag: str


@dataclass(slots=True)
class TileCache:
    """A cache of packed map tiles by place, scope and version of the map data; bounded in bytes."""

    most_bytes: int = MOST_BYTES
    size: int = 0
    tiles: OrderedDict[Key, PackedTile] = field(default_factory=OrderedDict)
    lock: Lock = field(default_factory=Lock)

    def find(self, key: Key) -> PackedTile | None:
        """Returns the cached tile and marks it as just used; None if not cached."""
        with self.lock:
            found = self.tiles.get(key)
            if found is not None:
                self.tiles.move_to_end(key)
            return found

    def keep(self, key: Key, made: PackedTile) -> None:
        """Caches the tile; past the size bound drops the longest unused tiles."""
        with self.lock:
            before = self.tiles.pop(key, None)
            self.size += len(made.packed) - (len(before.packed) if before else 0)
            self.tiles[key] = made
            while self.size > self.most_bytes:
                _, dropped = self.tiles.popitem(last=False)
                self.size -= len(dropped.packed)


def packed_tile(
    deps: Deps,
    cache: TileCache,
    layer: str,
    place: tuple[int, int, int],
    scope: Scope,
    basis: str,
) -> PackedTile:
    """Returns a map tile, from the cache unless the map data changed; raises NotFound."""
    now = deps.clock()
    with transaction(deps.engine) as connection:
        raw = tile(connection, layer, place, drawn(connection, scope), now, basis)
    etag = f'"{hashlib.blake2b(raw, digest_size=12).hexdigest()}"'
    return PackedTile(gzip.compress(raw, 6, mtime=0), etag)


def router(deps: Deps) -> APIRouter:
    """Returns the API route of the map's vector tiles."""
    routes = APIRouter(tags=["map"])
    cache = TileCache()

    @routes.get("/tiles/{layer}/{z}/{x}/{y}.mvt", response_class=Response)
    async def read_tile(
        request: Request,
        layer: str,
        z: int,
        x: int,
        y: int,
        again: Again = None,
        basis: str = "now",
    ) -> Response:
        """A Mapbox vector tile; ``all`` holds every layer of the ground, ``patrols`` the tracks."""
        del again
        scope = visible_to(current_user())
        made = await off(packed_tile, deps, cache, layer, (z, x, y), scope, basis)
        headers = {"ETag": made.etag, "Cache-Control": "private, no-cache", "Vary": "Cookie"}
        if request.headers.get("if-none-match") == made.etag:
            return Response(status_code=304, headers=headers)
        headers["Content-Encoding"] = "gzip"
        return Response(made.packed, media_type=MEDIA_TYPE, headers=headers)

    return routes
