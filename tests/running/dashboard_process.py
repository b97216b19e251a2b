"""The dashboard behind uvicorn as a process of its own, as it runs for real.

Its modules take two seconds of CPU to import, so a run imports them once, in a process that serves
nothing; every server is a fork of it with an environment of its own.
"""

import multiprocessing
import os
import re
import signal
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from importlib import import_module
from pathlib import Path

from tests.running.folders import ROOT
from tests.running.waiting import until

STARTED = re.compile(r"running on (http://127\.0\.0\.1:\d+)")
FORKS = multiprocessing.get_context("forkserver")
FORKS.set_forkserver_preload(["dashboard.frame.server", "dashboard.app"])


def run_uvicorn(app: str, environment: Mapping[str, str], log: Path) -> None:
    """Serves the app that the factory ``module:name`` makes, in that environment, as serve does.

    Its output goes to a file. Runs in the fork; returns when the server was asked to end.
    """
    threading.Thread(target=end_with_run, daemon=True).start()
    multiprocessing.current_process().daemon = False  # it has processes of its own
    os.chdir(ROOT)
    os.environ.clear()
    os.environ.update(environment)
    with log.open("wb") as out:
        os.dup2(out.fileno(), 1)
        os.dup2(out.fileno(), 2)
    from dashboard.frame.server import serve
    from data.settings import DashboardSettings

    module, _colon, name = app.partition(":")
    made = getattr(import_module(module), name)()
    serve(made, DashboardSettings(), host="127.0.0.1", port=0, graceful_s=1)


def end_with_run() -> None:
    """Kill this process when the run that asked for it is gone, even by kill -9.

    Its parent in the kernel's eyes outlives the run for as long as one of its forks does.
    """
    run = multiprocessing.parent_process()
    if run is not None:
        run.join()
    os.kill(os.getpid(), signal.SIGKILL)


@contextmanager
def running_dashboard(
    url: str, log: Path, settings: Mapping[str, str], app: str = "dashboard.app:create_app"
) -> Iterator[str]:
    """The address of a server on the database at that URL; it has ended after the block.

    ``app`` is a factory. Fails with the server's log when it doesn't start.
    """
    ours = {name: value for name, value in os.environ.items() if not name.startswith("ONEMAP_")}
    environment = {**ours, **settings, "ONEMAP_DATABASE__URL": url}
    log.unlink(missing_ok=True)
    process = FORKS.Process(target=run_uvicorn, args=(app, environment, log), daemon=True)
    process.start()

    def listening() -> bool:
        said = log.read_text("utf-8") if log.exists() else ""
        assert process.is_alive(), said
        return STARTED.search(said) is not None

    try:
        until(listening, patience_s=60, every_s=0.05)
        yield STARTED.findall(log.read_text("utf-8"))[0]
    finally:
        process.terminate()
        process.join(10)
        process.kill()
        process.join()
