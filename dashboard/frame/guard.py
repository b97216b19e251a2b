"""ASGI middleware that refuses what the table of access doesn't allow, and foreign writes."""

import json
import logging
from http.cookies import CookieError, SimpleCookie
from urllib.parse import quote

from sqlalchemy.exc import OperationalError
from starlette.datastructures import Headers
from starlette.responses import RedirectResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from dashboard.frame.access import SAFE_METHODS, is_page
from dashboard.frame.auth import User, may, set_user
from dashboard.frame.deps import Deps
from dashboard.frame.headers import HeaderRules, is_own_origin
from dashboard.frame.http_errors import away, problem
from dashboard.frame.identify import Visitor, visitor
from dashboard.frame.offload import off
from dashboard.frame.refused import refused_page
from dashboard.parts.wording import _, language
from data.database import transaction
from data.people.access_log import Logged, log

CALLBACK_PATH = "/_dash-update-component"
LOGGER = logging.getLogger(__name__)


class TooLarge(Exception):
    """Raised while a request body is read, once it exceeds its size limit."""


class Body:
    """A request's body, limited to ``most`` bytes; ``read`` is the body where read already."""

    def __init__(self, stream: Receive, most: int, read: bytes | None = None) -> None:
        self.stream = stream
        self.most = most
        self.read = read
        self.size = 0
        self.is_too_large = False

    async def receive(self) -> Message:
        """Returns the next ASGI message of the body; raises TooLarge past the limit."""
        if self.read is not None:
            whole, self.read = self.read, None
            return {"type": "http.request", "body": whole, "more_body": False}
        message = await self.stream()
        self.size += len(message.get("body", b""))
        if self.size > self.most:
            self.is_too_large = True
            raise TooLarge
        return message


class Guard:
    """ASGI middleware that passes on only the requests that the access table allows."""

    def __init__(self, app: ASGIApp, deps: Deps, headers: HeaderRules) -> None:
        self.app = app
        self.deps = deps
        self.access = deps.access
        self.headers = headers

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answers a refused request itself; passes every other request on to the app."""
        if scope["type"] == "lifespan":
            await self.app(scope, receive, send)
        elif scope["type"] == "websocket":
            await self._websocket(scope, receive, send)
        else:
            await self._http(scope, receive, send)

    async def _websocket(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Refuses every websocket before it is accepted: no page of this site uses one."""
        del scope, receive
        await send({"type": "websocket.close", "code": 4403, "reason": "no websocket here"})

    async def _http(self, scope: Scope, receive: Receive, send: Send) -> None:
        request = Headers(scope=scope)
        path = scope["path"]
        try:
            who = await visitor(self.deps, cookies_of(request), path)
        except OperationalError:
            await away(path)(scope, receive, send)
            return
        language.set(who.language)
        set_user(who.user)
        public = path in self.access.public
        send = self.headers.applied(send, path, public=public)
        refusal = self._write_refusal(scope, request)
        body: bytes | None = None
        if refusal is None and not public:
            if path == CALLBACK_PATH and who.user is not None:
                body, refusal = await self._callback(request, receive, who.user)
            else:
                refusal = await self._refusal(scope, who)
        if refusal is not None:
            await refusal(scope, receive, send)
            return
        await self._pass_on(scope, Body(receive, self.access.most_bytes(path), body), send)

    async def _pass_on(self, scope: Scope, body: Body, send: Send) -> None:
        """Passes the request on to the app; answers 413 instead if its body exceeds the limit."""
        answered = False

        async def watched(message: Message) -> None:
            nonlocal answered
            if not body.is_too_large:
                await send(message)
            elif not answered:
                answered = True
                await self._too_large(scope["path"])(scope, body.receive, send)

        await self.app(scope, body.receive, watched)

    def _write_refusal(self, scope: Scope, request: Headers) -> Response | None:
        """Returns the refusal of a write too large or not from this site; None if allowed."""
        if scope["method"] in SAFE_METHODS:
            return None
        length = request.get("content-length", "0")
        if not length.isdigit() or int(length) > self.access.most_bytes(scope["path"]):
            return self._too_large(scope["path"])
        if not is_own_origin(scope["scheme"], request, self.deps.dashboard):
            detail = _("The request doesn't come from a page of this site.")
            return problem(403, "foreign_origin", detail, path=scope["path"])
        return None

    async def _refusal(self, scope: Scope, who: Visitor) -> Response | None:
        """Returns the answer that refuses the visitor this path (or redirects); None if allowed."""
        path = scope["path"]
        page = is_page(path)
        if who.user is None:
            if page and scope["method"] in SAFE_METHODS:
                return RedirectResponse(sign_in_address(scope), status_code=303)
            return problem(401, "not_signed_in", _("Please sign in."), path=path)
        forced = who.user.account.must_change_password
        if page and forced and not self.access.is_always_open(path):
            return RedirectResponse("/account", status_code=303)
        action = self.access.action_for(path, scope["method"])
        if action is None:
            return self._missing(path, who.user)
        if not may(who.user, action):
            return await self._forbidden(scope, who.user)
        return None

    def _missing(self, path: str, user: User) -> Response:
        if is_page(path):
            return refused_page(404, self.access.landing(user))
        return problem(404, "not_found", _("There is nothing at this address."), path=path)

    async def _forbidden(self, scope: Scope, user: User) -> Response:
        path = scope["path"]
        if path == "/":
            return RedirectResponse(self.access.landing(user), status_code=303)
        await off(self._log_refusal, user, scope["method"], path)
        if is_page(path):
            return refused_page(403, self.access.landing(user))
        return problem(403, "forbidden", _("Your account may not do this."), path=path)

    async def _callback(
        self, request: Headers, receive: Receive, user: User
    ) -> tuple[bytes, Response | None]:
        """Returns a Dash callback's body and None or, if refused, an empty body and the refusal."""
        del request
        try:
            body = await whole_body(receive, self.access.most_bytes(CALLBACK_PATH))
            output = str(json.loads(body).get("output", ""))
        except TooLarge:
            return b"", self._too_large(CALLBACK_PATH)
        except (ValueError, AttributeError, RecursionError):
            detail = _("The request can't be read.")
            return b"", problem(400, "bad_input", detail, path=CALLBACK_PATH)
        actions = self.access.actions_for_output(output)
        if actions and all(may(user, action) for action in actions):
            return body, None
        await off(self._log_refusal, user, "POST", f"{CALLBACK_PATH} {output}")
        detail = _("Your account may not do this.")
        return b"", problem(403, "forbidden", detail, path=CALLBACK_PATH)

    def _too_large(self, path: str) -> Response:
        """Returns the answer 413 for a request body past the path's limit."""
        most = self.access.most_bytes(path) >> 20
        detail = _("The request is larger than {most} MB.").format(most=most)
        return problem(413, "too_large", detail, path=path)

    def _log_refusal(self, user: User, method: str, about: str) -> None:
        with transaction(self.deps.engine) as connection:
            log(
                connection,
                Logged.REFUSE,
                account_id=user.account_id,
                about=f"{method} {about}",
                refused=True,
            )


def cookies_of(request: Headers) -> dict[str, str]:
    """Returns the request's cookies by name; empty when the header can't be read."""
    jar = SimpleCookie()
    try:
        jar.load(request.get("cookie", ""))
    except CookieError:
        return {}
    return {name: morsel.value for name, morsel in jar.items()}


def sign_in_address(scope: Scope) -> str:
    """Returns the sign-in page's address; after signing in it leads back to this request's."""
    asked = scope["path"]
    if scope.get("query_string"):
        asked += "?" + scope["query_string"].decode("latin-1")
    return "/sign-in" if asked == "/" else "/sign-in?next=" + quote(asked, safe="/")


async def whole_body(receive: Receive, most: int) -> bytes:
    """Reads and returns the request's whole body; raises TooLarge past ``most`` bytes.

    Where the sender goes away, returns what had come by then.
    """
    parts: list[bytes] = []
    size = 0
    while True:
        message = await receive()
        if message["type"] != "http.request":
            return b"".join(parts)
        parts.append(message.get("body", b""))
        size += len(parts[-1])
        if size > most:
            raise TooLarge
        if not message.get("more_body", False):
            return b"".join(parts)
