"""The station command: a station put on the map or moved, and the device models of stations."""

import argparse
from typing import TYPE_CHECKING

from dashboard.commands import station_model
from dashboard.parts.wording import _
from data.errors import BadInput
from data.vocabulary import StationKind

if TYPE_CHECKING:
    from data.placing.stations import Facts, Placed, StationPlacement


def add(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Adds the command ``station`` to the command line."""
    parser = subparsers.add_parser(
        "station", help=_("add or move one station, choose its device model")
    )
    actions = parser.add_subparsers(dest="action", required=True, metavar="ACTION")
    one = actions.add_parser(
        "add",
        help=_("put a station on the map, or move it"),
        description=_(
            "The station is snapped to its river or lake. The same again changes nothing."
        ),
    )
    one.add_argument("--kind", required=True, choices=[kind.value for kind in StationKind])
    one.add_argument("--code", required=True, help=_("its name in MQTT topics"))
    one.add_argument("--name", required=True)
    one.add_argument("--name-en")
    one.add_argument(
        "--lon", required=True, type=_degrees, help=_("longitude, 112.08 or 112°04′48″")
    )
    one.add_argument("--lat", required=True, type=_degrees, help=_("latitude"))
    one.add_argument(
        "--crs", default="EPSG:4490", help=_("EPSG:4490 (default), EPSG:4326, gcj02 …")
    )
    one.add_argument("--target", help=_("target class of a section, Ⅰ to Ⅴ"))
    one.add_argument("--attribute", help=_("attribute of a section, such as 国考"))
    one.add_argument("--grade", help=_("GB 18918 grade of an outfall, such as 一级A"))
    one.add_argument("--owner", help=_("who answers for an outfall or intake"))
    one.add_argument("--permit", help=_("permit number of an outfall or intake"))
    one.add_argument("--interval", help=_("time between readings, such as 4h"))
    one.add_argument("--within", type=float, metavar="M", help=_("how far it may lie from water"))
    one.add_argument("--move", action="store_true", help=_("change a station that exists"))
    one.add_argument("--version", type=int, help=_("the version that was looked at"))
    one.set_defaults(run=run)
    station_model.add(actions)


def _degrees(text: str) -> float:
    from data.placing.cells import degrees

    try:
        return degrees(text)
    except BadInput as error:
        raise argparse.ArgumentTypeError(str(error)) from error


def run(args: argparse.Namespace) -> int:
    """Creates, moves or changes the station; prints its place; returns 0.

    Prints the device's password too if its account was created by this.
    """
    from dashboard.demo.sample_reading import publish_line
    from data.database import app_engine, transaction
    from data.placing.stations import place_station
    from data.queries.scope import EVERYTHING
    from data.queries.stations.placed import stations_near
    from data.settings import MqttSettings, StationSettings
    from ingest.broker.device_password import device_password

    placement = _placement(args)
    with transaction(app_engine()) as connection:
        placed = place_station(connection, placement)
        spot, near_m = placed.spot, StationSettings().near_m
        near = stations_near(connection, EVERYTHING, spot.lon, spot.lat, near_m, placed.code)
    for line in _lines_of(placed):
        print(line)
    for each in near:
        words = _("{name} ({code}) stands {metres} m from here: is it the same station?")
        print(words.format(name=each.name, code=each.code, metres=round(each.metres)))
    password = device_password(placed.code)
    if password:
        print(
            _("Its MQTT account: {code}, password {password} (shown once)").format(
                code=placed.code, password=password
            )
        )
        print(_("Publish a reading:"))
        print("  " + publish_line(str(MqttSettings().port), placed.code, password))
    return 0


def _placement(args: argparse.Namespace) -> "StationPlacement":
    from data.placing import cells
    from data.placing.spots import WITHIN_M
    from data.placing.stations import StationPlacement

    return StationPlacement(
        kind=StationKind(args.kind),
        code=args.code,
        name=args.name,
        x=args.lon,
        y=args.lat,
        crs=args.crs,
        name_en=args.name_en,
        interval=cells.interval(args.interval) if args.interval else None,
        within_m=WITHIN_M if args.within is None else args.within,
        may_allow_more=True,
        facts=_facts(args),
        move=args.move,
        expected_version=args.version,
    )


def _facts(args: argparse.Namespace) -> "Facts":
    from data.placing import cells
    from data.placing.stations import IntakeFacts, OutfallFacts, SectionFacts

    kind = StationKind(args.kind)
    fitting = {
        StationKind.SECTION: {"target", "attribute"},
        StationKind.OUTFALL: {"grade", "owner", "permit"},
        StationKind.INTAKE: {"owner", "permit"},
    }[kind]
    for name in ("target", "attribute", "grade", "owner", "permit"):
        if getattr(args, name) is not None and name not in fitting:
            raise BadInput(
                "--{option} doesn't fit a station of kind {kind}.", option=name, kind=kind
            )
    if kind is StationKind.SECTION:
        target = cells.water_class(args.target) if args.target else None
        return SectionFacts(attribute=args.attribute, target_class=target)
    if kind is StationKind.OUTFALL:
        grade = cells.discharge_grade(args.grade) if args.grade else None
        return OutfallFacts(owner=args.owner, permit_no=args.permit, grade=grade)
    return IntakeFacts(owner=args.owner, permit_no=args.permit)


def _lines_of(placed: "Placed") -> list[str]:
    from dashboard.parts.measures import own_name
    from dashboard.parts.spot import describe
    from data.placing.stations import PlacementOutcome
    from gis.chainage import format_distance

    sentence = {
        PlacementOutcome.CREATED: _("{code} is added: {spot}"),
        PlacementOutcome.MOVED: _("{code} is moved by {distance}: {spot}"),
        PlacementOutcome.UPDATED: _("{code} is changed: {spot}"),
        PlacementOutcome.UNCHANGED: _("{code} is there already, unchanged: {spot}"),
    }[placed.outcome]
    spot = placed.spot
    lines = [
        sentence.format(
            code=placed.code, spot=describe(spot), distance=format_distance(placed.moved_m or 0)
        )
    ]
    if spot.reach_name:
        lines.append(_("Reach: {name}").format(name=own_name(spot.reach_name, spot.reach_en)))
    division = own_name(spot.division_name or _("unknown"), spot.division_en)
    lines.append(_("Division: {name}").format(name=division))
    return lines
