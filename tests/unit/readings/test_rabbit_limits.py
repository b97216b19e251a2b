"""Settings of RabbitMQ that would lose data are named; those of ours lose none."""

from pathlib import Path

from benchmarks.rig import rabbit_config
from ingest.broker.limits import check_limits
from tests.running.folders import ROOT


def warned(folder: Path, text: str, client_id: str = "onemap-ingest-5b8f20c1d3") -> list[str]:
    file = folder / "rabbitmq.conf"
    file.write_text(text)
    return [each.split(" ")[0] for each in check_limits(file, client_id)]


def test_our_own_settings_lose_nothing(tmp_path: Path) -> None:
    nodes = ["rabbit@10.0.0.1", "rabbit@10.0.0.2", "rabbit@10.0.0.3"]
    made = rabbit_config.settings("127.0.0.1", 1883, "/var/lib/onemap/rabbit", nodes)
    assert warned(tmp_path, made) == []


def test_what_rabbitmq_does_unless_told_is_named(tmp_path: Path) -> None:
    plain = "mqtt.listeners.tcp.default = 1883\n"
    assert warned(tmp_path, plain) == [
        "mqtt.durable_queue_type",
        "mqtt.subscription_ttl",
        "mqtt.prefetch",
        "max_message_size",
    ]


def test_a_cluster_that_stays_apart_is_named(tmp_path: Path) -> None:
    made = rabbit_config.settings("127.0.0.1", 1883, "/x", ["rabbit@10.0.0.1"])
    broken = made.replace("cluster_partition_handling = pause_minority", "# left out")
    assert warned(tmp_path, broken) == ["cluster_partition_handling"]


def test_the_settings_in_the_documentation_lose_nothing(tmp_path: Path) -> None:
    page = (ROOT / "docs" / "rabbitmq.md").read_text(encoding="utf-8")
    recipe = page.partition("```ini\n")[2].partition("```")[0]
    assert "mqtt.durable_queue_type = quorum" in recipe
    assert warned(tmp_path, recipe) == []
    ours = rabbit_config.settings("10.0.0.1", 1883, "/x", [f"rabbit@10.0.0.{n}" for n in (1, 2, 3)])
    told = {line for line in recipe.splitlines() if line and not line.startswith("#")}
    assert {each for each in told if each not in ours.splitlines()} == set()


def test_a_client_id_that_a_device_can_guess_is_named(tmp_path: Path) -> None:
    made = rabbit_config.settings("127.0.0.1", 1883, "/var/lib/onemap/rabbit")
    for client_id in ("onemap-ingest", "onemap-ingest-2"):
        assert warned(tmp_path, made, client_id) == ["RabbitMQ"]
