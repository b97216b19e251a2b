"""Heads and keys: signed by ours, chained, trusted only whole."""

import stat
from pathlib import Path

import pytest

from data.errors import BadInput
from data.words.ledger import Action
from problem_ledger.record.heads import read_export, sign_head
from problem_ledger.record.keys import open_signer, public_file, trusted_keys
from tests.fixtures.ledger import Ledger
from tests.made.ledger.acts import take
from tests.made.readings.messages import rows


def test_altered_heads_are_found(ledger: Ledger, tmp_path: Path) -> None:
    app, clock = ledger.database.app, ledger.office.clock
    sign_head(app, ledger.signer, clock())
    take(ledger.office, ledger.second, Action.SIGN_FOR)
    foreign = open_signer(tmp_path / "foreign.key")
    sign_head(app, foreign, clock())
    assert ledger.found()[0].endswith("is not signed by a key of ours.")
    ledger.sql("DELETE FROM ledger_head WHERE key_id <> :id", id=foreign.key_id)
    assert ledger.found()[0].endswith("does not follow the one before it.")
    ledger.sql("UPDATE ledger_head SET body = body || '\\x20'")
    assert any(each.endswith("was changed after it was signed.") for each in ledger.found())


def test_a_head_is_signed_only_when_a_chain_grew(ledger: Ledger) -> None:
    app, clock = ledger.database.app, ledger.office.clock
    assert sign_head(app, ledger.signer, clock())
    assert not sign_head(app, ledger.signer, clock())
    take(ledger.office, ledger.second, Action.SIGN_FOR)
    assert sign_head(app, ledger.signer, clock())
    assert ledger.verify().head_count == 2
    assert ledger.found() == []


def test_an_exported_head_is_trusted_only_whole_and_by_our_key(
    ledger: Ledger, tmp_path: Path
) -> None:
    head = ledger.export()
    logged = "SELECT action, left(object, 12) FROM access_log"
    assert rows(ledger.database.owner, logged) == [("export", "ledger head ")]
    other = trusted_keys(public_file_of(tmp_path / "other.key"))
    with pytest.raises(BadInput, match="unknown key"):
        read_export(head, other)
    forged = head.replace(ledger.third.number.encode(), b"411381-2026-99999")
    for trusted in (ledger.trusted, {}):
        with pytest.raises(BadInput, match="signature"):
            read_export(forged, trusted)
    for broken in (b"", b"{}", b"[1]", head[:-20]):
        with pytest.raises(BadInput):
            read_export(broken, {})


def public_file_of(key: Path) -> Path:
    open_signer(key)
    return public_file(key)


def test_a_key_is_private_kept_and_followed_by_those_before_it(tmp_path: Path) -> None:
    file = tmp_path / "new" / "ledger.key"
    first = open_signer(file)
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert open_signer(file).key_id == first.key_id
    file.unlink()
    second = open_signer(file)
    assert set(trusted_keys(public_file(file))) == {first.key_id, second.key_id}
    file.write_text("no key")
    with pytest.raises(BadInput, match="ledger"):
        open_signer(file)
