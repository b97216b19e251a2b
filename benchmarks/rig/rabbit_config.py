"""What a RabbitMQ node is told before it starts: its settings, its accounts and their rights."""

import base64
import hashlib
import json
import re
import secrets
from collections.abc import Mapping, Sequence

from data.errors import BadInput
from ingest.broker.mosquitto import GATEWAY, PUBLISHER, SIMULATOR
from ingest.transport.broker_link import RECEIVE_MAXIMUM, SESSION_EXPIRY_S

INGEST = "onemap-ingest"
PLUGINS = "[rabbitmq_mqtt,rabbitmq_consistent_hash_exchange].\n"

_NAME = re.compile(r"[^\s/+#:$.*\x00-\x1f][^\s/+#:.*\x00-\x1f]{0,63}")
"""RabbitMQ reads ``/`` and ``.`` as the same, so that a station with a dot can't be told apart."""

_HASHING = "rabbit_password_hashing_sha256"
_ANY = r"(?!receipt$)[^.]+"
"""One level below a station, whatever its name, but the receipts: a dot parts levels and names."""

_EXCHANGE = "amq.topic"
_OWN = "onemap-"
_OURS = {INGEST, GATEWAY, SIMULATOR, PUBLISHER}

_SETTINGS = """\
listeners.tcp = none
mqtt.listeners.tcp.1 = {host}:{port}
mqtt.allow_anonymous = false
mqtt.durable_queue_type = quorum
mqtt.prefetch = {prefetch}
mqtt.subscription_ttl = {expiry_ms}
mqtt.exchange = amq.topic
max_message_size = 262144
cluster_partition_handling = pause_minority
load_definitions = {folder}/definitions.json
log.console = true
log.console.level = info
log.file = false
"""


def settings(host: str, port: int, folder: str, nodes: Sequence[str] = ()) -> str:
    """Returns a ``rabbitmq.conf``: MQTT only, sessions in quorum queues, a minority stands still.

    ``nodes`` are all nodes of a cluster; one that starts empty joins those that run.
    """
    lines = _SETTINGS.format(
        host=host,
        port=port,
        folder=folder,
        prefetch=RECEIVE_MAXIMUM,
        expiry_ms=SESSION_EXPIRY_S * 1000,
    )
    if nodes:
        lines += "cluster_formation.peer_discovery_backend = classic_config\n"
    for count, node in enumerate(nodes, 1):
        lines += f"cluster_formation.classic_config.nodes.{count} = {node}\n"
    return lines


def definitions(
    accounts: Mapping[str, str], gateways: Mapping[str, Sequence[str]] | None = None
) -> str:
    """Returns a definitions file: the accounts with their rights, as mosquitto's rules have them.

    A device is named as its station, writes under it only and reads its receipts; a gateway writes
    for its stations and hears all receipts, for it asks for them at once. A queue is named by the
    client id, and the right to it goes by that name: ingest's begins with ``onemap-ingest``, a
    device's is its name, or begins with it and a colon. Raises BadInput for a name that can't be
    told apart in a topic or from our own clients.
    """
    sending = dict(gateways or {})
    for name in (*accounts, *(each for some in sending.values() for each in some)):
        if not _NAME.fullmatch(name) or (name.startswith(_OWN) and name not in _OURS):
            raise BadInput("{name} can't be the name of a broker account.", name=name)
    made = {
        "vhosts": [{"name": "/"}],
        "users": [_user(name, password) for name, password in accounts.items()],
        "permissions": [_permission(name, _queue(name, name in sending)) for name in accounts],
        "topic_permissions": [
            _topics(name, *_patterns(name, sending.get(name))) for name in accounts
        ],
    }
    return json.dumps(made, ensure_ascii=False, indent=1)


def _user(name: str, password: str) -> dict[str, object]:
    salt = secrets.token_bytes(4)
    digest = hashlib.sha256(salt + password.encode()).digest()
    return {
        "name": name,
        "password_hash": base64.b64encode(salt + digest).decode(),
        "hashing_algorithm": _HASHING,
        "tags": [],
    }


def _queue(name: str, is_gateway: bool) -> str:
    """Returns the pattern of the queues of an account's sessions."""
    if name == INGEST:
        return rf"mqtt-subscription-{INGEST}.*"
    whose = re.escape(name)
    if is_gateway:
        whose = rf"({whose}|{_OWN}{whose}|{_OWN}hj212)"
    return rf"mqtt-subscription-{whose}(:.*)?qos[01]"


def _permission(name: str, queue: str) -> dict[str, str]:
    both = rf"^({queue}|amq\.topic)$"
    return {"user": name, "vhost": "/", "configure": f"^{queue}$", "write": both, "read": both}


def _patterns(name: str, stations: Sequence[str] | None) -> tuple[str, str]:
    """Returns what topics an account may write and read."""
    if name == INGEST:
        return r"[^.]+\.receipt", r"[^.]+\.(reading|hj212|#)"
    if stations is None:
        return rf"{re.escape(name)}\.{_ANY}", rf"{re.escape(name)}\.receipt"
    these = "|".join(re.escape(each) for each in stations) or "(?!)"
    return rf"({these})\.{_ANY}", rf"({these}|[*])\.receipt"


def _topics(name: str, write: str, read: str) -> dict[str, str]:
    begin = r"^onemap\.v1\."
    return {
        "user": name,
        "vhost": "/",
        "exchange": _EXCHANGE,
        "write": f"{begin}{write}$",
        "read": f"{begin}{read}$",
    }
