"""The user command: adds, lists and disables accounts and resets passwords."""

import argparse
import sys

from sqlalchemy import Connection, Engine

from dashboard.parts.wording import _
from data.database import app_engine, transaction
from data.errors import NotFound
from data.people import accounts, attempts
from data.people.access_log import Logged, log
from data.people.passwords import generate_password
from data.people.role_grants import RoleGrant
from data.queries.people import accounts as people
from data.vocabulary import ChiefLevel, Role

EVERY_ACCOUNT = 1_000_000


def add(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Adds the command ``user`` with its actions to the command line."""
    parser = subparsers.add_parser("user", help=_("add, list, disable accounts, reset passwords"))
    actions = parser.add_subparsers(dest="action", required=True, metavar="ACTION")
    adding = actions.add_parser("add", help=_("add an account; its password is printed once"))
    adding.add_argument("login", metavar="LOGIN", help=_("lower-case letters, digits, . _ -"))
    adding.add_argument("--name", help=_("name to show (default: the login)"))
    adding.add_argument("--role", required=True, choices=[role.value for role in Role])
    adding.add_argument("--level", choices=[level.value for level in ChiefLevel])
    adding.add_argument("--general", action="store_true", help=_("a general river chief"))
    where = adding.add_mutually_exclusive_group()
    where.add_argument(
        "--division", metavar="CODE|NAME", help=_("where the role holds; default: the unit's")
    )
    where.add_argument(
        "--everywhere", action="store_true", help=_("the role holds in all divisions")
    )
    adding.add_argument("--unit", metavar="NAME")
    adding.add_argument("--person", metavar="NAME", help=_("the official who signs in by it"))
    adding.add_argument("--post", default="", help=_("the official's post, where names repeat"))
    adding.add_argument("--language", choices=["zh", "en"])
    adding.add_argument(
        "--password-stdin", action="store_true", help=_("read the password from standard input")
    )
    adding.set_defaults(do=add_user)
    listing = actions.add_parser("list", help=_("list accounts and their roles"))
    listing.add_argument("search", nargs="?", default="")
    listing.set_defaults(do=list_users)
    for word, do, line in (
        ("disable", disable, _("end the sessions; no more sign-in")),
        ("enable", enable, _("sign-in works again")),
        ("unlock", unlock, _("forget failed sign-ins; no more waiting")),
        ("password", reset_password, _("a new password, printed once; sessions end")),
    ):
        each = actions.add_parser(word, help=line)
        each.add_argument("login", metavar="LOGIN")
        each.set_defaults(do=do)
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Does what the arguments ask for (add, list, disable …); returns 0. Raises OneMapError."""
    engine = app_engine()
    try:
        args.do(engine, args)
    finally:
        engine.dispose()
    return 0


def add_user(engine: Engine, args: argparse.Namespace) -> None:
    """Creates the account together with its role; when either fails, nothing is created.

    Prints the password unless it came from standard input.
    """
    stdin_password = sys.stdin.readline().rstrip("\r\n") if args.password_stdin else ""
    password = stdin_password or generate_password()
    with transaction(engine) as connection:
        division = people.division_named(connection, args.division) if args.division else None
        unit = people.unit_named(connection, args.unit) if args.unit else None
        role = RoleGrant(
            Role(args.role),
            division,
            unit,
            ChiefLevel(args.level) if args.level else None,
            args.general,
            args.everywhere,
        )
        account_id = accounts.create_account(
            connection,
            args.login,
            args.name or args.login,
            password,
            must_change=not stdin_password,
            language=args.language,
        )
        accounts.add_role(connection, account_id, role, version=1)
        if args.person:
            accounts.link_person(connection, account_id, args.person, args.post)
        log(connection, Logged.ACCOUNT, account_id=None, about=f"add {args.login}")
    print(_("Account: {login}").format(login=args.login))
    if not stdin_password:
        _show(password)


def list_users(engine: Engine, args: argparse.Namespace) -> None:
    """Prints every account that matches the search, with its roles."""
    with transaction(engine) as connection:
        _count, found = people.accounts(connection, args.search, most=EVERY_ACCOUNT)
        held = people.roles(connection, [account.id for account in found])
    for account in found:
        roles = "; ".join(_role(role) for role in held[account.id]) or _("No role")
        state = "" if account.is_active else "  " + _("Disabled")
        print(f"{account.login:24} {account.display_name:16} {roles}{state}")


def disable(engine: Engine, args: argparse.Namespace) -> None:
    """Disables the account and ends its sessions. Raises NotFound or Conflict."""
    _set_active(engine, args.login, is_active=False)


def enable(engine: Engine, args: argparse.Namespace) -> None:
    """Enables the account. Raises NotFound or Conflict."""
    _set_active(engine, args.login, is_active=True)


def unlock(engine: Engine, args: argparse.Namespace) -> None:
    """Forgets the account's failed sign-ins: it need not wait anywhere. Raises NotFound."""
    with transaction(engine) as connection:
        account = _account(connection, args.login)
        count = attempts.unlock(connection, account.login)
        log(connection, Logged.ACCOUNT, account_id=None, about=f"unlock {args.login}")
    words = _("{login} need not wait any more; failed sign-ins forgotten: {count}.")
    print(words.format(login=args.login, count=count))


def reset_password(engine: Engine, args: argparse.Namespace) -> None:
    """Sets a new password for the account, prints it once, ends its sessions. Raises NotFound."""
    password = generate_password()
    with transaction(engine) as connection:
        account = _account(connection, args.login)
        accounts.set_password(connection, account.id, password, must_change=True)
        attempts.unlock(connection, account.login)
        log(connection, Logged.PASSWORD, account_id=None, about=f"reset {args.login}")
    _show(password)


def _set_active(engine: Engine, login: str, *, is_active: bool) -> None:
    with transaction(engine) as connection:
        account = _account(connection, login)
        accounts.set_active(connection, account.id, is_active, account.version)
        word = "enable" if is_active else "disable"
        log(connection, Logged.ACCOUNT, account_id=None, about=f"{word} {login}")
    done = _("{login} can sign in again.") if is_active else _("{login} can no longer sign in.")
    print(done.format(login=login))


def _show(password: str) -> None:
    words = _("Password: {password} (shown once; to be changed at the first sign-in)")
    print(words.format(password=password))


def _account(connection: Connection, login: str) -> people.Account:
    found = people.credentials(connection, login)
    if found is None:
        raise NotFound("No account is called {login}.", login=login)
    return found.account


def _role(role: people.HeldRole) -> str:
    parts = [role.role.value, role.chief_level, role.is_general and "general"]
    return " ".join(str(part) for part in [*parts, role.unit, role.division] if part)
