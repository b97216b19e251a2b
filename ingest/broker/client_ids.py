"""Finds brokers where an account can take another's client id, and with it what waits there."""

from pathlib import Path

LEAST_SECRET = 24
"""A client id of so many characters can't be guessed: ``onemap-ingest-`` and ten at random."""

REMEDY = (
    "or give ingest a client id that nobody can guess (ONEMAP_MQTT__CLIENT_ID=onemap-ingest-"
    "$(openssl rand -hex 8), after the old session's queue is empty)"
)


def is_guessable(client_id: str) -> bool:
    """Returns whether a device could come upon the client id."""
    return len(client_id) < LEAST_SECRET


def check_mosquitto(config_file: Path, client_id: str) -> list[str]:
    """Returns a sentence for each listener of the file where a client id belongs to nobody.

    A listener's settings follow its ``listener`` line; those before it, in an included file too,
    are the default listener's. The name of a certificate (``use_identity_as_username``) is an
    account's name only: it doesn't bind the client id. Source: mosquitto.conf(5), version 2.0.
    """
    listeners: dict[str, dict[str, str]] = {"": {}}
    _read(config_file, listeners)
    used = {
        name: settings
        for name, settings in listeners.items()
        if name or len(listeners) == 1 or "port" in settings
    }
    if not is_guessable(client_id):
        return []
    return [
        f"{f'listener {name}' if name else 'the default listener'} lets an account take another's "
        "client id: any device can throw ingest out and delete what waits for it; set "
        f"use_username_as_clientid true and call ingest's account {client_id}, " + REMEDY
        for name, settings in used.items()
        if settings.get("use_username_as_clientid", "false") != "true"
    ]


def _read(file: Path, listeners: dict[str, dict[str, str]]) -> None:
    """Adds the settings of a file and those it includes to the listeners they belong to."""
    present = listeners[""]
    for line in file.read_text(encoding="utf-8", errors="replace").splitlines():
        key, _, value = line.strip().partition(" ")
        value = value.strip()
        if key == "include_dir":
            for part in sorted(Path(value).glob("*.conf")):
                _read(part, listeners)
        elif key == "listener":
            present = listeners.setdefault(value, {})
        elif key and not key.startswith("#"):
            present[key] = value
