"""Whatever is sent to a callback or a route: a clear refusal, never a failure of ours."""

import json
import re
from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from data.vocabulary import Role
from tests.fixtures.routes import callbacks_of, routes_of, whole_app
from tests.fixtures.served import Served, serve
from tests.made.database import Database

UPDATE = "/_dash-update-component"
ODD: tuple[Any, ...] = (
    None,
    [],
    [[]],
    {},
    {"id": "x", "kind": [], "days": -1, "index": None},
    {"id": [1]},
    {"id": 1, "version": [1], "what": [], "kind": "river"},
    {"id": 1, "kind": {}, "from": 1, "page": -1, "q": [], "number": {}},
    -1,
    0,
    2**53,
    2**70,
    1.5,
    True,
    "",
    "x",
    "-1",
    "9" * 400,
    "²",
    "\0",
    "\ud800",
    [None],
    [{"id": {}}],
    [{"id": -1}],
)


@pytest.fixture(scope="module")
def looked(shared_database: Database) -> Iterator[Served]:
    yield from serve(shared_database, {"ONEMAP_DASHBOARD__ATTEMPTS": "1000"})


@pytest.fixture
def callbacks(monkeypatch: pytest.MonkeyPatch) -> dict[str, dict[str, Any]]:
    monkeypatch.setenv("ONEMAP_DATABASE__URL", "postgresql+psycopg://nobody@127.0.0.1:1/none")
    found = callbacks_of(whole_app())
    return {output: each for output, each in found.items() if "callback" in each}


def id_of(name: str) -> Any:
    """An id that the callback's own, or its pattern, stands for."""
    if not name.startswith("{"):
        return name
    pattern = json.loads(name)
    return {key: 1 if isinstance(want, list) else want for key, want in pattern.items()}


def item(spec: dict[str, Any], value: object) -> Any:
    """An input as Dash sends it, with that value."""
    made = {
        "id": id_of(spec["id"]),
        "property": spec["property"].partition("@")[0],
        "value": value,
    }
    return [made] if '["ALL' in spec["id"] else made


def outputs_of(output: str) -> Any:
    parts = [part for part in output.strip(".").split("...") if part]
    made = []
    for part in parts:
        name, _dot, member = part.rpartition(".")
        made.append({"id": id_of(name), "property": member})  # with Dash's sign of a shared one
    return made if output.startswith("..") else made[0]


def body_of(output: str, spec: dict[str, Any], values: list[object]) -> dict[str, Any]:
    """A callback's body with those values for its inputs and then its states."""
    inputs = [item(each, value) for each, value in zip(spec["inputs"], values, strict=False)]
    states = [
        item(each, value)
        for each, value in zip(spec["state"], values[len(spec["inputs"]) :], strict=False)
    ]
    first = inputs[0][0] if isinstance(inputs[0], list) else inputs[0]
    name = first["id"]
    told = (
        name if isinstance(name, str) else json.dumps(name, sort_keys=True, separators=(",", ":"))
    )
    return {
        "output": output,
        "outputs": outputs_of(output),
        "inputs": inputs,
        "state": states,
        "changedPropIds": [f"{told}.{first['property']}"],
    }


def sent(client: httpx.Client, body: object) -> httpx.Response:
    return client.post(
        UPDATE, content=json.dumps(body), headers={"Content-Type": "application/json"}
    )


def log_of(served: Served) -> str:
    return served.log.read_text("utf-8", "replace")


def test_a_callback_never_fails_whatever_its_values(
    looked: Served, callbacks: dict[str, dict[str, Any]]
) -> None:
    failed = []
    with looked.client("office") as office, looked.client("administrator") as administrator:
        for output, spec in callbacks.items():
            client = administrator if "accounts-" in output else office
            count = len(spec["inputs"]) + len(spec["state"])
            usual: list[object] = [None] * count
            turns = [[odd] * count for odd in ODD]
            turns += [
                [*usual[:at], odd, *usual[at + 1 :]] for at in range(count) for odd in ODD[3:11]
            ]
            for values in turns:
                before = len(log_of(looked))
                answer = sent(client, body_of(output, spec, values))
                said = log_of(looked)[before:]
                if answer.status_code not in (200, 204, 400) or "Traceback" in said:
                    failed.append(
                        f"{output[:60]} {values!r:.80}: {answer.status_code} {said[-700:]}"
                    )
                    break
    assert "\n".join(failed) == ""


@pytest.mark.parametrize(
    "crafted",
    [
        {"inputs": []},
        {"inputs": None},
        {"inputs": "x"},
        {"inputs": [1]},
        {"inputs": [{}]},
        {"inputs": [{"id": "accounts-search", "property": "data"}]},
        {"outputs": []},
        {"outputs": None},
        {"outputs": {"id": {}, "property": 1}},
        {"state": "x"},
        {"state": [{}]},
        {"changedPropIds": None},
        {"changedPropIds": [1]},
        {"changedPropIds": ["x"]},
        {"changedPropIds": ["{.x"]},
        {"changedPropIds": ["[" * 10_000 + ".x"]},
        {"output": None},
        {"output": []},
        {"output": "{" * 2000 + ".x"},
        {"output": "[1].x"},
        {"output": "one-map-selection.storage_type"},
    ],
    ids=lambda crafted: json.dumps(crafted)[:40],
)
def test_a_body_that_dash_never_sends_is_bad_input(
    looked: Served, callbacks: dict[str, dict[str, Any]], crafted: dict[str, Any]
) -> None:
    output = "one-map-drawer.children"
    with looked.client("office") as client:
        whole = body_of(output, callbacks[output], [None])
        assert sent(client, whole).status_code == 200
        answer = sent(client, {**whole, **crafted})
    assert answer.status_code in (400, 403), answer.text
    assert answer.headers["content-type"] == "application/problem+json"


@pytest.mark.parametrize("chosen", [None, {"turn": 2}], ids=["nothing_yet", "let_go"])
def test_a_part_is_emptied_by_a_list(
    looked: Served, callbacks: dict[str, dict[str, Any]], chosen: Any
) -> None:
    """With None the page's renderer would go on looking for what stood there, and break."""
    output = "one-map-drawer.children"
    with looked.client("office") as client:
        answer = sent(client, body_of(output, callbacks[output], [chosen]))
    assert answer.json()["response"] == {"one-map-drawer": {"children": []}}


@pytest.mark.parametrize(
    "content",
    [b"", b"{}", b"null", b"[]", b"1", b"\xff", b"[" * 100_000, b'{"a":' * 100_000, b"NaN", b"\0"],
    ids=range(10),
)
@pytest.mark.parametrize("kind", ["application/json", "text/plain", ""])
def test_what_is_no_body_is_bad_input(looked: Served, content: bytes, kind: str) -> None:
    with looked.client("office") as client:
        answer = client.post(UPDATE, content=content, headers={"Content-Type": kind})
    assert answer.status_code == 400
    assert answer.json()["detail"] == "请求无法识别。"


@pytest.mark.parametrize(
    "path", ["1/1", "dash/none.js", "no_such/x.js", "os/path.py", "dash/%00", "1"]
)
def test_a_suite_that_is_not_there_is_missing(looked: Served, path: str) -> None:
    with looked.client("office") as client:
        assert client.get(f"/_dash-component-suites/{path}").status_code == 404


def test_a_refused_probe_is_noted_whatever_it_holds(looked: Served) -> None:
    with looked.client(looked.logins[Role.CHIEF]) as client:
        for probe in ("%00", "%ED%A0%80", "%0A2026-01-01", "%F0%9F%8C%8A", "%FF"):
            assert client.post(f"/api/v1/rivers/{probe}").status_code == 403, probe
    with looked.database.app.connect() as connection:
        noted = connection.exec_driver_sql(
            "SELECT object FROM access_log WHERE object LIKE 'POST /api/v1/rivers/%%' ORDER BY id"
        ).scalars()
        assert list(noted)[:1] == ["POST /api/v1/rivers/\\x00"]


def test_a_sign_in_with_signs_no_column_holds_is_refused(looked: Served) -> None:
    with looked.client() as client:
        for login in ("\0", "a\0b", "%00"):
            answer = client.post("/sign-in", data={"login": login, "password": "\0x"})
            assert answer.status_code in (400, 401), repr(login)
        answer = client.post("/sign-in", content=b"login=%ED%A0%80&password=%FF&next=%00")
        assert answer.status_code < 500


def test_no_route_fails_whatever_is_asked(looked: Served, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ONEMAP_DATABASE__URL", "postgresql+psycopg://nobody@127.0.0.1:1/none")
    app = whole_app()
    odd = ("%00", "x", "-1", "0", "9" * 30, "%ED%A0%80", "%F0%9F%8C%8A", "1.5")
    failed = []
    described = app.openapi()["paths"]
    with looked.client("office") as client:
        for method, template in sorted(set(routes_of(app))):
            if method == "WEBSOCKET" or template in ("/events", "/sign-out", UPDATE):
                continue
            names = [
                each["name"]
                for each in described.get(template, {})
                .get(method.lower(), {})
                .get("parameters", [])
                if each["in"] == "query"
            ]
            for value in odd:
                path = re.sub(r"{[^}]*}", value, template)
                asked = [path, re.sub(r"{[^}]*}", "1", template)]
                asked[1] += "?" + "&".join(f"{name}={value}" for name in [*names, "q", "since"])
                for each in asked if "{" in template else asked[1:]:
                    answer = client.request(
                        method, each, json={"x": [value]} if method == "POST" else None
                    )
                    if answer.status_code >= 500:
                        failed.append(f"{method} {each[:100]}: {answer.status_code}")
                if method == "POST":
                    for content in (b"[" * 2000, b'{"text": "\\u0000"}', b"null", b"\xff"):
                        headers = {"Content-Type": "application/json", "Idempotency-Key": "k\\x00"}
                        answer = client.post(asked[-1], content=content, headers=headers)
                        if answer.status_code >= 500:
                            failed.append(
                                f"POST {asked[-1][:90]} {content[:20]!r}: {answer.status_code}"
                            )
    assert failed == []
    assert "Traceback" not in log_of(looked)
