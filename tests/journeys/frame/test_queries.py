"""What a request asks for and can't be read is refused, or noted on the page: never dropped."""

from collections.abc import Callable, Iterator
from typing import Any, get_args, get_origin

import httpx
import pytest
from fastapi.routing import APIRoute
from pydantic import BaseModel

from dashboard.frame.auth import set_user
from dashboard.frame.page import EVERYONE
from dashboard.frame.query_keys import keys_of
from dashboard.ledger import page as ledger
from dashboard.ledger import report_page as report
from dashboard.patrols.documents import RemarkIn
from dashboard.patrols.reads import Asked, readable
from dashboard.review.reads import read_address
from dashboard.stations import page as stations
from dashboard.tally.page import asked_of
from dashboard.waters import page as waters
from data.errors import BadInput
from data.queries.ledger.filter import KEYS
from data.query_values import PageQuery
from tests.fixtures.routes import api_routes_of, whole_app
from tests.fixtures.served import Served

FREE = {"q": "河" * 5000}
"""Free texts can be too long alone."""
TYPO = "registred"


@pytest.fixture(scope="module")
def api_routes() -> list[APIRoute]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("ONEMAP_DATABASE__URL", "postgresql+psycopg://nobody@127.0.0.1:1/none")
        return [route for route in api_routes_of(whole_app()) if route.include_in_schema]


@pytest.fixture(scope="module")
def office(shared_served: Served) -> Iterator[httpx.Client]:
    with shared_served.client("office") as client:
        yield client


def address(route: APIRoute) -> str:
    """The route's path with samples in it."""
    samples = {"layer": "waters", "action": "accept"}
    return route.path.format(**{param: samples.get(param, "1") for param in route.param_convertors})


def asked(client: httpx.Client, route: APIRoute, query: list[tuple[str, str]]) -> httpx.Response:
    """What the route answers to the query."""
    method = next(iter(route.methods - {"HEAD"}))
    return client.request(method, address(route), params=query)


def test_a_key_that_a_route_does_not_read_is_refused_by_name(
    office: httpx.Client, api_routes: list[APIRoute]
) -> None:
    assert len(api_routes) > 30
    for route in api_routes:
        if route.path in ("/metrics", "/healthz", "/readyz"):
            continue
        if route.body_field is not None and route.methods == {"POST"}:
            continue
        answer = asked(office, route, [("stauts", "x")])
        assert answer.status_code == 400, (route.path, answer.text)
        assert "stauts" in answer.json()["detail"], route.path


def test_a_value_that_can_not_be_read_is_refused_with_its_key(
    office: httpx.Client, api_routes: list[APIRoute]
) -> None:
    tried = 0
    for route in api_routes:
        once, several = keys_of(route)
        for key in sorted(once | several):
            value = FREE.get(key, TYPO)
            answer = asked(office, route, [(key, value)])
            assert answer.status_code in (400, 422), (route.path, key, answer.text[:200])
            detail = answer.json()["detail"]
            assert key in detail, (route.path, detail)
            assert value[:30] in detail, (route.path, detail)
            tried += 1
    assert tried > 60


def test_a_key_given_twice_is_refused_where_one_value_counts(
    office: httpx.Client, api_routes: list[APIRoute]
) -> None:
    for route in api_routes:
        for key in sorted(keys_of(route)[0]):
            answer = asked(office, route, [(key, "1"), (key, "1")])
            assert answer.status_code == 400, (route.path, key, answer.text[:200])
            assert key in answer.json()["detail"]
    for key in ("view", "sort", "q", "since"):
        answer = office.get("/api/v1/problems", params=[(key, "x1"), (key, "x2")])
        assert answer.status_code == 400
        assert key in answer.json()["detail"]


def test_one_wrong_value_among_right_ones_is_refused(office: httpx.Client) -> None:
    for path in ("/api/v1/problems", "/api/v1/problems.xlsx"):
        answer = office.get(path, params=[("status", "assigned"), ("status", TYPO)])
        assert answer.status_code == 400
        assert "assigned" in answer.json()["detail"]
        assert office.get(path, params=[("status", "assigned")]).status_code == 200
    answer = office.get("/api/v1/patrols", params={"month": "2026-99"})
    assert answer.json()["detail"] == "“2026-99”不能作为 month 读取；应为月份，如 2026-11。"


def models_in(annotation: object) -> Iterator[type[BaseModel]]:
    """Every pydantic model that a type is made of."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation
        for field in annotation.model_fields.values():
            yield from models_in(field.annotation)
    if get_origin(annotation) is not None:
        for inner in get_args(annotation):
            yield from models_in(inner)


def test_every_body_refuses_what_it_does_not_know(api_routes: list[APIRoute]) -> None:
    bodies = [field.field_info.annotation for r in api_routes for field in r.dependant.body_params]
    found = {model for body in (*bodies, RemarkIn) for model in models_in(body)}
    assert len(found) > 6
    assert {each.__name__ for each in found if each.model_config.get("extra") != "forbid"} == set()


def test_a_misspelt_field_marks_no_notice_as_read(office: httpx.Client) -> None:
    before = office.get("/api/v1/notices").json()["unread_count"]
    answer = office.post("/api/v1/notices/read", json={"description": "x"})
    assert answer.status_code == 422
    assert "description" in answer.json()["detail"]
    assert office.get("/api/v1/notices").json()["unread_count"] == before


def test_a_misspelt_field_of_a_form_is_refused(office: httpx.Client) -> None:
    answer = office.post(
        "/api/v1/patrols",
        headers={"Idempotency-Key": "misspelt-form"},
        data={"persn_id": "1"},
        files={"file": ("a.gpx", b"<gpx/>")},
    )
    assert answer.status_code == 400
    assert "persn_id" in answer.json()["detail"]


def of_layout(layout: Callable[..., Any]) -> Callable[[dict[str, str]], str]:
    """What a page's layout shows for a query, as text."""

    def shown(query: dict[str, str]) -> str:
        set_user(EVERYONE)
        try:
            return str(layout(**query).to_plotly_json())
        finally:
            set_user(None)

    return shown


def noted_by(read: Callable[[PageQuery], object], query: dict[str, str]) -> list[BadInput]:
    """What is noted while an address is read."""
    page = PageQuery(query)
    read(page)
    return page.unread


PAGES: dict[str, tuple[tuple[str, ...], Callable[[dict[str, str]], Any]]] = {
    "ledger": ((*KEYS, "sort"), of_layout(lambda **query: ledger.list_page(query, None))),
    "report": (("lon", "lat"), of_layout(report.layout)),
    "waters": (("q", "kind", "standing", "sort", "page"), of_layout(waters.layout)),
    "stations": (("q", "kind", "edit"), of_layout(stations.layout)),
    "patrols": (("month", "chief", "patrol"), lambda query: readable(Asked(**query))[1]),
    "tally": (
        ("range", "on", "kind", "q", "station", "page"),
        lambda query: asked_of(query).unread,
    ),
    "review": (
        ("standing", "station", "parameter", "test", "finding", "month", "page", "value"),
        lambda query: noted_by(read_address, query),
    ),
}


@pytest.mark.parametrize("page", PAGES)
def test_a_page_notes_each_value_that_it_can_not_read(page: str) -> None:
    keys, shown = PAGES[page]
    assert TYPO not in str(shown({}))
    for key in keys:
        value = FREE.get(key, TYPO)
        noted = str(shown({key: value}))
        assert f"“{value[:40]}" in noted, (page, key)
