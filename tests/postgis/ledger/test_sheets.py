"""The sign-off sheet: for signed problems only, Chinese that can be read out, the chain's hash."""

import re
import zlib

import httpx
import pytest
from sqlalchemy import text

from data.queries.people.accounts import county_name
from data.words.ledger import Action, Status
from tests.fixtures.served import Served
from tests.made.ledger.acts import TO_SIGN_OFF, act, carry, problem, take
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


def page_count(paper: bytes) -> int:
    return len(re.findall(rb"/Type /Page\b", paper))


def test_a_long_story_flows_on_over_the_pages(
    served_office: Office, shared_served: Served, clerk: httpx.Client
) -> None:
    """The story begins below the photos' checks, and leaves no part of a page empty behind it."""
    done = carry(served_office, *TO_SIGN_OFF[:3])
    for n in range(11):
        words = f"第 {n} 次巡查：现场清运过半，岸坡尚未复绿，请抓紧。" * 2
        done = act(served_office, "chief", done, Action.COMMENT, text=words)
    for step in TO_SIGN_OFF[3:]:
        done = take(served_office, done, step)
    assert page_count(clerk.get(path(done.problem_id)).content) == 3


@pytest.mark.parametrize("text", ["同意销号，" * 400, "是\n" * 990], ids=["long", "lines"])
def test_the_longest_opinion_is_printed_whole(
    served_office: Office, shared_served: Served, clerk: httpx.Client, text: str
) -> None:
    before = carry(served_office, *TO_SIGN_OFF[:-1])
    done = take(served_office, before, TO_SIGN_OFF[-1], text=text)
    answer = clerk.get(path(done.problem_id))
    assert answer.status_code == 200, answer.text
    assert page_count(answer.content) > 2
