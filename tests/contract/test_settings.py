"""The settings of the environment stay as they are recorded: people have them in their files."""

import json
import re
from collections.abc import Iterator

from pydantic.fields import FieldInfo

from tests.architecture.settings_pages import CLASSES, as_written
from tests.contract.recorded import hold, lines


def kind_of(field: FieldInfo) -> str:
    """The type of a setting with its bounds; where a type is defined doesn't matter."""
    kind = field.annotation
    name = kind.__name__ if isinstance(kind, type) and not hasattr(kind, "__args__") else str(kind)
    bounds = [str(each) for each in field.metadata]
    return " ".join([re.sub(r"\b(?:[A-Za-z_]\w*\.)+", "", name), *bounds])


def default_of(field: FieldInfo) -> str:
    """What holds when nothing is set, as JSON; ``required`` where something must be."""
    return "required" if field.is_required() else json.dumps(as_written(field.default))


def settings() -> Iterator[str]:
    """Every setting on one line."""
    for kind in CLASSES:
        for name, field in kind.model_fields.items():
            variable = f"{kind.model_config.get('env_prefix')}{name.upper()}"
            told = f"{kind_of(field)} | {default_of(field)} | {field.description}"
            yield f"{variable} | {told}"


def test_every_setting_has_its_recorded_name_type_and_default(renewed: str) -> None:
    title = "Settings: variable | type and bounds | default | what it is"
    hold("settings.txt", lines(title, sorted(settings())), renewed)
