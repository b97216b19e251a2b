"""Every sentence that a refusal's detail may say is known, and reads back as it was made."""

import ast
import json
import re
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from dashboard.parts.detail_words import detail_words, fault_words
from dashboard.parts.wording import language
from data.records import StationCode
from data.vocabulary import Parameter
from ingest.codecs import hj212, json_v1, mapped_json
from ingest.codecs.hj212_frame import Fault, framed
from ingest.codecs.mapping import read_mapping
from ingest.codecs.refusal import Unreadable, detail_of, detail_of_error, shown
from ingest.detail_sentences import SENTENCES, Sentence
from ingest.details import LONGEST, Piece, Said, find, kept_detail, read_back, with_blanks
from ingest.topics import fault_of
from tests.architecture.msgids import text_of
from tests.made.readings.messages import NOON
from tests.running.folders import ROOT
from tests.unit.readings.test_hostile_payloads import HJ212, JSON

FIELD = re.compile(r"\{[a-z_]+\}")

OF_MODELS = ("device_model.py", "json_paths.py", "mapping.py", "trial.py")
"""These read a model's mapping, which people write; a message has no part in it."""

MAKERS = (
    *(
        each
        for each in sorted((ROOT / "ingest" / "codecs").glob("*.py"))
        if each.name not in OF_MODELS
    ),
    ROOT / "ingest" / "screening" / "decoding.py",
    ROOT / "ingest" / "screening" / "screen.py",
    ROOT / "ingest" / "running" / "pipeline.py",
    ROOT / "ingest" / "storage" / "quarantine.py",
    ROOT / "ingest" / "topics.py",
    ROOT / "data" / "quality" / "detection.py",
)
NO_DETAILS = (
    "7 can't be written in a frame",
    "a data segment of 7 bytes",
    "a decoder failed; its message lies in quarantine",
    "; to tolerate it: 7",
    "7 UTC",
    "7 more",
    "; its letters are capitals (7)",
    "its flag is none of HJ 212's7",
    "the flag 7 is none of HJ 212-2017's7",
)
"""Texts for programmers and logs, and what is put at a detail's end or into one."""

ODD_KEYS = (
    "a; to tolerate it: strip", "水温; 溶解氧", "温度: 水", "溶解氧 mg/L", "x. 备注", "others", "",
    "a: not finite; b", "time: 24:00 is 0:00 of the next day", "'q'", "x\u00a0y", " ",
)  # fmt: skip
"""Keys of messages that look like parts of a detail."""

MAPPED = {"time": {"format": "arrival"}, "value": [{"path": "a", "parameter": "ph"}]}

STORED = {
    "onemap/v1": "onemap/v1",
    "no station has this code": "没有这个编码的测站",
    "ph: not finite; nh3n: no value (null), flag D": "pH：不是有限数；氨氮：没有值（null），标记 D",
    "ph: its flag is none of HJ 212's; its letters are capitals (N)": (
        "pH：它的标记不是 HJ 212 的标记；其字母为大写（N）"
    ),
    "others: 3 more": "其他：另有 3 项",
    "length: unknown parameter; a b: unknown parameter; ph: not a number": (
        "length：未知参数；a b：未知参数；pH：不是数字"
    ),
    "time has no offset from UTC, as in +08:00 or Z; to tolerate it: assume_beijing, strip": (
        "时间没有时区偏移（如 +08:00 或 Z）；可容许：assume_beijing, strip"
    ),
    "crc_modbus: 12AB is sent, 34CD is right; the logger sends the CRC of Modbus": (
        "发来的是 12AB，正确的是 34CD；数采仪发的是 Modbus 的校验码"
    ),
    "JSON has no NaN and no Infinity; leave such a value out (unexpected character, expected a"
    " JSON value: line 1 column 9 (char 8))": (
        "JSON 没有 NaN 和 Infinity，没有值时请不写这一项"
        "（应为 JSON 值：第 1 行第 9 列（之前有 8 个字符））"
    ),
    "observed 1 day, 2:00:05 after it arrived": "观测时间比到达时间晚 1 天 2:00:05",
    "observed 0:40:00 after it arrived": "观测时间比到达时间晚 0:40:00",
    "'x: y; z' isn't understood": "'x: y; z' 无法理解",
    "values.ph: 'a. b' is no number.": "values.ph：'a. b' 不是数字。",
    "There is no time at t. values.ph: 'x' is no number.": (
        "t 处没有时间。values.ph：'x' 不是数字。"
    ),
    "numeric field overflow": "numeric field overflow",
}
"""Details as they stand in databases, and what a Chinese reader sees."""


def spelled(file: Path) -> Iterator[tuple[str, int]]:
    """Each text of a file that is no description of it, with 7 for what it holds."""
    tree = ast.parse(file.read_text("utf-8"))
    inner = {
        id(part)
        for node in ast.walk(tree)
        if isinstance(node, ast.JoinedStr)
        for part in ast.walk(node)
        if part is not node
    }
    inner |= {
        id(node.value)
        for node in ast.walk(tree)
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)
    }
    for node in ast.walk(tree):
        if id(node) in inner:
            continue
        if isinstance(node, ast.JoinedStr):
            parts = [text_of(each) or "7" for each in node.values]
            yield "".join(parts), node.lineno
        elif isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield node.value, node.lineno


def is_sentence(text: str) -> bool:
    """Whether people read the text: words with blanks, no SQL and no pattern."""
    is_words = " " in text.strip() and sum(map(str.isalpha, text)) > len(text) / 2
    return is_words and not text.lstrip().startswith(("INSERT", "SELECT", "UPDATE"))


@pytest.mark.parametrize("file", MAKERS, ids=lambda file: file.stem)
def test_every_sentence_of_a_refusal_is_one_that_can_be_worded(file: Path) -> None:
    unknown = [
        (line, text)
        for text, line in spelled(file)
        if is_sentence(text) and text not in NO_DETAILS and find(FIELD.sub("7", text)) is None
    ]
    assert unknown == []


@pytest.mark.parametrize("sentence", SENTENCES, ids=lambda sentence: sentence.template)
def test_a_sentence_reads_back_with_what_its_fields_hold(sentence: Sentence) -> None:
    fields = dict.fromkeys(sentence.pattern.groupindex, "7")
    fields |= {"why": "no value"} if "why" in fields else {}
    said = find(sentence.template.format(**fields))
    assert said is not None
    assert said.template.format(**fields) == sentence.template.format(**fields)


@pytest.mark.parametrize("stored", STORED, ids=str)
def test_a_stored_detail_is_shown_in_the_readers_language(stored: str) -> None:
    assert detail_words(stored) == STORED[stored]
    language.set("en")
    assert detail_words(stored) == stored


@pytest.mark.parametrize("name", [*HJ212, *JSON])
def test_what_hostile_payloads_are_refused_for_is_read_back_whole(name: str) -> None:
    payload, _reason = {**HJ212, **JSON}[name]
    decode = hj212.decode if name in HJ212 else json_v1.decode
    with pytest.raises(Unreadable) as caught:
        decode(payload, StationCode("QH-01"), NOON)
    for piece in read_back(caught.value.detail[:500]).pieces[:10]:
        assert isinstance(piece.said, Said), piece


def test_a_long_or_a_cut_detail_costs_no_time_and_keeps_its_end() -> None:
    cut = ("; ".join(f"k{n}: unknown parameter" for n in range(40)))[:500]
    assert detail_words(cut).startswith("k0：未知参数；k1：未知参数；")
    assert detail_words("x: " * 100_000) == "x: " * 100_000
    started = time.thread_time()
    detail_words(("a is no b of " * 40)[:500])
    detail_words(("a: b; " * 90)[:500])
    assert time.thread_time() - started < 1


def test_a_detail_that_is_too_long_says_how_many_parts_it_leaves_out() -> None:
    parts = [f"溶解氧平均值{n:02}: unknown parameter" for n in range(20)]
    kept = kept_detail("; ".join([*parts, "others: 5 more"]) + "; to tolerate it: array")
    assert len(kept) <= LONGEST
    pieces = read_back(kept).pieces
    assert [piece.about for piece in pieces[:-1]] == [part[:8] for part in parts[: len(pieces) - 1]]
    said = pieces[-1].said
    assert isinstance(said, Said)
    assert said.facts == {"n": str(25 - (len(pieces) - 1))}
    assert read_back(kept).kinds == "array"
    assert kept_detail("x" * 900) == "x" * 500
    assert kept_detail("short") == "short"
    cut = kept_detail("x" * 900 + "; others: 3 more; to tolerate it: strip, array")
    assert len(cut) == LONGEST
    assert cut.endswith("xx; others: 3 more; to tolerate it: strip, array")
    assert read_back(cut).kinds == "strip, array"


def refused(values: dict[str, Any], flags: dict[str, Any] | None = None) -> str:
    """The detail of a message with these values, as it is stored."""
    message = {"time": NOON.isoformat(), "values": values, "flags": flags}
    payload = json.dumps(message, ensure_ascii=False).encode()
    try:
        reading = json_v1.decode(payload, StationCode("QH-01"), NOON)
    except Unreadable as error:
        return kept_detail(error.detail)
    return kept_detail(detail_of(reading.refused))


@pytest.mark.parametrize("key", [*Fault, *ODD_KEYS], ids=str)
def test_what_a_device_calls_a_value_is_never_taken_for_a_word_of_ours(key: str) -> None:
    detail = refused({key: 1, "ph": "x", "flag": 2})
    name = shown(key)
    assert [with_blanks(each.about) for each in read_back(detail).pieces] == [name, "ph", "flag"]
    assert read_back(detail).kinds == ""
    assert detail_words(detail) == f"{name}：未知参数；pH：不是数字；flag：未知参数"
    assert fault_words(detail) == detail_words(detail)
    language.set("en")
    assert detail_words(detail) == (
        f"{name}: unknown parameter; ph: not a number; flag: unknown parameter"
    )


@pytest.mark.parametrize("said", ["7. x; to tolerate it: strip", "a: not finite", "x is no number"])
def test_what_a_device_says_is_never_taken_for_a_sentence_of_ours(said: str) -> None:
    items = hj212_items(said.replace(";", "."))
    assert len(items) == 1
    assert isinstance(items[0].said, Said)
    assert items[0].said.template == "{text} is no number"
    mapping = read_mapping(MAPPED)
    (read,) = mapped_json.decode(
        json.dumps({"a": said}).encode(), StationCode("QH-01"), NOON, mapping, most_readings=1
    )
    (piece,) = read_back(detail_of_error(read.faults[0].error)).pieces
    assert isinstance(piece.said, Said)
    assert piece.said.template == "{path}: {value} is no number."
    assert detail_words(fault_of(f"onemap/v1/QH-01/{said}")) == (
        f"{said!r} 不是测站的通道，正确的主题是 onemap/v1/QH-01/reading"
    )


def hj212_items(said: str) -> list[Piece]:
    """The parts of the detail of a frame with this in the place of a number."""
    segment = f"ST=21;CN=2011;MN=A;Flag=4;CP=&&DataTime=20261129080000;w01001-Rtd={said}&&"
    with pytest.raises(Unreadable) as caught:
        hj212.decode(framed(segment.encode()), StationCode("QH-01"), NOON)
    return list(read_back(caught.value.detail).pieces)


def test_others_are_all_that_is_not_named() -> None:
    known = [each.value for each in Parameter]
    for detail, count in (
        (refused(dict.fromkeys(known[:20], 1), dict.fromkeys(known[:20], "n")), 20),
        (refused(dict.fromkeys(known), dict.fromkeys(known, "D")), len(known)),
        (refused({"others": 1} | {f"x{n}": 1 for n in range(25)}), 26),
        (refused({f"{'long' * 10}{n}": 1 for n in range(3)}), 3),
    ):
        *named, last = read_back(detail).pieces
        assert isinstance(last.said, Said)
        assert last.said.template == "others: {n} more"
        assert int(str(last.said.facts["n"])) == count - len(named)
        assert all(isinstance(each.said, Said) and each.about for each in named)


def test_json_in_gbk_is_named_as_perhaps_gbk() -> None:
    payload = f'{{"time":"{NOON.isoformat()}","values":{{"温度":7}}}}'.encode("gbk")
    for bad, is_json in ((payload, True), (payload[:-1], False)):
        with pytest.raises(Unreadable) as caught:
            json_v1.decode(bad, StationCode("QH-01"), NOON)
        assert ("可能是 GBK" in detail_words(caught.value.detail)) is is_json
        with pytest.raises(Unreadable) as caught:
            mapped_json.decode(
                bad,
                StationCode("QH-01"),
                NOON,
                read_mapping(MAPPED),
                most_readings=1,
            )
        assert ("可能是 GBK" in detail_words(caught.value.detail)) is is_json
