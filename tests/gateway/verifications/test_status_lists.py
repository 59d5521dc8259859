"""撤销状态清单: served to everybody, and enough to tell offline what is revoked."""

from __future__ import annotations

import json
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from connectors.seal import LocalSeals
from ledger.database import transaction
from ledger.sealing import status_lists
from ledger.tables.effects import SealUse
from proofs import status_list
from runtime.commands import verifications
from runtime.failures import Failure
from settings import settings
from tests.gateway.conftest import Api
from tests.gateway.verifications.test_revocation import delivered, revoke


def saved(api: Api, tmp_path: Path, name: str = "list.jwt") -> tuple[Path, Path]:
    """What a reader saved: the list and the keys."""
    answer = api.get("/status-lists/0", None)
    assert answer.headers["content-type"] == "application/statuslist+jwt" and answer.headers["cache-control"] == "public, max-age=900"
    found, keys = tmp_path / name, tmp_path / "keys.json"
    found.write_bytes(answer.content)
    keys.write_bytes(api.get("/status-lists", None).content)
    return found, keys


def offline(capsys: pytest.CaptureFixture[str], file: Path, listed: Path, keys: Path) -> tuple[int, str]:
    code = verifications.verify([str(file), "--status-list", str(listed), "--keys", str(keys)])
    return code, capsys.readouterr().out.replace("\n", "")


def test_a_saved_list_tells_it_without_us(
    api: Api, seals: LocalSeals, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Obligation 16.8: before and after, stale, of another system, and an older proof that has no place."""
    number, pdf = delivered(api, seals)
    file = tmp_path / "proof.pdf"
    file.write_bytes(pdf)
    before, keys = saved(api, tmp_path, "before.jwt")
    code, said = offline(capsys, file, before, keys)
    assert code == 0 and said.startswith("没有撤销") and "有效期" in said
    assert "台账是否登记,没有核对" in said and "台账有登记" not in said and "不能确认来源" not in said, "nobody asked the ledger"
    revoke(api, number)
    after, _ = saved(api, tmp_path, "after.jwt")
    code, said = offline(capsys, file, after, keys)
    assert code == 1 and said.startswith("无效:这份电子证明已被撤销(按")
    assert offline(capsys, file, before, keys)[0] == 0, "the old list is what it was"
    with pytest.raises(Failure, match="签名不对"):
        foreign = tmp_path / "foreign.json"
        foreign.write_text(json.dumps(status_list.public_keys(b"k" * 48)))
        offline(capsys, file, after, foreign)
    file.write_bytes(pdf + b"\n")
    code, said = offline(capsys, file, after, keys)
    assert code == 1 and said.startswith("无效:签章之后又向文件追加了内容") and "由本系统签章;台账是否登记,没有核对" in said
    file.write_bytes(pdf)
    now = settings().now()
    monkeypatch.setattr(type(settings()), "now", lambda self: now + timedelta(days=1, minutes=1))
    with pytest.raises(Failure, match="状态清单已过期"):
        offline(capsys, file, after, keys)
    assert api.get("/status-lists/1", None).json()["code"] == "status_list_unknown"


def test_only_revoked_places_are_set_and_neighbours_are_far_apart(api: Api, seals: LocalSeals) -> None:
    numbers = []
    for _ in range(3):
        api.begin()
        numbers.append(delivered(api, seals)[0])
    revoke(api, numbers[1])
    keys = {"keys": api.get("/status-lists", None).json()["keys"]}
    listed = status_list.read(api.get("/status-lists/0", None).text, keys, now=settings().now())
    with transaction() as session:
        query = select(SealUse.verification, SealUse.status_serial).where(SealUse.verification.in_(numbers))
        places = {number: status_lists.place(serial) for number, serial in session.execute(query).tuples() if serial is not None}
    assert [listed.status(places[number].index) for number in numbers] == [0, 1, 0]
    assert {one.uri for one in places.values()} == {listed.uri}
    first, second, third = (places[number].index for number in numbers)
    assert min(abs(first - second), abs(second - third)) > 1
