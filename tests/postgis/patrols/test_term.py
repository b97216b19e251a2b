"""A patrol's track goes after its term, once and whole; what was judged of it stays."""

from datetime import timedelta

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from dashboard.patrols.one_patrol import one_card
from data import clock
from data.queries.patrols.records import patrol_detail, reader_of
from data.queries.scope import EVERYTHING
from problem_ledger.work.upkeep import remove_tracks
from tests.made.office import Office
from tests.made.patrols.records import NOW, record_walk
from tests.made.patrols.walks import walk

MORNING = min(NOW, clock.now()) - timedelta(days=60)
JUDGED = text(
    "SELECT file_sha256, length_m, duration_s, started_at, ended_at, is_valid, judgements,"
    " (SELECT sum(walked_m) FROM patrol_reach WHERE patrol_id = patrol.id) AS walked,"
    " geom IS NULL AND geom_web IS NULL AND file_bytes IS NULL AS is_removed, track_removed_at"
    " FROM patrol WHERE id = :id"
)


def test_a_track_is_removed_after_its_term_and_the_verdict_stays(office: Office) -> None:
    app = office.database.app
    patrol = record_walk(office, "chief_up", walk(MORNING)).patrol_id
    with app.begin() as connection:
        before = connection.execute(JUDGED, {"id": patrol}).one()
    assert remove_tracks(app, clock.now(), 24) == 0
    later = clock.now()
    assert remove_tracks(app, later, 1) == 1
    assert remove_tracks(app, later, 1) == 0
    with app.begin() as connection:
        after = connection.execute(JUDGED, {"id": patrol}).one()
        reader = reader_of(connection, office.accounts["chief_up"], EVERYTHING)
        detail = patrol_detail(connection, reader, patrol)
    assert after[:8] == before[:8]
    assert (before.is_removed, after.is_removed) == (False, True)
    assert detail.track is None
    assert detail.track_removed_at is not None
    assert "data-patrol-track" not in str(one_card(detail, now=NOW).to_plotly_json())
    with office.database.owner.begin() as connection:
        (entry,) = connection.execute(
            text("SELECT action, object, detail FROM access_log WHERE action = 'remove'")
        )
    assert (entry.object, entry.detail["count"]) == ("patrol tracks", 1)


CHANGES = (
    "UPDATE patrol SET geom = NULL, file_bytes = NULL, track_removed_at = now(), length_m = 9",
    "UPDATE patrol SET geom = NULL",
    "UPDATE patrol SET file_bytes = 'x'",
    "UPDATE patrol SET geom = ST_Translate(geom, 0.1, 0)",
    "UPDATE patrol SET is_valid = NOT is_valid",
    "UPDATE patrol SET file_sha256 = 'x'",
    "UPDATE patrol SET track_removed_at = now()",
    "SELECT remove_patrol_tracks(now() - interval '27 days', 10)",
    "DELETE FROM patrol_reach; DELETE FROM patrol",
)


def test_nothing_else_of_a_patrol_changes_by_any_role(office: Office) -> None:
    record_walk(office, "chief_up", walk(MORNING))
    for engine in (office.database.app, office.database.owner):
        for change in CHANGES:
            with pytest.raises(DBAPIError), engine.begin() as connection:
                connection.execute(text(change))


def test_only_the_application_may_remove_tracks(office: Office) -> None:
    with pytest.raises(DBAPIError), office.database.ingest.begin() as connection:
        connection.execute(text("SELECT remove_patrol_tracks(now() - interval '90 days', 1)"))


def test_a_removed_track_does_not_come_back(office: Office) -> None:
    record_walk(office, "chief_up", walk(MORNING))
    assert remove_tracks(office.database.app, clock.now(), 1) == 1
    with pytest.raises(DBAPIError), office.database.owner.begin() as connection:
        connection.execute(
            text(
                "UPDATE patrol SET track_removed_at = NULL, file_bytes = 'x',"
                " geom = 'SRID=4490;MULTILINESTRING((112 32, 112 33))'"
            )
        )
