"""The forms in which devices write a time: the moment each says, and what is none."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import orjson
import pytest

from data.clock import UtcDatetime
from data.errors import BadInput
from data.records import StationCode
from data.vocabulary import Refusal
from ingest.codecs.device_times import read_time
from ingest.codecs.mapped_json import decode
from ingest.codecs.mapping import TimeFormat, read_mapping

EIGHT = datetime(2026, 5, 1, 0, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("form", "written", "at"),
    [
        ("iso", "2026-05-01T08:00:00+08:00", EIGHT),
        (
            "iso",
            "2022-07-18T09:34:15.775023242+00:00",
            datetime(2022, 7, 18, 9, 34, 15, 775023, UTC),
        ),
        ("iso", "2026-04-30T24:00:00+08:00", EIGHT - timedelta(hours=8)),
        ("iso", "2026-05-01T08:00:00", None),
        ("iso", "2026-05-01", None),
        ("iso", "20260501T080000+08:00", None),
        ("iso", 1777593600, None),
        ("iso_beijing", "2026-05-01 08:00:00", EIGHT),
        ("iso_beijing", "2026-05-01T00:00:00Z", EIGHT),
        ("iso_beijing", "2026-04-30 24:00", EIGHT - timedelta(hours=8)),
        ("iso_beijing", "2026-04-30 24:30", None),
        ("epoch_s", 1777593600, EIGHT),
        ("epoch_s", 1777593600.25, EIGHT + timedelta(milliseconds=250)),
        ("epoch_s", "1777593600", EIGHT),
        ("epoch_s", 1777593600000, None),
        ("epoch_ms", 1777593600250, EIGHT + timedelta(milliseconds=250)),
        ("epoch_ms", 1777593600, None),
        ("epoch_ms", True, None),
        ("epoch_us", 1777593600250000, EIGHT + timedelta(milliseconds=250)),
        ("epoch_us", 1777593600250, None),
        ("epoch_ns", "1777593600250000000", EIGHT + timedelta(milliseconds=250)),
        ("epoch_ns", 1777593600250000, None),
        ("epoch_s", 86400, datetime(1970, 1, 2, tzinfo=UTC)),
        ("YYYYMMDDhhmmss", "20260501080000", EIGHT),
        ("YYYYMMDDhhmmss", 20260501080000, EIGHT),
        ("YYYYMMDDhhmmss", "2026051080000", None),
        ("YYYYMMDDhhmmss", "20260501246000", None),
        ("YYYY/MM/DD hh:mm:ss", "2026/05/01 08:00:00", EIGHT),
        ("YYYY/MM/DD hh:mm:ss", "2026/5/1 8:00:00", None),
        ("YYYY年MM月DD日 hh:mm:ss", "2026年05月01日 08:00:00", EIGHT),
        ("DD.MM.YYYY hh:mm:ss", "01.05.2026 08:00:00", EIGHT),
        ("DD/MM/YYYY hh:mm:ss", "01/05/2026 08:00:00", EIGHT),
        ("MM/DD/YYYY hh:mm:ss", "05/01/2026 08:00:00", EIGHT),
        ("MM/DD/YYYY hh:mm:ss", "13/01/2026 08:00:00", None),
        ("DD/MM/YYYY hh:mm:ss", "30/04/2026 24:00:00", EIGHT - timedelta(hours=8)),
    ],
)
def test_each_form_of_time(form: str, written: object, at: datetime | None) -> None:
    document = {"time": {"path": "t", "format": form}, "value": [{"path": "v", "parameter": "ph"}]}
    payload = orjson.dumps({"v": 7, "t": written})
    arrived = UtcDatetime(EIGHT)
    mapping = read_mapping(document)
    (found,) = decode(payload, StationCode("S1"), arrived, mapping, most_readings=1)
    if at is None:
        assert found.reading is None
        assert [each.reason for each in found.faults] == [Refusal.TIME]
    else:
        assert found.reading
        assert found.reading.observed_at == at


def test_a_time_of_hostile_size_is_refused_at_once() -> None:
    for form in TimeFormat:
        for number in (Decimal("1e999999999"), Decimal("-1e999999999"), Decimal("9e20")):
            if form is not TimeFormat.ARRIVAL:
                with pytest.raises(BadInput):
                    read_time(form, number)
