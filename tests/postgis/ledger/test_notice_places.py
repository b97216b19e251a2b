"""A line of the bell says where its problem lies, in the reader's language."""

from sqlalchemy import text

from dashboard.ledger.notice_words import notice_about
from dashboard.parts.wording import language
from data.queries.ledger.notices import notices
from data.queries.scope import EVERYTHING
from problem_ledger.work.notices import deliver
from tests.made.ledger.acts import report
from tests.made.office import Office


def lines(office: Office, code: str, who: str = "office_up") -> list[str]:
    """What the bell's lines of an account say in a language."""
    language.set(code)
    with office.database.app.connect() as connection:
        found = notices(connection, EVERYTHING, office.accounts[who])
    return [notice_about(each, office.clock.at) for each in found]


def test_a_line_of_the_bell_names_the_water_and_the_division(office: Office) -> None:
    report(office)
    deliver(office.database.app, office.clock())
    with office.database.owner.begin() as connection:
        connection.execute(text("UPDATE river SET name_en = 'Test River'"))
        connection.execute(text("UPDATE division SET name_en = 'Upper Town' WHERE name = '上游镇'"))
        number = connection.execute(text("SELECT number FROM problem")).scalar_one()
    (line,) = lines(office, "zh")
    assert f" · 上游镇 · {number} · " in line
    assert "清河 K" in line
    (line,) = lines(office, "en")
    assert f" · Upper Town · {number} · " in line
    assert "Test River K" in line


def test_a_problem_without_a_place_has_no_dash_in_the_bell(office: Office) -> None:
    report(office)
    deliver(office.database.app, office.clock())
    with office.database.owner.begin() as connection:
        connection.execute(
            text("UPDATE problem SET reach_id = NULL, lake_id = NULL, chainage_m = NULL")
        )
    (line,) = lines(office, "zh")
    assert "—" not in line
    assert " · 上游镇 · " in line
