"""Threads and tasks are begun by ``data.background`` alone, which tells the faults they end by."""

import ast

from tests.architecture.subjects import files
from tests.running.folders import ROOT

PACKAGES = ("dashboard/", "ingest/", "problem_ledger/", "office/", "data/", "gis/")
BEGIN = {
    "Thread", "Timer", "create_task", "ensure_future", "ThreadPoolExecutor",
    "ProcessPoolExecutor", "run_in_executor", "start_new_thread",
}  # fmt: skip
LISTED = {
    "dashboard/frame/door.py": "a look-up of a session: awaited, or the memory serves",
    "dashboard/frame/offload.py": "the work of a request: what it raises goes to who awaits it",
}
"""Further files that begin background work themselves, each with how its fault is told."""


def test_background_work_is_begun_in_one_place() -> None:
    beginning = {
        name
        for name in files()
        if name.startswith(PACKAGES) and name.endswith(".py") and name != "data/background.py"
        for node in ast.walk(ast.parse((ROOT / name).read_text("utf-8")))
        if isinstance(node, ast.Call)
        if getattr(node.func, "attr", getattr(node.func, "id", "")) in BEGIN
    }
    assert beginning == set(LISTED)


def test_every_client_with_a_thread_of_its_own_is_watched() -> None:
    """``loop_start`` begins paho's thread: only ``RovingClient`` tells its fault."""
    for name in files():
        if name.startswith(PACKAGES) and name.endswith(".py"):
            code = (ROOT / name).read_text("utf-8")
            assert "loop_start()" not in code or "RovingClient(" in code, name
