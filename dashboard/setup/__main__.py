"""``python3 -m dashboard.setup [--servers] [--tests]`` installs everything a start needs."""

import fcntl
import sys
from pathlib import Path

from dashboard.setup import environment, packages
from dashboard.setup.steps import Missing, print_progress

OLDEST = (3, 11)


def main(arguments: list[str]) -> int:
    """Installs what the arguments ask for; returns 0, or 2 and prints why when that fails."""
    root = Path(__file__).resolve().parent.parent.parent
    tests = "--tests" in arguments
    servers = tests or "--servers" in arguments
    try:
        if sys.version_info < OLDEST:
            raise Missing(" Python 3.11", "Python 3.11 or newer", "apt-get install python3")
        with (root / "requirements.lock").open("rb") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            packages.install(packages.missing(servers=servers, browser=tests))
            if servers:
                packages.wish_for_font()
            if tests:
                from dashboard.setup import rabbit

                rabbit.prepare()
            environment.prepare(root, development=tests)
            environment.prepare_libraries(root, development=tests)
    except Missing as missing:
        sys.stderr.write(f"onemap: {missing}\n")
        return 2
    except PermissionError as error:
        sys.stderr.write(
            f"onemap: 无法写入 {error.filename}，请运行：sudo chown -R \"$USER\" '{root}' / "
            f"Can't write {error.filename}; run: sudo chown -R \"$USER\" '{root}'\n"
        )
        return 2
    print_progress("安装就绪", "Everything is installed")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
