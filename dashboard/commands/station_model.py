"""The commands of device models: taken in by file, shown, written out, set for stations, tried."""

import argparse
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from dashboard.parts.measures import own_name, parameter_name, unit_of
from dashboard.parts.wording import _, worded
from data.clock import BUSINESS_ZONE
from data.errors import BadInput
from data.quality.detection import UNNAMED
from data.vocabulary import Parameter

if TYPE_CHECKING:
    from ingest.codecs.device_model import DeviceModel
    from ingest.codecs.trial import Trial

FILES = (".toml", ".json")


def add(actions: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Adds ``model`` with its actions to the actions of the command ``station``."""
    parser = actions.add_parser(
        "model",
        help=_("say how the JSON of foreign devices is read"),
        description=_(
            "A device model says which path of a message is which parameter, in which unit. "
            "docs/ingest.md shows its file."
        ),
    )
    models = parser.add_subparsers(dest="model_action", required=True, metavar="ACTION")
    one = models.add_parser("import", help=_("take in a model by file, or change it"))
    one.add_argument("file", type=Path, metavar="FILE", help=_("TOML, or JSON by its ending"))
    one.set_defaults(run=run_import)
    shown = models.add_parser("list", help=_("show all models"))
    shown.set_defaults(run=run_list)
    out = models.add_parser("export", help=_("print a model as a TOML file"))
    out.add_argument("code", metavar="CODE")
    out.set_defaults(run=run_export)
    chosen = models.add_parser("set", help=_("say by which model a station's messages are read"))
    chosen.add_argument("station", metavar="STATION")
    chosen.add_argument(
        "code", metavar="CODE", nargs="?", help=_("without one: by OneMap's own contract again")
    )
    chosen.set_defaults(run=run_set)
    tried = models.add_parser(
        "try",
        help=_("show what a model makes of a message; nothing is stored"),
    )
    tried.add_argument("code", metavar="CODE", help=_("a model's code, or its file"))
    tried.add_argument("file", metavar="FILE", help=_("the message; - reads standard input"))
    tried.set_defaults(run=run_try)


def run_import(args: argparse.Namespace) -> int:
    """Writes the model of a file; prints what was done; returns 0."""
    from data.database import app_engine, transaction
    from ingest.device_models import ModelOutcome, write_model

    model = _read_file(args.file)
    with transaction(app_engine()) as connection:
        written = write_model(connection, model, by=None)
    sentence = {
        ModelOutcome.CREATED: _("The device model {code} is added."),
        ModelOutcome.CHANGED: _("The device model {code} is changed, version {version}."),
        ModelOutcome.UNCHANGED: _("The device model {code} is there already, unchanged."),
    }[written.outcome]
    print(sentence.format(code=model.code, version=written.version))
    return 0


def run_list(_args: argparse.Namespace) -> int:
    """Prints a line for each model: code, version, number of stations, name; returns 0."""
    from data.database import app_engine
    from data.queries.stations.device_models import device_models

    with app_engine().connect() as connection:
        models = device_models(connection)
    for each in models:
        stations = _("{count} stations").format(count=each.station_count)
        print(f"{each.code}  v{each.version}  {stations}  {own_name(each.name, each.name_en)}")
    return 0


def run_export(args: argparse.Namespace) -> int:
    """Prints a model as the TOML file that ``import`` reads; returns 0."""
    from ingest.codecs.device_model import model_toml

    sys.stdout.write(model_toml(_stored(args.code)))
    return 0


def run_set(args: argparse.Namespace) -> int:
    """Sets a station's model; prints what was done and what waits in quarantine; returns 0."""
    from data.database import app_engine, transaction
    from data.queries.stations.device_models import device_model, station_of_model
    from ingest.device_models import set_model

    with transaction(app_engine()) as connection:
        station = station_of_model(connection, code=args.station)
        model = device_model(connection, args.code).id if args.code else None
        set_model(connection, station.id, model)
    if args.code:
        words = _("{station}: messages are read by the device model {code}.")
        print(words.format(station=station.code, code=args.code))
    else:
        print(
            _("{station}: messages are read by OneMap's own contract.").format(station=station.code)
        )
    if station.waiting_count:
        words = _("{count} messages wait in quarantine: onemap quarantine replay")
        print(words.format(count=station.waiting_count))
    return 0


def run_try(args: argparse.Namespace) -> int:
    """Prints what a model makes of a message; returns 0, or 1 where no reading comes of it."""
    from data.clock import now
    from data.records import StationCode
    from data.settings import IngestSettings
    from ingest.codecs.trial import try_payload

    is_file = args.code.lower().endswith(FILES)
    model = _read_file(Path(args.code)) if is_file else _stored(args.code)
    settings = IngestSettings()
    payload = _read_bytes(args.file, settings.payload_bytes)
    trial = try_payload(
        payload,
        StationCode("try"),
        now(),
        model.mapping,
        most_readings=settings.message_readings,
    )
    for line in _lines_of(trial):
        print(line)
    return 0 if any(each.reading for each in trial.readings) else 1


def _lines_of(trial: "Trial") -> list[str]:
    if trial.refused:
        return [worded(trial.refused.error)]
    lines: list[str] = []
    for each in trial.readings:
        if each.reading:
            at = each.reading.observed_at.astimezone(BUSINESS_ZONE)
            lines.append(f"{at:%Y-%m-%d %H:%M:%S}")
            lines += [
                f"  {parameter_name(p)} {_result(p, value, each.reading.below.get(p))}"
                for p, value in each.reading.values.items()
            ]
        else:
            lines.append(_("No reading:"))
        lines += [f"  {worded(fault.error)}" for fault in each.faults]
        if each.missing:
            lines.append(
                "  " + _("Not in the message: {paths}").format(paths=", ".join(each.missing))
            )
    if trial.unmapped:
        lines.append(
            _("Numbers that no path reads: {paths}").format(paths=", ".join(trial.unmapped))
        )
    return lines


def _result(parameter: Parameter, value: float, below: float | None) -> str:
    if below == UNNAMED:
        return "ND"
    text = f"{value:.10g}" if below is None else f"<{below:.10g}"
    return f"{text} {unit_of(parameter)}".rstrip()


def _stored(code: str) -> "DeviceModel":
    from data.database import app_engine
    from data.queries.stations.device_models import device_model
    from ingest.device_models import model_of

    with app_engine().connect() as connection:
        return model_of(device_model(connection, code))


def _read_file(path: Path) -> "DeviceModel":
    from ingest.codecs.device_model import LARGEST_FILE, read_model

    return read_model(_read_bytes(str(path), LARGEST_FILE), path.name)


def _read_bytes(name: str, most: int) -> bytes:
    """Returns a file's bytes, one more than ``most`` at most."""
    if name == "-":
        content = sys.stdin.buffer.read(most + 1)
    else:
        try:
            with Path(name).open("rb") as file:
                content = file.read(most + 1)
        except OSError as error:
            raise BadInput(
                "{file} can't be read: {reason}", file=name, reason=error.strerror
            ) from None
    if len(content) > most:
        raise BadInput("{file} has more than {most} bytes.", file=name, most=most)
    return content
