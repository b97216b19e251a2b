"""A test that starts every kind of server and never ends: only an interrupted run takes it up.

No run collects it by itself; ``test_interrupted_run.py`` names it.
"""

import os
from pathlib import Path

import pytest
from playwright.sync_api import Page

from data.whole_files import write_whole
from ingest.broker.mosquitto import Broker
from tests.fixtures.broker import INGEST_PASSWORD
from tests.made.database import Database
from tests.running.dashboard_process import running_dashboard
from tests.running.folders import open_folder
from tests.running.ingest_process import IngestProcess
from tests.running.waiting import until

READY = "LINGERING_READY"
"""The variable that names the folder where a file tells that every server runs."""


@pytest.mark.parametrize("name", ["one", "other"])
def test_everything_is_started_and_stays(
    name: str, database: Database, broker: Broker, page: Page
) -> None:
    with open_folder("lingering") as folder:
        ingest = IngestProcess(broker, INGEST_PASSWORD, database.urls["ingest"], folder / "ingest")
        ingest.start()
        with running_dashboard(database.urls["app"], folder / "dashboard", {}) as url:
            page.goto(url + "/sign-in")
            write_whole(Path(os.environ[READY]) / name, str(os.getpid()))
            until(lambda: False, patience_s=600)
