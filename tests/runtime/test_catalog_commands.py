"""`./run catalog`: from a file that a department sent to a draft, the questions, and the file that goes back."""

from __future__ import annotations

from pathlib import Path

import pytest
from openpyxl import load_workbook

from runtime.commands.catalog import main
from runtime.failures import Failure
from tests.catalog.test_lists import GOOD, HEADER
from tests.catalog.workbooks import workbook

pytestmark = pytest.mark.usefixtures("ledger")


def sent(folder: Path, *rows: tuple[object, ...]) -> str:
    file = folder / "司法局清单.xlsx"
    file.write_bytes(workbook([HEADER, *rows]))
    return str(file)


def said(capsys: pytest.CaptureFixture[str]) -> str:
    return capsys.readouterr().out


def test_a_list_is_handed_in_read_asked_about_and_sent_back(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = sent(tmp_path, GOOD, (2, "DEMO-0003", "户口证明", *GOOD[3:]), (3, "", "", *GOOD[3:]))
    assert main(["put", "justice", file, "--kind", "proofs", "--unit", "370402-JUSTICE"]) == 0
    assert main(["rebuild"]) == 0
    told = said(capsys)
    assert "采用 1 行,待确认 1 行,退回 1 行" in told and "变更 1" in told and "法律援助申请 · 经济困难证明" in told
    assert main(["questions"]) == 1
    line = next(line for line in said(capsys).splitlines() if "户口证明" in line)
    assert main(["answer", line.split()[0], "P-HOUSEHOLD", "--by", "demo-admin"]) == 0
    assert main(["put", "justice", file]) == 0 and main(["rebuild"]) == 0
    assert "增加 1" in said(capsys) and main(["questions"]) == 0
    back = tmp_path / "退回.xlsx"
    assert main(["errors", "justice", "-o", str(back)]) == 0
    assert load_workbook(back).worksheets[1].max_row == 2
    assert main([]) == 0 and "现行清单第 1 版" in said(capsys)


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["put", "new", "FILE"], "首次报送请用 --kind"), (["put", "new", "NOFILE", "--kind", "proofs"], "读不到"),
        (["put", "new", "FILE", "--kind", "proofs", "--unit", "NONE"], "没有这个单位编码"), (["errors", "new", "-o", "x.xlsx"], "还没有读取过"),
        (["answer", "00000000-0000-4000-8000-000000000000", "X", "--by", "demo-admin"], "没有这个问题"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_said_with_what_to_do(tmp_path: Path, arguments: list[str], says: str) -> None:
    file = sent(tmp_path, GOOD)
    with pytest.raises(Failure) as caught:
        main([file if one == "FILE" else one for one in arguments])
    assert says in caught.value.why + caught.value.remedy
