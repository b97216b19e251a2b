"""A private RabbitMQ node in a folder: MQTT 3.1.1, kept sessions in quorum queues.

On loopback alone, or inside a network namespace as one of a cluster. Its directory of nodes (epmd)
and the port between nodes listen on the node's own address and nowhere else.
"""

import json
import os
import signal
import subprocess
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from benchmarks.rig import rabbit_config
from dashboard.setup.rabbit_programs import Programs, programs
from data.daemon import Account, Daemon, free_port, own, reaches, unprivileged
from data.errors import BadInput, ServiceDown
from ingest.broker.mosquitto import accepts

LOOPBACK = "127.0.0.1"
BOOT_S = 90.0
NET_TICK_S = 15
"""A node that says nothing for so long (a quarter more at most) counts as gone."""

_COLUMNS = ("name", "type", "durable", "members", "online", "leader", "messages")


@dataclass(frozen=True, slots=True)
class Place:
    """Where a node listens: its address and ports, and what leads a command into its network."""

    host: str
    mqtt: int
    nodes: int
    epmd: int
    entrance: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Queue:
    """A live queue as the broker tells of it; ``members`` only where it is a quorum queue."""

    name: str
    kind: str
    durable: bool
    messages: int
    leader: str = ""
    members: list[str] = field(default_factory=list)
    online: list[str] = field(default_factory=list)


def on_loopback(port: int = 0) -> Place:
    """Returns a place on 127.0.0.1 with ports that nobody listens on."""
    return Place(LOOPBACK, free_port(port), free_port(), free_port())


class Rabbit:
    """A node whose queues survive its end; started from the main thread.

    ``accounts`` and ``gateways`` as for ``ingest.broker.mosquitto.Broker``; a cluster gives each
    node its ``place``, the names of all ``nodes`` and one ``cookie``.
    """

    def __init__(
        self,
        folder: Path,
        accounts: Mapping[str, str],
        *,
        gateways: Mapping[str, Sequence[str]] | None = None,
        place: Place | None = None,
        nodes: Sequence[str] = (),
        cookie: str = "",
    ) -> None:
        self.folder = folder.absolute()
        self.accounts = dict(accounts)
        self.gateways = dict(gateways or {})
        self.place = place or on_loopback()
        self.nodes = tuple(nodes)
        self.log = self.folder / "rabbitmq.log"
        self.account: Account | None = unprivileged("rabbitmq", "mosquitto", "postgres")
        self.daemon = Daemon(self.folder / "process.json")
        self._epmd = Daemon(self.folder / "epmd.json")
        self._programs: Programs = programs()
        self._cookie = cookie or os.urandom(16).hex()

    @property
    def host(self) -> str:
        """The address of the MQTT listener."""
        return self.place.host

    @property
    def port(self) -> int:
        """The port of the MQTT listener."""
        return self.place.mqtt

    @property
    def name(self) -> str:
        """The node's name among nodes."""
        return f"rabbit@{self.place.host}"

    def start(self) -> None:
        """The node answers on MQTT; queues of an earlier run are kept.

        Raises MissingPart, BadInput (a folder that can't be used) or ServiceDown.
        """
        self.launch()
        self.await_ready()

    def launch(self) -> None:
        """The node is on its way up."""
        self._prepare()
        self.daemon.stop(signal.SIGKILL)
        self._epmd.stop(signal.SIGKILL)
        where = self.place
        self._run(self._epmd, self._programs.epmd, "-port", where.epmd, "-address", where.host)
        self._run(self.daemon, self._programs.rabbit("rabbitmq-server"))

    def await_ready(self, patience_s: float = BOOT_S) -> None:
        """The node lets its accounts in. Raises ServiceDown when it doesn't in time."""
        name, password = next(iter(self.accounts.items()))
        deadline = time.monotonic() + patience_s
        while self.running() and time.monotonic() < deadline:
            try:
                if accepts(self.host, self.port, name, password, protocol="3.1.1", patience_s=2):
                    return
            except OSError:
                pass
            time.sleep(0.1)
        lines = self.log.read_text(errors="replace").splitlines() if self.log.exists() else []
        self.stop(patience_s=1)
        raise ServiceDown(
            "RabbitMQ does not start: {reason}",
            mend="The whole story is in {log}.",
            reason=next((each for each in reversed(lines) if each.strip()), "no word in the log"),
            log=self.log,
        )

    def stop(self, *, patience_s: float = 20.0) -> None:
        """The node is down, its queues written to disk."""
        self.daemon.send(signal.SIGCONT)
        self.daemon.stop(patience_s=patience_s)
        self._epmd.stop()

    def kill(self) -> None:
        """The node is gone at once, as by a power cut of its process (kill -9)."""
        self.daemon.stop(signal.SIGKILL)

    def pause(self) -> None:
        """The node stands still: it keeps its connections and answers nothing."""
        self.daemon.send(signal.SIGSTOP)

    def resume(self) -> None:
        """The node goes on."""
        self.daemon.send(signal.SIGCONT)

    def running(self) -> bool:
        """Returns whether the recorded process is alive."""
        return self.daemon.pid() is not None

    def queues(self, *, patience_s: float = 60.0) -> list[Queue]:
        """Returns the live queues of the whole broker, as this node knows them."""
        answer = self.control(
            "--formatter", "json", "list_queues", *_COLUMNS, patience_s=patience_s
        )
        return [
            Queue(
                name=each["name"],
                kind=each["type"].removeprefix("rabbit_").removesuffix("_queue"),
                durable=bool(each["durable"]),
                messages=int(each["messages"] or 0),
                leader=each["leader"] or "",
                members=list(each["members"] or ()),
                online=list(each["online"] or ()),
            )
            for each in json.loads(answer)
        ]

    def queue_kinds(self) -> dict[str, str]:
        """Returns what kind each live queue is: ``quorum`` or ``classic``."""
        return {queue.name: queue.kind for queue in self.queues()}

    def has_written(self, queue: str) -> bool:
        """Returns whether the quorum queue's name is on disk, half a second after it was made.

        A node that is killed before that makes the queue anew, empty and without a leader.
        """
        names = self.folder / "data" / "node" / "quorum" / self.name / "names.dets"
        return names.exists() and queue.encode() in names.read_bytes()

    def control(self, *arguments: str, patience_s: float = 60.0) -> str:
        """Returns what ``rabbitmqctl`` says. Raises ServiceDown when it fails or takes too long."""
        command = [*self._way_in(), str(self._programs.rabbit("rabbitmqctl")), "-q", *arguments]
        try:
            done = subprocess.run(
                command,
                env=self._environment(),
                cwd="/",
                capture_output=True,
                text=True,
                timeout=patience_s,
                check=False,
            )
        except subprocess.TimeoutExpired as error:
            raise ServiceDown("rabbitmqctl failed: {reason}", reason=error) from error
        if done.returncode != 0:
            raise ServiceDown("rabbitmqctl failed: {reason}", reason=done.stderr.strip()[-500:])
        return done.stdout

    def _run(self, daemon: Daemon, *command: object) -> None:
        daemon.start(
            [*self._way_in(death_signal="KILL"), *map(str, command)],
            log=self.log,
            death_signal="KILL",
            environment=self._environment(),
        )

    def _way_in(self, death_signal: str = "") -> list[str]:
        """Into the node's network, then down to its account."""
        way = [*self.place.entrance]
        if self.account:
            way += ["/usr/bin/setpriv", f"--reuid={self.account.uid}"]
            way += [f"--regid={self.account.gid}", "--clear-groups"]
            way += ["--pdeathsig", death_signal, "--"] if death_signal else ["--"]
        return way

    def _prepare(self) -> None:
        self.folder.mkdir(parents=True, exist_ok=True)
        own(self.folder, self.account, 0o700)
        if " " in str(self.folder) or not reaches(self.account, self.folder):
            raise BadInput(
                "The account {account} can't reach {folder}.",
                mend="Choose a folder that is not inside a private home, such as /var/lib/onemap.",
                account=self.account.name if self.account else "",
                folder=self.folder,
            )
        where = self.place
        self._write(
            "rabbitmq.conf",
            rabbit_config.settings(where.host, where.mqtt, str(self.folder), self.nodes),
        )
        made = rabbit_config.definitions(self.accounts, self.gateways)
        self._write("definitions.json", made)
        self._write("enabled_plugins", rabbit_config.PLUGINS)
        self._write(".erlang.cookie", self._cookie, mode=0o400)

    def _write(self, name: str, content: str, *, mode: int = 0o600) -> None:
        new = self.folder / f"{name}.part"
        new.touch(mode=0o600)
        new.write_text(content)
        own(new, self.account, mode)
        new.replace(self.folder / name)

    def _environment(self) -> dict[str, str]:
        """Nothing of ours but what the node needs, and everything of it in its folder."""
        where, folder = self.place, str(self.folder)
        interface = f"-kernel inet_dist_use_interface {{{where.host.replace('.', ',')}}}"
        return {
            "PATH": self._programs.path,
            "HOME": folder,
            "LANG": "C.UTF-8",
            "ERL_EPMD_PORT": str(where.epmd),
            "ERL_EPMD_ADDRESS": where.host,
            "RABBITMQ_CONF_ENV_FILE": f"{folder}/none",
            "RABBITMQ_USE_LONGNAME": "true",
            "RABBITMQ_NODENAME": self.name,
            "RABBITMQ_DIST_PORT": str(where.nodes),
            "RABBITMQ_CONFIG_FILE": f"{folder}/rabbitmq.conf",
            "RABBITMQ_ENABLED_PLUGINS_FILE": f"{folder}/enabled_plugins",
            "RABBITMQ_MNESIA_BASE": f"{folder}/data",
            "RABBITMQ_MNESIA_DIR": f"{folder}/data/node",
            "RABBITMQ_FEATURE_FLAGS_FILE": f"{folder}/data/feature_flags",
            "RABBITMQ_GENERATED_CONFIG_DIR": f"{folder}/config",
            "RABBITMQ_PID_FILE": f"{folder}/pid",
            "RABBITMQ_LOG_BASE": folder,
            "RABBITMQ_LOGS": "-",
            "RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS": f"{interface} -kernel net_ticktime {NET_TICK_S}",
            "RABBITMQ_CTL_ERL_ARGS": interface,
            "detached": "yes",
        }
