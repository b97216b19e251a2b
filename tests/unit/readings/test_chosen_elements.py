"""Elements of a foreign message's list that a mapping chooses by what they say."""

import orjson
import pytest

from data.errors import BadInput
from data.vocabulary import Parameter, Refusal
from ingest.codecs.mapping import read_mapping
from ingest.codecs.trial import unmapped_numbers
from tests.unit.readings.test_mapped_json import mapping_of, one, read


def test_an_element_is_chosen_by_what_one_of_its_keys_says() -> None:
    document = mapping_of(value=[{"path": "[n=ph].v", "parameter": "ph"}])
    payload = [{"n": "do", "v": 8}, {"n": "ph", "v": 7.1}]
    assert dict(one(payload, document).values) == {Parameter.PH: 7.1}
    assert unmapped_numbers(orjson.dumps(payload), read_mapping(document)) == ["[0].v"]
    with pytest.raises(BadInput, match="outside the list"):
        read_mapping(mapping_of(value=[{"path": "$.a[n=ph].v", "parameter": "ph"}], list="b[*]"))


def test_a_choice_that_fits_several_elements_is_a_refusal() -> None:
    rows = [{"path": "d[n=ph].v", "parameter": "ph"}, {"path": "do", "parameter": "do"}]
    document = mapping_of(value=rows, id="d[n=id].v")
    twice = [{"n": "ph", "v": 7}, {"n": "ph", "v": 8}, {"n": "id", "v": 1}, {"n": "id", "v": 2}]
    (found,) = read({"do": 8, "d": twice}, document)
    assert found.reading
    assert found.reading.values == {Parameter.DISSOLVED_OXYGEN: 8.0}
    assert set(found.reading.refused) == {"ph", "id"}
    assert "several elements" in found.reading.refused["ph"]
    assert found.missing == ()
    (found,) = read({"do": 8, "d": twice[1:3]}, document)
    assert not found.faults
    timed = mapping_of({"path": "d[n=id].v", "format": "epoch_s"}, value=rows)
    (found,) = read({"do": 8, "d": twice}, timed)
    assert (found.reading, found.faults[0].reason) == (None, Refusal.TIME)
    assert "several elements" in str(found.faults[0].error)
