"""The composition root: settings, engine, FastAPI, Dash, rooms, guard, error table."""

import asyncio
import contextlib
import inspect
from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any, cast

import dash
from fastapi import Depends, FastAPI
from uvicorn.middleware.proxy_headers import ProxyHeadersMiddleware

from dashboard.frame import api_docs, health, live, shell
from dashboard.frame.auth import set_user
from dashboard.frame.deps import Deps
from dashboard.frame.disks import Disks, tell_of_disk
from dashboard.frame.door import Door
from dashboard.frame.files import pack_answers
from dashboard.frame.frame_room import ROOM as FRAME
from dashboard.frame.front import Front, Fronted
from dashboard.frame.guard import Guard
from dashboard.frame.headers import HeaderRules
from dashboard.frame.health import Counting, Figures, Readiness
from dashboard.frame.http_errors import add_error_table, show_error
from dashboard.frame.index_page import Frame
from dashboard.frame.live import Live
from dashboard.frame.offload import Workers, workers_of_app
from dashboard.frame.page import EVERYONE, missing_page
from dashboard.frame.query_keys import require_known_keys
from dashboard.frame.room import access_of, front_of, places_of
from dashboard.ledger import ROOM as LEDGER
from dashboard.map import ROOM as MAP
from dashboard.map.upkeep import keep_name_sounds, keep_states
from dashboard.parts.wording import _
from dashboard.patrols import ROOM as PATROLS
from dashboard.people import ROOM as PEOPLE
from dashboard.review import ROOM as REVIEW
from dashboard.stations import ROOM as STATIONS
from dashboard.tally import ROOM as TALLY
from dashboard.waters import ROOM as WATERS
from data.background import watched_task
from data.clock import Clock, now
from data.database import door_engine, serving_engine
from data.settings import DashboardSettings, DatabaseSettings, LedgerSettings, QualitySettings
from problem_ledger.cases.rules import load_rules
from problem_ledger.patrols.rules import load_patrol_rules

ROOMS = (FRAME, MAP, LEDGER, PATROLS, WATERS, REVIEW, STATIONS, TALLY, PEOPLE)
"""Every subject, in the order of the bar. A new one also stands in pyproject.toml's layers."""


DOOR_THREADS = 4
"""Threads that look up sessions, each with a connection of its own."""


@dataclass(frozen=True, slots=True)
class Parts:
    """What lives and ends with the server: its look-ups, its threads, its news."""

    deps: Deps
    door: Door
    workers: Workers
    news: Live
    front: Front


def create_app(settings: DashboardSettings | None = None, clock: Clock = now) -> Fronted:
    """Returns the dashboard as an ASGI app; if ``settings`` is None, reads the environment's."""
    deps = Deps(
        engine=serving_engine(DatabaseSettings()),
        dashboard=settings or DashboardSettings(),
        quality=QualitySettings(),
        clock=clock,
        rules=load_rules(LedgerSettings().rules),
        patrol_rules=load_patrol_rules(LedgerSettings().patrol_rules),
        access=access_of(ROOMS),
        places=places_of(ROOMS),
    )
    figures = Figures()
    channels = [room.channel(deps, figures) for room in ROOMS if room.channel is not None]
    door = Door(deps, door_engine(DatabaseSettings()), door_threads(deps.dashboard))
    news = Live(deps, figures, channels, door)
    workers = work_threads(deps.dashboard, DatabaseSettings())
    disks = Disks(
        deps.dashboard.watched,
        deps.dashboard.free_percent,
        lambda disk: door.workers.run(tell_of_disk, deps.engine, disk, deps.clock()),
    )
    server = Fronted(
        title="OneMap",
        version="1",
        docs_url=None,
        redoc_url=None,
        openapi_url="/api/openapi.json",
        lifespan=lambda server: lifespan(server, parts, disks),
    )
    pages = dash_app(server, deps)
    rules = HeaderRules(deps.dashboard, hashes(pages))
    front = server.front = front_of(ROOMS)(deps, figures, door, rules, workers)
    parts: Parts = Parts(deps, door, workers, news, front)
    server.state.dash = pages
    server.state.access = deps.access
    server.include_router(health.router(figures, Readiness(door, disks)))
    asked = [Depends(require_known_keys)]
    server.include_router(live.router(deps, news), dependencies=asked)
    for room in ROOMS:
        for router in room.routers:
            server.include_router(router(deps), dependencies=asked)
    server.include_router(api_docs.router(server))
    add_error_table(server)
    server.add_middleware(
        Guard,
        deps=deps,
        headers=rules,
        door=door,
        workers=parts.workers,
        callbacks=lambda: pages.callback_map,
    )
    server.add_middleware(Counting, figures=figures)
    pack_answers(server)
    if deps.dashboard.proxies:
        server.add_middleware(ProxyHeadersMiddleware, trusted_hosts=list(deps.dashboard.proxies))
    return server


def dash_app(server: FastAPI, deps: Deps) -> dash.Dash:
    """Returns the Dash app on that server, with the pages and callbacks of every room."""
    app = Frame(
        "dashboard",
        server=cast(Any, server),
        backend="fastapi",
        use_pages=True,
        pages_folder="",
        include_pages_meta=False,
        assets_ignore=".*",
        title="OneMap",
        update_title="",
        serve_locally=True,
        on_error=show_error,
        add_log_handler=False,
    )
    app.backend.websocket_capability = False
    for room in ROOMS:
        for page in room.pages:
            page.register(app, deps)
    app.load_assets(ROOMS, deps)
    shell.register(app, deps)
    dash.register_page(
        "not_found_404",
        path="/_none",
        title=lambda: f"{_('There is no such page')} · OneMap",
        layout=missing_page(deps.access),
    )
    app.layout = shell.layout(deps)
    return app


def hashes(app: dash.Dash) -> Callable[[], Sequence[str]]:
    """Returns a function that gives the hashes, cached, of Dash's inline scripts for the CSP."""
    return cache(app.csp_hashes)


@contextlib.asynccontextmanager
async def lifespan(server: FastAPI, parts: Parts, disks: Disks) -> AsyncIterator[None]:
    """Does Dash's first-request setup, then listens for live news while the server lives.

    Watched disks are looked at, and the map is kept true, all the while. At the end the database
    connections are closed.
    """
    await first_request(server.state.dash)
    workers_of_app.set(parts.workers)
    tasks = [
        watched_task(parts.news.run(), "live news"),
        watched_task(disks.watch(), "watch over disks"),
        watched_task(keep_name_sounds(parts.deps), "pinyin of names"),
        watched_task(parts.front.run(), "hearing of changes"),
        watched_task(keep_states(parts.deps), "map by the clock"),
    ]
    yield
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
    await parts.front.close()
    parts.workers.close()
    parts.door.workers.close()
    parts.deps.engine.dispose()
    parts.door.deps.engine.dispose()


def work_threads(dashboard: DashboardSettings, database: DatabaseSettings) -> Workers:
    """Returns the threads for requests: as many as there may be connections, unless set."""
    return Workers(
        dashboard.workers or 2 * database.pool_size,
        most_waiting=dashboard.most_waiting,
        wait_s=dashboard.wait_seconds,
    )


def door_threads(dashboard: DashboardSettings) -> Workers:
    """Returns the threads for look-ups of sessions; every open page may come back at once."""
    most_waiting = dashboard.most_waiting + dashboard.streams
    return Workers(DOOR_THREADS, most_waiting=most_waiting, share=1)


async def first_request(app: dash.Dash) -> None:
    """Does what Dash would put off until its first request: routes pages and validates layouts.

    Otherwise a first visitor whose role is refused a page would hide its ids from the validation,
    and a first visit below "/" would miss the inline scripts.
    """
    set_user(EVERYONE)
    for hook in vars(app.backend)["_before_request_funcs"]:
        result = hook()
        if inspect.isawaitable(result):
            await result
    set_user(None)
