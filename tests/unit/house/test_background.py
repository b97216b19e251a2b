"""Background work that ends by a fault: logged with its name, counted, told to who began it."""

import asyncio
import os
import subprocess
import sys
import threading

import paho.mqtt.client as paho
import pytest
from paho.mqtt.enums import CallbackAPIVersion
from prometheus_client import CollectorRegistry, generate_latest

from data.background import FAULTS, FaultCollector, WatchedThread, watched_task
from data.errors import ServiceDown
from ingest.transport.roving import RovingClient
from tests.running.folders import ROOT


def fail() -> None:
    raise ZeroDivisionError("of the work")


def test_a_thread_tells_the_fault_it_ends_by(caplog: pytest.LogCaptureFixture) -> None:
    before = FAULTS["worker-1"]
    thread = WatchedThread("worker-1", fail)
    thread.start()
    thread.join()
    assert isinstance(thread.fault, ZeroDivisionError)
    assert FAULTS["worker-1"] == before + 1
    assert "worker-1 ended by a fault: ZeroDivisionError" in caplog.text
    assert "in fail" in caplog.text, "the traceback"
    registry = CollectorRegistry()
    registry.register(FaultCollector())
    assert 'onemap_background_faults_total{name="worker-1"}' in generate_latest(registry).decode()


def test_a_task_tells_the_fault_it_ends_by_and_a_cancelled_one_none(
    caplog: pytest.LogCaptureFixture,
) -> None:
    async def work() -> None:
        fail()

    async def run() -> None:
        failing, waiting = watched_task(work(), "task-1"), watched_task(asyncio.sleep(60), "task-2")
        await asyncio.sleep(0)
        waiting.cancel()
        await asyncio.wait([failing, waiting])

    asyncio.run(run())
    assert "task-1 ended by a fault: ZeroDivisionError" in caplog.text
    assert "task-2" not in caplog.text


def test_a_clients_own_thread_tells_its_fault(caplog: pytest.LogCaptureFixture) -> None:
    """As when a callback of ours fails: paho's thread ends, and who asks the client hears it."""
    told = threading.Event()

    class Failing(RovingClient):
        def reconnect(self) -> paho.MQTTErrorCode:
            fail()
            return super().reconnect()

    client = Failing(CallbackAPIVersion.VERSION2)
    client.on_fault = told.set
    client.check()
    client.connect_async("127.0.0.1", 1)
    client.loop_start()
    assert told.wait(5)
    with pytest.raises(ServiceDown, match="speaks with the broker"):
        client.check()
    assert "broker client ended by a fault: ZeroDivisionError" in caplog.text


def test_threads_of_libraries_are_told_once_a_command_watches_them() -> None:
    code = (
        "import logging, threading\n"
        "from data.background import watch_threads\n"
        "logging.basicConfig(format='%(levelname)s %(message)s')\n"
        "watch_threads(); watch_threads()\n"
        "thread = threading.Thread(target=lambda: 1 / 0, name='of-a-library')\n"
        "thread.start(); thread.join()\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert done.stderr.count("ERROR of-a-library ended by a fault: ZeroDivisionError") == 1
    assert done.stderr.count("Traceback") == 1


def test_a_lanes_process_that_gets_nonsense_ends_with_an_error() -> None:
    """Its listener dies of what it can't read; the process must not wait for it for ever."""
    code = (
        "import queue, threading\n"
        "from data.background import WatchedThread\n"
        "from ingest.running import lane_process\n"
        "class Parent:\n"
        "    def recv(self): raise ValueError('nonsense')\n"
        "batches, stopping = queue.SimpleQueue(), threading.Event()\n"
        "args = (Parent(), batches, stopping)\n"
        "listening = WatchedThread('lane-listener', lane_process._listen, args=args)\n"
        "listening.start()\n"
        "assert batches.get(timeout=5) is None\n"
        "listening.join(5)\n"
        "assert stopping.is_set() and isinstance(listening.fault, ValueError)\n"
    )
    subprocess.run(
        [sys.executable, "-c", code], env={**os.environ, "PYTHONPATH": str(ROOT)}, check=True
    )
