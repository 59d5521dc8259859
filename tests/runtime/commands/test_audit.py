"""`./run audit`: the record in a folder, and the newest head in words."""

from __future__ import annotations

from pathlib import Path

import pytest

from audit import verify
from ledger.record import gathering, heads
from runtime.commands.audit import main
from runtime.failures import Failure
from sandbox.people import by_name
from tests.ledger.acting import asked, do
from tests.ledger.filing import NOW

pytestmark = pytest.mark.usefixtures("ledger")


def test_export_and_head(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(Failure, match="还没有存证"):
        main(["export", str(tmp_path / "out")])
    asked()
    do(gathering.gather)
    do(heads.keep, now=NOW)
    assert main(["export", str(tmp_path / "out")]) == 0
    said = capsys.readouterr().out
    assert "导出审计记录" in said and "audit/verify.py" in said
    assert verify.main([str(tmp_path / "out")]) == 0
    person = by_name("演示甲子")
    written = b"".join(path.read_bytes() for path in (tmp_path / "out").iterdir())
    assert person.name.encode() not in written and person.id_number.encode() not in written
    capsys.readouterr()
    assert main(["head"]) == 0
    said = capsys.readouterr().out
    assert said.startswith("proofless-record-370402\n") and heads.public_key() in said
    (tmp_path / "head.txt").write_text(said.partition("\n\n存证公钥")[0] + "\n", "utf-8")
    assert verify.main([str(tmp_path / "out"), "--head", str(tmp_path / "head.txt")]) == 0, "as it is printed it can be held"


def test_a_folder_that_holds_something_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "mine.txt").write_text("x", "utf-8")
    with pytest.raises(Failure, match="不是空的"):
        main(["export", str(tmp_path)])
    assert [path.name for path in tmp_path.iterdir()] == ["mine.txt"]
    with pytest.raises(Failure, match="不能写到"):
        do(gathering.gather)
        do(heads.keep, now=NOW)
        main(["export", str(tmp_path / "mine.txt" / "below")])
