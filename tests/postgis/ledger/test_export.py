"""The ledger's file and saved views: what they hold, for whom, and what is told of them."""

import re
import zipfile
from datetime import datetime
from io import BytesIO

import httpx
import pytest
from sqlalchemy import text

from dashboard.frame.auth import User
from dashboard.frame.deps import Deps
from dashboard.ledger import file_api as problems_file
from data.clock import now
from data.errors import BadInput
from data.people.saved_views import MOST_VIEWS, remove_view, save_view, saved_views
from data.queries.people.accounts import credentials, roles
from data.queries.scope import EVERYTHING
from data.settings import DashboardSettings, QualitySettings
from data.vocabulary import Role
from tests.fixtures.served import Served
from tests.made.database import Database
from tests.made.ledger.rows import fill_problems
from tests.running.spreadsheet import Page, pages

COUNT = 60


@pytest.fixture(scope="module")
def served(shared_served: Served) -> Served:
    """The app with problems; the tests only read them."""
    fill_problems(shared_served.database.owner, COUNT, now())
    return shared_served


def parts(answer: httpx.Response) -> dict[str, str]:
    assert answer.status_code == 200, answer.text
    with zipfile.ZipFile(BytesIO(answer.content)) as book:
        return {name: book.read(name).decode() for name in book.namelist() if ".xml" in name}


def exports(database: Database) -> list[dict[str, object]]:
    with database.owner.connect() as connection:
        return list(
            connection.execute(
                text("SELECT detail FROM access_log WHERE action = 'export' ORDER BY id")
            ).scalars()
        )


def test_the_file_holds_what_the_list_does_and_is_logged(served: Served) -> None:
    with served.client(served.logins[Role.AUDITOR]) as auditor:
        whole = parts(auditor.get("/api/v1/problems.xlsx?view=all"))
        some = parts(auditor.get("/api/v1/problems.xlsx?view=all&q=%3DSUM&sort=-number"))
    sheet = whole["xl/worksheets/sheet1.xml"]
    assert len(re.findall(r"<row ", sheet)) == COUNT + 2
    for file in (whole, some):
        assert not any("<f>" in content or "hyperlink" in content for content in file.values())
    held = some["xl/sharedStrings.xml"]
    found = re.findall(r"419999-2026-\d+", held)
    assert found == sorted(found, reverse=True)
    assert 0 < len(found) < COUNT
    assert held.count("=SUM(A1)") == 1
    assert "auditor 甲" in held
    logged = exports(served.database)[-2:]
    assert [one["rows"] for one in logged] == [COUNT, len(found)]
    assert logged[1]["query"] == "view=all&q=%3DSUM"


def test_the_file_holds_dates_and_numbers_and_says_its_filters_in_words(served: Served) -> None:
    with served.client(served.logins[Role.AUDITOR]) as auditor:
        auditor.cookies.set("onemap_language", "zh")
        address = "/api/v1/problems.xlsx?view=all&severity=general&severity=serious&q=%3DSUM"
        listed, notes = pages(auditor.get(address).content)
    found = {head.value: cell for head, cell in zip(listed.line(2), listed.line(3), strict=True)}
    for head in ("登记时间（北京）", "最近时间（北京）"):
        assert isinstance(found[head].value, datetime), head
    for head in ("经度（CGCS2000）", "纬度（CGCS2000）", "延期次数"):
        assert isinstance(found[head].value, float), head
    assert found["编号"].form == "@"
    title = str(listed.cells["A1"].value)
    assert re.fullmatch(r".*河湖问题台账（截至 \d{4}-\d\d-\d\d \d\d:\d\d）", title)
    said = {line: notes.cells[f"B{number}"].value for number, line in heads(notes)}
    assert said["筛选条件"] == "视图：全部问题；搜索：=SUM；严重程度：一般、较严重"
    assert isinstance(said["导出时间（北京）"], datetime)


def heads(notes: Page) -> list[tuple[int, object]]:
    return [(n, notes.cells[f"A{n}"].value) for n in range(1, 5)]


def test_a_file_is_for_those_who_may_take_it(served: Served) -> None:
    before = len(exports(served.database))
    for role, status in ((Role.PATROLLER, 403), (Role.NEIGHBOUR, 403), (Role.ADMINISTRATOR, 403)):
        with served.client(served.logins[role]) as client:
            assert client.get("/api/v1/problems.xlsx").status_code == status, role
    with served.client() as nobody:
        assert nobody.get("/api/v1/problems.xlsx").status_code == 401
    assert len(exports(served.database)) == before


def test_more_than_a_file_holds_is_refused_unlogged(
    served: Served, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(problems_file, "MOST_ROWS", COUNT - 1)
    with served.database.app.connect() as connection:
        known = credentials(connection, served.logins[Role.OFFICE])
        assert known is not None
        held = roles(connection, [known.account.id])[known.account.id]
    user = User(known.account, held, EVERYTHING)
    deps = Deps(served.database.app, DashboardSettings(), QualitySettings(), now)
    before = len(exports(served.database))
    with pytest.raises(BadInput, match=rf"holds {COUNT - 1} problems and {COUNT} fit"):
        problems_file.exported(deps, user, "view=all")
    assert len(exports(served.database)) == before
    assert problems_file.exported(deps, user, "view=open")


def test_a_view_is_saved_replaced_and_removed_by_its_owner_only(served: Served) -> None:
    mine, other = served.office.accounts["office"], served.office.accounts["chief"]
    with served.database.app.connect() as connection:
        save_view(connection, mine, " 清河逾期 ", "view=overdue&river=1")
        save_view(connection, mine, "清河逾期", "view=overdue&river=2")
        (kept,) = saved_views(connection, mine)
        assert (kept.name, kept.query) == ("清河逾期", "view=overdue&river=2")
        assert saved_views(connection, other) == ()
        remove_view(connection, other, kept.id)
        assert saved_views(connection, mine) == (kept,)
        remove_view(connection, mine, kept.id)
        assert saved_views(connection, mine) == ()


@pytest.mark.parametrize(
    ("name", "query"), [("  ", ""), ("名" * 41, ""), ("名", "q=" + "河" * 2000)]
)
def test_a_view_that_is_none_is_refused(served: Served, name: str, query: str) -> None:
    with served.database.app.connect() as connection, pytest.raises(BadInput):
        save_view(connection, served.office.accounts["office"], name, query)


def test_views_have_a_bound(served: Served) -> None:
    mine = served.office.accounts["office"]
    with served.database.app.connect() as connection:
        for number in range(MOST_VIEWS):
            save_view(connection, mine, f"视图 {number}", "")
        save_view(connection, mine, "视图 3", "view=mine")
        with pytest.raises(BadInput):
            save_view(connection, mine, "又一个", "")
