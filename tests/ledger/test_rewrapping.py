"""换主密钥: everything opens under the new one, running processes follow, and a kill anywhere loses nothing."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest
from sqlalchemy import select, text

from ledger import callbacks, cases, complaints, rewrapping
from ledger.database import engine, transaction
from ledger.key_checks import WrongKeys
from ledger.tables.cases import Case, Party
from ledger.tables.oversight import Complaint
from ledger.vault import Place, vault
from runtime import keyfiles, master_commands
from runtime.development_keys import ensure_development_seals
from tests.ledger.filing import NOW, UNIT, file
from tests.ledger.test_complaints import take
from tests.ledger.test_key_checks import NAMES, again, masters, put_masters, refused
from tests.ledger.test_key_checks import own as own

__all__ = ["own"]


def names() -> set[str]:
    """Everything personal, read with the keys at hand."""
    with transaction() as session:
        found = set()
        for party in session.scalars(select(Party)):
            key = cases.case_key(session.get_one(Case, party.case))
            found.add(key.decrypt_text(Place("parties", "name", party.id), party.name))
        return found | {complaints.written(row).name for row in session.scalars(select(Complaint))}


def wrapped() -> dict[str, int]:
    with engine().connect() as connection:
        query = "SELECT master_key, count(*) FROM (SELECT master_key FROM cases UNION ALL SELECT master_key FROM complaints) AS x GROUP BY 1"
        return {str(name): int(count) for name, count in connection.execute(text(query))}


def test_all_is_wrapped_anew_and_running_processes_follow(own: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file(person="演示乙丑")
    take()
    known = names()
    running = vault()
    old = list(masters(own))
    assert master_commands.rotate_master() == 0
    (new,) = set(masters(own)) - set(old)
    assert rewrapping.rewrap() == 3 and wrapped() == {new: 3}
    assert names() == known
    with transaction() as session:
        case = session.scalars(select(Case)).first()
        assert case is not None
        running.open_case_key(case.id, case.data_key, case.master_key)  # it began before the rotation
    assert rewrapping.rewrap() == 0 and rewrapping.left() == {}
    put_masters(own, {name: key for name, key in masters(own).items() if name != new})
    again()
    with pytest.raises(WrongKeys, match=new):
        file()


def test_a_kill_in_the_middle_loses_nothing_and_the_rest_is_done_later(own: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for _ in range(4):
        file()
    master_commands.rotate_master()
    monkeypatch.setattr(rewrapping, "_BATCH", 2)
    keys, calls = vault(), []
    real = keys.rewrap

    def killed(*what: object) -> tuple[bytes, str]:
        calls.append(1)
        if len(calls) == 4:
            raise KeyboardInterrupt
        return real(*what)  # type: ignore[arg-type]

    monkeypatch.setattr(keys, "rewrap", killed)
    with pytest.raises(KeyboardInterrupt):
        rewrapping.rewrap()
    assert sorted(wrapped().values()) == [2, 3] and names() == {"演示甲子"}
    monkeypatch.setattr(keys, "rewrap", real)
    assert rewrapping.rewrap() == 3 and list(wrapped()) == [keys.current]


def test_a_callbacks_secret_is_wrapped_anew(own: Path) -> None:
    with transaction() as session:
        callbacks.register(session, UNIT, "https://receiver.example.cn/hook", b"s" * 32, now=NOW, actor="person:demo-admin")
    master_commands.rotate_master()
    assert rewrapping.left() != {}
    rewrapping.rewrap()
    assert rewrapping.left() == {}


def test_the_file_is_whole_whatever_happens(tmp_path: Path) -> None:
    keyfiles.ensure(tmp_path)
    folder = keyfiles.services_folder(tmp_path)
    before = json.loads((folder / "proofless_master_keys").read_text())
    assert keyfiles.add_master(folder) == "k2" and keyfiles.add_master(folder) == "k3"
    after = json.loads((folder / "proofless_master_keys").read_text())
    assert list(after) == ["k1", "k2", "k3"] and after["k1"] == before["k1"] and len(set(after.values())) == 3
    assert (folder / "proofless_master_keys").stat().st_mode & 0o777 == 0o600


def test_a_renewed_certificate_is_refused_until_it_is_accepted(own: Path) -> None:
    shutil.rmtree(own / "seals")
    ensure_development_seals(own / "seals", NAMES)
    assert "印章证书" in refused()
    again()
    assert master_commands.accept_seals() == 0
    file()
