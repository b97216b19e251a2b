"""ASGI middleware that refuses what the table of access doesn't allow, and foreign writes."""

import hmac
import logging
from collections.abc import Callable, Mapping
from http.cookies import CookieError, SimpleCookie
from typing import Any
from urllib.parse import quote

from starlette.datastructures import Headers
from starlette.responses import RedirectResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from dashboard.frame.access import SAFE_METHODS, is_page, output_ids
from dashboard.frame.auth import User, may, set_user
from dashboard.frame.body import Body, TooLarge, check_callback, read_json, unreadable, whole_body
from dashboard.frame.deps import Deps
from dashboard.frame.door import FIXED_FILES, Door
from dashboard.frame.framed import frame_for
from dashboard.frame.headers import HeaderRules, is_own_origin
from dashboard.frame.hosts import host_refusal
from dashboard.frame.http_errors import down, problem, problem_of
from dashboard.frame.identify import Visitor
from dashboard.frame.offload import Workers, kind_of_work, off, workers_of_app
from dashboard.frame.refused import refused_page
from dashboard.parts.wording import LANGUAGES, _, language
from data.database import transaction
from data.errors import BadInput, ServiceDown
from data.people.access_log import Logged, log

CALLBACK_PATH = "/_dash-update-component"
METRICS_PATH = "/metrics"
DRAWN_FOR = "x-onemap-account"
"""The header in which a page names the account it was drawn for, and its language: ``12 zh``.

Its scripts send it along with whatever they ask for; a link, a picture or a form can't.
"""
LOGGER = logging.getLogger(__name__)


class Guard:
    """ASGI middleware that passes on only the requests that the access table allows."""

    def __init__(
        self,
        app: ASGIApp,
        deps: Deps,
        headers: HeaderRules,
        door: Door,
        workers: Workers,
        callbacks: Callable[[], Mapping[str, Mapping[str, Any]]],
    ) -> None:
        self.app = app
        self.deps = deps
        self.access = deps.access
        self.headers = headers
        self.door = door
        self.workers = workers
        self.callbacks = callbacks

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
        cookies = cookies_of(request)
        public = path in self.access.public
        send = self.headers.applied(send, path, public=public)
        workers_of_app.set(self.workers)
        language.set(self.door.language_of(cookies))
        refusal = host_refusal(request, path, self.deps.dashboard)
        body: bytes | None = None
        if refusal is None and not self._is_machine(request, path):
            body, refusal = await self._decided(scope, request, receive, cookies)
        if refusal is not None:
            await refusal(scope, receive, send)
            return
        await self._pass_on(scope, Body(receive, self.access.most_bytes(path), body), send)

    async def _decided(
        self, scope: Scope, request: Headers, receive: Receive, cookies: dict[str, str]
    ) -> tuple[bytes | None, Response | None]:
        """Returns the body, where it was read to decide, and the refusal; None: let through."""
        path = scope["path"]
        public = path in self.access.public
        who = Visitor(None, language.get())
        if not (public and path.startswith(FIXED_FILES)):
            try:
                who = await self.door.visitor(cookies, path, scope["method"])
            except ServiceDown as error:
                if not public:
                    return None, down(error, path)
        drawn_for, tongue = drawn_for_of(request)
        language.set(tongue or who.language)
        set_user(who.user)
        kind_of_work.set(self.access.kind_of(path))
        refusal = self._write_refusal(scope, request) or self._other_account(path, drawn_for, who)
        if refusal is not None or public:
            return None, refusal
        if path == CALLBACK_PATH and scope["method"] == "POST" and who.user is not None:
            body, refusal = await self._callback(receive, who.user)
            as_json(scope)
            return body, refusal
        return None, await self._refusal(scope, who)

    def _is_machine(self, request: Headers, path: str) -> bool:
        """Returns whether a program asks for the figures with the token that the settings hold."""
        token = self.deps.dashboard.metrics_token
        if path != METRICS_PATH or token is None or not token.get_secret_value():
            return False
        sent = request.get("authorization", "").encode()
        return hmac.compare_digest(sent, b"Bearer " + token.get_secret_value().encode())

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

    def _other_account(self, path: str, drawn_for: str | None, who: Visitor) -> Response | None:
        """Returns the refusal of a page drawn for another account than is signed in; else None.

        A page says for whom it was drawn. One left open in a browser where somebody else has
        signed in since would act in that person's name, and show that person's notices.
        """
        if drawn_for is None or who.user is None or drawn_for == str(who.user.account_id):
            return None
        detail = _(
            "{name} is signed in in this browser by now; this page was opened by another account."
        ).format(name=who.user.account.display_name)
        return problem(412, "other_account", detail, path=path)

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
        if self.access.rule_for(path) is None:
            return self._missing(path, who.user)
        if action is None or not may(who.user, action):
            return await self._forbidden(scope, who.user)
        return None

    def _missing(self, path: str, user: User) -> Response:
        if is_page(path):
            return self._refused(404, user)
        return problem(404, "not_found", _("There is nothing at this address."), path=path)

    def _refused(self, status: int, user: User) -> Response:
        """Returns the refusal of a page within the frame that the user's other pages have."""
        start, is_free = self.access.landing(user), not user.account.must_change_password
        frame = frame_for(user, self.deps.places, start) if is_free else None
        return refused_page(status, start, frame)

    async def _forbidden(self, scope: Scope, user: User) -> Response:
        path = scope["path"]
        if path == "/":
            return RedirectResponse(self.access.landing(user), status_code=303)
        await self._note(user, f"{scope['method']} {path}")
        if is_page(path):
            return self._refused(403, user)
        return problem(403, "forbidden", _("Your account may not do this."), path=path)

    async def _callback(self, receive: Receive, user: User) -> tuple[bytes | None, Response | None]:
        """Returns a Dash callback's body and None or, if refused, None and the refusal."""
        try:
            body = await whole_body(receive, self.access.most_bytes(CALLBACK_PATH))
            sent = read_json(body)
            output = sent.get("output") if isinstance(sent, dict) else None
            if not isinstance(output, str):
                raise unreadable()
        except TooLarge:
            return None, self._too_large(CALLBACK_PATH)
        except BadInput as error:
            return None, problem_of(error, CALLBACK_PATH)
        actions = self.access.actions_for_output(output)
        if not actions or not all(may(user, action) for action in actions):
            await self._note(user, f"POST {CALLBACK_PATH} {output}")
            detail = _("Your account may not do this.")
            return None, problem(403, "forbidden", detail, path=CALLBACK_PATH)
        kind_of_work.set(output_ids(output)[0].partition("-")[0])
        try:
            check_callback(sent, self.callbacks().get(output, {}))
        except BadInput as error:
            return None, problem_of(error, CALLBACK_PATH)
        return body, None

    def _too_large(self, path: str) -> Response:
        """Returns the answer 413 for a request body past the path's limit."""
        most = self.access.most_bytes(path) >> 20
        detail = _("The request is larger than {most} MB.").format(most=most)
        return problem(413, "too_large", detail, path=path)

    async def _note(self, user: User, about: str) -> None:
        """Notes a refusal in the access log; where that fails, the refusal stands all the same."""
        try:
            await off(self._log_refusal, user, about)
        except ServiceDown:
            LOGGER.warning("a refusal could not be noted: the database doesn't take it")

    def _log_refusal(self, user: User, about: str) -> None:
        with transaction(self.deps.engine) as connection:
            log(connection, Logged.REFUSE, account_id=user.account_id, about=about, refused=True)


def drawn_for_of(request: Headers) -> tuple[str | None, str]:
    """Returns the account that the asking page was drawn for and the page's language.

    None where no page says so; "" for a language that isn't known. An answer in the page's language
    fits beside what the page shows already, whatever language was chosen in another tab since.
    """
    drawn_for, _between, tongue = request.get(DRAWN_FOR, "").partition(" ")
    return drawn_for if DRAWN_FOR in request else None, tongue if tongue in LANGUAGES else ""


def as_json(scope: Scope) -> None:
    """Marks the request's body as JSON, whatever its sender called it: it was read as such."""
    kept = [(name, value) for name, value in scope["headers"] if name != b"content-type"]
    scope["headers"] = [*kept, (b"content-type", b"application/json")]


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
