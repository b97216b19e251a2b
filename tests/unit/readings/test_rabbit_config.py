"""An account's rights at RabbitMQ end where its name ends."""

import json
import re

from benchmarks.rig import rabbit_config

ACCOUNTS = {"onemap-ingest": "a", "S1": "b", "i": "c", "gateway": "d"}


def rights(kind: str, account: str, what: str) -> str:
    made = json.loads(rabbit_config.definitions(ACCOUNTS, {"gateway": ["S1", "S2"]}))
    return next(str(each[what]) for each in made[kind] if each["user"] == account)


def may_read(account: str, client_id: str) -> bool:
    """Whether an account has a right to the queue of that client id."""
    queue = f"mqtt-subscription-{client_id}qos1"
    return all(
        re.search(rights("permissions", account, what), queue)
        for what in ("configure", "write", "read")
    )


def may_write(account: str, topic: str) -> bool:
    return bool(re.search(rights("topic_permissions", account, "write"), topic.replace("/", ".")))


def test_a_queue_belongs_to_one_account() -> None:
    assert may_read("S1", "S1")
    assert may_read("S1", "S1:logger")
    for other in ("S10", "S1-2", "S", "onemap-ingest", "onemap-S1", "onemap-hj212"):
        assert not may_read("S1", other), other
        assert not may_read("i", other), other
    assert may_read("onemap-ingest", "onemap-ingest")
    assert not may_read("onemap-ingest", "S1")
    assert may_read("gateway", "onemap-hj212")
    assert not may_read("gateway", "onemap-ingest")


def test_a_topic_belongs_to_those_who_write_it() -> None:
    assert may_write("S1", "onemap/v1/S1/reading")
    assert may_write("gateway", "onemap/v1/S2/hj212")
    for topic in ("onemap/v1/S10/reading", "onemap/v1/S1/receipt", "onemap/v1/S1/reading/x"):
        assert not may_write("S1", topic), topic
        assert not may_write("gateway", topic), topic
    assert may_write("onemap-ingest", "onemap/v1/S1/receipt")
    assert not may_write("onemap-ingest", "onemap/v1/S1/reading")


def test_no_password_stands_in_the_definitions() -> None:
    made = rabbit_config.definitions({"onemap-ingest": "open-sesame"})
    assert "open-sesame" not in made
    assert rabbit_config.definitions({"onemap-ingest": "open-sesame"}) != made
