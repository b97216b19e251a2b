"""Documents of the interface for programs are read from the product's own records."""

from dataclasses import dataclass

import pytest
from pydantic import Field, ValidationError

from dashboard.frame.answers import Hex, Read, Sent
from dashboard.frame.unreadable import unreadable


@dataclass(frozen=True, slots=True)
class Gauge:
    name: str
    digest: bytes
    lon: float


@dataclass(frozen=True, slots=True)
class River:
    id: int
    gauges: tuple[Gauge, ...]

    @property
    def gauge_count(self) -> int:
        return len(self.gauges)


class GaugeOut(Read):
    name: str
    digest: Hex
    longitude: float = Field(validation_alias="lon")


class RiverOut(Read):
    id: int
    gauge_count: int
    gauges: list[GaugeOut]
    url: str


RIVER = River(7, (Gauge("青河", b"\x01\xff", 103.5),))


def test_a_document_takes_fields_properties_and_records_within_from_its_record() -> None:
    made = RiverOut.of(RIVER, url="/rivers/7")
    assert made.model_dump_json() == (
        '{"id":7,"gauge_count":1,"gauges":[{"name":"青河","digest":"01ff","longitude":103.5}],'
        '"url":"/rivers/7"}'
    )


def test_what_is_given_beside_the_record_stands_in_place_of_its_own() -> None:
    made = RiverOut.of(RIVER, url="", id=8, gauges=())
    assert (made.id, made.gauge_count, made.gauges) == (8, 1, [])


def test_a_field_that_the_document_has_not_is_refused() -> None:
    with pytest.raises(TypeError, match="RiverOut has no address, web"):
        RiverOut.of(RIVER, url="", web="", address="")


def test_a_field_that_the_record_has_not_is_refused() -> None:
    with pytest.raises(AttributeError, match="url"):
        RiverOut.of(RIVER, id=8)
    with pytest.raises(ValidationError, match="url"):
        RiverOut.of(RIVER)
    with pytest.raises(ValidationError, match="gauge_count"):
        RiverOut.of(RIVER, url="", gauge_count="several")


class NamedIn(Sent):
    name: str | None = None
    others: tuple[str, ...] = ()


@pytest.mark.parametrize("odd", ["a\0b", "a\ud800"])
@pytest.mark.parametrize("field", ["name", "others"])
def test_a_text_that_cannot_be_kept_is_refused_by_its_field(field: str, odd: str) -> None:
    with pytest.raises(ValidationError) as refused:
        NamedIn.model_validate({field: [odd] if field == "others" else odd})
    sentence, fields = unreadable(refused.value.errors())  # type: ignore[arg-type]  # mappings
    assert [each["field"] for each in fields] == [field]
    assert "NUL" in fields[0]["message"]
    assert sentence.isprintable()
