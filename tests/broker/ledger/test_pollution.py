"""A pollution event of the simulator, over MQTT and ingest to the ledger: one problem, not many."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from pydantic import SecretStr
from sqlalchemy import Engine, text

from data import clock
from data.clock import UtcDatetime
from data.device_settings import SimulatorSettings
from data.quality.limits import DischargeGrade
from data.records import AccountId
from data.settings import MqttSettings
from data.words.ledger import Action
from ingest.broker.mosquitto import Broker
from ingest.simulator.devices import order_pollution, simulate
from ingest.simulator.values import SimulatedOutfall
from problem_ledger.cases.actions import act
from problem_ledger.cases.rules import load_rules
from problem_ledger.record.commands import Command
from tests.fixtures.broker import INGEST_PASSWORD
from tests.made.database import Database
from tests.made.office import open_office
from tests.made.readings.messages import one, rows
from tests.running.ingest_process import ingest_process
from tests.running.ledger_process import ledger_process
from tests.running.waiting import until

CODE = "PW-01"
PROBLEMS = "SELECT count(*) FROM problem"


@dataclass(frozen=True)
class Device:
    """A simulated outfall, and the order by which its water is polluted."""

    broker: Broker
    password: str
    order: Path

    def pollute(self) -> None:
        until_ = UtcDatetime(clock.now() + timedelta(hours=1))
        order_pollution(self.order, CODE, amount=3.0, until=until_)

    def stop_polluting(self) -> None:
        order_pollution(self.order, CODE, amount=3.0, until=clock.now())

    @contextmanager
    def runs(self) -> Iterator[None]:
        """It publishes five readings a second inside the block."""
        stop = threading.Event()
        outfall = SimulatedOutfall(CODE, DischargeGrade.FIRST_B, load=0.5, flow_m3s=0.1)
        settings = SimulatorSettings(
            username=CODE,
            password=SecretStr(self.password),
            round_seconds=0.2,
            order_file=self.order,
        )
        thread = threading.Thread(
            target=simulate,
            args=([outfall], MqttSettings(port=self.broker.port), settings, stop),
        )
        thread.start()
        try:
            yield
        finally:
            stop.set()
            thread.join(30)


def build(database: Database) -> AccountId:
    """An outfall with the limits of its grade, and the account of the office."""
    office = open_office(database)
    with database.owner.begin() as connection:
        connection.execute(
            text(
                "INSERT INTO outfall_limit (station_id, parameter, upper, basis, valid_from)"
                " SELECT :id, p, high, 'GB 18918', '2020-01-01'"
                " FROM (VALUES ('cod', 60), ('nh3n', 8), ('tp', 1), ('tn', 20)) AS l(p, high)"
            ),
            {"id": office.basin.outfall},
        )
    return office.accounts["office"]


def refuse(app: Engine, office: AccountId) -> None:
    """The newest problem is closed by the office."""
    ((problem_id, version),) = rows(app, "SELECT id, version FROM problem ORDER BY id DESC LIMIT 1")
    assert isinstance(problem_id, int)
    assert isinstance(version, int)
    command = Command(Action.REFUSE, version, text="已查明原因")
    act(app, office, problem_id, command, clock.now, load_rules())


def count_since(owner: Engine, moment: UtcDatetime, *, exceeding: bool) -> int:
    """The readings kept since then that are, or are not, beyond a limit."""
    found = one(
        owner,
        "SELECT count(*) FROM reading r WHERE observed_at > :moment AND :exceeding = EXISTS"
        " (SELECT 1 FROM exceedance e WHERE e.station_id = r.station_id"
        " AND e.observed_at = r.observed_at)",
        moment=moment,
        exceeding=exceeding,
    )
    assert isinstance(found, int)
    return found


def test_an_event_is_one_problem_and_its_return_the_second(
    database: Database, broker: Broker, device: Callable[[str], str], tmp_path: Path
) -> None:
    owner, rules, began = database.owner, load_rules(), clock.now()
    office = build(database)
    simulated = Device(broker, device(CODE), tmp_path / "order")
    url = database.urls["app"]
    with (
        ingest_process(broker, INGEST_PASSWORD, database.urls["ingest"], tmp_path / "ingest.log"),
        ledger_process(url, tmp_path / "key", tmp_path / "ledger.log"),
        simulated.runs(),
    ):
        until(lambda: count_since(owner, began, exceeding=False) >= 2)
        assert one(owner, PROBLEMS) == 0
        simulated.pollute()
        until(lambda: one(owner, PROBLEMS) == 1)
        until(lambda: count_since(owner, began, exceeding=True) >= 8)
        parameters = "SELECT count(DISTINCT parameter) FROM exceedance"
        assert one(owner, parameters) == 4, "every parameter of the outfall"
        assert one(owner, PROBLEMS) == 1

        simulated.stop_polluting()
        cleared = clock.now()
        until(lambda: count_since(owner, cleared, exceeding=False) >= rules.exceedance.normal)
        refuse(database.app, office)
        assert one(owner, PROBLEMS) == 1

        simulated.pollute()
        until(lambda: one(owner, PROBLEMS) == 2)
        refuse(database.app, office)
        again = clock.now()
        until(lambda: count_since(owner, again, exceeding=True) >= 8)
        assert one(owner, PROBLEMS) == 2, "still the second event, with no normal reading since"
