"""How stations' messages are read: models written, set, tried, and who may not."""

from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from dashboard.cli import main
from dashboard.frame.auth import set_user
from dashboard.frame.deps import Deps
from dashboard.stations import format_actions as actions
from dashboard.stations.format_actions import OWN, FilledFormat, FilledRow
from data import clock
from data.errors import BadInput, Conflict, Forbidden, NotFound, NotSignedIn
from data.moments import Doubt
from data.queries.stations.device_models import device_model, device_models
from data.records import StationId
from data.vocabulary import Parameter, Role
from ingest.codecs.device_model import shipped_models
from ingest.device_models import ModelOutcome, model_of
from tests.made.basin import SmallBasin, build_small_basin
from tests.made.database import Database
from tests.made.pages import sign_in

ROWS = (FilledRow("v.ph", "ph"), FilledRow("v.nh3_ug", "nh3n", "0.001"), FilledRow())
FORM = FilledFormat("chirpstack-v4", "acme-1", "探头", "", "epoch_s", "t", "", ROWS)
MOMENT = int(clock.now().timestamp()) - 60
MESSAGE = f'{{"t": {MOMENT}, "v": {{"ph": 7.1, "nh3_ug": 480, "spare": 1}}}}'


@pytest.fixture
def basin(database: Database) -> SmallBasin:
    with database.owner.begin() as connection:
        connection.execute(
            text("INSERT INTO account (login, display_name, password_hash) VALUES ('a1', '甲', '')")
        )
        return build_small_basin(connection)


def save(
    deps: Deps, station: StationId, form: FilledFormat, version: int | None = None
) -> actions.SavedFormat:
    now = actions.open_format(deps, station)[0].version
    return actions.save_format(deps, station, form, station_version=now, model_version=version)


def test_the_shipped_models_are_those_of_the_package_and_never_changed(
    deps: Deps, basin: SmallBasin
) -> None:
    with deps.engine.connect() as connection:
        stored = device_models(connection)
    assert sorted((model_of(each) for each in stored), key=lambda each: each.code) == sorted(
        shipped_models(), key=lambda each: each.code
    )
    assert all(each.is_shipped and each.version == 1 for each in stored)
    sign_in(Role.OFFICE)
    station = StationId(basin.section_up)
    stored = actions.stored_model(deps, "thingsboard-plain")
    rows = tuple(FilledRow(row["path"], row["parameter"]) for row in stored.mapping["value"])
    form = FilledFormat(stored.code, stored.code, stored.name, "[*]", "arrival", "", "", rows)
    assert save(deps, station, form, 1).outcome is ModelOutcome.UNCHANGED
    with pytest.raises(Conflict, match="another code"):
        save(deps, station, replace(form, rows=rows[:1]), 1)
    assert save(deps, station, replace(form, code="copy", rows=rows[:1])).outcome == "created"


def test_a_model_is_saved_and_set_in_versions(deps: Deps, basin: SmallBasin) -> None:
    sign_in(Role.OFFICE)
    station = StationId(basin.section_up)
    assert save(deps, station, FORM).outcome is ModelOutcome.CREATED
    assert actions.open_format(deps, station)[0].model == "acme-1"
    again = replace(FORM, model="acme-1")
    assert save(deps, station, again, 1).outcome is ModelOutcome.UNCHANGED
    changed = replace(again, rows=ROWS[:1])
    assert save(deps, station, changed, 1).outcome is ModelOutcome.CHANGED
    with pytest.raises(Conflict, match="in the meantime"):
        save(deps, station, again, 1)
    with pytest.raises(Conflict, match="already a device model"):
        save(deps, station, FORM, 1)
    with pytest.raises(Conflict, match="changed the station"):
        actions.save_format(
            deps, station, replace(FORM, model=OWN), station_version=1, model_version=None
        )
    assert save(deps, station, replace(FORM, model=OWN)).station.model is None
    with deps.engine.connect() as connection:
        assert device_model(connection, "acme-1").version == 2
        versions = connection.execute(
            text("SELECT v.version, account_id, mapping FROM device_model_version v JOIN"
                 " device_model m ON m.id = model_id WHERE m.code = 'acme-1' ORDER BY v.version")
        ).all()  # fmt: skip
        logged = connection.execute(text("SELECT object FROM access_log ORDER BY id")).scalars()
        assert list(logged) == [
            "model acme-1 for QH-01", "model acme-1 for QH-01", "model -own for QH-01"
        ]  # fmt: skip
    assert [(row.version, row.account_id) for row in versions] == [(1, 1), (2, 1)]
    assert versions[0].mapping["value"][1]["factor"] == "0.001"


def test_a_form_that_is_wrong_changes_nothing(deps: Deps, basin: SmallBasin) -> None:
    sign_in(Role.OFFICE)
    station = StationId(basin.section_up)
    for wrong in (
        replace(FORM, code="Acme 1"),
        replace(FORM, name=" "),
        replace(FORM, time_format="iso8601"),
        replace(FORM, time_path=""),
        replace(FORM, every="rows"),
        replace(FORM, id_path="a..b"),
        replace(FORM, rows=()),
        replace(FORM, rows=(FilledRow("a", ""),)),
        replace(FORM, rows=(FilledRow("", "ph"),)),
        replace(FORM, rows=(FilledRow("a", "ph", "x"),)),
        replace(FORM, rows=(FilledRow("a", "ph", "1", "2"),)),
        replace(FORM, rows=(FilledRow("a", "nothing"),)),
        replace(FORM, rows=(FilledRow("a", "ph"),) * 44),
    ):
        with pytest.raises(BadInput):
            save(deps, station, wrong)
        with pytest.raises(BadInput):
            actions.try_format(deps, station, replace(wrong, rows=wrong.rows or ()), " ")
    with pytest.raises(NotFound):
        actions.stored_model(deps, "acme-1")
    assert actions.open_format(deps, station)[0].model is None


def test_a_message_is_tried_without_storing_anything(deps: Deps, basin: SmallBasin) -> None:
    sign_in(Role.OFFICE)
    station = StationId(basin.section_up)
    tried = actions.try_format(deps, station, FORM, MESSAGE)
    trial = tried.trial
    assert tried.doubts == (None,)
    (found,) = trial.readings
    assert found.reading
    assert found.reading.values == {Parameter.PH: 7.1, Parameter.AMMONIA_NITROGEN: 0.48}
    assert trial.unmapped == ["v.spare"]
    limited = actions.try_format(
        deps, station, FORM, f'{{"t": {MOMENT}, "v": {{"ph": "ND", "nh3_ug": "<25"}}}}'
    )
    assert limited.unlimited == (Parameter.PH,)
    assert limited.trial.readings[0].reading
    assert limited.trial.readings[0].reading.below == {Parameter.AMMONIA_NITROGEN: 0.025}
    late = actions.try_format(
        deps, station, FORM, MESSAGE.replace(str(MOMENT), str(MOMENT + 10**6))
    ).doubts[0]
    assert late
    assert late.doubt is Doubt.AHEAD
    refused = actions.try_format(deps, station, FORM, "{").trial.refused
    assert refused
    assert "line 1" in str(refused.error)
    with pytest.raises(BadInput, match="65536 bytes"):
        actions.try_format(deps, station, FORM, "水" * 30_000)
    with deps.engine.connect() as connection:
        for table in ("reading", "quarantine"):
            assert connection.execute(text(f"SELECT count(*) FROM {table}")).scalar() == 0


def test_the_newest_waiting_message_is_fetched(
    deps: Deps, database: Database, basin: SmallBasin
) -> None:
    sign_in(Role.OFFICE)
    station = StationId(basin.section_up)
    with pytest.raises(NotFound):
        actions.newest_waiting(deps, station)
    with database.ingest.begin() as connection:
        for n, payload in enumerate((b'{"a": 1}', MESSAGE.encode())):
            connection.execute(
                text("INSERT INTO quarantine (topic, payload, payload_sha256, reason,"
                     " first_received_at, last_received_at, station_id, payload_length)"
                     " VALUES ('onemap/v1/QH-01/reading', :payload, sha256(:payload), 'shape',"
                     " now(), now() + :n * interval '1 s', :station, length(:payload))"),
                {"payload": payload, "n": n, "station": station},
            )  # fmt: skip
    assert actions.newest_waiting(deps, station) == MESSAGE
    assert actions.open_format(deps, station)[0].waiting_count == 2
    assert actions.ask_replay(deps, station)
    assert not actions.ask_replay(deps, station)


def test_who_may_not_change_a_station_learns_and_changes_nothing(
    deps: Deps, basin: SmallBasin
) -> None:
    upper, lower = StationId(basin.section_up), StationId(basin.section_down)
    sign_in(Role.OFFICE)
    save(deps, lower, FORM)
    save(deps, upper, replace(FORM, model="acme-1"), 1)
    sign_in(Role.OFFICE, basin.town_up)
    with pytest.raises(Forbidden, match="outside of your divisions"):
        save(deps, upper, replace(FORM, model="acme-1", rows=ROWS[:1]), 1)
    assert save(deps, upper, replace(FORM, model="acme-1", code="acme-2"), 1).outcome == "created"
    for role in (*(set(Role) - {Role.OFFICE}), Role.OFFICE):
        sign_in(role, basin.town_up)
        with pytest.raises(Forbidden):
            actions.open_format(deps, lower)
        with pytest.raises(Forbidden):
            actions.try_format(deps, lower, FORM, MESSAGE)
        with pytest.raises(Forbidden):
            actions.newest_waiting(deps, lower)
        with pytest.raises(Forbidden):
            actions.ask_replay(deps, lower)
        with pytest.raises(Forbidden):
            actions.save_format(deps, lower, FORM, station_version=1, model_version=None)
    sign_in(Role.AUDITOR)
    with pytest.raises(Forbidden):
        actions.stored_model(deps, "acme-1")
    set_user(None)
    with pytest.raises(NotSignedIn):
        actions.open_format(deps, upper)


def test_no_role_rewrites_the_versions_of_a_mapping(database: Database, basin: SmallBasin) -> None:
    for engine in (database.app, database.ingest, database.readonly):
        for statement in (
            "UPDATE device_model_version SET mapping = '{}'",
            "DELETE FROM device_model_version",
            "DELETE FROM device_model",
        ):
            with pytest.raises(DBAPIError, match="permission denied"), engine.begin() as connection:
                connection.execute(text(statement))
    with pytest.raises(DBAPIError, match="mapping"), database.owner.begin() as connection:
        connection.execute(
            text("INSERT INTO device_model_version SELECT id, 2, '[]' FROM device_model")
        )


def test_the_commands_take_in_set_try_and_write_out(
    database: Database,
    basin: SmallBasin,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setenv("ONEMAP_DATABASE__URL", database.urls["app"])
    monkeypatch.setenv("ONEMAP_DASHBOARD__LANGUAGE", "en")

    def said(*arguments: str, code: int = 0) -> str:
        assert main(["station", "model", *arguments]) == code
        found = capsys.readouterr()
        return found.err if code == 2 else found.out

    model = tmp_path / "acme.toml"
    model.write_text(said("export", "thingsboard").replace("thingsboard", "acme-1"))
    message = tmp_path / "message.json"
    message.write_text('[{"ts": 1777593600000, "values": {"ph": 7.1, "ammonia_ugL": "x", "a": 1}}]')
    assert "7.1" in said("try", str(model), str(message))
    assert "acme-1 is added" in said("import", str(model))
    assert "unchanged" in said("import", str(model))
    model.write_text(model.read_text().replace("0.001", "0.002"))
    assert "version 2" in said("import", str(model))
    assert said("export", "acme-1") == model.read_text()
    assert said("list").startswith("acme-1  v2  0 stations")
    assert "read by the device model acme-1" in said("set", "QH-01", "acme-1")
    assert "own contract" in said("set", "QH-01")
    tried = said("try", "acme-1", str(message))
    assert "2026-05-01 08:00:00" in tried
    assert "values.ammonia_ugL: “x” is no number" in tried
    assert "values.a" in tried
    message.write_text('{"ts": 1777593600, "values": {}}')
    assert "milliseconds" not in said("try", "acme-1", str(message), code=1)
    model.write_text(model.read_text().replace('"ph"', '"pH"'))
    assert "value #2.parameter: “pH” is no parameter" in said("import", str(model), code=2)
    assert "no device model nothing" in said("set", "QH-01", "nothing", code=2)
    assert "no such station" in said("set", "NO-1", "acme-1", code=2)
    assert "can't be read" in said("try", "acme-1", str(tmp_path / "none"), code=2)
