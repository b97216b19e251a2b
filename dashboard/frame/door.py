"""Finds the user of each request, apart from all other work and even while a table is locked."""

import asyncio
from dataclasses import dataclass, replace
from time import monotonic

from sqlalchemy import Engine

from dashboard.frame.access import SAFE_METHODS
from dashboard.frame.auth import User
from dashboard.frame.deps import Deps
from dashboard.frame.identify import (
    LANGUAGE_COOKIE,
    QUIET,
    Visitor,
    session_cookie,
    user_of_session,
)
from dashboard.frame.offload import Workers
from dashboard.parts.wording import LANGUAGES
from data.errors import ServiceDown
from data.people.sessions import token_hash
from data.records import AccountId

PATIENCE_S = 0.5
"""A look-up that takes longer is slow: who is remembered need not wait for it."""

REMEMBERED_S = 60.0
"""How long a session is remembered after it was last looked up."""

MOST_REMEMBERED = 10_000

FIXED_FILES = ("/assets/", "/_dash-component-suites/", "/_favicon.ico")
"""Files of the program itself: the same for everybody signed in, and nobody's secret."""

WITHOUT_SESSION = ("/healthz", "/readyz")


@dataclass(frozen=True, slots=True)
class Remembered:
    """The user whom a look-up found, and when it began, in seconds of the steady clock."""

    user: User
    at_s: float


class Memory:
    """Who was found by which session, for a minute; the hash of a token stands for it."""

    def __init__(self) -> None:
        self.found: dict[bytes, Remembered] = {}
        self.forgot_at_s = 0.0

    def find(self, token: str) -> User | None:
        """Returns the user found by the token within the last minute, else None."""
        entry = self.found.get(token_hash(token))
        if entry is None or monotonic() - entry.at_s > REMEMBERED_S:
            return None
        return entry.user

    def keep(self, token: str, user: User, began_s: float) -> None:
        """Remembers the user, unless somebody was forgotten since the look-up began."""
        if began_s <= self.forgot_at_s:
            return
        key = token_hash(token)
        self.found.pop(key, None)
        self.found[key] = Remembered(user, began_s)
        while len(self.found) > MOST_REMEMBERED:
            del self.found[next(iter(self.found))]

    def drop(self, token: str) -> None:
        """Forgets the session with that token."""
        self.found.pop(token_hash(token), None)

    def forget(self, account_id: AccountId | None) -> None:
        """Forgets all sessions of the account; of every account if None."""
        self.forgot_at_s = monotonic()
        self.found = {
            key: entry
            for key, entry in self.found.items()
            if account_id is not None and entry.user.account_id != account_id
        }


class Door:
    """Looks up sessions with a few threads and connections that nothing else uses.

    Reads are answered from memory while a look-up hangs, and the program's own files always are;
    whoever isn't remembered, and every write, waits for the look-up or is refused. A session that
    ends is forgotten at once: Live passes on what the database announces.
    """

    def __init__(self, deps: Deps, engine: Engine, workers: Workers) -> None:
        self.deps = replace(deps, engine=engine)
        self.workers = workers
        self.memory = Memory()
        self.looking: dict[asyncio.Task[User | None], float] = {}

    def language_of(self, cookies: dict[str, str]) -> str:
        """Returns the language of a request as far as its cookies tell it."""
        chosen = cookies.get(LANGUAGE_COOKIE, "")
        return chosen if chosen in LANGUAGES else self.deps.dashboard.language

    async def visitor(self, cookies: dict[str, str], path: str, method: str) -> Visitor:
        """Returns the request's sender by its cookies; ``user`` is None without a live session.

        Raises Busy or ServiceDown where that can't be found out.
        """
        language = self.language_of(cookies)
        token = cookies.get(session_cookie(secure=self.deps.dashboard.secure_cookie))
        if not token or path in WITHOUT_SESSION:
            return Visitor(None, language)
        user = await self._user(token, path, method)
        if user is None:
            return Visitor(None, language)
        return Visitor(user, user.account.language or language, token)

    async def look_up(self, token: str, *, touch: bool = False) -> User | None:
        """Returns the user of the session with that token, None when the session has ended.

        Raises Busy or ServiceDown where the database doesn't tell in time.
        """
        began_s = monotonic()
        user = await self.workers.run(user_of_session, self.deps, token, touch=touch)
        if user is None:
            self.memory.drop(token)
        else:
            self.memory.keep(token, user, began_s)
        return user

    async def _user(self, token: str, path: str, method: str) -> User | None:
        remembered = self.memory.find(token) if method in SAFE_METHODS else None
        if remembered is not None and (path.startswith(FIXED_FILES) or self._is_slow()):
            return remembered
        looking = asyncio.create_task(self.look_up(token, touch=path not in QUIET))
        self.looking[looking] = monotonic()
        looking.add_done_callback(self._looked)
        if remembered is None:
            return await looking
        await asyncio.wait({looking}, timeout=PATIENCE_S)
        if looking.done():
            try:
                return looking.result()
            except ServiceDown:
                pass
        remembered = self.memory.find(token)
        return await looking if remembered is None else remembered

    def _is_slow(self) -> bool:
        """Returns whether a look-up hangs just now."""
        now = monotonic()
        return any(now - began_s > PATIENCE_S for began_s in self.looking.values())

    def _looked(self, looking: "asyncio.Task[User | None]") -> None:
        del self.looking[looking]
        if not looking.cancelled():
            looking.exception()  # nobody may wait for it any more, and that is all right
