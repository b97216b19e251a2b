"""The chain's bytes never change: fixed bodies give the bytes and hashes that were recorded."""

from datetime import UTC, date, datetime, timedelta, timezone

import pytest

from data.chain import NOTHING_BEFORE, canonical, chain_hash, read
from data.clock import UtcDatetime
from data.records import AccountId
from data.words.ledger import Action, Stage, Status
from problem_ledger.record.commands import Attached
from problem_ledger.record.events import NewEvent, first_link, next_link

AT = UtcDatetime(datetime(2026, 11, 2, 1, tzinfo=UTC))
EVERY_KIND = {
    "文": "垃圾 “岸边”\n",
    "b": True,
    "a": None,
    "n": -7,
    "x": 0.1,
    "y": 1e22,
    "z": 5e-324,
    "at": datetime(2026, 11, 2, 9, 0, 0, 5, tzinfo=timezone(timedelta(hours=8))),
    "day": date(2026, 2, 3),
    "hash": b"\x00\xff",
    "view": memoryview(b"ab"),
    "list": [1, (2.5, None), {"k": b""}],
    3: "key",
}
BYTES = (
    '{"3":"key","a":null,"at":"2026-11-02T01:00:00.000005Z","b":true,"day":"2026-02-03",'
    '"hash":"00ff","list":[1,["2.5",null],{"k":""}],"n":-7,"view":"6162","x":"0.1",'
    '"y":"1e+22","z":"5e-324","文":"垃圾 “岸边”\\n"}'
).encode()
HASH = "022dcbb52e3b6fd330b21a76e74b8de6eececdd362575e90e412f904ffd6ad10"
NEXT_HASH = "0ca4e04d58b9d70f311d1007ae8abb14f676affc4567a04d5d6edcb7f0979347"

REPORT = (
    '{"account_id":7,"action":"report","actor":"湍河 巡河员","at":"2026-11-02T01:00:00.000000Z",'
    '"from":null,"level":null,"number":"411381-2026-00001","photos":['
    '"0000000000000000000000000000000000000000000000000000000000000000"],"role":"patroller",'
    '"seq":1,"set":{"lat":"32.9","lon":"112.1","registered_at":"2026-11-02T01:00:00.000000Z",'
    '"reporter_id":7,"request_sha256":"01","severity":"general"},"text":"","to":"registered"}'
).encode()
REPORT_HASH = "50ec547f6514b442f195e6de63157fe7f141232eddec86bcc8a9e6d0f5225aa9"
VERIFY = (
    '{"account_id":8,"action":"verify","actor":"县河长办","at":"2026-11-02T01:00:00.000000Z",'
    '"checked_at":"2026-11-02T01:00:00.000000Z","from":"submitted","level":"county",'
    '"number":"411381-2026-00001","photos":[],"role":"office","seq":2,"set":{"checker_id":8},'
    '"site":{"distance_m":"3.5","lon":"112.1"},"text":"已核实","to":"verified"}'
).encode()
VERIFY_HASH = "8a63a2821afd187f7faada4daa05698732138465e500366d2afa7baf9a98bbd6"


def test_every_kind_of_value_has_its_recorded_bytes_and_hash() -> None:
    body = canonical(EVERY_KIND)  # type: ignore[arg-type]  # a key that is no text becomes one
    assert body == BYTES
    first = chain_hash(NOTHING_BEFORE, body)
    assert first.hex() == HASH
    assert chain_hash(first, b"").hex() == NEXT_HASH


def test_a_problems_events_have_their_recorded_bytes_and_hashes() -> None:
    reported = first_link(
        "411381-2026-00001",
        {
            "lon": 112.1,
            "lat": 32.9,
            "severity": "general",
            "registered_at": AT,
            "request_sha256": b"\x01",
            "reporter_id": 7,
        },
        NewEvent(
            Action.REPORT,
            Status.REGISTERED,
            AT,
            AccountId(7),
            "湍河 巡河员",
            role="patroller",
            photos=[Attached(3, bytes(32))],
            stage=Stage.BEFORE,
        ),
    )
    verified = next_link(
        {**reported.columns, "status": "submitted"},
        {"checker_id": 8},
        NewEvent(
            Action.VERIFY,
            Status.VERIFIED,
            AT,
            AccountId(8),
            "县河长办",
            role="office",
            level="county",
            text="已核实",
            more={"checked_at": AT, "site": {"lon": 112.1, "distance_m": 3.5}},
        ),
    )
    assert (reported.event.body, reported.event.hash.hex()) == (REPORT, REPORT_HASH)
    assert (verified.event.body, verified.event.hash.hex()) == (VERIFY, VERIFY_HASH)


@pytest.mark.parametrize("body", [b'{"b":1,"a":2}', b'{"a": 1}', b"[]", b'{"a":1.5}', b"nothing"])
def test_bytes_that_are_not_canonical_are_refused(body: bytes) -> None:
    with pytest.raises(ValueError, match=r"canonical|Expecting"):
        read(body)
