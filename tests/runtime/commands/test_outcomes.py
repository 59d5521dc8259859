"""投诉 of a system by its own export, and what came of them back in it: by the commands."""

from __future__ import annotations

from pathlib import Path

import pytest
from sqlalchemy import select

from domain.complaints import ComplaintOutcome
from ledger.database import transaction
from ledger.oversight import complaint_steps
from ledger.registry.registry import put_people
from ledger.tables.oversight import Complaint
from runtime.commands.imports import main
from runtime.commands.outcomes import main as outcomes
from runtime.failures import Failure
from settings import settings
from tests.runtime.commands.test_imports import sheet


def test_an_export_comes_in_and_its_outcomes_go_back(ledger: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Obligation 18.1."""
    header = ("工单编号", "来电时间", "诉求内容", "承办单位", "办理结果")
    rows = (("GD-1", "2026-03-04 09:00", "演示反映一", "", ""), ("GD-2", "2026-03-04 09:00", "演示反映二", "", "已阅"))
    assert main(["complaints", str(sheet(tmp_path / "h.xlsx", header, *rows))]) == 1
    said = capsys.readouterr().out
    assert "按格式读取:hotline(12345政务服务便民热线工单)" in said and "登记 1 件" in said and "第 3 行未登记:“办理结果”" in said
    with transaction() as session:
        put_people(session, [{"code": "demo-office", "unit": "370402-CIVIL", "name": "演示", "roles": ["office"]}])
        one = session.scalars(select(Complaint)).one()
        complaint_steps.close(session, one.number, ComplaintOutcome.FOUNDED, "已更正", person="demo-office", unit="", now=settings().now())
    back = tmp_path / "back.xlsx"
    assert outcomes(["hotline", "--by", "demo-office", "-o", str(back)]) == 0
    said = capsys.readouterr().out
    assert "办结 1 件" in said and "--after " in said
    assert main(["complaints", str(back)]) == 0 and "此前已登记 1 件" in capsys.readouterr().out
    after = said.rpartition("--after ")[2].strip()
    assert outcomes(["hotline", "--by", "demo-office", "--after", after, "-o", str(back)]) == 0
    assert "办结 0 件" in capsys.readouterr().out
    with pytest.raises(Failure, match="没有“fax”这种格式"):
        outcomes(["fax", "--by", "demo-office", "-o", str(back)])
    with pytest.raises(Failure, match="没有在岗人员"):
        outcomes(["hotline", "--by", "nobody", "-o", str(back)])
