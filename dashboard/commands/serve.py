"""The serve command: the dashboard behind uvicorn."""

import argparse
import gc
import os

from dashboard.parts.wording import _
from data.errors import BadInput


def add(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Adds the command ``serve`` to the command line."""
    parser = subparsers.add_parser("serve", help=_("run the dashboard"))
    parser.add_argument("--host", help=_("address to listen on (default: the setting)"))
    parser.add_argument("--port", type=int, help=_("port to listen on (default: the setting)"))
    parser.add_argument("--demo", action="store_true", help=_("serve a demo's folder all the same"))
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Runs the dashboard until SIGTERM or SIGINT; returns 0.

    Raises BadInput for a demo's settings without ``--demo``, whose accounts are printed for anyone,
    and where a variable names proxies that a setting should name.
    """
    from data.settings import DashboardSettings

    settings = DashboardSettings()
    if settings.demo and not args.demo:
        raise BadInput(
            "These settings are a demo's: its accounts and readings are made up.",
            mend="Set ONEMAP_DATABASE__URL to your own database, or say serve --demo.",
        )
    if os.environ.get("FORWARDED_ALLOW_IPS"):
        raise BadInput(
            "FORWARDED_ALLOW_IPS is not read.",
            mend="Name your proxies in ONEMAP_DASHBOARD__PROXIES, such as '[\"10.0.0.5\"]'.",
        )
    from dashboard.app import create_app
    from dashboard.frame.server import serve
    from data.background import watch_threads

    host = args.host or settings.host
    settings = settings.model_copy(update={"host": host})
    watch_threads()
    app = create_app(settings)
    # What was imported stays: looking through it for garbage took 45 ms at every third curve.
    gc.collect()
    gc.freeze()
    serve(app, settings, host=host, port=settings.port if args.port is None else args.port)
    return 0
