"""The folder of a demo and its ``env``: ports, accounts and passwords, readable by its owner."""

import json
import os
import secrets
import shlex
from collections.abc import Mapping, MutableMapping
from pathlib import Path

from data.errors import BadInput, NotFound
from data.whole_files import write_whole

FILE = "env"
DATABASE_URL = "ONEMAP_DATABASE__URL"
SCALE = "ONEMAP_DEMO__SCALE"
"""How large the folder's made basin is: a county, or a nation around it."""

COUNTY, NATIONAL = "county", "national"


def state_folder() -> Path:
    """Returns the folder for run-time state; never a checkout, which the database may not enter."""
    if os.geteuid() == 0:
        return Path("/var/lib/onemap")
    home = os.environ.get("XDG_DATA_HOME") or str(Path.home() / ".local" / "share")
    return Path(home) / "onemap"


def default_folder() -> Path:
    """Returns the demo's folder when none is named."""
    return state_folder() / "demo"


def read(folder: Path) -> dict[str, str]:
    """Reads the settings kept in a demo's folder; empty when there are none yet.

    Raises BadInput for a file that this account can't read, or that is no such file.
    """
    try:
        content = (folder / FILE).read_text(encoding="utf-8")
    except FileNotFoundError:
        return {}
    except UnicodeDecodeError as error:
        raise BadInput(
            "{file} can't be read: {reason}", file=folder / FILE, reason=error.reason
        ) from error
    except PermissionError as error:
        raise BadInput("{file} belongs to another account.", file=folder / FILE) from error
    found = {}
    for number, line in enumerate(content.splitlines(), 1):
        key, sign, value = line.partition("=")
        if sign and not key.startswith("#"):
            found[key] = _unquoted(value, folder / FILE, number)
    return found


def _unquoted(value: str, file: Path, number: int) -> str:
    try:
        return "".join(shlex.split(value))
    except ValueError as error:
        raise BadInput(
            "{file}, line {number}, can't be read: {reason}.",
            mend="Close its quotation marks.",
            file=file,
            number=number,
            reason=error,
        ) from error


def write(folder: Path, settings: Mapping[str, str]) -> None:
    """Writes the settings, quoted for a shell, readable by their owner only."""
    lines = [f"{key}={shlex.quote(value)}\n" for key, value in settings.items()]
    write_whole(folder / FILE, "".join(lines), mode=0o600)


def enter(folder: Path | None, environ: MutableMapping[str, str] | None = None) -> None:
    """Puts the settings of a demo into the environment.

    Those of a named ``folder`` replace what is set there. Without one, those of the default folder
    fill in what is not set, and nothing is done if a database is set. Raises NotFound when the
    named folder holds no demo.
    """
    environ = os.environ if environ is None else environ
    if DATABASE_URL in environ and folder is None:
        return
    found = read(folder or default_folder()) if folder or _readable(default_folder()) else {}
    if folder is not None:
        if not found:
            raise NotFound("{folder} holds no demo.", folder=folder)
        environ.update(found)
        return
    for key, value in found.items():
        environ.setdefault(key, value)


def _readable(folder: Path) -> bool:
    return os.access(folder / FILE, os.R_OK)


def secret() -> str:
    """Returns a random password of 69 bits that needs no quoting in a shell or URL."""
    return "".join(secrets.choice("abcdefghjkmnpqrstuvwxyz23456789") for _ in range(14))


def stored_passwords(
    settings: MutableMapping[str, str], key: str, names: list[str]
) -> dict[str, str]:
    """Returns all passwords kept in the settings under ``key``, by name.

    First draws one for each of ``names`` that has none, and keeps it there, as JSON.
    """
    known: dict[str, str] = json.loads(settings.get(key, "{}"))
    for name in names:
        known.setdefault(name, secret())
    settings[key] = json.dumps(known, ensure_ascii=False)
    return known


def chosen_scale(
    settings: Mapping[str, str], folder: Path, scale: str | None, basin: Path | None
) -> str:
    """Returns the scale of the folder's basin, or the one to make it at: a county unless told.

    Raises BadInput when the folder holds a basin of another scale, and for a scale of a basin that
    is read from files.
    """
    if scale is not None and basin is not None:
        raise BadInput(
            "A basin from files has no scale.", mend="Give either --basin or --scale, not both."
        )
    kept = settings.get(SCALE, COUNTY) if (folder / "filled").exists() else None
    if kept is not None and scale is not None and scale != kept:
        raise BadInput(
            "{folder} holds a demo of the scale {kept}, not {scale}.",
            mend="Leave --scale out, or choose another --dir.",
            folder=folder,
            kept=kept,
            scale=scale,
        )
    return kept or scale or COUNTY
