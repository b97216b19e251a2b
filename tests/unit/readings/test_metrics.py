"""What ingest tells Prometheus, and the Grafana file that draws it."""

import json
import math
import re
import urllib.request
from datetime import timedelta
from typing import Any

from prometheus_client import CollectorRegistry
from prometheus_client.parser import text_string_to_metric_families

from dashboard.frame.health import Figures
from data.vocabulary import Refusal
from ingest.running.metrics import IngestFigures
from ingest.storage.writer import Counts
from tests.made.readings.messages import NOON
from tests.running.folders import ROOT

BOARD = ROOT / "docs" / "grafana" / "onemap.json"


def told(registry: CollectorRegistry, name: str, **labels: str) -> float:
    value = registry.get_sample_value(name, labels)
    assert value is not None, name
    return value


def test_a_batch_is_counted_by_fate_and_reason() -> None:
    figures = IngestFigures(now=lambda: NOON)
    counts = Counts(stored=5, duplicate=2, refused=3, partial=4)
    assert counts.total == 10
    came_at = NOON - timedelta(seconds=4)
    refused = {Refusal.CRC: 2, Refusal.TIME: 1}
    figures.batch(counts, refused, 0.02, came_at)  # type: ignore[arg-type]  # less a span
    assert told(figures.registry, "onemap_ingest_messages_total", fate="stored") == 5
    assert told(figures.registry, "onemap_ingest_messages_total", fate="conflict") == 0
    assert told(figures.registry, "onemap_ingest_refused_total", reason="crc") == 2
    assert told(figures.registry, "onemap_ingest_refused_total", reason="partial") == 4
    assert told(figures.registry, "onemap_ingest_batch_seconds_sum") == 0.02
    assert told(figures.registry, "onemap_ingest_lag_seconds") == 4
    figures.state(7, connected=True, dropped=None)
    assert told(figures.registry, "onemap_ingest_lag_seconds") == 4
    assert told(figures.registry, "onemap_ingest_waiting_messages") == 7
    assert math.isnan(told(figures.registry, "onemap_ingest_broker_dropped_messages"))
    figures.state(0, connected=False, dropped=3)
    assert told(figures.registry, "onemap_ingest_lag_seconds") == 0
    assert told(figures.registry, "onemap_ingest_connected") == 0
    assert told(figures.registry, "onemap_ingest_broker_dropped_messages") == 3


def test_the_figures_answer_on_a_port_of_their_own() -> None:
    figures = IngestFigures()
    figures.silent(2)
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    with figures.serve("127.0.0.1", 0) as server:
        url = f"http://127.0.0.1:{server.port}/metrics"
        with opener.open(url, timeout=5) as answer:
            families = list(text_string_to_metric_families(answer.read().decode()))
    (silent,) = (each for each in families if each.name == "onemap_ingest_stations_silent")
    assert silent.samples[0].value == 2


def names(registry: CollectorRegistry) -> set[str]:
    return {
        family.name + end
        for family in registry.collect()
        for end in (("", "_total", "_bucket", "_sum", "_count"))
    }


def expressions(board: Any) -> list[str]:
    return [target["expr"] for panel in board["panels"] for target in panel.get("targets", [])]


def test_the_board_draws_figures_that_exist_and_all_of_ingest_s() -> None:
    board = json.loads(BOARD.read_text("utf-8"))
    ingest, served = IngestFigures().registry, Figures().registry
    known = names(ingest) | names(served)
    used = set(re.findall(r"\b(?:onemap|process)_\w+", " ".join(expressions(board))))
    assert used <= known
    own = {each.name for each in ingest.collect() if each.name.startswith("onemap_")}
    assert all(any(word.startswith(name) for word in used) for name in own)


def test_the_board_imports_into_any_grafana() -> None:
    board = json.loads(BOARD.read_text("utf-8"))
    ids = [panel["id"] for panel in board["panels"]]
    assert len(ids) == len(set(ids))
    variables = {each["name"]: each["type"] for each in board["templating"]["list"]}
    assert variables == {"datasource": "datasource", "job": "query"}
    drawn = [panel for panel in board["panels"] if panel["type"] != "row"]
    assert {panel["datasource"]["uid"] for panel in drawn} == {"${datasource}"}
    for panel in drawn:
        place = panel["gridPos"]
        assert place["x"] + place["w"] <= 24
        assert panel["title"]
        assert panel["description"]
