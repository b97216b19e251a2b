"""The hj212 commands: frames of loggers in, what each says out; and the gateway they dial."""

import argparse
import asyncio
import os
import signal
import sys
from collections.abc import Mapping
from typing import Any

import orjson
from pydantic import ValidationError

from dashboard.parts.wording import _
from data.background import watch_threads
from data.device_settings import Hj212Settings
from data.errors import BadInput
from data.logs import begin_logging
from data.quality.detection import below_text
from data.settings import MqttSettings
from ingest.codecs.hj212 import Decoded, Refused, read
from ingest.codecs.hj212_segment import BEIJING
from ingest.codecs.hj212_stream import Splitter
from ingest.details import with_blanks
from ingest.gateway.loggers import read_loggers
from ingest.gateway.server import Gateway, tls_context

CHUNK = 65536


def add(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Adds the command ``hj212`` with its actions ``decode`` and ``serve`` to the command line."""
    parser = subparsers.add_parser("hj212", help=_("decode HJ 212 frames, serve HJ 212 loggers"))
    actions = parser.add_subparsers(dest="action", required=True, metavar="ACTION")
    decode = actions.add_parser(
        "decode",
        help=_("read frames from standard input, print one JSON object a line"),
        description=_(
            "Reads HJ 212 frames of 2005, 2017 and 2025 from standard input, one a line or as a "
            "stream, and prints one JSON object for each: ok, version, station, observed_at and "
            "values in OneMap's units, or ok false and the reason."
        ),
    )
    decode.set_defaults(run=run)
    serve = actions.add_parser(
        "serve",
        help=_("serve loggers over TCP and hand their frames to the broker"),
        description=_(
            "Serves the loggers that ONEMAP_HJ212__LOGGERS names over TCP. A frame is answered "
            "only after its reading is committed, so that a logger may drop what was answered."
        ),
    )
    serve.set_defaults(run=run_gateway)


def run(_args: argparse.Namespace) -> int:
    """Prints a line of JSON for every frame on standard input; returns 0, whatever the frames were.

    Raises BadInput for a key of other than hex digits.
    """
    key = _key()
    splitter = Splitter()
    while chunk := os.read(sys.stdin.fileno(), CHUNK):
        for frame in splitter.feed(chunk):
            _print_frame(frame, key)
    for frame in splitter.end():
        _print_frame(frame, key)
    return 0


def run_gateway(_args: argparse.Namespace) -> int:
    """Serves data loggers that speak HJ 212 until SIGTERM or SIGINT; returns 0.

    Raises BadInput for settings, ServiceDown for a port in use.
    """
    settings = Hj212Settings()
    if settings.loggers is None:
        raise BadInput(
            "The setting {name} is missing.",
            mend="Name a TOML file with a [[logger]] for each.",
            name="ONEMAP_HJ212__LOGGERS",
        )
    _key()
    loggers = read_loggers(settings.loggers)
    gateway = Gateway(MqttSettings(), settings, loggers, tls=tls_context(settings))
    watch_threads()
    begin_logging()
    asyncio.run(_serve_until_stopped(gateway))
    return 0


async def _serve_until_stopped(gateway: Gateway) -> None:
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, gateway.stop)
    await gateway.run()


def _key() -> bytes | None:
    try:
        secret = Hj212Settings().sm4_key
        return bytes.fromhex(secret.get_secret_value()) if secret else None
    except (ValueError, ValidationError) as error:
        raise BadInput(
            "The setting {name} is wrong: {reason}",
            name="ONEMAP_HJ212__SM4_KEY",
            reason=_("32 hex digits are needed"),
        ) from error


def _print_frame(frame: bytes, key: bytes | None) -> None:
    sys.stdout.write(
        orjson.dumps(facts_of(read(frame, key)), option=orjson.OPT_NON_STR_KEYS).decode() + "\n"
    )


def facts_of(decoded: Decoded | Refused) -> Mapping[str, Any]:
    """Returns what a frame says, or why it was refused, as a mapping to be printed as JSON.

    The time is Beijing's with its offset; optional parts that are empty are left out. A result
    below its detection limit is a text, as in the JSON contract.
    """
    if isinstance(decoded, Refused):
        return {"ok": False, "reason": decoded.fault.value, "detail": with_blanks(decoded.detail)}
    at = decoded.observed_at
    parts: dict[str, Any] = {
        "period": decoded.period,
        "packet": decoded.packet,
        "flags": decoded.flags,
        "statistics": {
            key: {name: getattr(ends, name) for name in ("minimum", "maximum", "cumulative")}
            for key, ends in decoded.statistics.items()
        },
        "doubtful": {key: with_blanks(why) for key, why in decoded.doubtful.items()},
        "unread": {key: with_blanks(why) for key, why in decoded.unread.items()},
        "others": decoded.others,
    }
    return {
        "ok": True,
        "version": decoded.version.value,
        "station": decoded.station or None,
        "command": decoded.command,
        "observed_at": at.astimezone(BEIJING).isoformat() if at else None,
        "values": {**decoded.values, **{p: below_text(n) for p, n in decoded.below.items()}},
        **{key: part for key, part in parts.items() if part},
    }
