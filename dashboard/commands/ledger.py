"""The ledger commands: its worker, the proof of its chains, its signed heads, its diagram."""

import argparse
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from dashboard.commands.running import run_until_stopped
from dashboard.parts.wording import _, worded_note
from data.errors import BadInput
from data.whole_files import write_whole

if TYPE_CHECKING:
    from collections.abc import Mapping

    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

    from problem_ledger.record.verify import Proof


def add(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Adds the command ``ledger`` with its actions to the command line."""
    parser = subparsers.add_parser("ledger", help=_("work on, prove and draw the problem ledger"))
    actions = parser.add_subparsers(dest="action", required=True, metavar="ACTION")
    working = actions.add_parser(
        "work", help=_("open problems from exceedances, remind, deliver, archive, sign heads")
    )
    working.set_defaults(run=run_work)
    proving = actions.add_parser("verify", help=_("prove that nobody altered the story"))
    proving.add_argument(
        "--head", type=Path, metavar="FILE", help=_("a head exported earlier to hold it against")
    )
    proving.add_argument(
        "--public-key", type=Path, metavar="FILE", help=_("the keys trusted (default: KEY.pub)")
    )
    proving.set_defaults(run=run_verify)
    head = actions.add_parser("head", help=_("signed heads"))
    heads = head.add_subparsers(dest="head_action", required=True, metavar="ACTION")
    taking = heads.add_parser("export", help=_("print a signed head to keep elsewhere"))
    taking.set_defaults(run=run_export)
    drawing = actions.add_parser("diagram", help=_("draw the table of steps"))
    drawing.add_argument(
        "--into", type=Path, metavar="FILE", help=_("draw between the marks of this document")
    )
    drawing.set_defaults(run=run_diagram)


def run_work(args: argparse.Namespace) -> int:
    """Runs the ledger's worker until SIGTERM or SIGINT, then finishes its job; returns 0."""
    from data import clock
    from data.database import app_engine
    from data.database_clock import CheckedClock
    from problem_ledger.work.worker import Worker

    engine = app_engine()
    return run_until_stopped(Worker(engine, clock=CheckedClock(engine, clock.now)), engine)


def run_verify(args: argparse.Namespace) -> int:
    """Prints each fault in the ledger's hash chains, photos and heads; returns 1 if any, else 0.

    Signatures are checked only where a public key is known. Raises BadInput for a file that can't
    be read.
    """
    from data.database import app_engine
    from problem_ledger.record.heads import read_export
    from problem_ledger.record.verify import verify

    trusted = _trusted(args.public_key)
    try:
        exported = read_export(args.head.read_bytes(), trusted) if args.head else None
    except OSError as error:
        raise BadInput(
            "{file} can't be read: {reason}", file=args.head, reason=error.strerror
        ) from None
    engine = app_engine()
    try:
        proof = verify(engine, trusted, exported)
    finally:
        engine.dispose()
    _print_proof(proof, signatures_checked=bool(trusted))
    return 1 if proof.findings else 0


def run_export(args: argparse.Namespace) -> int:
    """Prints a signed JSON file of where every hash chain ends now; returns 0.

    Raises BadInput without a key to sign with, ServiceDown by a clock that is wrong.
    """
    from data import clock
    from data.database import app_engine
    from data.database_clock import CheckedClock
    from data.settings import LedgerSettings
    from problem_ledger.record.heads import export_head
    from problem_ledger.record.keys import open_signer

    key = LedgerSettings().key
    if key is None:
        raise BadInput(
            "There is no key to sign a head with.",
            mend="Name its file in ONEMAP_LEDGER__KEY; it is made at first use.",
        )
    engine = app_engine()
    try:
        at = CheckedClock(engine, clock.now)()
        content = export_head(engine, open_signer(key), at)
    finally:
        engine.dispose()
    sys.stdout.write(content.decode())
    return 0


def run_diagram(args: argparse.Namespace) -> int:
    """Prints the diagram and tables of steps and rules as Markdown; returns 0.

    With ``--into`` writes them between the marks of that document instead. Raises BadInput when it
    lacks the marks or can't be read.
    """
    from problem_ledger.cases.diagram import draw, drawn_into

    if args.into is None:
        print(draw())
        return 0
    try:
        document = args.into.read_text("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        reason = error.reason if isinstance(error, UnicodeDecodeError) else error.strerror
        raise BadInput("{file} can't be read: {reason}", file=args.into, reason=reason) from None
    write_whole(args.into, drawn_into(document))
    return 0


def _trusted(named: Path | None) -> "Mapping[str, Ed25519PublicKey]":
    """Returns the public keys in the named file, else the one beside the private key, else none."""
    from data.settings import LedgerSettings
    from problem_ledger.record.keys import public_file, trusted_keys

    if named is not None:
        return trusted_keys(named)
    key = LedgerSettings().key
    if key is None or not public_file(key).exists():
        return {}
    return trusted_keys(public_file(key))


def _print_proof(proof: "Proof", *, signatures_checked: bool) -> None:
    for finding in proof.findings:
        print(worded_note(finding))
    if proof.head_count and not signatures_checked:
        print(_("No public key is known: the heads' signatures were not checked."))
    counts = _(
        "{problems} problems, {events} events, {photos} photos, {heads} signed heads checked."
    ).format(
        problems=proof.problem_count,
        events=proof.event_count,
        photos=proof.photo_count,
        heads=proof.head_count,
    )
    print(counts)
    if proof.findings:
        print(_("Findings: {count}").format(count=len(proof.findings)))
    else:
        print(_("Nothing was altered."))
