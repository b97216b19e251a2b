"""The door as a visitor meets it: sessions, limits, headers, what a password change ends."""

import base64
import hashlib
import re
from itertools import count

import httpx
import pytest
from sqlalchemy import text

from data.database import transaction
from data.people import accounts
from data.people.role_grants import RoleGrant
from data.queries.people.accounts import credentials
from data.vocabulary import ChiefLevel, Role
from tests.fixtures.served import Served
from tests.made.office import Post, add_account

NUMBERS = count(1)


def sign_in(served: Served, client: httpx.Client, login: str, password: str) -> httpx.Response:
    return client.post("/sign-in", data={"login": login, "password": password, "next": "/river/1"})


def new_account(served: Served, role: Role) -> str:
    """The login of an account that only one test uses."""
    login = f"{role.value}.{next(NUMBERS)}"
    post = Post(role, level=ChiefLevel.COUNTY if role is Role.CHIEF else None)
    with served.database.owner.begin() as connection:
        add_account(connection, login, post, basin=served.basin, units=served.office.units)
    return login


def test_signing_in_and_out(shared_served: Served) -> None:
    login = new_account(shared_served, Role.CHIEF)
    with shared_served.client() as client:
        asked = client.get("/river/1?tab=x")
        assert asked.status_code == 303
        assert asked.headers["location"] == "/sign-in?next=/river/1%3Ftab%3Dx"
        planted = "planted-by-somebody-else"
        client.cookies.set("onemap_session", planted)
        answer = sign_in(shared_served, client, login, shared_served.password)
        assert answer.status_code == 303
        assert answer.headers["location"] == "/river/1"
        cookie = answer.headers["set-cookie"]
        assert "HttpOnly" in cookie
        assert "samesite=lax" in cookie.lower()
        token = re.search(r"onemap_session=([^;]+)", cookie)
        assert token is not None
        assert token[1] != planted
    with shared_served.client() as client:
        client.cookies.set("onemap_session", token[1])
        assert client.get("/api/v1/map/state").status_code == 200
        assert client.post("/sign-out").status_code == 303
        client.cookies.set("onemap_session", token[1])
        assert client.get("/api/v1/map/state").status_code == 401
    with shared_served.database.app.begin() as connection:
        logged = connection.execute(
            text("SELECT action, outcome FROM access_log WHERE object = :login ORDER BY id"),
            {"login": login},
        ).all()
    assert [tuple(row) for row in logged] == [("sign_in", "done"), ("sign_out", "done")]


def test_a_new_sign_in_ends_the_session_the_browser_had(shared_served: Served) -> None:
    with shared_served.client() as client:
        sign_in(
            shared_served, client, new_account(shared_served, Role.CHIEF), shared_served.password
        )
        old = client.cookies["onemap_session"]
        sign_in(
            shared_served, client, new_account(shared_served, Role.OFFICE), shared_served.password
        )
        assert client.cookies["onemap_session"] != old
        client.cookies.set("onemap_session", old)
        assert client.get("/api/v1/map/state").status_code == 401


def test_failures_are_limited_and_say_for_how_long(shared_served: Served) -> None:
    login = new_account(shared_served, Role.CHIEF)
    with shared_served.client() as client:
        for _turn in range(5):
            wrong = sign_in(shared_served, client, login, "wrong-password")
            assert wrong.status_code == 401
            assert "账号或密码不正确" in wrong.text
        locked = sign_in(shared_served, client, login, shared_served.password)
        assert locked.status_code == 429
        assert re.search("请 (2[0-9]|30) 秒后重试", locked.text)
        assert 20 <= int(locked.headers["retry-after"]) <= 30
        assert "onemap_session" not in client.cookies
        unknown = sign_in(shared_served, client, "nobody-at-all", "wrong-password")
        assert unknown.status_code == 401
        assert "账号或密码不正确" in unknown.text


def test_no_header_of_a_stranger_changes_where_a_guess_comes_from(shared_served: Served) -> None:
    login = new_account(shared_served, Role.CHIEF)
    with shared_served.client() as client:
        answers = []
        for number in range(8):
            client.headers["X-Forwarded-For"] = f"10.3.0.{number}"
            client.headers["Forwarded"] = f"for=10.3.0.{number}"
            client.headers["X-Real-IP"] = f"10.3.0.{number}"
            answers.append(sign_in(shared_served, client, login, "wrong-password").status_code)
    assert answers == [401] * 5 + [429] * 3


def test_a_known_browser_signs_in_while_its_address_is_guessing(shared_served: Served) -> None:
    login = new_account(shared_served, Role.CHIEF)
    with shared_served.client() as holder, shared_served.client() as guesser:
        sign_in(shared_served, holder, login, shared_served.password)
        holder.post("/sign-out")
        cookie = holder.cookies["onemap_browser"]
        for _turn in range(6):
            last = sign_in(shared_served, guesser, login, "wrong-password")
        assert last.status_code == 429
        answer = sign_in(shared_served, holder, login, shared_served.password)
        assert answer.status_code == 303
        assert answer.headers["location"] == "/account?signed_in&next=/river/1"
        assert holder.cookies["onemap_browser"] != cookie
        page = holder.get(answer.headers["location"])
        assert "5 次登录失败，来自 127.0.0.1" in page.text
        assert 'href="/river/1"' in page.text
        assert "登录失败" in holder.get("/account").text
        again = sign_in(shared_served, holder, login, shared_served.password)
        assert again.headers["location"] == "/river/1"
        assert "登录失败" not in holder.get("/account").text


def test_a_handed_out_password_must_be_changed_first(shared_served: Served) -> None:
    with transaction(shared_served.database.app) as connection:
        account_id = accounts.create_account(connection, "new.one", "新人", "handed-out-2046")
        accounts.add_role(connection, account_id, RoleGrant(Role.AUDITOR, is_everywhere=True), 1)
    with shared_served.client() as client:
        sign_in(shared_served, client, "new.one", "handed-out-2046")
        assert client.get("/").headers["location"] == "/account"
        assert client.get("/api/v1/map/state").status_code == 403
        fields = {"old_password": "handed-out-2046", "new_password": "short", "again_password": "x"}
        assert client.post("/account/password", data=fields).status_code == 400
        fields |= {"new_password": "my-own-2046-word", "again_password": "my-own-2046-word"}
        assert client.post("/account/password", data=fields).status_code == 303
        assert client.get("/api/v1/map/state").status_code == 200


def test_changing_the_password_ends_the_other_sessions(shared_served: Served) -> None:
    login = new_account(shared_served, Role.CHIEF)
    with shared_served.client() as here, shared_served.client() as there:
        sign_in(shared_served, here, login, shared_served.password)
        sign_in(shared_served, there, login, shared_served.password)
        new = "another-2046-word"
        fields = {"old_password": "wrong", "new_password": new, "again_password": new}
        assert here.post("/account/password", data=fields).status_code == 400
        fields["old_password"] = shared_served.password
        assert here.post("/account/password", data=fields).status_code == 303
        assert here.get("/api/v1/map/state").status_code == 200
        assert there.get("/api/v1/map/state").status_code == 401


def test_disabling_an_account_and_taking_a_role_work_at_once(shared_served: Served) -> None:
    login = new_account(shared_served, Role.CHIEF)
    with shared_served.client(login) as client:
        assert client.get("/api/v1/map/state").status_code == 200
        with transaction(shared_served.database.app) as connection:
            found = credentials(connection, login)
            assert found is not None
            role = connection.execute(
                text("SELECT id FROM account_role WHERE account_id = :id"), {"id": found.account.id}
            ).scalar_one()
            accounts.remove_role(connection, found.account.id, role, found.account.version)
        assert client.get("/api/v1/map/state").status_code == 403
        with transaction(shared_served.database.app) as connection:
            accounts.set_active(connection, found.account.id, False, found.account.version + 1)
        assert client.get("/api/v1/map/state").status_code == 401


def test_refusals_are_logged(shared_served: Served) -> None:
    login = new_account(shared_served, Role.CHIEF)
    with shared_served.client(login) as client:
        assert client.get("/accounts").status_code == 403
    with shared_served.database.app.begin() as connection:
        row = connection.execute(
            text(
                "SELECT access_log.* FROM access_log JOIN account ON account.id = account_id"
                " WHERE action = 'refuse' AND login = :login"
            ),
            {"login": login},
        ).one()
    assert (row.object, row.outcome) == ("GET /accounts", "refused")


@pytest.mark.parametrize(
    "path", ["/sign-in", "/healthz", "/api/v1/none", "/", "/assets/frame/shell.css"]
)
def test_every_answer_has_its_headers(shared_served: Served, path: str) -> None:
    for login in (None, shared_served.logins[Role.CHIEF]):
        with shared_served.client(login) as client:
            headers = client.get(path).headers
        policy = headers["content-security-policy"]
        assert "frame-ancestors 'none'" in policy
        assert "http" not in policy
        if "json" in headers.get("content-type", ""):
            assert "default-src 'none'" in policy
        else:
            assert "unsafe-inline" not in policy.split("script-src")[1].split(";")[0]
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["referrer-policy"] == "same-origin"


def test_guarded_answers_are_private(shared_served: Served) -> None:
    with shared_served.client(shared_served.logins[Role.CHIEF]) as client:
        page = client.get("/rivers")
        bundle = re.search(r'src="(/_dash-component-suites/[^"]+)"', page.text)
        assert bundle is not None
        for path in (
            "/",
            "/_dash-layout",
            "/api/v1/map/state",
            "/assets/ledger/ledger.css",
            bundle[1],
        ):
            headers = client.get(path).headers
            assert "private" in headers["cache-control"], path
            is_fixed = "immutable" in headers["cache-control"]
            assert ("cookie" in headers["vary"].lower()) != is_fixed, path
            assert is_fixed == (path == bundle[1]), path


def test_inline_scripts_of_the_page_are_the_ones_allowed(shared_served: Served) -> None:
    with shared_served.client(shared_served.logins[Role.CHIEF]) as client:
        page = client.get("/")
    inline = re.findall(
        r"<script(?: id=\"_dash-renderer\" type=\"application/javascript\")?>(.*?)</script>",
        page.text,
        flags=re.S,
    )
    assert inline
    for script in inline:
        digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
        assert f"'sha256-{digest}'" in page.headers["content-security-policy"]


def test_what_is_too_large_is_refused(shared_served: Served) -> None:
    with shared_served.client() as client:
        answer = client.post("/sign-in", data={"login": "x" * 2_100_000})
        assert answer.status_code == 413
    with shared_served.client(shared_served.logins[Role.CHIEF]) as client:
        parts = (b"x" * 500_000 for _turn in range(5))
        answer = client.post("/_dash-update-component", content=parts)
        assert answer.status_code == 413


def test_what_no_program_of_ours_sends_is_bad_input_and_no_failure(
    shared_served: Served,
) -> None:
    with shared_served.client(shared_served.logins[Role.OFFICE]) as client:
        nested = client.post("/_dash-update-component", content="[" * 100_000)
        assert nested.status_code == 400
        with client.stream("GET", "/events", headers={"Last-Event-ID": "9" * 5000}) as answer:
            assert answer.status_code == 200
            lines = answer.iter_lines()
            assert any(line == "event: hello" for line in (next(lines) for _line in range(6)))


def test_errors_are_problem_documents(shared_served: Served) -> None:
    with shared_served.client(shared_served.logins[Role.CHIEF]) as client:
        missing = client.get("/api/v1/none")
        assert missing.status_code == 404
        assert missing.headers["content-type"] == "application/problem+json"
        assert missing.json()["instance"] == "/api/v1/none"
        assert client.get("/events?since=x").status_code == 422
        assert client.post("/language", data={"language": "xx"}).status_code == 400
        described = client.get("/api/openapi.json").json()
        assert {"/events", "/readyz", "/api/v1/map/state"} <= set(described["paths"])
        assert "/api/v1/map/state" in client.get("/api/docs").text


def test_a_page_that_fails_says_so_in_words_and_a_call_in_a_document(served: Served) -> None:
    login = served.logins[Role.CHIEF]
    with served.client(login) as people, served.client(login) as program:
        with served.database.owner.begin() as connection:
            connection.execute(text("ALTER TABLE session RENAME TO away"))
        page, call = people.get("/rivers"), program.get("/api/v1/map/state")
    assert (page.status_code, call.status_code) == (500, 500)
    assert page.headers["content-type"].startswith("text/html")
    assert "页面加载失败" in page.text
    assert call.headers["content-type"] == "application/problem+json"
