"""The app read from outside as lines of text: addresses, guard, pages, bar, callbacks, heads.

Only this file and ``tests/fixtures/routes.py`` know where the product keeps these tables: when a
module of the product moves, the imports here follow and the recorded texts stay as they are.
"""

import asyncio
import json
import re
from collections.abc import Iterator, Mapping
from copy import copy
from dataclasses import replace
from hashlib import sha256
from typing import Any

import dash
from dash._pages import _path_to_page
from fastapi import FastAPI
from httpx import ASGITransport, AsyncClient, Response

from dashboard.app import ROOMS
from dashboard.frame import shell
from dashboard.frame.access import MACHINE
from dashboard.frame.auth import User
from dashboard.frame.guard import Guard
from dashboard.frame.page import EVERYONE
from dashboard.frame.room import access_of, places_of
from data.queries.map.tiles import LAYERS, TOGETHER
from data.vocabulary import Role
from tests.fixtures.routes import routes_of

ACCESS = access_of(ROOMS)
PLACES = places_of(ROOMS)
PAGES = [page for room in ROOMS for page in room.pages]

TILE_LAYERS = (*LAYERS, *TOGETHER)
"""Layers of tiles, which ask for different things; other parts of an address are sampled once."""

TAG = re.compile(r"<(link|script)\b([^>]*)>")
PART = re.compile(r"^/\* ([\w/-]+\.(?:css|js)) \*/$", re.MULTILINE)
FINGERPRINT = re.compile(r"\.v\w+?m\d+(?=\.)")
"""The version and the time that Dash writes into the names of its bundles."""


def openapi(app: FastAPI) -> str:
    """The description of the interface for programs, as it is served."""
    return json.dumps(app.openapi(), ensure_ascii=False, indent=1, sort_keys=True)


def routes(app: FastAPI) -> Iterator[str]:
    """Every route with what the guard asks for there; parts that vary are asked by a sample."""
    for method, path in sorted(routes_of(app), key=lambda route: (route[1], route[0])):
        for sample in samples(path):
            told = sample if "{layer}" in path else path
            yield f"{method:<9} {told}: {asked(sample)}"


def samples(path: str) -> list[str]:
    """Addresses that the template of a route stands for."""
    layers = TILE_LAYERS if "{layer}" in path else ("",)
    filled = [path.replace("{layer}", layer) for layer in layers]
    return [re.sub(r"{[^}]*}|<[^>]*>", "1", each) for each in filled]


def asked(path: str) -> str:
    """What the guard asks for at an address: to read, to change something, and the largest body."""
    read, write = ACCESS.action_for(path), ACCESS.action_for(path, "POST")
    most = f"bytes={ACCESS.most_bytes(path)}"
    if path in ACCESS.public:
        return f"public {most}"
    return f"read={read or 'nobody'} write={write or 'nobody'} {most}"


def rules() -> Iterator[str]:
    """Every rule's own address (and one below it) with what the whole table answers there."""
    listed = {
        rule.path.rstrip("/") + "/1" if rule.below else rule.path for rule in ACCESS.rules
    } | {"/nowhere"}
    yield from (f"{path}: {asked(path)}" for path in sorted(listed))


def pages() -> Iterator[str]:
    """Every page: what it asks for, its title's msgid, its place in Dash's order.

    Dash opens the first page of its order that fits an address. Within one number the order is
    that of the modules' names, so the page that a sample is opened by is told as well.
    """
    orders = {
        page["path_template"] or page["path"]: page["order"] for page in dash.page_registry.values()
    }
    for page in sorted(PAGES, key=lambda page: page.path):
        opened, _variables = _path_to_page(samples(page.path)[0].strip("/"))
        yield (
            f"{page.path}: {ACCESS.action_for(page.path)} {page.title!r} "
            f"order={orders[page.path]} opened={opened['path_template'] or opened['path']}"
        )


def sets() -> Iterator[str]:
    """The guard's sets of addresses."""
    named = {
        "public": ACCESS.public,
        "left when the password must change": {
            rule.path for rule in ACCESS.rules if rule.is_always_open
        },
        "asked for by programs": MACHINE,
    }
    for name, paths in named.items():
        yield from (f"{name}: {path}" for path in sorted(paths))


def bars() -> Iterator[str]:
    """For each role the page it lands on and the bar's entries in their order."""
    for role in Role:
        held = tuple(each for each in EVERYONE.roles if each.role is role)
        yield from bar(role.value, replace(EVERYONE, roles=held))
    account = replace(EVERYONE.account, must_change_password=True)
    yield from bar("whose password must change", replace(EVERYONE, account=account))
    yield from bar("without a role", replace(EVERYONE, roles=()))
    yield from (f"nobody: {place.href}" for place in shell.places_for(None, PLACES))
    yield f"tabs at the foot of a phone: {shell.MOST_TABS}"


def bar(name: str, user: User) -> Iterator[str]:
    """The first page and the entries of one user."""
    yield f"{name}: lands on {ACCESS.landing(user)}"
    for number, place in enumerate(shell.places_for(user, PLACES), 1):
        told = f"{place.word!r} sign={place.sign}"
        yield f"{name}: {number}. {place.href} {told}" + (
            f" brief={place.brief!r}" if place.brief else ""
        )


def callbacks(app: FastAPI) -> Iterator[str]:
    """Every callback on one line, by what it writes to.

    Dash tells callbacks that share an output apart by a hash of their inputs. The inputs are told
    here anyway, so the hash is written ``@shared``.
    """
    listed: list[Mapping[str, Any]] = app.state.dash._callback_list
    yield from sorted(callback_line(callback) for callback in listed)


def callback_line(callback: Mapping[str, Any]) -> str:
    """What a callback writes, listens to and takes along, where it runs and who may call it."""
    output = callback["output"]
    writes = re.sub(r"@[0-9a-f]{64}", "@shared", output).removeprefix("..").removesuffix("..")
    inputs, states = (
        ", ".join(f"{each['id']}.{each['property']}" for each in callback[kind])
        for kind in ("inputs", "state")
    )
    function = callback["clientside_function"]
    where = f"{function['namespace']}.{function['function_name']}" if function else "server"
    where = re.sub(r"\.[0-9a-f]{64}$", ".inline", where)
    actions = sorted(ACCESS.actions_for_output(output) or {"nobody"})
    return " | ".join(
        [
            ", ".join(writes.split("...")),
            f"on {inputs}",
            f"with {states or 'nothing'}",
            f"runs {where}" + ("" if callback["prevent_initial_call"] else " also at first"),
            f"asks {' '.join(actions)}",
        ]
    )


def prefixes() -> Iterator[str]:
    """What each prefix of ids asks for."""
    yield from sorted(f"ids {prefix}*: {action}" for prefix, action in ACCESS.callbacks.items())


def heads(app: FastAPI) -> Iterator[str]:
    """What the page of Dash and the plain sign-in page load, in the order in which they do."""
    unguarded = copy(app)
    unguarded.user_middleware = [each for each in app.user_middleware if each.cls is not Guard]
    for address in ("/", "/sign-in"):
        tags = TAG.findall(served(unguarded, address).decode())
        for number, (tag, attributes) in enumerate(tags, 1):
            yield f"{address} {number:02} {tag} {loaded(unguarded, attributes)}"
            yield from (f"{address} {number:02} {part}" for part in parts(unguarded, attributes))


def loaded(app: FastAPI, attributes: str) -> str:
    """A tag's attributes with its address; a file of ours also with the hash of its content."""
    told = re.sub(r'\b(?:src|href)="([^"?]*)[^"]*"', r"\1", attributes).strip()
    found = re.search(r"/assets/\S+", told)
    if found is None:
        return FINGERPRINT.sub("", told) or "inline"
    return f"{told} sha256={sha256(served(app, found[0])).hexdigest()[:16]}"


def parts(app: FastAPI, attributes: str) -> list[str]:
    """The files that a joined one is made of, in their order."""
    found = re.search(r"/assets/joined/[^\s?\"]+", attributes)
    return PART.findall(served(app, found[0]).decode()) if found else []


def served(app: FastAPI, address: str) -> bytes:
    """What the app answers at an address, which must be there."""

    async def ask() -> Response:
        transport = ASGITransport(app)
        async with AsyncClient(transport=transport, base_url="http://onemap") as client:
            return await client.get(address)

    answer = asyncio.run(ask())
    assert answer.status_code == 200, address
    return answer.content
