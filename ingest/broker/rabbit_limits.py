"""Finds RabbitMQ settings that would lose acknowledged messages or the session holding them."""

import re

from ingest.broker.client_ids import REMEDY, is_guessable
from ingest.transport.broker_link import SESSION_EXPIRY_S

LEAST_PREFETCH = 1000
SHORTEST_EXPIRY_MS = SESSION_EXPIRY_S * 1000 // 2
_EXPIRY_MS = 86_400_000
_PREFETCH = 10
_MESSAGE_BYTES = 134_217_728
LARGEST_MESSAGE = 262_144


def is_rabbit(text: str) -> bool:
    """Returns whether the configuration text is RabbitMQ's: has its MQTT settings, with ``=``."""
    return re.search(r"^\s*mqtt\.[\w.]+\s*=", text, re.MULTILINE) is not None


def check(text: str, client_id: str) -> list[str]:
    """Returns a sentence for each setting by which RabbitMQ may lose or delay messages.

    Settings not made count as RabbitMQ's own defaults. Source: rabbitmq_mqtt 3.10, schema:
    durable_queue_type classic, subscription_ttl 86400000, prefetch 10; rabbit 3.10:
    cluster_partition_handling ignore, max_message_size 134217728.
    """
    settings = {
        key.strip(): value.strip()
        for key, sign, value in (
            line.partition("=") for line in text.splitlines() if not line.lstrip().startswith("#")
        )
        if sign
    }
    warnings = []
    if settings.get("mqtt.durable_queue_type", "classic") != "quorum":
        warnings.append(
            "mqtt.durable_queue_type is not quorum: a session's queue lies on one node and is away "
            "or lost with it; set it to quorum, and delete the old queue once it is empty, for a "
            "queue keeps its kind"
        )
    expiry_ms = _number(settings, "mqtt.subscription_ttl", _EXPIRY_MS)
    if expiry_ms < SHORTEST_EXPIRY_MS:
        warnings.append(
            f"mqtt.subscription_ttl is {expiry_ms}: the queue of an ingest that is away for so "
            "many milliseconds is thrown away; set it to 1209600000"
        )
    prefetch = _number(settings, "mqtt.prefetch", _PREFETCH)
    if prefetch < LEAST_PREFETCH:
        warnings.append(
            f"mqtt.prefetch is {prefetch}: ingest gets only that many messages a commit; set it to "
            "6000"
        )
    largest = _number(settings, "max_message_size", _MESSAGE_BYTES)
    if largest > LARGEST_MESSAGE:
        warnings.append(
            f"max_message_size is {largest}: one device's junk fills the queue that all stations "
            f"share; set it to {LARGEST_MESSAGE}"
        )
    if _nodes(settings) and settings.get("cluster_partition_handling", "ignore") == "ignore":
        warnings.append(
            "cluster_partition_handling is ignore: nodes that lost sight of each other stay apart "
            "until someone restarts them; set it to pause_minority"
        )
    if is_guessable(client_id):
        warnings.append(
            "RabbitMQ 3.10 can't bind a client id to an account: a device that signs in with ours "
            "keeps ingest away as long as it goes on, though it gets nothing of the queue; "
            + REMEDY.removeprefix("or ")
        )
    return warnings


def _nodes(settings: dict[str, str]) -> bool:
    return any(key.startswith("cluster_formation.") for key in settings)


def _number(settings: dict[str, str], key: str, default: int) -> int:
    value = settings.get(key, "")
    return int(value) if re.fullmatch(r"\d+", value) else default
