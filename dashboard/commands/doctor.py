"""The doctor command: each part, its version and its state; it mends nothing."""

import argparse
import os

from dashboard.demo import parts
from dashboard.parts.wording import _


def add(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Adds the command ``doctor`` to the command line."""
    parser = subparsers.add_parser("doctor", help=_("list each part, its version and its state"))
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Prints the state of each part of the installation; returns 0 when all needed work, else 2."""
    demo = parts.demo_folder(args.dir)
    found = [*parts.installed(), demo]
    if "ONEMAP_DATABASE__URL" in os.environ:
        must = demo.is_fine or os.environ.get("ONEMAP_DASHBOARD__DEMO") != "true"
        found += [parts.database(is_needed=must), parts.broker(is_needed=must)]
    for part in found:
        print(line(part))
    return 0 if all(part.is_fine for part in found if part.is_needed) else 2


def line(part: parts.Part) -> str:
    """Returns a line on a part of the installation: sign, name, version, state, how to mend it."""
    if part.is_fine:
        return f"✓ {part.name:<20} {part.version:<20} {_('in order')}".rstrip()
    state = _("missing or out of order") if part.is_needed else _("not there or not running")
    sign = "✗" if part.is_needed else "·"
    return f"{sign} {part.name:<20} {part.version:<20} {state}  {part.word}".rstrip()
