"""`./run seals`: the list, register rows from a file, a renewal, the use log."""

from __future__ import annotations

import csv
from datetime import UTC, timedelta
from pathlib import Path

import pytest
from cryptography import x509

from domain.seals import SealKind, SealStanding
from ledger.sealing import seal_register
from ledger.tables.effects import SealUse
from ledger.tables.seals import RegisteredSeal
from runtime.commands import seals
from runtime.failures import Failure
from settings import settings
from tests.ledger.acting import all_of, do, found, hold, seal, take_up
from tests.ledger.filing import file
from tests.ledger.sealing.seal_life import TWO, cancelled, in_use, pem
from tests.runtime.commands.test_imports import sheet
from tests.seal_module import softhsm

HEADER = ("印章种类", "印章名称", "单位", "证书文件", "密钥存放", "密钥标识", "备案编号", "备案日期")


def share() -> RegisteredSeal:
    return do(seal_register.in_force, now=settings().now())[SealKind.SHARE]


def test_the_list_says_what_is_in_force_what_ends_and_what_is_missing(ledger: str, capsys: pytest.CaptureFixture[str]) -> None:
    """Obligations 9.4, 15.5."""
    assert seals.main([]) == 0
    assert capsys.readouterr().out.count("在用") == 2
    now = settings().now()
    in_use(pem(end=now.astimezone(UTC).replace(microsecond=0) + timedelta(days=20)), now=now)
    assert seals.main([]) == 1 and "即将到期" in capsys.readouterr().out
    cancelled(share().id, now=now)
    assert seals.main([]) == 1 and "没有在用的证照数据共享查询核验专用章" in capsys.readouterr().out


def test_a_key_is_made_in_a_module_and_its_request_is_for_the_authority(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Obligation 9.4: the request is signed by the key itself, and nothing is made where its file cannot be."""
    with softhsm(tmp_path / "module", {}) as module:
        wanted = ["make-key", module.uri("share"), "--name", "演示专用章", "--unit", "演示单位", "-o", str(tmp_path / "share.csr")]
        assert seals.main(wanted) == 0 and "share.csr" in capsys.readouterr().out
        request = x509.load_pem_x509_csr((tmp_path / "share.csr").read_bytes())
        assert request.is_signature_valid and request.subject.rfc4514_string() == "CN=演示专用章,O=演示单位,C=CN"
        with pytest.raises(Failure, match="没有生成密钥"):
            seals.main(wanted)
        with pytest.raises(Failure, match="已有名为 share 的密钥"):
            seals.main([*wanted[:-1], str(tmp_path / "other.csr")])
        module.away()
        with pytest.raises(Failure, match="没有应答"):
            seals.main([*wanted[:-1], str(tmp_path / "other.csr")])
        assert not (tmp_path / "other.csr").exists()


def test_a_file_of_seals_is_taken_row_by_row_and_waits_for_another_person(
    ledger: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Obligation 9.4: the rows that are wrong are named, the others are taken."""
    (tmp_path / "a.pem").write_text(pem())
    good = ("证照数据共享查询核验专用章", "演示专用章", "370402-OFFICE", "a.pem", "演示密钥", "share.key.pem", "演备1号", "2026-03-02")
    bad = {
        "应为": ("公章", *good[1:]),
        "没有或读不了": (*good[:3], "b.pem", *good[4:]),
        "没有这个单位": (*good[:2], "370402-NOBODY", *good[3:]),
        "一并填写": (*good[:7], ""),
        "另一枚": good,
        "为空": (good[0], "", *good[2:]),
        "演示证书": (*good[:4], "密码模块", *good[5:]),
    }
    assert seals.main(["import", str(sheet(tmp_path / "s.xlsx", HEADER, good, *bad.values()))]) == 1
    said = capsys.readouterr().out
    assert "登记 1 行,未登记 7 行" in said
    for line, words in enumerate(bad, start=3):
        assert any(f"第 {line} 行" in text and words in text for text in said.splitlines()), (line, words, said)
    (row,) = all_of(RegisteredSeal, standing=SealStanding.MAKING)
    assert row.replaces == share().id
    assert do(seal_register.confirm, row.id, now=settings().now(), actor=TWO).standing is SealStanding.FILED


def test_a_renewal_waits_and_the_old_one_stays_in_use(ledger: str, tmp_path: Path) -> None:
    """Obligation 15.5."""
    old, certificate = share(), tmp_path / "new.pem"
    with pytest.raises(Failure):
        seals.main(["renew", str(old.id), "--certificate", str(certificate)])
    certificate.write_text(pem())
    assert seals.main(["renew", str(old.id), "--certificate", str(certificate)]) == 0
    (row,) = all_of(RegisteredSeal, standing=SealStanding.MAKING)
    assert (row.replaces, row.key_reference, share().id) == (old.id, old.key_reference, old.id)


def test_the_use_log_has_each_use_once(ledger: str, tmp_path: Path) -> None:
    """Obligation 9.4: also a use that ended without a proof."""
    numbers = []
    for _ in range(3):
        lease = hold(file())
        take_up(lease)
        found(lease)
        seal(lease)
        numbers.append(lease.number)
    target = tmp_path / "uses.csv"
    assert seals.main(["uses", str(share().id), "-o", str(target)]) == 0
    head, *rows = csv.reader(target.read_text("utf-8-sig").splitlines())
    assert head[:2] == ["用印记录", "核验编号"] and sorted(row[1] for row in rows) == sorted(numbers)
    assert all(len(row[5]) == 64 for row in rows)
    with pytest.raises(Failure):
        seals.main(["uses", "00000000-0000-4000-8000-000000000000", "-o", str(target)])


def test_a_platforms_count_is_matched_with_the_use_log(ledger: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Obligation 9.5: signed twice for one use is explained; signed for nothing of ours, or a proof without a signature, is not."""
    for _ in range(3):
        lease = hold(file())
        take_up(lease)
        found(lease)
        seal(lease)
    uses = [str(one.id) for one in all_of(SealUse)]

    def matched(*lines: str) -> tuple[int, str]:
        (tmp_path / "log.csv").write_text("\n".join(["时间,用印记录", *(f"2026-03-04 09:00:00,{line}" for line in lines)]) + "\n")
        return seals.main(["match", str(share().id), str(tmp_path / "log.csv")]), capsys.readouterr().out.replace("\n", "")

    assert matched(*uses)[0] == 0
    code, said = matched(*uses, uses[0].upper())
    assert code == 0 and f"{uses[0]}" in said and "签名 2 次" in said and "相符" in said
    code, said = matched(*uses[1:])
    assert code == 1 and "1 份证明在平台记录中没有签名" in said and uses[0] in said
    for foreign in ("00000000-0000-4000-8000-000000000000", "别的用途"):
        code, said = matched(*uses, foreign)
        assert code == 1 and f"第 5 行 {foreign}" in said and "相符" not in said
