"""A device model by file: its code, its names and its mapping, in TOML or JSON."""

import json
import re
import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from importlib.resources import files
from typing import Any, Final

from data.errors import BadInput
from data.query_values import shortened
from ingest.codecs.mapping import PayloadMapping, mapping_document, read_mapping

LONGEST_CODE: Final = 64
LONGEST_NAME: Final = 80
LARGEST_FILE: Final = 65536
"""Bytes of a file that holds one model."""

_CODE: Final = re.compile(rf"[a-z0-9][a-z0-9._-]{{0,{LONGEST_CODE - 1}}}", re.ASCII)
_NAMES: Final = ("code", "name", "name_en")


@dataclass(frozen=True, slots=True)
class DeviceModel:
    """What devices of one make send: a code for files and commands, names for people, a mapping."""

    code: str
    name: str
    name_en: str | None
    mapping: PayloadMapping


def new_model(code: str, name: str, name_en: str | None, mapping: PayloadMapping) -> DeviceModel:
    """Makes a model of a code and names. Raises BadInput for those that can't be one's."""
    if not _CODE.fullmatch(code):
        raise BadInput(
            "“{code}” is no code of a device model.",
            mend="Write 1 to {most} of the letters a-z 0-9 . _ - and begin with a letter or digit.",
            code=shortened(code),
            most=LONGEST_CODE,
        )
    for each in (name, name_en or ""):
        if len(each) > LONGEST_NAME or not each.isprintable():
            raise BadInput(
                "A model's name has at most {most} printable letters.", most=LONGEST_NAME
            )
    if not name.strip():
        raise BadInput("A device model needs a name.")
    return DeviceModel(code, name.strip(), (name_en or "").strip() or None, mapping)


def read_model(content: bytes, file_name: str) -> DeviceModel:
    """Reads a model from the content of a file: JSON if its name ends in .json, else TOML.

    Raises BadInput that names the line or the field.
    """
    document = _parse(content, is_json=file_name.lower().endswith(".json"))
    names = {key: document.pop(key, None) for key in _NAMES}
    for key, value in names.items():
        if value is not None and not isinstance(value, str):
            raise BadInput("{place} is missing or not text.", place=key)
    code, name, name_en = names.values()
    return new_model(code or "", name or "", name_en, read_mapping(document))


def _parse(content: bytes, *, is_json: bool) -> dict[str, Any]:
    if len(content) > LARGEST_FILE:
        raise BadInput("A file of one model has at most {most} bytes.", most=LARGEST_FILE)
    try:
        text = content.decode("utf-8-sig")
        document = (
            json.loads(text, parse_float=Decimal, parse_int=Decimal)
            if is_json
            else tomllib.loads(text, parse_float=Decimal)
        )
    except UnicodeDecodeError as error:
        raise BadInput(
            "The file is not text in UTF-8 (byte {position}).", position=error.start + 1
        ) from None
    except (ValueError, RecursionError, ArithmeticError) as error:
        raise BadInput("The file can't be read: {reason}", reason=str(error)[:200]) from None
    if not isinstance(document, dict):
        raise BadInput("The file holds no table of a device model.")
    return document


def model_toml(model: DeviceModel) -> str:
    """Returns the model as a TOML file that ``read_model`` reads back."""
    document = mapping_document(model.mapping)
    lines = [f"code = {_quoted(model.code)}", f"name = {_quoted(model.name)}"]
    if model.name_en:
        lines.append(f"name_en = {_quoted(model.name_en)}")
    lines += [f"{key} = {_quoted(document[key])}" for key in ("id", "list") if key in document]
    time = ", ".join(f"{key} = {_quoted(value)}" for key, value in document["time"].items())
    lines.append(f"time = {{ {time} }}")
    for row in document["value"]:
        lines += ["", "[[value]]"]
        lines += [f"{key} = {_quoted(row[key])}" for key in ("path", "parameter")]
        lines += [f"{key} = {row[key]}" for key in ("factor", "offset") if key in row]
    return "\n".join(lines) + "\n"


def _quoted(text: str) -> str:
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")


def shipped_models() -> Sequence[DeviceModel]:
    """Returns the models that are part of the package, as examples to copy, by code."""
    folder = files("ingest.codecs").joinpath("models")
    named = sorted((each.name, each.read_bytes()) for each in folder.iterdir())
    return [read_model(content, name) for name, content in named if name.endswith(".toml")]
