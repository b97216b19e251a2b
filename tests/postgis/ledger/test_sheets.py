"""The sign-off sheet: for signed problems only, Chinese that can be read out, the chain's hash."""

import re
import zlib

import httpx
from sqlalchemy import text

from data.queries.people.accounts import county_name
from data.words.ledger import Status
from tests.fixtures.served import Served
from tests.made.ledger.acts import problem
from tests.made.office import Office

PACKED = re.compile(rb"/Filter \[ /FlateDecode \] /Length (\d+)[^>]*>>\s*stream\r?\n")
"""Where a font or its table of characters begins, and how long it is."""


def path(problem_id: int) -> str:
    return f"/api/v1/problems/{problem_id}/sheet.pdf"


def characters(paper: bytes) -> str:
    """What the PDF's own tables say its glyphs stand for: what can be searched and copied."""
    found: list[bytes] = []
    for begun in PACKED.finditer(paper):
        inner = zlib.decompress(paper[begun.end() : begun.end() + int(begun[1])])
        if b"beginbfchar" in inner or b"beginbfrange" in inner:
            found += re.findall(rb"<([0-9A-Fa-f]{4})>", inner)
    return "".join(chr(int(code, 16)) for code in found)


def test_before_the_sign_off_there_is_no_sheet(served_office: Office, clerk: httpx.Client) -> None:
    answer = clerk.get(path(problem(served_office, Status.VERIFIED).problem_id))
    assert answer.status_code == 409
    assert "销号" in answer.json()["detail"]


def test_a_signed_problem_has_its_sheet(
    served_office: Office, shared_served: Served, clerk: httpx.Client
) -> None:
    done = problem(served_office, Status.SIGNED_OFF)
    answer = clerk.get(path(done.problem_id))
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-type"] == "application/pdf"
    paper = answer.content
    assert paper.startswith(b"%PDF-")
    assert b"/FontFile2" in paper
    assert set("河湖问题销号单建筑垃圾堆放清河上游镇") <= set(characters(paper))
    assert set("经办复核销号签字盖章年月日责任单位编号") <= set(characters(paper))
    assert f"onemap {done.number} {done.version} {done.hash.hex()}".encode() in paper
    with served_office.database.owner.begin() as connection:
        detail = connection.execute(
            text("SELECT detail FROM access_log WHERE object = :about"),
            {"about": f"sign-off sheet {done.number}"},
        ).scalar_one()
    assert detail == {"hash": done.hash.hex(), "intact": True}


def test_who_may_fetch_a_sheet(served_office: Office, shared_served: Served) -> None:
    done = problem(served_office, Status.SIGNED_OFF)
    expected = {"auditor": 200, "patroller_up": 200, "office_down": 404, "neighbour": 403}
    for who, status in expected.items():
        with shared_served.client(who) as client:
            assert client.get(path(done.problem_id)).status_code == status, who


def test_the_title_names_the_problems_county_whoever_prints_it(
    served_office: Office, shared_served: Served
) -> None:
    done = problem(served_office, Status.SIGNED_OFF)
    with served_office.database.owner.begin() as connection:
        query = "SELECT id, name, level, parent_id FROM division"
        rows = {row.id: row for row in connection.execute(text(query))}
        own = connection.execute(
            text("SELECT division_id FROM problem WHERE id = :id"), {"id": done.problem_id}
        ).scalar_one()
        county = rows[rows[own].parent_id]
        assert county.level == "county"
        name = (county.name, None)
        assert county_name(connection, own) == county_name(connection, county.id) == name
    for who in ("auditor", "patroller_up"):
        with shared_served.client(who) as client:
            paper = client.get(path(done.problem_id)).content
        assert set(county.name) <= set(characters(paper)), who
