"""Heads and keys: signed by ours, chained, trusted only whole."""

import stat
from pathlib import Path

import pytest

from data.errors import BadInput
from data.words.ledger import Action
from problem_ledger.record.heads import read_export, sign_head
from problem_ledger.record.keys import open_signer, public_file, trusted_keys
from tests.fixtures.ledger import Office
from tests.made.readings.messages import rows


def test_altered_heads_are_found(office: Office, tmp_path: Path) -> None:
    app, clock = office.database.app, office.desk.clock
    sign_head(app, office.signer, clock())
    office.desk.take(Action.SIGN_FOR, office.second)
    foreign = open_signer(tmp_path / "foreign.key")
    sign_head(app, foreign, clock())
    assert office.found()[0].endswith("is not signed by a key of ours.")
    office.sql("DELETE FROM ledger_head WHERE key_id <> :id", id=foreign.key_id)
    assert office.found()[0].endswith("does not follow the one before it.")
    office.sql("UPDATE ledger_head SET body = body || '\\x20'")
    assert any(each.endswith("was changed after it was signed.") for each in office.found())


def test_a_head_is_signed_only_when_a_chain_grew(office: Office) -> None:
    app, clock = office.database.app, office.desk.clock
    assert sign_head(app, office.signer, clock())
    assert not sign_head(app, office.signer, clock())
    office.desk.take(Action.SIGN_FOR, office.second)
    assert sign_head(app, office.signer, clock())
    assert office.verify().head_count == 2
    assert office.found() == []


def test_an_exported_head_is_trusted_only_whole_and_by_our_key(
    office: Office, tmp_path: Path
) -> None:
    head = office.export()
    logged = "SELECT action, left(object, 12) FROM access_log"
    assert rows(office.database.owner, logged) == [("export", "ledger head ")]
    other = trusted_keys(public_file_of(tmp_path / "other.key"))
    with pytest.raises(BadInput, match="unknown key"):
        read_export(head, other)
    forged = head.replace(office.third.number.encode(), b"411381-2026-99999")
    for trusted in (office.trusted, {}):
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
