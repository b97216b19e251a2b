"""Every route and every callback, asked for by every role and by nobody: one table decides."""

import re
from collections.abc import Iterator

import httpx
import pytest

from data.vocabulary import Role
from tests.fixtures.routes import callbacks_of, page_paths, routes_of, whole_app
from tests.fixtures.served import Served

NOBODY = None
EVERYBODY = frozenset({*Role, NOBODY})
ALL_ROLES = frozenset(Role)
READERS = ALL_ROLES - {Role.ADMINISTRATOR}
OFFICE = frozenset({Role.OFFICE})
ADMINISTRATORS = frozenset({Role.ADMINISTRATOR})
ACCOUNTANTS = frozenset({Role.OFFICE, Role.AUDITOR, Role.ADMINISTRATOR})
LEDGER_READERS = READERS - {Role.NEIGHBOUR}
LEDGER_WRITERS = LEDGER_READERS - {Role.AUDITOR}
EXPORTERS = LEDGER_READERS - {Role.PATROLLER}
REVIEWERS = frozenset({Role.OFFICE, Role.AUDITOR})
PATROL_WRITERS = frozenset({Role.PATROLLER, Role.CHIEF, Role.OFFICE})
NO_ONE: frozenset[Role | None] = frozenset()

ROUTES: dict[str, frozenset[Role | None]] = {
    "GET /healthz": EVERYBODY,
    "GET /readyz": EVERYBODY,
    "GET /sign-in": EVERYBODY,
    "POST /sign-in": EVERYBODY,
    "POST /sign-out": ALL_ROLES,
    "POST /language": ALL_ROLES,
    "GET /account": ALL_ROLES,
    "POST /account/password": ALL_ROLES,
    "GET /metrics": ADMINISTRATORS,
    "GET /events": READERS,
    "GET /api/docs": ALL_ROLES,
    "GET /api/openapi.json": ALL_ROLES,
    "GET /api/v1/map/state": READERS,
    "GET /api/v1/map/now": READERS,
    "GET /api/v1/map/list": READERS,
    "GET /api/v1/map/things/problem/{number}": LEDGER_READERS,
    "GET /api/v1/map/things/patrol/{number}": LEDGER_READERS,
    "GET /api/v1/map/things/{kind}/{number}": READERS,
    "GET /api/v1/map/reach-at": READERS,
    "GET /api/v1/map/stations": READERS,
    "GET /api/v1/map/waters": READERS,
    "GET /api/v1/search": READERS,
    "GET /api/v1/rivers": READERS,
    "GET /api/v1/rivers/{river_id}": READERS,
    "GET /api/v1/lakes/{lake_id}": READERS,
    "GET /api/v1/stations/{station_id}": READERS,
    "GET /api/v1/stations/{station_id}/series": READERS,
    "GET /api/v1/stations/{station_id}/series.csv": READERS,
    "GET /tiles/{layer}/{z}/{x}/{y}.mvt": READERS,
    "GET /assets/{path}": ALL_ROLES,
    "GET /_dash-component-suites/{package_name}/{fingerprinted_path:path}": ALL_ROLES,
    "GET /_dash-component-suites/{path:path}": ALL_ROLES,
    "GET /_dash-layout": ALL_ROLES,
    "GET /_dash-dependencies": ALL_ROLES,
    "GET /_favicon.ico": ALL_ROLES,
    "GET /_reload-hash": NO_ONE,
    "WEBSOCKET /_dash-ws-callback": NO_ONE,
    **{
        f"{method} {below}": READERS if method == "GET" else NO_ONE
        for method in ("GET", "POST", "PUT", "PATCH", "DELETE")
        for below in ("/api/{path:path}", "/tiles/{path:path}")
    },
    "GET /": READERS,
    "GET /rivers": READERS,
    "GET /river/<river_id>": READERS,
    "GET /lake/<lake_id>": READERS,
    "GET /quality": REVIEWERS,
    "GET /api/v1/readings/findings": REVIEWERS,
    "GET /api/v1/readings/reviews": REVIEWERS,
    "POST /api/v1/readings/reviews": OFFICE,
    "GET /stations": OFFICE,
    "GET /accounts": ADMINISTRATORS,
    "GET /accounting": ACCOUNTANTS,
    "GET /accounting/refused": OFFICE,
    "GET /api/v1/accounting": ACCOUNTANTS,
    "GET /api/v1/accounting.xlsx": ACCOUNTANTS,
    "GET /ledger": LEDGER_READERS,
    "GET /ledger/report": LEDGER_WRITERS,
    "GET /ledger/<problem_id>": LEDGER_READERS,
    "GET /patrols": LEDGER_READERS,
    "GET /api/v1/problems.xlsx": EXPORTERS,
    "GET /api/v1/problems": LEDGER_READERS,
    "POST /api/v1/problems": LEDGER_WRITERS,
    "GET /api/v1/problems/similar": LEDGER_READERS,
    "GET /api/v1/problems/{problem_id}": LEDGER_READERS,
    "POST /api/v1/problems/{problem_id}/actions/{action}": LEDGER_WRITERS,
    "GET /api/v1/problems/{problem_id}/sheet.pdf": LEDGER_READERS,
    "GET /api/v1/ledger/choices": LEDGER_READERS,
    "GET /api/v1/ledger/news": LEDGER_READERS,
    "GET /api/v1/notices": LEDGER_READERS,
    "POST /api/v1/notices/read": LEDGER_READERS,
    "GET /api/v1/photos/{photo_id}": LEDGER_READERS,
    "POST /api/v1/photos": LEDGER_WRITERS,
    "GET /api/v1/patrols.xlsx": EXPORTERS,
    "GET /api/v1/patrols": LEDGER_READERS,
    "POST /api/v1/patrols": PATROL_WRITERS,
    "GET /api/v1/patrols/{patrol_id}": LEDGER_READERS,
    "POST /api/v1/patrols/{patrol_id}/reason": PATROL_WRITERS,
}
BY_CALLBACK = {"POST /_dash-update-component"}
"""Decided callback by callback, below."""

CALLBACKS: dict[str, frozenset[Role | None]] = {
    "_pages_": ALL_ROLES,
    "shell-": ALL_ROLES,
    "accounting-": ACCOUNTANTS,
    "refused-": OFFICE,
    "accounts-": ADMINISTRATORS,
    "stations-": OFFICE,
    "one-map-": READERS,
    "drawer-": READERS,
    "river-": READERS,
    "rivers-": READERS,
    "ledger-": LEDGER_READERS,
    "problem-": LEDGER_READERS,
    "report-": LEDGER_WRITERS,
    "patrols-": LEDGER_READERS,
    "quality-": REVIEWERS,
}
"""Who may run a callback, by the prefix of every id it writes to."""

SAMPLES = {"layer": "waters", "z": "0", "x": "0", "y": "0", "path": "none", "river_id": "1"}
SAMPLE_PATHS = {
    "/assets/{path}": "/assets/ledger/ledger.css",
    "/_dash-component-suites/{package_name}/{fingerprinted_path:path}": (
        "/_dash-component-suites/dash/dash-renderer/build/dash_renderer.min.js"
    ),
}


@pytest.fixture(scope="module")
def clients(shared_served: Served) -> Iterator[dict[Role | None, httpx.Client]]:
    made: dict[Role | None, httpx.Client] = {NOBODY: shared_served.client()}
    for role, login in shared_served.logins.items():
        made[role] = shared_served.client(login)
    yield made
    for client in made.values():
        client.close()


@pytest.fixture
def every_route(monkeypatch: pytest.MonkeyPatch) -> set[str]:
    monkeypatch.setenv("ONEMAP_DATABASE__URL", "postgresql+psycopg://nobody@127.0.0.1:1/none")
    found = {f"{method} {path}" for method, path in routes_of(whole_app())}
    return (found | {f"GET {path}" for path in page_paths()}) - BY_CALLBACK


@pytest.fixture
def every_callback(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    monkeypatch.setenv("ONEMAP_DATABASE__URL", "postgresql+psycopg://nobody@127.0.0.1:1/none")
    return list(callbacks_of(whole_app()))


def sample(template: str) -> str:
    """A path that the template fits."""
    if template in SAMPLE_PATHS:
        return SAMPLE_PATHS[template]
    filled = re.sub(r"[{<](\w+)(?::\w+)?[}>]", lambda found: SAMPLES.get(found[1], "1"), template)
    return filled


def let_in(client: httpx.Client, method: str, path: str, **sent: object) -> bool:
    """Whether the door let the request through, whatever became of it inside."""
    with client.stream(method, path, follow_redirects=False, **sent) as answer:  # type: ignore[arg-type] # httpx types each option by itself
        turned_away = answer.status_code == 303 and (
            answer.headers["location"].startswith("/sign-in") or (path == "/" and method == "GET")
        )
        if path == "/sign-in":
            return answer.status_code != 403
        hidden = path.startswith("/_reload") and answer.status_code == 404
        return answer.status_code not in (401, 403) and not turned_away and not hidden


def test_every_route_is_in_the_table(every_route: set[str]) -> None:
    assert every_route - set(ROUTES) == set(), "say in ROUTES who may"


def test_every_line_of_the_table_is_a_route(every_route: set[str]) -> None:
    assert set(ROUTES) - every_route == set(), "a route that is gone leaves ROUTES too"


@pytest.mark.parametrize("role", [NOBODY, *Role], ids=lambda role: str(role or "nobody"))
def test_routes(
    role: Role | None,
    every_route: set[str],
    clients: dict[Role | None, httpx.Client],
    shared_served: Served,
) -> None:
    wrong = []
    for route in sorted(every_route):
        method, template = route.split(" ", 1)
        if method == "WEBSOCKET" or route == "POST /sign-out":
            continue
        expected = role in ROUTES[route]
        if let_in(clients[role], method, sample(template)) != expected:
            wrong.append(f"{route}: {'not ' * expected}let in")
    assert wrong == []


def test_signing_out_asks_for_a_sign_in(shared_served: Served) -> None:
    with shared_served.client() as nobody:
        assert nobody.post("/sign-out").status_code == 401


@pytest.mark.parametrize("role", [NOBODY, *Role], ids=lambda role: str(role or "nobody"))
def test_callbacks(
    role: Role | None, every_callback: list[str], clients: dict[Role | None, httpx.Client]
) -> None:
    wrong = []
    for output in every_callback:
        names = [part for part in re.split(r"\.\.\.?", output) if part]
        whose = [
            next((who for start, who in CALLBACKS.items() if start in name[:80]), NO_ONE)
            for name in names
        ]
        expected = role in frozenset.intersection(*whose)
        body = {"output": output, "outputs": [], "inputs": [], "state": [], "changedPropIds": []}
        if let_in(clients[role], "POST", "/_dash-update-component", json=body) != expected:
            wrong.append(f"{output[:80]}: {'not ' * expected}let in")
    assert wrong == []


def test_every_callback_is_in_the_table(every_callback: list[str]) -> None:
    for output in every_callback:
        assert any(start in output[:80] for start in CALLBACKS), output


def test_a_page_within_the_app_asks_again(clients: dict[Role | None, httpx.Client]) -> None:
    output = ".._pages_content.children..._pages_store.data.."
    body = {
        "output": output,
        "outputs": [
            {"id": "_pages_content", "property": "children"},
            {"id": "_pages_store", "property": "data"},
        ],
        "inputs": [
            {"id": "_pages_location", "property": "pathname", "value": "/accounts"},
            {"id": "_pages_location", "property": "search", "value": ""},
        ],
        "state": [],
        "changedPropIds": ["_pages_location.pathname"],
    }
    allowed = clients[Role.ADMINISTRATOR].post("/_dash-update-component", json=body).text
    refused = clients[Role.CHIEF].post("/_dash-update-component", json=body).text
    assert "accounts-list" in allowed
    assert "accounts-list" not in refused
    assert "无权" in refused


def test_writes_from_elsewhere_are_refused(
    every_route: set[str], clients: dict[Role | None, httpx.Client]
) -> None:
    writes = [
        route for route in [*every_route, *BY_CALLBACK] if not route.startswith(("GET", "WEB"))
    ]
    assert len(writes) > 5
    foreign = ({"Origin": "https://elsewhere.example"}, {"Origin": "null"}, {"Origin": ""})
    for route in writes:
        method, template = route.split(" ", 1)
        for headers in (*foreign, {"Sec-Fetch-Site": "cross-site"}):
            answer = clients[Role.OFFICE].request(method, sample(template), headers=headers)
            assert answer.status_code == 403, (route, headers)
            assert answer.json()["type"] == "urn:onemap:problem:foreign_origin"
