"""The demo: cluster, broker, ingest and its second look, ledger worker, simulator, dashboard."""

import fcntl
import json
import os
import shlex
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from sqlalchemy import Engine

from dashboard.demo import accounts, environment, servers
from dashboard.demo.posts import PasswordOf
from dashboard.demo.processes import Child, Stopped, Tended, Watch, end_left, stop, tend
from dashboard.demo.processes import environment as child_environment
from dashboard.demo.progress import Progress
from dashboard.demo.sample_reading import publish_line
from data.cluster import Cluster
from data.daemon import free_port
from data.database import engine
from data.errors import BadInput, Conflict, ServiceDown
from ingest.broker.mosquitto import Broker

Nation = Callable[[Engine, Progress, PasswordOf], None]
"""Makes a nation around the county that a database holds."""

READY_S = 60.0
FIRST_PORT = 8050


def print_line(line: str) -> None:
    """Prints a line; does nothing when the reader of the output has gone."""
    try:
        print(line, flush=True)  # noqa: T201 - this is what the demo says
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), 1)


def step(chinese: str, english: str) -> None:
    """Prints the line that begins a step of the demo's start, in Chinese and English."""
    print_line(f"» {chinese} / {english}")


def progress(line: str) -> None:
    """Prints how far the present step of the demo's start has come."""
    print_line(f"  … {line}")


@dataclass(frozen=True, slots=True)
class Making:
    """What the demo's basin is made of where it isn't yet: files, or by rule at a scale.

    ``nation`` makes the nation around the county.
    """

    basin: Path | None
    months: int
    scale: str
    nation: Nation | None = None


@dataclass
class Demo:
    """The demo's running servers and processes, and the settings with their addresses."""

    folder: Path
    settings: dict[str, str]
    cluster: Cluster | None = None
    broker: Broker | None = None
    children: list[Child] = field(default_factory=list)

    def save(self) -> None:
        """Writes the settings (ports, passwords …) into the demo's folder."""
        environment.write(self.folder, self.settings)

    def servers(self) -> list[Tended]:
        """Returns the database and the broker, as far as they run, to be looked after."""
        cluster, broker = self.cluster, self.broker
        found = []
        if cluster:
            found.append(Tended("postgresql", cluster.daemon, cluster.log, cluster.start))
        if broker:
            found.append(Tended("mosquitto", broker.daemon, broker.log, broker.start))
        return found

    def stop(self) -> None:
        """Stops every server and process of the demo."""
        stop(self.children)
        if self.cluster:
            self.cluster.stop(patience_s=1.2)
        if self.broker:
            self.broker.stop(patience_s=0.8)


def run(
    folder: Path,
    *,
    port: int | None,
    basin: Path | None,
    simulate: bool,
    months: int,
    scale: str | None = None,
    nation: Nation | None = None,
) -> int:
    """Runs the demo until Ctrl-C or SIGTERM, then stops all its servers and processes; returns 0.

    A county that is made now gets a history of so many ``months``, and by ``nation`` a nation
    around it where ``scale`` says so.
    Raises OneMapError when it can't start: another demo has the folder, the port is in use, a part
    is missing.
    """
    folder = folder.expanduser().absolute()
    if basin is not None and not basin.is_dir():
        raise BadInput("{folder} is no folder with a basin.", folder=basin)
    _prepare(folder)
    with _alone(folder):
        watch = Watch()
        demo = Demo(folder, environment.read(folder))
        try:
            chosen = environment.chosen_scale(demo.settings, folder, scale, basin)
            _start(demo, Making(basin, months, chosen, nation), port=port, simulate=simulate)
            tend([*demo.servers(), *demo.children], lambda line: print_line(f"! {line}"))
        except Stopped:
            pass
        finally:
            watch.over()
            step("正在停止", "Stopping")
            demo.stop()
    return 0


def _start(demo: Demo, making: Making, *, port: int | None, simulate: bool) -> None:
    folder, settings = demo.folder, demo.settings
    end_left(sorted((folder / "run").glob("*.json")))
    step("启动数据库", "Starting the database")
    demo.cluster = servers.start_cluster(folder, settings)
    demo.save()
    _fill(demo, demo.cluster, making)
    step("启动消息代理", "Starting the broker")
    stations = servers.station_codes(demo.cluster)
    demo.broker = servers.start_broker(folder, settings, stations)
    at = _dashboard_port(settings, port)
    settings["ONEMAP_DASHBOARD__HOST"] = "127.0.0.1"
    settings["ONEMAP_DASHBOARD__PORT"] = str(at)
    settings["ONEMAP_DASHBOARD__DEMO"] = "true"
    settings["ONEMAP_DASHBOARD__WATCHED"] = json.dumps([str(folder)])
    settings.setdefault("ONEMAP_LEDGER__KEY", str(folder / "ledger.key"))
    demo.save()
    step("启动采集、台账、模拟设备和看板", "Starting ingest, ledger, simulator and dashboard")
    seen = child_environment(settings)
    commands = {
        "dashboard": ["serve", "--demo"],
        "ingest": ["ingest"],
        "ledger": ["ledger", "work"],
    }
    if simulate:
        commands["simulator"] = ["simulate"]
    for name, arguments in commands.items():
        demo.children.append(Child(name, arguments, seen, folder))
        demo.children[-1].start()
    _await_ready(demo.children[0], at)
    demo.children.append(Child("qc", ["qc", "run"], seen, folder))
    demo.children[-1].start()
    reader = engine(demo.cluster.url("app"), application="onemap-demo")
    _announce(folder, at, accounts.listed(reader, settings), settings, stations)
    reader.dispose()


def _fill(demo: Demo, cluster: Cluster, making: Making) -> None:
    """Fills the database with the invented county or a folder's files, and with accounts."""
    basin = making.basin

    def fill(owner: Engine) -> None:
        if basin is None:
            from dashboard.demo.basin import fill as make

            password_of = accounts.drawn(demo.settings)
            make(owner, progress, password_of=password_of, months=making.months)
            if making.scale == environment.NATIONAL and making.nation is not None:
                step("准备全国示范数据", "Preparing the made nation")
                making.nation(owner, progress, password_of)
        else:
            from dashboard.demo.basin import fill_from_folder

            fill_from_folder(owner, basin.absolute(), progress)
            accounts.hand_out(owner, demo.settings)
        demo.settings["ONEMAP_DEMO__BASIN"] = str(basin.absolute()) if basin else "made"
        demo.settings[environment.SCALE] = making.scale
        demo.save()

    step("准备流域数据", "Preparing the basin")
    made = servers.fill_once(cluster, demo.folder, fill)
    before = demo.settings.get("ONEMAP_DEMO__BASIN")
    if not made and basin is not None and before != str(basin.absolute()):
        print_line(
            f"! 此目录已有流域数据，未再导入；可另选 --dir / {demo.folder} holds a basin already"
        )


def _dashboard_port(settings: dict[str, str], wanted: int | None) -> int:
    """Returns the wanted port, else the last one used, else a free one. Raises BadInput."""
    if wanted is None:
        return free_port(int(settings.get("ONEMAP_DASHBOARD__PORT", FIRST_PORT)))
    if wanted and free_port(wanted) != wanted:
        raise BadInput("Port {port} is taken.", mend="Choose another --port.", port=wanted)
    return wanted or free_port()


def _await_ready(dashboard: Child, port: int) -> None:
    """Waits until the dashboard answers. Raises ServiceDown with its last output if it ends."""
    url = f"http://127.0.0.1:{port}/readyz"
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    deadline = time.monotonic() + READY_S
    while time.monotonic() < deadline:
        if dashboard.daemon.pid() is None:
            break
        try:
            with opener.open(url, timeout=2):
                return
        except (urllib.error.URLError, OSError):
            time.sleep(0.1)
    words = dashboard.log.read_text(errors="replace").strip().splitlines()
    raise ServiceDown(
        "The dashboard does not start: {reason}",
        mend="The whole story is in {log}.",
        reason=words[-1] if words else "no word in the log",
        log=dashboard.log,
    )


def _announce(
    folder: Path,
    port: int,
    known: list[accounts.DemoAccount],
    settings: dict[str, str],
    stations: list[str],
) -> None:
    """Prints the address, the accounts, and how to publish a reading."""
    print_line(f"READY http://127.0.0.1:{port}")
    print_line("演示账号 / Demo accounts:")
    for each in known:
        print_line(f"  {each.login:<16} {each.password:<16} {each.roles:<14} {each.display_name}")
    if not stations:
        print_line("还没有测站，先添加一个 / No station yet, add one:")
        usual = folder == environment.default_folder()
        which = "" if usual else f"--dir {shlex.quote(str(folder))} "
        add = "station add --kind section --code S-01 --name NAME --lon LON --lat LAT"
        print_line(f"  ./onemap {which}{add}")
    devices = environment.stored_passwords(settings, "ONEMAP_DEMO__DEVICES", [])
    for station in [code for code in stations if code in devices][:1]:
        print_line("发布一条监测数据 / Publish a reading:")
        print_line("  " + publish_line(settings["ONEMAP_MQTT__PORT"], station, devices[station]))


def _prepare(folder: Path) -> None:
    """Creates the demo's folder, which the database's account may enter; its files are private."""
    missing = [each for each in (folder, *folder.parents) if not each.exists()]
    try:
        for each in reversed(missing):
            each.mkdir()
            each.chmod(0o755)
        for name in ("logs", "run"):
            (folder / name).mkdir(exist_ok=True)
    except OSError as error:
        raise BadInput(
            "{folder} can't be made: {reason}", folder=folder, reason=error.strerror
        ) from error


@contextmanager
def _alone(folder: Path) -> Iterator[None]:
    """Holds the demo folder's lock while in use. Raises Conflict when another demo holds it."""
    with (folder / "lock").open("a") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise Conflict(
                "A demo is running on {folder} already.",
                mend="Stop it, or choose another --dir.",
                folder=folder,
            ) from error
        yield
