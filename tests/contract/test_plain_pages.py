"""Plain pages stay as they are recorded, tag by tag; what people type in is never markup."""

import asyncio
import re
from collections.abc import Iterator
from html.parser import HTMLParser
from typing import Any

import pytest
from fastapi import FastAPI, Query
from httpx import ASGITransport, AsyncClient
from starlette.responses import HTMLResponse

from dashboard.frame.api_docs import router
from dashboard.frame.auth import User
from dashboard.frame.refused import failed_page, refused_page
from dashboard.parts.wording import LANGUAGES, _, language
from dashboard.people.own_account_page import account_page
from dashboard.people.sign_in_page import sign_in_page
from data.queries.people.accounts import Account, HeldRole
from data.queries.scope import NOTHING
from data.records import AccountId
from data.vocabulary import Role
from tests.contract.recorded import hold, lines

MARKUP = """"'><script>alert(1)</script>&amp;{{ 1234*1001 }}"""
INLINE = frozenset(["a", "b", "button", "code", "input", "small", "span", "svg"])
"""White space beside other tags is not drawn."""


class Tags(HTMLParser):
    """A page as lines: a tag with its attributes or a text each, indented by depth."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.lines: list[str] = []
        self.depth = 0
        self.last, self.space = "", False

    def _add(self, text: str, kind: str) -> None:
        if self.space and kind in INLINE and self.last in INLINE:
            self._line("(space)")
        self._line(text)
        self.last, self.space = kind, False

    def _line(self, text: str) -> None:
        self.lines.append(" " * self.depth + text)

    def handle_decl(self, decl: str) -> None:
        self._line(f"!{decl}")

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        told = [name if value is None else f"{name}={shown(value)!r}" for name, value in attrs]
        self._add(" ".join([tag, *told]), tag)
        if tag not in ("input", "link", "meta"):
            self.depth += 1

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)
        self.depth -= 1

    def handle_endtag(self, tag: str) -> None:
        self.depth -= 1
        self.last, self.space = tag, False

    def handle_data(self, data: str) -> None:
        text = flat(data)
        self.space = self.space or text.startswith(" ")
        if text.strip():
            self._add(f"| {text.strip()}", "span")
            self.space = text.endswith(" ")


def shown(value: str) -> str:
    """An attribute's value; an address without the hash of its file's content."""
    return flat(re.sub(r"^(/assets/[^?]+)\?v=\w{12}$", r"\1", value))


def flat(text: str) -> str:
    """The text with each run of white space as one space."""
    return re.sub(r"\s+", " ", text)


def tags(page: str) -> list[str]:
    """The page's tags and texts in their order."""
    read = Tags()
    read.feed(page)
    read.close()
    return read.lines


def user(name: str, *roles: Role, must_change: bool = False) -> User:
    account = Account(AccountId(1), name, name, must_change, None, True, 1)
    held = tuple(
        HeldRole(n, role, None, name, None, None, None, False) for n, role in enumerate(roles)
    )
    return User(account, held, NOTHING, {})


def described() -> str:
    """The description of an interface whose words hold markup."""
    server = FastAPI(openapi_url=None)
    server.include_router(router(server))

    @server.get("/api/v1/a<b>", summary=MARKUP)
    async def one(q: str = Query("", description=MARKUP)) -> dict[str, Any]:
        return {"q": q}

    @server.delete("/api/v1/plain")
    async def other() -> None:
        """Says what it does."""

    async def ask() -> str:
        async with AsyncClient(transport=ASGITransport(server), base_url="http://it") as client:
            return (await client.get("/api/docs")).text

    server.router.routes.sort(key=lambda route: getattr(route, "path", "") == "/api/{path:path}")
    return asyncio.run(ask())


def pages() -> Iterator[tuple[str, HTMLResponse]]:
    """Every plain page with its name."""
    following = "/river/1?tab=x&y=\"'<b>"
    yield "sign in", sign_in_page()
    yield "sign in, next", sign_in_page(following=following, done="You have signed out.")
    yield (
        "sign in, refused",
        sign_in_page(following=MARKUP, login=MARKUP, error=MARKUP, done=MARKUP, status=401),
    )
    several = user("甲 & 乙", Role.CHIEF, Role.OFFICE)
    yield "own account", account_page(several, "/start?a=1&b=2", done="The password is changed.")
    yield "own account, markup", account_page(user(MARKUP, Role.OFFICE), MARKUP, error=MARKUP)
    yield "own account, nothing held", account_page(user("a"), "/")
    yield (
        "own account, password given",
        account_page(user("a", must_change=True), "/", error="Too short", status=400),
    )
    for status in (403, 404):
        yield f"refused, {status}", refused_page(status, MARKUP)
    failures = {500: _("Something went wrong here."), 503: _("The database doesn't answer.")}
    for status, sentence in failures.items():
        yield f"failed, {status}", failed_page(status, f"/river/1?{MARKUP}", sentence)


@pytest.mark.parametrize("code", LANGUAGES)
def test_every_plain_page_is_the_recorded_one(code: str, renewed: str) -> None:
    chosen = language.set(code)
    try:
        made = {name: (page.status_code, bytes(page.body).decode()) for name, page in pages()}
        made["description of the interface"] = (200, described())
    finally:
        language.reset(chosen)
    told = [
        line
        for name, (status, page) in made.items()
        for line in (f"\n== {name}: {status}", *tags(page))
    ]
    title = "Plain pages: a tag or a text a line; text is what is shown, not how it is escaped"
    hold(f"plain_pages.{code}.txt", lines(title, told), renewed)
    for name, (_status, page) in made.items():
        assert page.startswith("<!doctype html>"), name
        assert len(re.findall(r"<script\b", page)) == 2, f"{name}: markup was taken for markup"
        assert "1235234" not in page, f"{name}: an expression was worked out"
