"""The composition root: settings, engine, FastAPI, Dash, pages, routes, guard, error table."""

import asyncio
import contextlib
import inspect
from collections.abc import AsyncIterator, Callable, Sequence
from functools import cache
from typing import Any, cast

import dash
from fastapi import FastAPI

from dashboard.frame import api_docs as unknown
from dashboard.frame import events, health, shell
from dashboard.frame.auth import set_user
from dashboard.frame.callback_errors import tell
from dashboard.frame.deps import Deps
from dashboard.frame.guard import Guard
from dashboard.frame.headers import HeaderRules
from dashboard.frame.http_errors import add_error_table
from dashboard.frame.index_page import Frame
from dashboard.frame.live import Live
from dashboard.frame.metrics import Counting, Figures
from dashboard.frame.page import EVERYONE, Page
from dashboard.ledger import api as problems
from dashboard.ledger import file_api as problems_file
from dashboard.ledger import notices_api as notices
from dashboard.ledger import page as ledger
from dashboard.ledger import photos_api as photos
from dashboard.ledger import problem_page as problem
from dashboard.ledger import report_page as report
from dashboard.ledger import sheets_api as sheets
from dashboard.map import api as map_state
from dashboard.map import page as one_map
from dashboard.map import problems_api as map_ledger
from dashboard.map import search_api as search
from dashboard.map import tiles_api as tiles
from dashboard.parts.wording import N_
from dashboard.patrols import api as patrols_api
from dashboard.patrols import file_api as patrols_file
from dashboard.patrols import page as patrols
from dashboard.people import language_api as language
from dashboard.people import own_account_api as own_account
from dashboard.people import page as accounts
from dashboard.people import sign_in_api as sign_in
from dashboard.review import api as quality
from dashboard.review import page as quality_page
from dashboard.stations import page as stations
from dashboard.tally import api as accounting
from dashboard.tally import page as accounting_page
from dashboard.waters import api as dossier
from dashboard.waters import lake_page as lake
from dashboard.waters import page as rivers
from dashboard.waters import readings_api as readings
from dashboard.waters import river_page as river
from data import clock
from data.database import app_engine
from data.settings import DashboardSettings, DatabaseSettings, LedgerSettings, QualitySettings
from problem_ledger.patrol_rules import load_patrol_rules
from problem_ledger.rules import load_rules

PAGES = (
    Page("/", one_map, N_("One map")),
    Page("/rivers", rivers, N_("Files")),
    Page("/river/<river_id>", river, N_("River file")),
    Page("/lake/<lake_id>", lake, N_("Lake file")),
    Page("/ledger", ledger, N_("Problem ledger")),
    Page("/ledger/report", report, N_("Register a problem")),
    Page("/ledger/<problem_id>", problem, N_("Problem")),
    Page("/patrols", patrols, N_("Patrols")),
    Page("/quality", quality_page, N_("Data review")),
    Page("/stations", stations, N_("Stations")),
    Page("/accounting", accounting_page, N_("Data tally")),
    Page("/accounts", accounts, N_("Accounts")),
)
ROUTERS = (
    sign_in,
    own_account,
    language,
    tiles,
    map_state,
    search,
    readings,
    quality,
    dossier,
    photos,
    problems_file,
    problems,
    sheets,
    patrols_file,
    patrols_api,
    map_ledger,
    notices,
    accounting,
)

NOT_IN_EVERY_PAGE = r"^(sign_in\.(css|js)|theme\.js|.*\.mjs)$"
"""Assets that pages ask for by name; every other style and script goes with every page."""


def create_app(settings: DashboardSettings | None = None) -> FastAPI:
    """The whole dashboard as one ASGI app; settings come from the environment."""
    deps = Deps(
        engine=app_engine(DatabaseSettings()),
        dashboard=settings or DashboardSettings(),
        quality=QualitySettings(),
        clock=clock.now,
        rules=load_rules(LedgerSettings().rules),
        patrol_rules=load_patrol_rules(LedgerSettings().patrol_rules),
    )
    figures = Figures()
    live = Live(deps, figures)
    server = FastAPI(
        title="OneMap",
        version="1",
        docs_url=None,
        redoc_url=None,
        openapi_url="/api/openapi.json",
        lifespan=lambda server: lifespan(server, deps, live),
    )
    pages = dash_app(server, deps)
    server.state.dash = pages
    server.include_router(health.router(deps, figures))
    server.include_router(events.router(deps, live))
    for module in ROUTERS:
        server.include_router(module.router(deps))
    server.include_router(unknown.router(server))
    add_error_table(server)
    server.add_middleware(Guard, deps=deps, headers=HeaderRules(deps.dashboard, hashes(pages)))
    server.add_middleware(Counting, figures=figures)
    return server


def dash_app(server: FastAPI, deps: Deps) -> dash.Dash:
    """The Dash app on that server with every page and its callbacks."""
    app = Frame(
        "dashboard",
        server=cast(Any, server),
        backend="fastapi",
        use_pages=True,
        pages_folder="",
        include_pages_meta=False,
        assets_ignore=NOT_IN_EVERY_PAGE,
        assets_path_ignore=["vendor"],
        title="OneMap",
        update_title="",
        serve_locally=True,
        on_error=tell,
        add_log_handler=False,
    )
    app.backend.websocket_capability = False
    for page in PAGES:
        page.register(app, deps)
    shell.register(app)
    app.layout = shell.layout(deps)
    return app


def hashes(app: dash.Dash) -> Callable[[], Sequence[str]]:
    """What allows the inline scripts of Dash, worked out once."""
    return cache(app.csp_hashes)


@contextlib.asynccontextmanager
async def lifespan(server: FastAPI, deps: Deps, live: Live) -> AsyncIterator[None]:
    """The parts that live as long as the server does."""
    await first_request(server.state.dash)
    listening = asyncio.create_task(live.run())
    yield
    listening.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await listening
    deps.engine.dispose()


async def first_request(app: dash.Dash) -> None:
    """What Dash puts off until its first request is done: pages routed, layouts validated.

    Otherwise a first visitor whose role is refused a page would hide its ids from the validation,
    and a first visit below "/" would miss the inline scripts.
    """
    set_user(EVERYONE)
    for hook in vars(app.backend)["_before_request_funcs"]:
        done = hook()
        if inspect.isawaitable(done):
            await done
    set_user(None)
