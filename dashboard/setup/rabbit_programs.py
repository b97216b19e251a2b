"""Finds RabbitMQ's and Erlang's programs: installed, or unpacked into a folder of ours."""

import os
from dataclasses import dataclass
from pathlib import Path

from data.errors import MissingPart

PACKAGES = (
    "rabbitmq-server",
    "erlang-base",
    *(
        f"erlang-{part}"
        for part in (
            *("asn1", "crypto", "eldap", "ftp", "inets", "mnesia", "os-mon", "parsetools"),
            *("public-key", "runtime-tools", "snmp", "ssl", "syntax-tools", "tftp", "tools"),
            "xmerl",
        )
    ),
)
"""Debian's packages that RabbitMQ 3.10 runs from; they need no other than every machine has."""

_INSTALLED = Path("/")


def unpacked_folder() -> Path:
    """Returns the folder into which RabbitMQ's packages are unpacked."""
    if os.geteuid() == 0:
        return Path("/var/lib/onemap/rabbitmq")
    home = os.environ.get("XDG_DATA_HOME") or str(Path.home() / ".local" / "share")
    return Path(home) / "onemap" / "rabbitmq"


@dataclass(frozen=True, slots=True)
class Programs:
    """The programs of a RabbitMQ and its Erlang, in the folder ``root``."""

    root: Path

    def rabbit(self, name: str) -> Path:
        """Returns the path of a RabbitMQ program itself, not of Debian's wrapper."""
        return self.root / "usr/lib/rabbitmq/bin" / name

    @property
    def epmd(self) -> Path:
        """The path of epmd, the daemon by which Erlang nodes find each other."""
        return next(iter(sorted(self.root.glob("usr/lib/erlang/erts-*/bin/epmd"))))

    @property
    def path(self) -> str:
        """A value for PATH: this Erlang's folder, then the system's own."""
        return f"{self.root / 'usr/lib/erlang/bin'}:/usr/sbin:/usr/bin:/sbin:/bin"

    @property
    def complete(self) -> bool:
        """Whether both RabbitMQ and Erlang are there."""
        return (
            self.rabbit("rabbitmq-server").exists()
            and (self.root / "usr/lib/erlang/bin/erl").exists()
        )


def find() -> Programs | None:
    """Returns the installed RabbitMQ, else the unpacked one, None without either."""
    for root in (_INSTALLED, unpacked_folder()):
        programs = Programs(root)
        if programs.complete:
            return programs
    return None


def programs() -> Programs:
    """Returns the RabbitMQ that ``find`` finds. Raises MissingPart when there is none."""
    found = find()
    if found is None:
        raise MissingPart(
            "{name} is not installed.",
            mend="apt-get install {package}",
            name="RabbitMQ",
            package="rabbitmq-server",
        )
    return found
