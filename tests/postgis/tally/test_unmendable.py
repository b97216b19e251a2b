"""What no tolerance mends stands on the page of refused messages, in groups, with what to do."""

import json
from datetime import timedelta

import pytest
from sqlalchemy import text

from dashboard.frame.deps import Deps
from dashboard.parts.wording import language
from dashboard.tally.refused_actions import read_refused
from dashboard.tally.refused_page import refused_body
from dashboard.tally.unmendable import OWN_ADVICE, advice, mend_word
from data import clock
from data.clock import UtcDatetime
from data.errors import Forbidden
from data.vocabulary import Refusal, Role
from ingest.detail_sentences import SENTENCES
from ingest.inbox import Message
from ingest.running.pipeline import Pipeline
from tests.made.basin import SmallBasin, build_small_basin
from tests.made.database import Database
from tests.made.pages import sign_in

NOW = clock.now()
TIME = NOW.isoformat()
BROKEN = b'{"time":"' + TIME.encode() + b'","values":{"ph":7.1'
WHOLE = f'{{"time":"{TIME}","values":{{"ph":7.1}}}}'.encode()


def at(minutes: int) -> UtcDatetime:
    return UtcDatetime(NOW - timedelta(minutes=minutes))


@pytest.fixture
def basin(database: Database) -> SmallBasin:
    """The small basin, and a message with each fault that nothing tolerates."""
    with database.owner.begin() as connection:
        made = build_small_basin(connection)
    up, values = "onemap/v1/QH-01", '"values":{"ph":7.1,"do":'
    messages = [
        Message(f"{up}/reading", BROKEN, at(50)),
        Message(f"{up}/reading", BROKEN + b" ", at(30)),
        Message(f"{up}/reading", BROKEN + b" ", at(20)),
        Message(f"{up}/readings", WHOLE, at(10)),
        Message(f"{up}/reading", f'{{"time":"{TIME}",{values}NaN}}}}'.encode(), at(9)),
        Message(
            f"{up}/reading",
            f'{{"time":"{TIME}","values":{{"ph":7.1}},"flags":{{"ph":"?"}}}}'.encode(),
            at(8),
        ),
        Message("onemap/v1/NEW-7/reading", WHOLE, at(7)),
        Message(f"{up}/reading", WHOLE.replace(b"+00:00", b""), at(6)),
    ]
    Pipeline(database.ingest).commit(messages)
    return made


def drawn(deps: Deps) -> str:
    """The page as it is sent to the browser."""
    return json.dumps(
        refused_body(read_refused(deps)).to_plotly_json(), default=_json, ensure_ascii=False
    )


def _json(part: object) -> object:
    return part.to_plotly_json()  # type: ignore[attr-defined]  # only parts of a page come here


def test_what_nothing_mends_is_grouped_by_station_topic_and_reason(
    deps: Deps, basin: SmallBasin
) -> None:
    sign_in(Role.OFFICE)
    shown = read_refused(deps)
    assert [(each.code, each.topic, each.reason, each.count) for each in shown.unmendable] == [
        (None, "onemap/v1/NEW-7/reading", Refusal.UNKNOWN_STATION, 1),
        ("QH-01", "onemap/v1/QH-01/reading", Refusal.VALUE, 1),
        ("QH-01", "onemap/v1/QH-01/reading", Refusal.PARTIAL, 1),
        ("QH-01", "onemap/v1/QH-01/readings", Refusal.TOPIC, 1),
        ("QH-01", "onemap/v1/QH-01/reading", Refusal.NOT_JSON, 3),
    ]
    last = shown.unmendable[-1]
    assert (last.first_at, last.last_at) == (at(50), at(20))
    assert last.payload.startswith(b'{"time":"')
    assert shown.unmendable_count == 5
    assert [each.kinds for each, _ in shown.waiting] == [("assume_beijing",)]


def test_the_page_says_what_is_wrong_and_what_to_do_in_both_languages(
    deps: Deps, basin: SmallBasin
) -> None:
    sign_in(Role.OFFICE)
    page = drawn(deps)
    for words in (
        "任何容许都补不了的",
        "'readings' 不是测站的通道，正确的主题是 onemap/v1/QH-01/reading",
        "消息没有写完",
        "没有这个编码的测站",
        "未登记测站",
        "溶解氧：不是有限数",
        "QH-01",
        "onemap/v1/NEW-7/reading",
    ):
        assert words in page, words
    assert page.count("怎么办") == 5
    language.set("en")
    page = drawn(deps)
    for words in ("What no tolerance mends", "no station has this code", "What to do"):
        assert words in page, words


def test_one_sees_what_is_of_stations_in_ones_divisions(deps: Deps, basin: SmallBasin) -> None:
    sign_in(Role.OFFICE, basin.town_up)
    assert {each.code for each in read_refused(deps).unmendable} == {"QH-01"}
    sign_in(Role.OFFICE, basin.town_down)
    assert not read_refused(deps).unmendable
    assert "没有此类消息" in drawn(deps)
    sign_in(Role.AUDITOR)
    with pytest.raises(Forbidden):
        read_refused(deps)


def test_what_was_taken_in_since_no_longer_stands_there(
    deps: Deps, basin: SmallBasin, database: Database
) -> None:
    with database.owner.begin() as connection:
        connection.execute(
            text("UPDATE quarantine SET replayed_at = now() WHERE reason <> 'topic'")
        )
    sign_in(Role.OFFICE)
    assert [each.reason for each in read_refused(deps).unmendable] == [Refusal.TOPIC]


def test_every_reason_has_its_word_of_what_to_do() -> None:
    for code in ("zh", "en"):
        language.set(code)
        words = [mend_word(reason) for reason in Refusal]
        assert all(words)
        assert len(set(words)) == len(words)


def test_what_a_reasons_advice_would_not_mend_has_its_own() -> None:
    assert set(OWN_ADVICE) <= {each.template for each in SENTENCES}
    period = advice(Refusal.VALUE, "period is none of instant, minute, hour, day")
    assert period == "请让设备发送上面列出的时段之一，或不发这一项。"
    frame = advice(Refusal.TIME, "time: '2026年' is no time YYYYMMDDhhmmss")
    assert "DataTime" in frame
    assert advice(Refusal.VALUE, "ph: not a number") == mend_word(Refusal.VALUE)
    assert advice(Refusal.DATABASE, "numeric field overflow") == mend_word(Refusal.DATABASE)
