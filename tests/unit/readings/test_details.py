"""Every sentence that a refusal's detail may say is known, and reads back as it was made."""

import ast
import re
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from dashboard.parts.detail_words import detail_words
from dashboard.parts.wording import language
from data.records import StationCode
from ingest.codecs import hj212, json_v1
from ingest.codecs.refusal import Unreadable
from ingest.detail_sentences import SENTENCES, Sentence
from ingest.details import LONGEST, Said, find, kept_detail, read_back
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

STORED = {
    "onemap/v1": "onemap/v1",
    "no station has this code": "没有这个编码的测站",
    "ph: not finite; nh3n: no value (null), flag D": "pH：不是有限数；氨氮：没有值（null），标记 D",
    "ph: its flag is none of HJ 212's; its letters are capitals (N)": (
        "pH：它的标记不是 HJ 212 的标记；其字母为大写（N）"
    ),
    "others: 3 more": "其他：另有 3 项",
    "time has no offset from UTC, as in +08:00 or Z; to tolerate it: assume_beijing, strip": (
        "时间没有时区偏移（如 +08:00 或 Z）；可容许：assume_beijing, strip"
    ),
    "crc_modbus: 12AB is sent, 34CD is right; the logger sends the CRC of Modbus": (
        "发来的是 12AB，正确的是 34CD；数采仪发的是 Modbus 的校验码"
    ),
    "JSON has no NaN and no Infinity; leave such a value out (unexpected character, expected a"
    " JSON value: line 1 column 9 (char 8))": (
        "JSON 没有 NaN 和 Infinity，没有值时请不写这一项"
        "（应为 JSON 值：第 1 行第 9 列（第 8 个字符））"
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
    started = time.perf_counter()
    detail_words(("a is no b of " * 40)[:500])
    detail_words(("a: b; " * 90)[:500])
    assert time.perf_counter() - started < 1


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
