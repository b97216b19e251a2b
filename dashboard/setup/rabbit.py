"""Unpacks RabbitMQ for the tests, without installing: no service, no account, nothing that listens.

Debian's package starts a broker and Erlang's directory of nodes on every address of the machine.
The same files in a folder of ours run only when a test says so.
"""

import shlex
import shutil
import subprocess
import tempfile
from pathlib import Path

from dashboard.setup.packages import read_lists
from dashboard.setup.rabbit_programs import PACKAGES, Programs, find, unpacked_folder
from dashboard.setup.steps import Missing, explain, follow, print_progress

_BUILT_FOR = "ROOTDIR=/usr/lib/erlang"
_BY_HAND = "apt-get install --no-install-recommends rabbitmq-server"


def prepare() -> None:
    """Unpacks RabbitMQ's programs unless installed. Raises Missing when that fails."""
    if find() is not None:
        return
    if not shutil.which("apt-get") or not shutil.which("dpkg-deb"):
        raise Missing(" RabbitMQ（没有 apt-get）", "RabbitMQ (no apt-get here)", _BY_HAND)
    print_progress(
        "下载并解包 RabbitMQ（测试用，不安装服务）", "Unpacking RabbitMQ for tests, no service"
    )
    folder = unpacked_folder()
    folder.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=".rabbitmq-", dir=folder.parent) as made:
        place = Path(made)
        place.chmod(0o755)
        failed = _download(place)
        root = place / "root"
        root.mkdir()
        if failed is None:
            failed = _unpack(place, root)
        if failed is not None:
            explain(failed)
            raise Missing(" RabbitMQ", "RabbitMQ", _BY_HAND)
        shutil.rmtree(folder, ignore_errors=True)
        _write_root(root, folder)
        root.rename(folder)
    if not Programs(folder).complete:
        raise Missing(" RabbitMQ", "RabbitMQ", _BY_HAND)


def _download(place: Path) -> str | None:
    """Downloads RabbitMQ's packages; returns None when that succeeded, else what went wrong."""
    command = ["apt-get", "-o", "APT::Sandbox::User=root", "download", *PACKAGES]
    if follow(command, cwd=place) is None:
        return None
    read_lists()
    return follow(command, cwd=place)


def _unpack(place: Path, root: Path) -> str | None:
    for package in sorted(place.glob("*.deb")):
        done = subprocess.run(  # noqa: S603 - Debian's own program, packages that apt checked
            ["/usr/bin/dpkg-deb", "-x", str(package), str(root)],
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode != 0:
            return done.stderr
    return None


def _write_root(root: Path, folder: Path) -> None:
    """Writes the folder's new path into Erlang's start script."""
    script = root / "usr/lib/erlang/bin/erl"
    new = f"ROOTDIR={shlex.quote(str(folder / 'usr/lib/erlang'))}"
    script.write_text(script.read_text().replace(_BUILT_FOR, new))
