"""Every setting is told in the README, in both languages."""

import re
from pathlib import Path

import pytest
from pydantic_settings import BaseSettings

import data.settings

ROOT = Path(__file__).parents[2]
CLASSES = [
    kind
    for kind in vars(data.settings).values()
    if isinstance(kind, type) and issubclass(kind, BaseSettings) and kind is not BaseSettings
]
NAMES = [
    f"{kind.model_config.get('env_prefix')}{field.upper()}"
    for kind in CLASSES
    for field in kind.model_fields
]


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("readme", ["README.md", "README.zh.md"])
def test_every_setting_is_in_the_readme(name: str, readme: str) -> None:
    assert f"`{name}`" in (ROOT / readme).read_text("utf-8")


@pytest.mark.parametrize("readme", ["README.md", "README.zh.md"])
def test_the_readme_names_no_setting_that_does_not_exist(readme: str) -> None:
    told = set(re.findall(r"`(ONEMAP_[A-Z]+__[A-Z_]+)`", (ROOT / readme).read_text("utf-8")))
    assert told <= set(NAMES)


def test_every_setting_says_what_it_is() -> None:
    assert all(field.description for kind in CLASSES for field in kind.model_fields.values())
