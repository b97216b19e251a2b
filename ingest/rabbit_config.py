"""What a RabbitMQ node is told before it starts: its settings, its accounts and their rights."""

import base64
import hashlib
import json
import re
import secrets
from collections.abc import Mapping, Sequence

from data.errors import BadInput
from ingest.broker_link import RECEIVE_MAXIMUM, SESSION_EXPIRY_S

INGEST = "ingest"
PLUGINS = "[rabbitmq_mqtt,rabbitmq_consistent_hash_exchange].\n"

_NAME = re.compile(r"[^\s/+#:$.*\x00-\x1f][^\s/+#:.*\x00-\x1f]{0,63}")
"""RabbitMQ reads ``/`` and ``.`` as the same, so that a station with a dot can't be told apart."""

_HASHING = "rabbit_password_hashing_sha256"
_EXCHANGE = "amq.topic"

_SETTINGS = """\
listeners.tcp = none
mqtt.listeners.tcp.1 = {host}:{port}
mqtt.allow_anonymous = false
mqtt.durable_queue_type = quorum
mqtt.prefetch = {prefetch}
mqtt.subscription_ttl = {expiry_ms}
mqtt.exchange = amq.topic
cluster_partition_handling = pause_minority
load_definitions = {folder}/definitions.json
log.console = true
log.console.level = info
log.file = false
"""


def settings(host: str, port: int, folder: str, nodes: Sequence[str] = ()) -> str:
    """A ``rabbitmq.conf``: MQTT only, kept sessions in quorum queues, a minority stands still.

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
    """A definitions file: the accounts with their rights, as mosquitto's rules have them.

    A device is named as its station, writes under it only and reads its receipts; a gateway does
    so for its stations. A client id begins with the account's name, for the queue is named by it.
    Raises BadInput for a name that can't be told apart in a topic.
    """
    stations: dict[str, tuple[str, ...]] = {name: (name,) for name in accounts if name != INGEST}
    stations |= {name: tuple(each) for name, each in (gateways or {}).items()}
    for name in (*accounts, *(each for some in stations.values() for each in some)):
        if not _NAME.fullmatch(name):
            raise BadInput("{name} can't be the name of a broker account.", name=name)
    made = {
        "vhosts": [{"name": "/"}],
        "users": [_user(name, password) for name, password in accounts.items()],
        "permissions": [_permission(name) for name in accounts],
        "topic_permissions": [
            _topics(name, stations[name]) if name in stations else _topics_of_ingest(name)
            for name in accounts
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


def _permission(name: str) -> dict[str, str]:
    """Its own sessions' queues and the topics; a client id may have the product's name before."""
    queue = rf"mqtt-subscription-(onemap-)?{re.escape(name)}.*"
    both = rf"^({queue}|amq\.topic)$"
    return {"user": name, "vhost": "/", "configure": f"^{queue}$", "write": both, "read": both}


def _topics(name: str, stations: Sequence[str]) -> dict[str, str]:
    these = "|".join(re.escape(each) for each in stations) or "(?!)"
    return {
        "user": name,
        "vhost": "/",
        "exchange": _EXCHANGE,
        "write": rf"^onemap\.v1\.({these})\.(reading|hj212)$",
        "read": rf"^onemap\.v1\.({these if len(stations) == 1 else these + '|[*]'})\.receipt$",
    }


def _topics_of_ingest(name: str) -> dict[str, str]:
    return {
        "user": name,
        "vhost": "/",
        "exchange": _EXCHANGE,
        "write": r"^onemap\.v1\.[^.]+\.receipt$",
        "read": r"^onemap\.v1\.[^.]+\.(reading|hj212)$",
    }
