"""``onemap …``: one table of commands; each is imported only when it runs."""

import argparse
import importlib
import os
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

from dashboard.demo.environment import enter
from dashboard.parts.wording import LANGUAGES, _, language, worded
from data.encodings import can_be_kept
from data.errors import BadInput, OneMapError, ServiceDown

if TYPE_CHECKING:
    from pydantic_core import ErrorDetails


@dataclass(frozen=True, slots=True)
class Command:
    """A command of the command line: its word, the module that runs it and a line of help."""

    word: str
    module: str
    help: str


COMMANDS = (
    Command("demo", "demo", "set up and run everything on a demo basin"),
    Command("serve", "serve", "run the dashboard"),
    Command("ingest", "ingest", "take readings from the broker into the database"),
    Command("simulate", "simulate", "run devices that publish readings over MQTT"),
    Command("import", "importing", "take in rivers, lakes, sections, outfalls, chiefs, readings …"),
    Command("station", "station", "add or move one station, choose its device model"),
    Command("ledger", "ledger", "work on, prove and draw the problem ledger"),
    Command("quarantine", "quarantine", "look at and replay what could not be read"),
    Command("qc", "qc", "look at readings a second time, for review"),
    Command("export", "export", "write readings out as Parquet files"),
    Command("evaluate", "evaluate", "tell a month's classes and ratings, also from an archive"),
    Command("archive", "archive", "move old months of readings to Parquet files, and back"),
    Command("classify", "classify", "add water classes to a CSV table"),
    Command("hj212", "hj212", "decode HJ 212 frames, serve HJ 212 loggers"),
    Command("publish-file", "publish", "publish readings of a file over MQTT"),
    Command("user", "user", "add, list and change accounts"),
    Command("bench", "bench", "measure rates and losses on this machine"),
    Command("doctor", "doctor", "list each part, its version and its state"),
)
WORDS: Final = (
    "usage: ", "positional arguments", "options", "show this help message and exit",
    "%(prog)s: error: %(message)s\n", "argument %(argument_name)s: %(message)s",
    "the following arguments are required: %s", "one of the arguments %s is required",
    "unrecognized arguments: %s", "not allowed with argument %s", "ignored explicit argument %r",
    "expected one argument", "expected at least one argument",
    "ambiguous option: %(option)s could match %(matches)s", "invalid %(type)s value: %(value)r",
    "invalid choice: %(value)r (choose from %(choices)s)",
)  # fmt: skip
"""What argparse says of itself; what the catalogues lack stays English."""

FILES = frozenset({"file", "source", "target"})
"""Arguments that name files, which may have any name that the disk has."""

WITHOUT_FOLDER = frozenset({"demo", "bench", "classify"})


def main(arguments: list[str] | None = None) -> int:
    """Runs a command; returns its exit code.

    2 with one line on standard error for what the user can mend, 130 when interrupted, 141 when the
    reader of the output has gone.
    """
    if hasattr(sys.stdout, "reconfigure"):
        sys.stdout.reconfigure(encoding="utf-8", errors="replace", line_buffering=True)
    try:
        return _run(sys.argv[1:] if arguments is None else arguments)
    except OneMapError as error:
        sys.stderr.write(f"onemap: {worded(error)}\n")
        return 2
    except KeyboardInterrupt:
        return 130
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 141
    except _foreseen() as error:
        sys.stderr.write(f"onemap: {worded(_translated(error))}\n")
        return 2


def _run(arguments: list[str]) -> int:
    _speak()
    _choose_language()
    everywhere = argparse.ArgumentParser(add_help=False, allow_abbrev=False)
    everywhere.add_argument("--dir", type=Path, metavar="DIR")
    folder, rest = everywhere.parse_known_args(arguments)
    word = next((each for each in rest if not each.startswith("-")), "")
    if word not in WITHOUT_FOLDER:
        enter(folder.dir)
        _choose_language()
    args = _parser(word).parse_args(rest)
    if not hasattr(args, "run"):
        _parser("").print_help()
        return 2
    args.dir = folder.dir
    _refuse_unkept(args)
    return int(args.run(args) or 0)


def _refuse_unkept(args: argparse.Namespace) -> None:
    """Raises BadInput that names the option of a text that can't be kept; files are apart."""
    for name, value in vars(args).items():
        texts = value if isinstance(value, list) else [value]
        if name not in FILES and not all(
            can_be_kept(each) for each in texts if isinstance(each, str)
        ):
            raise BadInput(
                "{option} holds a sign that can't be kept: a NUL, or half of a character.",
                mend="Write it in UTF-8.",
                option=name.replace("_", "-"),
            )


def _speak() -> None:
    """Makes argparse translate its messages with our catalogues."""
    vars(argparse)["_"] = _


def _choose_language() -> None:
    chosen = os.environ.get("ONEMAP_DASHBOARD__LANGUAGE", "")
    if chosen in LANGUAGES:
        language.set(chosen)


def _parser(word: str) -> argparse.ArgumentParser:
    """Returns the parser with all arguments of command ``word``; the others get a line of help."""
    parser = argparse.ArgumentParser(
        prog="onemap",
        description=_("One place to work for river chiefs, patrol staff and their office."),
        epilog=_(
            "./onemap test runs all tests. --dir DIR names the folder of a demo for any command "
            "(default: /var/lib/onemap/demo for root, else ~/.local/share/onemap/demo)."
        ),
    )
    subparsers = parser.add_subparsers(dest="command", metavar="COMMAND")
    for command in COMMANDS:
        if command.word == word:
            importlib.import_module(f"dashboard.commands.{command.module}").add(subparsers)
        else:
            subparsers.add_parser(command.word, help=_(command.help))
    return parser


def _foreseen() -> tuple[type[Exception], ...]:
    """Returns the library error classes that a user can mend; imported only when needed."""
    import psycopg
    from pydantic import ValidationError
    from sqlalchemy.exc import DataError, OperationalError

    return (ValidationError, OperationalError, DataError, psycopg.DataError)


def _translated(error: Exception) -> OneMapError:
    """Returns a library's error as a OneMapError."""
    import psycopg
    from pydantic import ValidationError

    import data.settings

    if not isinstance(error, ValidationError):
        reason = str(getattr(error, "orig", error)).strip().splitlines()
        if isinstance(getattr(error, "orig", error), psycopg.DataError):
            return BadInput(
                "The database refuses it: {reason}.",
                mend="Correct the record.",
                reason=(reason or [""])[0].rstrip(".")[:200],
            )
        return ServiceDown(
            "The database does not answer: {reason}",
            mend="Start it, or ./onemap demo.",
            reason=reason[0] if reason else "",
        )
    first = error.errors()[0]
    settings = getattr(data.settings, error.title, None)
    prefix = settings.model_config["env_prefix"] if settings else ""
    name = prefix + "__".join(str(part) for part in first["loc"]).upper()
    if first["type"] == "missing":
        return BadInput(
            "The setting {name} is missing.",
            mend="Set it, start ./onemap demo, or name a demo's folder with --dir.",
            name=name,
        )
    return BadInput("The setting {name} is wrong: {reason}", name=name, reason=_reason(first))


def _reason(wrong: "ErrorDetails") -> str:
    """Returns why a setting is refused; for rare reasons in the library's own English."""
    template = {
        "greater_than_equal": _("at least {ge} is needed"),
        "greater_than": _("more than {gt} is needed"),
        "less_than_equal": _("at most {le} is allowed"),
        "int_parsing": _("a whole number is needed"),
        "float_parsing": _("a number is needed"),
        "bool_parsing": _("true or false is needed"),
    }.get(wrong["type"], "")
    return template.format(**wrong.get("ctx", {})) or wrong["msg"]


if __name__ == "__main__":
    sys.exit(main())
