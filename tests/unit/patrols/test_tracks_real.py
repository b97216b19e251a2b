"""Track files of real receivers become what was worked out for them by hand, before the code."""

import tomllib
from pathlib import Path
from typing import Any

import pytest

from data.errors import BadInput
from gis.tracks import clean
from problem_ledger.patrols.track_files import read_track

EXPECTED: dict[str, dict[str, Any]] = tomllib.loads(
    Path(__file__).with_name("tracks.toml").read_text("utf-8")
)
WITHIN = 0.02


def test_the_table_names_every_file(real_data: Path) -> None:
    assert {each.name for each in (real_data / "tracks").iterdir()} == set(EXPECTED)


@pytest.mark.parametrize("name", [name for name, row in EXPECTED.items() if "reason" not in row])
def test_a_track_keeps_what_was_expected(real_data: Path, name: str) -> None:
    expected = dict(EXPECTED[name])
    length_m = expected.pop("length_m")
    track = clean(read_track((real_data / "tracks" / name).read_bytes()))
    assert {key: getattr(track, key) for key in expected} == expected
    assert track.length_m == pytest.approx(length_m, rel=WITHIN)
    assert sum(len(part) for part in track.parts) <= track.kept_count


@pytest.mark.parametrize("name", [name for name, row in EXPECTED.items() if "reason" in row])
def test_a_file_without_a_patrol_is_refused_with_the_expected_reason(
    real_data: Path, name: str
) -> None:
    with pytest.raises(BadInput) as refused:
        read_track((real_data / "tracks" / name).read_bytes())
    assert str(refused.value).startswith(EXPECTED[name]["reason"])
    assert refused.value.mend
