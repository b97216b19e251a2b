"""Finds the settings of a broker's configuration that lose messages or make ingest slow."""

import re
from pathlib import Path

from ingest.broker import rabbit_limits
from ingest.broker.client_ids import check_mosquitto

LEAST_QUEUE = 100_000
LONGEST_AUTOSAVE_S = 10
LARGEST_PACKET = 262_144
"""Four times the largest message that is read by default: more is a device's junk."""
SHORTEST_EXPIRY_DAYS = 7
_DAYS = {"h": 1 / 24, "d": 1.0, "w": 7.0, "m": 30.0, "y": 365.0}


def check_limits(config_file: Path, client_id: str = "onemap-ingest") -> list[str]:
    """Returns a sentence for each setting in the file that may lose messages, or slow ingest.

    So does a broker that lets others use ingest's ``client_id``.

    A RabbitMQ file is recognised by its settings; any other is read as mosquitto's. Values not set
    count as the broker's own defaults; ``include_dir`` is followed. Raises OSError when the file
    can't be read. Source: mosquitto.conf(5), version 2.0: max_queued_messages 1000, persistence
    false, autosave_interval 1800.
    """
    text = config_file.read_text(encoding="utf-8", errors="replace")
    if rabbit_limits.is_rabbit(text):
        return rabbit_limits.check(text, client_id)
    settings = settings_of(config_file)
    warnings = check_mosquitto(config_file, client_id)
    if settings.get("persistence", "false") != "true":
        warnings.append("persistence is off: a restart of the broker loses every queued message")
    elif settings.get("autosave_on_changes", "false") != "true":
        autosave_s = _number(settings, "autosave_interval", 1800)
        if autosave_s == 0 or autosave_s > LONGEST_AUTOSAVE_S:
            warnings.append(
                f"autosave_interval is {autosave_s}: a killed broker loses up to that many seconds "
                "of messages it has acknowledged (0: all since its start); set it to 1"
            )
    queued = _number(settings, "max_queued_messages", 1000)
    if 0 < queued < LEAST_QUEUE:
        warnings.append(
            f"max_queued_messages is {queued}: the broker silently drops what comes after it while "
            "ingest is away or slow; set it to 0 and cap max_queued_bytes"
        )
    if queued == 0 and _number(settings, "max_queued_bytes", 0) == 0:
        warnings.append("neither max_queued_messages nor max_queued_bytes caps the queue's memory")
    inflight = _number(settings, "max_inflight_messages", 20)
    if 0 < inflight < 1000:
        warnings.append(
            f"max_inflight_messages is {inflight}: ingest gets only that many messages a commit; "
            "set it to 0"
        )
    packet = _number(settings, "max_packet_size", 0)
    if packet == 0 or packet > LARGEST_PACKET:
        warnings.append(
            f"max_packet_size is {packet or 'not set'}: one device's junk fills the queue that all "
            f"stations share; set it to {LARGEST_PACKET}"
        )
    days = _days(settings.get("persistent_client_expiration", ""))
    if days is not None and days < SHORTEST_EXPIRY_DAYS:
        warnings.append(
            "persistent_client_expiration is under a week: the queue of an ingest that is away "
            "longer is thrown away; set it to 14d"
        )
    return warnings


def settings_of(config_file: Path) -> dict[str, str]:
    """Returns the settings of a configuration file and its included folder; the last one wins."""
    settings: dict[str, str] = {}
    for line in config_file.read_text(encoding="utf-8", errors="replace").splitlines():
        key, _, value = line.strip().partition(" ")
        value = value.strip()
        if not key or key.startswith("#"):
            continue
        if key == "include_dir":
            for part in sorted(Path(value).glob("*.conf")):
                settings.update(settings_of(part))
        else:
            settings[key] = value
    return settings


def _number(settings: dict[str, str], key: str, default: int) -> int:
    value = settings.get(key, "")
    return int(value) if re.fullmatch(r"\d+", value) else default


def _days(value: str) -> float | None:
    match = re.fullmatch(r"(\d+)([hdwmy])", value)
    return int(match[1]) * _DAYS[match[2]] if match else None
