"""`onemap simulate`: the basin's devices publish by themselves; a pollution event on request."""

import argparse
import signal
from threading import Event
from types import FrameType

from sqlalchemy import Engine, text

from dashboard.demo import watch
from dashboard.parts.wording import _
from data.background import watch_threads
from data.clock import now
from data.database import app_engine
from data.device_settings import SimulatorSettings
from data.errors import BadInput
from data.logs import begin_logging
from data.settings import MqttSettings
from data.vocabulary import BodyKind, StationKind
from ingest.simulator.devices import Device, default_end, order_pollution, simulate
from ingest.simulator.values import device_of

STATIONS = """
SELECT code, kind, body FROM station
WHERE kind IN ('section', 'outfall') AND (ended_at IS NULL OR ended_at > now())
    AND interval_s < :sampled_s
ORDER BY code
"""


def add(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Adds the command ``simulate`` with its options to the command line."""
    parser = commands.add_parser("simulate", help=_("publish readings of simulated devices"))
    parser.add_argument("--round", type=float, metavar="S", help=_("seconds a round takes"))
    parser.add_argument("--pollution", metavar="STATION", help=_("pollute one station for a while"))
    parser.add_argument("--minutes", type=float, default=30, help=_("how long it is polluted"))
    parser.add_argument("--amount", type=float, default=2.0, help=_("by how many classes, about"))
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Publishes simulated readings until SIGTERM or SIGINT; returns 0.

    With ``--pollution`` asks the running simulator for a pollution event instead. Raises BadInput
    for an unknown station, or without an order file.
    """
    settings = SimulatorSettings()
    if args.round:
        settings = settings.model_copy(update={"round_seconds": args.round})
    engine = app_engine()
    if args.pollution:
        return _order(engine, settings, args.pollution, args.amount, args.minutes)
    watch_threads()
    begin_logging()
    stop = Event()

    def end(_number: int, _frame: FrameType | None) -> None:
        stop.set()

    signal.signal(signal.SIGTERM, end)
    signal.signal(signal.SIGINT, end)
    sent = simulate(devices(engine), MqttSettings(), settings, stop)
    print(_("{count} messages published").format(count=sent))
    return 0


def devices(engine: Engine) -> list[Device]:
    """Returns a device for each section and outfall in service, except the demo's silent ones."""
    made: dict[str, Device] = {row.code: row.device for row in watch.outfalls()}
    made |= {row.code: row.device for row in watch.sections()}
    silent = {row.code for row in watch.sections() if row.silent_days}
    with engine.connect() as connection:
        rows = connection.execute(text(STATIONS), {"sampled_s": watch.SAMPLED_S}).all()
    return [
        made.get(code) or device_of(code, StationKind(kind), BodyKind(body))
        for code, kind, body in rows
        if code not in silent
    ]


def _order(
    engine: Engine, settings: SimulatorSettings, station: str, amount: float, minutes: float
) -> int:
    if settings.order_file is None:
        raise BadInput(
            "There is nowhere to order a pollution event.",
            mend="Set ONEMAP_SIMULATOR__ORDER_FILE, or name the demo with --dir.",
        )
    if station not in {device.code for device in devices(engine)}:
        raise BadInput("No simulated device has the code {station}.", station=station)
    until = default_end(minutes, now)
    order_pollution(settings.order_file, station, amount=amount, until=until)
    print(
        _("{station} is polluted for {minutes:g} minutes").format(station=station, minutes=minutes)
    )
    return 0
