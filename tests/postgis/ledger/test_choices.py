"""What the ledger's filters offer: all choices, or the best for a phrase with those chosen."""

import pytest
from sqlalchemy import text

from data.clock import now
from data.database import transaction
from data.name_sounds import fill_name_sounds
from data.queries.ledger.choices import MOST_FOUND, choices, river_choices, unit_choices
from data.queries.scope import EVERYTHING, NOTHING, Scope
from data.records import DivisionId
from tests.made.database import Database
from tests.made.ledger.rows import fill_problems
from tests.made.office import Office

UNITS = text("INSERT INTO unit (name) SELECT '水利站' || lpad(n::text, 3, '0') FROM"
             " generate_series(1, 250) n")  # fmt: skip


@pytest.fixture
def crowded(office: Office) -> Database:
    """Problems of some 250 units on the reaches of the basin."""
    with transaction(office.database.owner) as connection:
        connection.execute(UNITS)
    fill_problems(office.database.owner, 3_000, now())
    with transaction(office.database.app) as connection:
        while fill_name_sounds(connection):
            pass
    return office.database


def test_few_choices_are_all_offered(office: Office) -> None:
    fill_problems(office.database.owner, 40, now())
    with office.database.app.connect() as connection:
        offered = choices(connection, EVERYTHING)
        narrow = Scope(divisions=frozenset({DivisionId(office.basin.town_up)}))
        assert choices(connection, NOTHING).rivers.listed == ()
        assert choices(connection, narrow).rivers.listed
    assert offered.rivers.is_whole
    assert offered.units.is_whole
    assert "清河" in {name for _id, name, _english in offered.rivers.listed}


def test_of_many_the_best_for_what_is_typed_and_those_chosen(crowded: Database) -> None:
    with crowded.app.connect() as connection:
        first = unit_choices(connection, EVERYTHING)
        assert not first.is_whole
        assert len(first.listed) == MOST_FOUND
        typed = unit_choices(connection, EVERYTHING, phrase="水利站24")
        names = [name for _id, name, _english in typed.listed]
        assert names
        assert all(name.startswith("水利站24") for name in names)
        last = typed.listed[-1]
        kept = unit_choices(connection, EVERYTHING, [last[0]], "水利站00")
        assert kept.listed[0] == last
        assert len(set(kept.listed)) == len(kept.listed)
        assert unit_choices(connection, EVERYTHING, phrase="%").listed == ()
        assert unit_choices(connection, NOTHING, [last[0]], "水利站24").listed == ()


def test_a_river_is_found_by_its_pinyin(crowded: Database) -> None:
    with crowded.app.connect() as connection:
        for phrase in ("清", "qh", "Qing he"):
            listed = river_choices(connection, EVERYTHING, phrase=phrase).listed
            assert "清河" in {name for _id, name, _english in listed}, phrase
        assert river_choices(connection, EVERYTHING, phrase="zzz").listed == ()


def test_who_sees_everything_is_offered_what_a_scope_of_all_divisions_is(
    crowded: Database,
) -> None:
    with crowded.app.connect() as connection:
        every = connection.execute(text("SELECT id FROM division")).scalars()
        whole = Scope(divisions=frozenset(DivisionId(one) for one in every))
        assert choices(connection, EVERYTHING) == choices(connection, whole)
