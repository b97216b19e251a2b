"""What programs send in and are answered: the bases of all such documents, and shared types."""

from typing import Annotated, Self

from fastapi import Path
from pydantic import (
    AfterValidator,
    AwareDatetime,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    field_validator,
)
from pydantic_core import PydanticCustomError

from data.clock import to_utc
from data.encodings import can_be_kept

MOST_ID = 2**53
"""The largest whole number that scripts hold exactly."""

Id = Annotated[int, Field(ge=1, le=MOST_ID)]
PathId = Annotated[int, Path(ge=1, le=MOST_ID)]
Number = Annotated[float, Field(allow_inf_nan=False)]
Instant = Annotated[AwareDatetime, AfterValidator(to_utc)]
"""A time with offset, taken to UTC."""

Hex = Annotated[str, BeforeValidator(bytes.hex)]
"""Bytes of a record, answered in hex."""


class Sent(BaseModel):
    """The base of documents that programs send in; an unknown field in one is an error."""

    model_config = ConfigDict(extra="forbid")

    @field_validator("*", mode="before")
    @classmethod
    def _refuse_unkept(cls, value: object) -> object:
        """Raises an error that names the field of a text with a sign that can't be kept."""
        texts = value if isinstance(value, list) else [value]
        if not all(can_be_kept(each) for each in texts if isinstance(each, str)):
            raise PydanticCustomError("unkept_sign", "a NUL, or half of a character")
        return value


class Read(BaseModel):
    """The base of documents that the API answers with, read from the attributes of a record."""

    model_config = ConfigDict(from_attributes=True)

    @classmethod
    def of(cls, record: object, /, **others: object) -> Self:
        """Makes the document of a record from its attributes.

        ``others`` are the fields that the record has not, or under another name or in other words.
        Documents within it are read from the records within that one. Raises AttributeError for a
        field that is in neither, TypeError for one that the document lacks, ValidationError for one
        of another type.
        """
        if unknown := others.keys() - cls.model_fields.keys():
            raise TypeError(f"{cls.__name__} has no {', '.join(sorted(unknown))}")
        if not others:
            return cls.model_validate(record)
        names = cls.model_fields.keys() - others.keys()
        return cls.model_validate({**{name: getattr(record, name) for name in names}, **others})
