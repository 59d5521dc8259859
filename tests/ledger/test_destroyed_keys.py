"""主密钥被盗, practised as docs/operations.md says: rotate, wrap anew, destroy. What was stolen opens nothing that is left."""

from __future__ import annotations

from pathlib import Path

import pytest
from sqlalchemy import create_engine, select

from ledger import rewrapping
from ledger.database import transaction
from ledger.key_checks import WrongKeys
from ledger.tables.cases import Case
from ledger.vault import Vault, VaultError, vault
from runtime.commands import master_keys
from runtime.failures import Failure
from runtime.services import keyfiles
from settings import settings
from tests.ledger.filing import file
from tests.ledger.test_key_checks import again, masters, put_masters
from tests.ledger.test_key_checks import own as own
from tests.ledger.test_rewrapping import names


@pytest.fixture
def rotated(own: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """The earlier master key, beside a new one that every process has; it still protects one case."""
    monkeypatch.setenv("PROOFLESS_DATABASE_HOST", settings().database_host)
    (old,) = masters(own)
    master_keys.rotate_master()
    again()
    return old


def refused(name: str, why: str) -> None:
    again()
    with pytest.raises(Failure, match=why) as failure:
        master_keys.destroy_master(name)
    assert "没有销毁任何密钥" in failure.value.remedy


def test_what_was_stolen_opens_nothing_that_is_left(own: Path, rotated: str, capsys: pytest.CaptureFixture[str]) -> None:
    stolen, lookup = vault()._masters[rotated], vault()._lookup
    known = names()
    rewrapping.rewrap()
    again()
    assert master_keys.destroy_master(rotated) == 0
    assert list(masters(own)) == ["k2"] and "另存的 k1 也要保留" in capsys.readouterr().out
    again()
    file(person="演示乙丑")  # a new process opens the ledger, and goes on
    assert names() == known | {"演示乙丑"}
    with transaction() as session:
        for case in session.scalars(select(Case)):
            with pytest.raises(VaultError):
                Vault({rotated: stolen, "k2": stolen}, lookup).open_case_key(case.id, case.data_key, case.master_key)
    refused(rotated, "没有主密钥")


def test_it_stays_while_anything_rests_on_it_or_anybody_may_write_with_it(own: Path, rotated: str) -> None:
    refused("k9", "没有主密钥 k9")
    refused("k2", "当前的主密钥")
    refused(rotated, "仍保护 1 项")
    rewrapping.rewrap()
    running = create_engine(settings().database_url())
    with running.connect():
        refused(rotated, "还有 1 个连接")
    running.dispose()
    assert list(masters(own)) == [rotated, "k2"]


def test_killed_between_record_and_file_it_is_done_later(own: Path, rotated: str, monkeypatch: pytest.MonkeyPatch) -> None:
    rewrapping.rewrap()
    real = keyfiles.drop_master

    def killed(folder: Path, name: str) -> None:
        raise OSError(30, "Read-only file system")

    monkeypatch.setattr(keyfiles, "drop_master", killed)
    again()
    with pytest.raises(Failure, match="不能写入"):
        master_keys.destroy_master(rotated)
    again()
    file()  # with the key still there, as in a container, all goes on
    monkeypatch.setattr(keyfiles, "drop_master", real)
    again()
    assert master_keys.destroy_master(rotated) == 0 and list(masters(own)) == ["k2"]
    again()
    file()


def test_another_key_under_its_name_is_still_refused(own: Path, rotated: str) -> None:
    rewrapping.rewrap()
    again()
    master_keys.destroy_master(rotated)
    put_masters(own, {rotated: "QUJD" * 10 + "QUI=", **masters(own)})
    again()
    with pytest.raises(WrongKeys, match=rotated):
        file()


def test_a_current_key_that_is_lost_is_still_missed(own: Path, rotated: str) -> None:
    rewrapping.rewrap()
    kept = masters(own)
    again()
    master_keys.destroy_master(rotated)
    put_masters(own, {rotated: kept[rotated]})
    again()
    with pytest.raises(WrongKeys, match="k2"):
        file()
