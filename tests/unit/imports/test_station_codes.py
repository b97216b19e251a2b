"""A station's code is one its device can sign in by, and no account of OneMap's own."""

from pathlib import Path

import pytest

from data.errors import BadInput
from data.placing.codes import check_code
from ingest.broker.mosquitto import GATEWAY, INGEST, PUBLISHER, SIMULATOR, Broker
from ingest.gateway.loggers import read_loggers

BAD = (".", "..", "-", "_", "-._", "", "a b", "a/b", "+", "断面", "A" * 65)
OURS = (INGEST, GATEWAY, SIMULATOR, PUBLISHER, "onemap-S1", "OneMap-Ingest", "ingest", "simulator")


@pytest.mark.parametrize("code", ["S1", "0", "-1", "S.1_a-b", "ingest-2", "A" * 64])
def test_a_code_with_a_letter_or_digit_is_good(code: str) -> None:
    check_code(code)


@pytest.mark.parametrize("code", [*BAD, *OURS, "gateway", "INGEST"])
def test_signs_alone_and_names_of_accounts_are_refused(code: str, tmp_path: Path) -> None:
    with pytest.raises(BadInput):
        check_code(code)
    loggers = tmp_path / "loggers.toml"
    loggers.write_text(f'[[logger]]\nmn = "M1"\nstation = "{code}"\n')
    with pytest.raises(BadInput, match=r"Logger 1|station"):
        read_loggers(loggers)


@pytest.mark.parametrize("code", [*OURS, "my-gateway"])
def test_no_device_gets_the_account_of_another(code: str, tmp_path: Path) -> None:
    (tmp_path / "gateways.json").write_text('{"my-gateway": ["S1"]}')
    with pytest.raises(BadInput, match="account of the broker"):
        Broker(tmp_path).add_device(code)
    assert not (tmp_path / "passwords").exists()
