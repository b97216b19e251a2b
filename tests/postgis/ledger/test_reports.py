"""Problems registered: where they lie, what number they get, once only, refused with the reason."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import text

from data.clock import to_utc
from data.errors import BadInput, Conflict
from data.words.ledger import Action, Severity
from gis.crs import wgs84_to_gcj02
from problem_ledger.cases import reports
from problem_ledger.record.commands import Done, Exceeded, Place
from problem_ledger.record.store import draw_number
from tests.made.database import Database
from tests.made.ledger.acts import act, at_once, photo_of, report, row_of
from tests.made.office import Office
from tests.made.readings.messages import one


def test_a_place_is_snapped_and_kept_as_given(office: Office) -> None:
    """A consumer map's coordinates, half a kilometre off, are undone: 19 m east of the river."""
    lon, lat = wgs84_to_gcj02(112.2002, 32.7)
    row = row_of(office, report(office, place=Place(lon, lat, "gcj02", accuracy_m=5)))
    assert (row["source_crs"], row["source_x"], row["source_y"]) == ("GCJ-02", lon, lat)
    assert (row["lon"], row["lat"]) == pytest.approx((112.2002, 32.7), abs=2e-6)
    assert (row["bank"], row["accuracy_m"]) == ("left", 5)
    assert row["offset_m"] == pytest.approx(18.7, abs=0.2)
    assert row["chainage_m"] == pytest.approx(11090, abs=5)
    assert (row["reach_id"], row["division_id"]) == (office.basin.reach_up, office.basin.town_up)


def test_the_number_is_that_of_the_county_and_the_year(office: Office) -> None:
    assert [report(office).number for _each in range(2)] == [
        "411381-2026-00001",
        "411381-2026-00002",
    ]


def test_a_number_is_given_back_when_the_transaction_is_undone(office: Office) -> None:
    with office.database.app.connect() as connection:
        assert draw_number(connection, office.basin.town_up, 2026) == "411381-2026-00001"
        connection.rollback()
        assert draw_number(connection, office.basin.town_up, 2026) == "411381-2026-00001"
        assert draw_number(connection, None, 2026) == "000000-2026-00001"


@pytest.mark.parametrize(
    ("other", "says"),
    [
        ({"place": Place(113.9, 33.9)}, "nearest water"),
        ({"place": Place(32.7, 112.2)}, "swapped"),
        ({"place": Place(112.2, 32.7, accuracy_m=-1)}, "accuracy"),
        ({"place": Place(112.2, 32.7, "EPSG:2383")}, "exactly"),
        ({"category": "bank"}, "category"),
        ({"description": " \n"}, "Describe"),
        ({"description": "x" * 2001}, "2001"),
        ({"description": "a\x00b"}, "can't be read"),
        ({"photo_ids": (77,)}, "Photo 77"),
        ({"patrol_id": 5}, "patrol"),
        ({"request_key": ""}, "key"),
    ],
)
def test_what_cannot_be_registered_is_refused_and_leaves_nothing(
    shared_office: Office, other: dict[str, Any], says: str
) -> None:
    with pytest.raises(BadInput, match=says):
        report(shared_office, **other)
    assert one(shared_office.database.app, "SELECT count(*) FROM problem") == 0
    assert one(shared_office.database.app, "SELECT count(*) FROM problem_serial") == 0


def test_nothing_is_found_in_the_future(shared_office: Office) -> None:
    with pytest.raises(BadInput, match="future"):
        report(shared_office, found_at=shared_office.clock.at + timedelta(hours=1))


@pytest.mark.parametrize(
    ("moved", "says"),
    [
        (-timedelta(weeks=1024), "off by 1,024 weeks: "),
        (-timedelta(weeks=2048), "off by 2,048 weeks: "),
        (timedelta(weeks=1024), "off by 1,024 weeks: "),
        (-timedelta(days=4_000), "more than ten years ago"),
    ],
)
def test_a_time_at_which_nothing_can_have_been_found_is_named(
    shared_office: Office, moved: timedelta, says: str
) -> None:
    with pytest.raises(BadInput, match=says):
        report(shared_office, found_at=shared_office.clock.at + moved)


@pytest.mark.parametrize("year", [1970, 2000, 2010])
def test_a_time_of_a_clock_never_set_is_named(shared_office: Office, year: int) -> None:
    with pytest.raises(BadInput, match="clock that was never set"):
        report(shared_office, found_at=to_utc(datetime(year, 1, 1, 0, 3, tzinfo=UTC)))


def test_the_same_key_is_the_same_problem(office: Office) -> None:
    first = report(office, request_key="k-1")
    again = report(office, request_key="k-1")
    assert (again.problem_id, again.number, again.is_new) == (first.problem_id, first.number, False)
    with pytest.raises(Conflict, match=first.number):
        report(office, request_key="k-1", description="别的")
    assert one(office.database.app, "SELECT count(*) FROM problem") == 1
    assert one(office.database.app, "SELECT last FROM problem_serial") == 1


def test_one_key_from_many_phones_at_once_is_one_problem(office: Office) -> None:
    done = at_once(*[lambda: report(office, request_key="k-2")] * 6)
    assert len({each.problem_id for each in done if isinstance(each, Done)}) == 1
    assert sorted(each.is_new for each in done if isinstance(each, Done)) == [False] * 5 + [True]


def test_a_photo_is_used_once_and_by_its_owner(office: Office) -> None:
    mine = photo_of(office, "patroller")
    report(office, photo_ids=(mine,))
    theirs = photo_of(office, "office")
    for ids in ((mine,), (theirs,)):
        with pytest.raises(BadInput, match="isn't yours"):
            report(office, photo_ids=ids)
    with pytest.raises(BadInput, match="twice"):
        report(office, photo_ids=(theirs, theirs))
    with pytest.raises(BadInput, match="At most 5"):
        report(office, photo_ids=tuple(range(100, 106)))
    assert one(office.database.app, "SELECT stage FROM photo WHERE id = :id", id=mine) == "before"


def test_responsibility_is_that_of_the_day(office: Office, database: Database) -> None:
    with database.owner.begin() as connection:
        connection.execute(
            text("UPDATE responsibility SET valid_to = '2026-10-01' WHERE person_id = :person"),
            {"person": office.persons["chief_up"]},
        )
        later = connection.execute(
            text(
                "WITH later AS (INSERT INTO person (name, post) VALUES ('乙', '镇级河长')"
                " RETURNING id) INSERT INTO responsibility (person_id, level, reach_id, valid_from)"
                " SELECT id, 'township', :reach, '2026-10-01' FROM later RETURNING person_id"
            ),
            {"reach": office.basin.reach_up},
        ).scalar_one()
    before = office.clock.at - timedelta(days=60)
    assert (
        row_of(office, report(office, found_at=before))["person_id"] == office.persons["chief_up"]
    )
    assert row_of(office, report(office))["person_id"] == later


def test_the_system_registers_one_problem_at_a_time(office: Office) -> None:
    exceeded = Exceeded(
        office.basin.section_up,
        "nh3n",
        "monitoring.quality",
        Severity.GENERAL,
        "氨氮 1.31 mg/L",
        office.clock.at,
    )

    def register() -> Done | None:
        with office.database.app.begin() as connection:
            return reports.report_exceedance(connection, exceeded, office.clock, office.rules)

    found = [each for each in at_once(register, register, register) if isinstance(each, Done)]
    assert len(found) == 1
    row = row_of(office, found[0])
    assert (row["reporter_id"], row["station_id"], row["chainage_m"]) == (
        None,
        office.basin.section_up,
        11090,
    )
    act(office, "office", found[0], Action.REFUSE)
    assert register() is not None
