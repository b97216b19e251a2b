"""The pages of settings, docs/settings.md and docs/settings.zh.md, written from their classes.

``.venv/bin/python -m tests.architecture.settings_pages`` writes both anew. English stands in
``data/settings.py`` and ``data/device_settings.py``, Chinese in ``docs/settings.zh.toml`` beside
the English it was written for.
"""

import inspect
import json
import tomllib
from enum import Enum
from pathlib import Path
from typing import Any

from pydantic import SecretStr
from pydantic.fields import FieldInfo
from pydantic_settings import BaseSettings

import data.device_settings
import data.settings
from data.whole_files import write_whole
from tests.running.folders import ROOT

DOCS = ROOT / "docs"
CHINESE = DOCS / "settings.zh.toml"
CLASSES = [
    kind
    for module in (data.settings, data.device_settings)
    for kind in vars(module).values()
    if isinstance(kind, type) and issubclass(kind, BaseSettings) and kind is not BaseSettings
]
ABOUT = "about"
"""The key under which a class's own sentence stands beside those of its fields."""

HEADS = {
    "en": """\
# Settings

[中文](settings.zh.md)

Read from the environment when a process starts; lists are JSON. A demo keeps its own in `DIR/env`,
and every command finds them there. Written from `data/settings.py` by
`.venv/bin/python -m tests.architecture.settings_pages`.
""",
    "zh": """\
# 设置

[English](settings.md)

进程启动时从环境变量读取；列表用 JSON 书写。演示的设置保存在 `DIR/env`，其他命令自会读取。
本页由 `.venv/bin/python -m tests.architecture.settings_pages` 写成，
中文取自 `docs/settings.zh.toml`。
""",
}
COLUMNS = {"en": "| Setting | Default | Meaning |", "zh": "| 设置 | 缺省 | 含义 |"}
REQUIRED = {"en": "required", "zh": "必填"}
NOTHING = "–"


def prefix_of(kind: type[BaseSettings]) -> str:
    """What the variables of a class begin with, like ``ONEMAP_MQTT__``."""
    return str(kind.model_config.get("env_prefix"))


def subject_of(kind: type[BaseSettings]) -> str:
    """The word of a class in its variables and in the Chinese file, like ``mqtt``."""
    return prefix_of(kind).removeprefix("ONEMAP_").removesuffix("__").lower()


def variables() -> list[str]:
    """The environment's name of every setting."""
    return [f"{prefix_of(kind)}{name.upper()}" for kind in CLASSES for name in kind.model_fields]


def english() -> dict[str, dict[str, str]]:
    """The English of every class and of each of its fields."""
    return {
        subject_of(kind): {
            ABOUT: inspect.getdoc(kind) or "",
            **{name: field.description or "" for name, field in kind.model_fields.items()},
        }
        for kind in CLASSES
    }


def beside() -> dict[str, dict[str, dict[str, str]]]:
    """The Chinese file: for each class and field the text in ``zh`` and its English in ``en``."""
    return tomllib.loads(CHINESE.read_text("utf-8"))


def meanings(language: str) -> dict[str, dict[str, str]]:
    """The texts of one language, by class and field. Raises KeyError where the Chinese lacks."""
    texts = english()
    if language == "en":
        return texts
    chinese = beside()
    return {
        subject: {name: chinese[subject][name]["zh"] for name in fields}
        for subject, fields in texts.items()
    }


def default_of(field: FieldInfo, language: str) -> str:
    """What holds when a setting isn't given, as people would write it."""
    if field.is_required():
        return REQUIRED[language]
    value = as_written(field.default)
    if value is None or value == "":
        return NOTHING
    return f"`{value if isinstance(value, str) else json.dumps(value)}`"


def as_written(value: Any) -> Any:
    """The value without its Python types: lists for tuples, words for members of an enumeration."""
    if isinstance(value, tuple):
        return [as_written(each) for each in value]
    if isinstance(value, SecretStr):
        return value.get_secret_value()
    return value.value if isinstance(value, Enum) else value


def page(language: str) -> str:
    """The whole page in ``en`` or ``zh``."""
    texts = meanings(language)
    parts = [HEADS[language]]
    for kind in CLASSES:
        told = texts[subject_of(kind)]
        rows = [
            f"| `{prefix_of(kind)}{name.upper()}` | {default_of(field, language)} | {told[name]} |"
            for name, field in kind.model_fields.items()
        ]
        head = f"## {prefix_of(kind)}…\n\n{told[ABOUT]}\n"
        parts.append("\n".join([head, COLUMNS[language], "|---|---|---|", *rows, ""]))
    return "\n".join(parts)


def pages() -> dict[Path, str]:
    """Both pages by the file they stand in."""
    return {DOCS / "settings.md": page("en"), DOCS / "settings.zh.md": page("zh")}


def main() -> None:
    """Writes both pages."""
    for file, text in pages().items():
        write_whole(file, text)


if __name__ == "__main__":
    main()
