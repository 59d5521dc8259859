"""`./run catalog`: from a file that a department sent to a draft, the questions, and the file that goes back."""

from __future__ import annotations

from pathlib import Path

import pytest
from openpyxl import load_workbook

from ledger.catalog import intake
from runtime.commands.catalog import main
from runtime.failures import Failure
from tests.catalog.test_lists import GOOD, HEADER
from tests.catalog.workbooks import workbook
from tests.ledger.acting import do

pytestmark = pytest.mark.usefixtures("ledger")


def sent(folder: Path, *rows: tuple[object, ...]) -> str:
    file = folder / "司法局清单.xlsx"
    file.write_bytes(workbook([HEADER, *rows]))
    return str(file)


def said(capsys: pytest.CaptureFixture[str]) -> str:
    return capsys.readouterr().out


def test_a_list_is_handed_in_read_asked_about_and_sent_back(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = sent(tmp_path, GOOD, (2, "DEMO-0002", "户口证明", *GOOD[3:]), (3, "", "", *GOOD[3:]))
    assert main(["put", "justice", file, "--kind", "proofs", "--unit", "370402-JUSTICE"]) == 0
    assert main(["rebuild"]) == 0
    told = said(capsys)
    assert "采用 1 行,待确认 1 行,退回 1 行" in told and "变更 1" in told and "法律援助申请 · 经济困难证明" in told
    assert main(["questions"]) == 1
    line = next(line for line in said(capsys).splitlines() if "户口证明" in line)
    assert main(["answer", line.split()[0], "P-HOUSEHOLD", "--by", "demo-admin"]) == 0
    with pytest.raises(Failure, match="在登记库中没有"):
        main(["answer", line.split()[0], "370402-CIVIL", "--by", "demo-admin"])
    assert main(["put", "justice", file]) == 0 and main(["rebuild"]) == 0
    assert "增加 1" in said(capsys) and main(["questions"]) == 0
    back = tmp_path / "退回.xlsx"
    assert main(["errors", "justice", "-o", str(back)]) == 0
    assert load_workbook(back).worksheets[1].max_row == 2
    assert main([]) == 0 and "现行清单第 1 版" in said(capsys)


def test_lists_that_contradict_each_other_are_settled_by_one_of_them_and_by_nothing_else(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for key, days in (("list-a", "60"), ("list-b", "70"), ("list-c", "")):
        file = tmp_path / f"{key}.xlsx"
        file.write_bytes(workbook([(*HEADER, "有效期"), (*GOOD, days)]) if days else workbook([HEADER]))
        assert main(["put", key, str(file), "--kind", "proofs", "--unit", "370402-JUSTICE"]) == 0
    main(["rebuild"])
    main(["questions"])
    question = next(line for line in said(capsys).splitlines() if "来源矛盾" in line).split()[0]
    for wrong in ([], ["list-c"], ["P-HARDSHIP"]):
        with pytest.raises(Failure, match="以其中哪一份清单为准:list-a、list-b"):
            main(["answer", question, *wrong, "--by", "demo-admin"])
    assert main(["answer", question, "list-b", "--by", "demo-admin"]) == 0


def test_a_list_that_was_ended_takes_no_file_until_it_is_registered_again(tmp_path: Path) -> None:
    file = sent(tmp_path, GOOD)
    assert main(["put", "justice", file, "--kind", "proofs", "--unit", "370402-JUSTICE"]) == 0
    do(intake.put_source, "justice", active=False)
    with pytest.raises(Failure, match="已停用"):
        main(["put", "justice", file])
    assert main(["put", "justice", file, "--kind", "proofs", "--unit", "370402-JUSTICE"]) == 0
    for wrong in ("a b", "清单/甲", "370402188102020017"):
        with pytest.raises(SystemExit):
            main(["put", wrong, file, "--kind", "proofs"])


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["put", "new", "FILE"], "首次报送请用 --kind"),
        (["put", "new", "NOFILE", "--kind", "proofs"], "读不到"),
        (["put", "new", "FILE", "--kind", "proofs", "--unit", "NONE"], "没有这个单位编码"),
        (["errors", "new", "-o", "x.xlsx"], "还没有读取过"),
        (["answer", "00000000-0000-4000-8000-000000000000", "X", "--by", "demo-admin"], "没有这个问题"),
    ],
)
def test_what_is_wrong_is_said_with_what_to_do(tmp_path: Path, arguments: list[str], says: str) -> None:
    file = sent(tmp_path, GOOD)
    with pytest.raises(Failure) as caught:
        main([file if one == "FILE" else one for one in arguments])
    assert says in caught.value.why + caught.value.remedy


def test_a_preview_says_what_a_list_would_do_and_keeps_nothing(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """GOOD alters what is published; what comes after it is asked, is sent back, or joins it in one cell."""
    file = sent(
        tmp_path,
        GOOD,
        (2, "DEMO-0002", "户口证明", *GOOD[3:]),
        (3, "", "", *GOOD[3:]),
        (4, "DEMO-0002", "居住情况证明、户籍证明", *GOOD[3:]),
    )
    with pytest.raises(Failure, match="还没有登记清单 justice"):
        main(["preview", "justice", file])
    assert main(["preview", "justice", file, "--kind", "proofs", "--unit", "370402-JUSTICE"]) == 0
    told = said(capsys)
    assert "证明事项清单预览(什么也没有保存)" in told and "采用 2 行,待确认 1 行,退回 1 行。" in told
    assert "列“证明名称” → 证明名称" in told and "待确认(证明):1 种,1 处。如 “户口证明”" in told and "第 4 行:证明名称为空。" in told
    assert "与现行清单相比:减少 0、变更 1、增加 2、拦截 0;与其他清单矛盾 0。" in told
    assert do(lambda session: intake.sources(session)) == [], "not even the list itself"
