"""Reads requests for tiles from their raw bytes: usual ones only, for the others are refused."""

import re
from typing import NamedTuple

from dashboard.frame.hosts import is_own_host
from dashboard.frame.identify import session_cookie
from dashboard.map.tile_cache import Place
from data.queries.map.tiles import BASES
from data.settings import DashboardSettings

ADDRESS = re.compile(
    rb"/tiles/([a-z_]{1,20})/(\d{1,2})/(\d{1,7})/(\d{1,7})\.mvt"
    rb"(?:\?(?:told=\d{1,18}(?:&|$))?(?:basis=(now|month))?)?"
)
"""What is answered at once; every other address is read, and refused, by the route."""

READ_HEADERS = frozenset(
    {b"host", b"cookie", b"if-none-match", b"accept-encoding", b"x-onemap-account"}
)
UNUSUAL_HEADERS = frozenset({b"content-length", b"transfer-encoding", b"expect", b"upgrade"})
TOKEN = re.compile(rb"[A-Za-z0-9_-]{16,128}")
REMEMBERED = 256
"""So many different names of the site, and ways to say what may be packed, are remembered."""


class Asked(NamedTuple):
    """A request for a tile as far as it is usual: what is asked for, and by which session."""

    layers: str
    place: Place
    basis: str
    token: bytes
    headers: dict[bytes, bytes]


class TileRequests:
    """Reads requests for tiles; remembers names of the site and ways to say what may be packed."""

    def __init__(self, settings: DashboardSettings) -> None:
        self.settings = settings
        self._cookie = session_cookie(secure=settings.secure_cookie).encode() + b"="
        self._own_hosts: set[bytes] = set()
        self._takes_gzip: dict[bytes, bool] = {}

    def read(self, address: bytes, headers: list[tuple[bytes, bytes]]) -> Asked | None:
        """Returns what a usual request asks for; None for any other, which the guard reads."""
        place = ADDRESS.fullmatch(address)
        if place is None:
            return None
        read: dict[bytes, bytes] = {}
        for name, value in headers:
            if name in READ_HEADERS:
                if name in read:
                    return None
                read[name] = value
            elif name in UNUSUAL_HEADERS:
                return None
        token = self._token(read.get(b"cookie", b""))
        if token is None or not self._is_own_host(read.get(b"host", b"")):
            return None
        layers, z, x, y, basis = place.groups()
        return Asked(
            layers.decode(),
            (int(z), int(x), int(y)),
            basis.decode() if basis else BASES[0],
            token,
            read,
        )

    def _token(self, cookie: bytes) -> bytes | None:
        """Returns the session's token if the cookies hold one, as we write it, once."""
        found = None
        for part in map(bytes.strip, cookie.split(b";")):
            if part.startswith(self._cookie):
                if found is not None:
                    return None
                found = part[len(self._cookie) :]
        return found if found is not None and TOKEN.fullmatch(found) else None

    def _is_own_host(self, host: bytes) -> bool:
        if host in self._own_hosts:
            return True
        if not is_own_host(host.decode("latin-1"), self.settings):
            return False
        if len(self._own_hosts) < REMEMBERED:
            self._own_hosts.add(host)
        return True

    def may_be_packed(self, asked: Asked) -> bool:
        """Returns whether the answer may be compressed by gzip."""
        said = asked.headers.get(b"accept-encoding", b"")
        takes = self._takes_gzip.get(said)
        if takes is None:
            takes = takes_gzip(said.decode("latin-1"))
            if len(self._takes_gzip) < REMEMBERED:
                self._takes_gzip[said] = takes
        return takes


def has_tag(asked: Asked, etag: bytes) -> bool:
    """Returns whether whoever asks has the tile with that tag already."""
    said = asked.headers.get(b"if-none-match")
    if said is None or said == etag:
        return said is not None
    return any(one.strip().removeprefix(b"W/") in (etag, b"*") for one in said.split(b","))


def takes_gzip(accepted: str) -> bool:
    """Returns whether an Accept-Encoding allows gzip. Source: RFC 9110, 12.5.3."""
    quality = {}
    for part in accepted.lower().split(","):
        name, _semicolon, weight = part.partition(";")
        try:
            quality[name.strip()] = float(weight.strip().removeprefix("q=") or 1)
        except ValueError:
            quality[name.strip()] = 0.0
    return quality.get("gzip", quality.get("*", 0.0)) > 0
