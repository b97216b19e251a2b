"""Device models by file: what a mapping may say, what is refused and how, and the shipped ones."""

import json
from datetime import UTC, datetime
from decimal import Decimal

import pytest

from data.clock import UtcDatetime
from data.errors import BadInput
from data.records import StationCode
from data.vocabulary import Parameter
from ingest.codecs.device_model import DeviceModel, model_toml, read_model, shipped_models
from ingest.codecs.mapping import TimeFormat, mapping_document, read_mapping
from ingest.codecs.trial import try_payload
from tests.running.folders import ROOT

ARRIVED = UtcDatetime(datetime(2026, 5, 1, 0, 0, 3, tzinfo=UTC))
FILE = """
code = "probe-7"
name = "多参数探头"
name_en = "Probe \\"7\\""
id = "n"
list = "rows[*]"
time = { path = "$.t", format = "iso_beijing" }

[[value]]
path = "a.ph"
parameter = "ph"

[[value]]
path = '"nh3.n"'
parameter = "nh3n"
factor = 0.001

[[value]]
path = "t"
parameter = "temp"
offset = -273.15
"""


def model(code: str) -> DeviceModel:
    return next(each for each in shipped_models() if each.code == code)


def test_a_file_is_read_and_written_back_the_same() -> None:
    read = read_model(FILE.encode(), "probe.toml")
    assert (read.code, read.name, read.name_en) == ("probe-7", "多参数探头", 'Probe "7"')
    assert read.mapping.values[1].factor == Decimal("0.001")
    assert read_model(model_toml(read).encode(), "x.toml") == read
    document = {"code": read.code, "name": read.name, "name_en": read.name_en}
    as_json = json.dumps({**document, **mapping_document(read.mapping)}).encode()
    assert read_model(as_json, "probe.JSON") == read
    assert read_mapping(mapping_document(read.mapping)) == read.mapping


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ('code = "probe-7"', "", "no code"),
        ('"probe-7"', '"Probe 7"', "no code"),
        ('"probe-7"', "7", "code is missing or not text"),
        ('name = "多参数探头"', "", "needs a name"),
        ('"多参数探头"', '"' + "长" * 81 + '"', "80 printable"),
        ('"n"', '"n..x"', "“n..x” can't be read from letter 2"),
        ('"rows[*]"', '"rows"', "doesn't end in"),
        ('"rows[*]"', '"a[*].b[*]"', "a[*].b"),
        ('"$.t"', '""', "time.path is missing"),
        ('"iso_beijing"', '"ISO8601"', "“ISO8601” is no form of time"),
        ('"iso_beijing"', '"arrival"', "arrival has no path"),
        ('"a.ph"', '"a.ph("', None),
        ('"a.ph"', '"a ph"', "letter 2"),
        ('parameter = "ph"', 'parameter = "pH"', "value #1.parameter: “pH” is no parameter"),
        ('parameter = "ph"', 'parameter = "nh3n"', "value #2.parameter: nh3n is there twice"),
        ('path = "t"', 'path = "a.ph"', "value #3.path: a.ph is there twice"),
        ("0.001", "0", "value #2.factor: the factor 0 lies outside"),
        ("0.001", "1e-10", "lies outside"),
        ("0.001", "-1", None),
        ("0.001", "inf", "value #2.factor: “Infinity” is no number"),
        ("-273.15", "1e-99999999", "value #3.offset: “1E-99999999” is no number"),
        ("-273.15", "1e9999999999999999999999", "can't be read"),
        ("0.001", '"1/1000"', "value #2.factor: “1/1000” is no number"),
        ("0.001", "true", "value #2.factor is no number"),
        ("factor", "offset", "value #2.offset: only a temperature has an offset"),
        ("factor", "Factor", "value #2.Factor is no field"),
        ('id = "n"', 'ID = "n"', "ID is no field"),
        ('id = "n"', 'script = "x"', "script is no field"),
        ("[[value]]", "[value]", "line"),
        ('id = "n"', "id = n", "line 5"),
    ],
)
def test_what_is_wrong_is_said_with_its_place(old: str, new: str, said: str | None) -> None:
    content = FILE.replace(old, new, 1).encode()
    if said is None:  # such keys and factors exist
        assert read_model(content, "probe.toml")
        return
    with pytest.raises(BadInput) as refused:
        read_model(content, "probe.toml")
    assert said in str(refused.value)


def test_the_example_of_the_documentation_can_be_taken_in() -> None:
    page = (ROOT / "docs/ingest.md").read_text("utf-8")
    example = page.split("## Foreign JSON")[1].split("```toml\n")[1].split("```")[0]
    read = read_model(example.encode(), "probe.toml")
    assert [each.parameter.value for each in read.mapping.values] == ["ph", "nh3n", "temp"]
    listed = page.split("| time | ")[1].split(" |\n")[0]
    assert all(f"`{form.value}`" in listed for form in TimeFormat)


@pytest.mark.parametrize(
    "content",
    [b"", b"[]", b"\xff\xfe", b"{", b"[" * 60_000, b"a = 1\n" * 20_000, b'{"value": 1e999999999}'],
)
def test_no_content_of_a_file_does_more_than_be_refused(content: bytes) -> None:
    for name in ("m.toml", "m.json"):
        with pytest.raises(BadInput):
            read_model(content, name)


CHIRPSTACK_UP = b"""{
  "deduplicationId": "3ac7e3c4-4401-4b8d-9386-a5c902f9202d",
  "time": "2022-07-18T09:34:15.775023242+00:00",
  "deviceInfo": {"tenantName": "ChirpStack", "applicationName": "Test application",
    "deviceName": "Test device", "devEui": "0101010101010101", "tags": {"key": "value"}},
  "devAddr": "00189440", "dr": 1, "fPort": 1, "data": "qg==",
  "object": {"temperature": 17.25, "ph": "7.31", "conductivity": 412.0, "battery": 3.3},
  "rxInfo": [{"gatewayId": "0016c001f153a14c", "uplinkId": 4217106255, "rssi": -36, "snr": 10.5}],
  "txInfo": {"frequency": 867100000}
}"""
"""The documentation's own example of an uplink, with the object that a codec adds."""

THINGS_STACK_UP = b"""{
  "end_device_ids": {"device_id": "dev1", "application_ids": {"application_id": "app1"},
    "dev_eui": "0004A30B001C0530", "join_eui": "800000000000000C", "dev_addr": "00BCB929"},
  "correlation_ids": ["as:up:01"], "received_at": "2020-02-12T15:15:45.787Z",
  "uplink_message": {
    "session_key_id": "AXBSH1Pk6Z0G166", "f_port": 1, "f_cnt": 5, "frm_payload": "gkHe",
    "decoded_payload": {"temperature": 1.0, "ph": 7.05, "luminosity": 0.64},
    "rx_metadata": [{"gateway_ids": {"gateway_id": "gtw1"}, "rssi": -35, "snr": 5.2}],
    "settings": {"data_rate": {"lora": {"bandwidth": 125000, "spreading_factor": 7}}},
    "received_at": "2020-02-12T15:15:45.569Z"
  }
}"""
THINGSBOARD = b'{"ts": 1451649600512, "values": {"temperature": 17, "ammonia_ugL": 480}}'
THINGSBOARD_MANY = b"""[{"ts": 1451649600000, "values": {"temperature": 22.5}},
  {"ts": 1451649601000, "values": {"temperature": 22.7, "humidity": 60}}]"""


@pytest.mark.parametrize(
    ("code", "payload", "times", "values", "unmapped"),
    [
        (
            "chirpstack-v4",
            CHIRPSTACK_UP,
            [datetime(2022, 7, 18, 9, 34, 15, 775023, UTC)],
            [{Parameter.WATER_TEMPERATURE: 17.25, Parameter.PH: 7.31,
              Parameter.CONDUCTIVITY: 412.0}],
            {"object.battery", "rxInfo[0].rssi", "fPort"},
        ),
        (
            "things-stack-v3",
            THINGS_STACK_UP,
            [datetime(2020, 2, 12, 15, 15, 45, 569000, UTC)],
            [{Parameter.WATER_TEMPERATURE: 1.0, Parameter.PH: 7.05}],
            {"uplink_message.decoded_payload.luminosity", "uplink_message.f_cnt"},
        ),
        (
            "thingsboard",
            THINGSBOARD,
            [datetime(2016, 1, 1, 12, 0, 0, 512000, UTC)],
            [{Parameter.WATER_TEMPERATURE: 17.0, Parameter.AMMONIA_NITROGEN: 0.48}],
            set(),
        ),
        (
            "thingsboard",
            THINGSBOARD_MANY,
            [datetime(2016, 1, 1, 12, 0, second, tzinfo=UTC) for second in (0, 1)],
            [{Parameter.WATER_TEMPERATURE: 22.5}, {Parameter.WATER_TEMPERATURE: 22.7}],
            set(),
        ),
        (
            "thingsboard-plain",
            b'{"temperature": 22.5, "humidity": 61}',
            [ARRIVED],
            [{Parameter.WATER_TEMPERATURE: 22.5}],
            {"humidity"},
        ),
    ],
)  # fmt: skip
def test_shipped_models_read_the_examples_of_their_makers(
    code: str,
    payload: bytes,
    times: list[datetime],
    values: list[dict[Parameter, float]],
    unmapped: set[str],
) -> None:
    mapping = model(code).mapping
    trial = try_payload(payload, StationCode("S1"), ARRIVED, mapping, most_readings=10)
    readings = [each.reading for each in trial.readings if each.reading]
    assert [each.observed_at for each in readings] == times
    assert [each.values for each in readings] == values
    assert unmapped <= set(trial.unmapped)
    assert not any(each.faults for each in trial.readings)
    ids = {"chirpstack-v4": "3ac7e3c4-4401-4b8d-9386-a5c902f9202d"}
    assert readings[0].message_id == ids.get(code)


def test_what_another_event_of_chirpstack_says_is_no_reading() -> None:
    status = b'{"deduplicationId": "b", "time": "2022-07-18T09:35:06Z", "batteryLevel": 88.3}'
    mapping = model("chirpstack-v4").mapping
    trial = try_payload(status, StationCode("S1"), ARRIVED, mapping, most_readings=10)
    (found,) = trial.readings
    assert found.reading is None
    assert "object.ph" in found.missing
