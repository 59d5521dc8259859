"""投诉认定和办结 by file: what the hotline called 其他 is found for many at once; a bad row is named, twice changes nothing."""

from __future__ import annotations

import re
import time
from concurrent.futures import Future, ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import select, text

from domain.complaints import ComplaintAbout, ComplaintChannel, ComplaintOutcome
from ledger.database import transaction
from ledger.oversight import complaint_steps, complaints
from ledger.oversight.complaints import Intake, ReceivedComplaint
from ledger.tables.oversight import Complaint, ComplaintStepRow
from runtime.commands.imports import main
from runtime.failures import Failure
from settings import settings
from tests.ledger.acting import all_of, do
from tests.runtime.commands.test_imports import sheet

pytestmark = pytest.mark.usefixtures("ledger")

HEAD = ("投诉编号", "渠道编号", "反映事由", "被反映单位", "事项", "证明", "办理结果", "办理情况")
BY = ("--by", "demo-admin")


def taken(number: str) -> Complaint:
    at = settings().now() - timedelta(hours=1)
    sent = Intake(
        ComplaintChannel.HOTLINE,
        ComplaintAbout.OTHER,
        at,
        ReceivedComplaint(f"窗口办理的情况之{number}"),
        number,
        "370402-PERMIT",
        layout="hotline",
    )
    return do(complaints.take_in, sent, 15, person="demo-admin", unit="370402-OFFICE", now=settings().now())[0]


def of(number: str) -> Complaint:
    (found,) = [one for one in all_of(Complaint) if one.channel_number == number]
    return found


def test_what_it_is_about_and_what_came_of_it_come_by_file(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Obligations 16.2, 16.5, 16.6, 18.1: in our words and in the hotline's own; 无 is none, an empty cell leaves it."""
    first, *_ = [taken(f"GD-{number}") for number in range(6)]
    file = sheet(
        tmp_path / "r.xlsx",
        HEAD,
        (first.number, "", "仍索要证明", "", "DEMO-0001", "户籍证明", "", ""),
        ("", "GD-1", "不核验或超时", "市中区光明路街道办事处", "", "", "基本属实", "已当场更正"),
        ("", "GD-2", "", "无", "", "", "", ""),
        ("", "GD-3", "态度不好", "", "", "", "", ""),
        ("", "GD-4", "", "", "", "", "已阅处", "已更正"),
        ("", "GD-5", "", "", "", "", "不属实", ""),
        ("", "GD-9", "其他", "", "", "", "", ""),
        ("", "GD-5", "", "某某局", "", "", "", ""),
        ("", "GD-5", "", "", "", "", "", ""),
    )
    assert main(["complaint_results", str(file), *BY]) == 1
    said = capsys.readouterr().out
    assert "共 9 行:办理 3 行,此前已办理 0 行,未办理 6 行。" in said
    for words in (
        "第 5 行未办理:“反映事由”应为",
        "第 6 行未办理:“办理结果”应为属实、部分属实、不属实、不属本规则范围之一,或者来源的说法:属实、基本属实",
        "第 7 行未办理:“办理情况”为空",
        "第 8 行未办理:没有这个编号的投诉",
        "第 9 行未办理:“被反映单位”不是登记的编码或名称",
        "第 10 行未办理:没有“反映事由”也没有“办理结果”",
    ):
        assert words in said
    one, two, three = of("GD-0"), of("GD-1"), of("GD-2")
    assert (one.about, one.unit, one.matter, one.proof) == (ComplaintAbout.STILL_ASKED, "370402-PERMIT", "DEMO-0001", "P-HOUSEHOLD")
    assert (two.about, two.unit, do(complaint_steps.outcome, two)) == (ComplaintAbout.NO_HELP, "370402-GUANGMING", ComplaintOutcome.FOUNDED)
    assert (three.about, three.unit) == (ComplaintAbout.OTHER, None) and three.assessed_at is not None
    steps = len(all_of(ComplaintStepRow))
    assert main(["complaint_results", str(file), *BY]) == 1
    assert "办理 0 行,此前已办理 3 行,未办理 6 行。" in capsys.readouterr().out and len(all_of(ComplaintStepRow)) == steps
    other = sheet(tmp_path / "o.xlsx", HEAD, ("", "GD-1", "", "", "", "", "不属实", "再看"))
    assert main(["complaint_results", str(other), *BY]) == 1
    assert "第 2 行未办理:此前已办结,结果与本行不同" in capsys.readouterr().out


def test_two_files_at_once_lose_nothing_of_each_other(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Obligations 16.2, 18.1: one says what it was about, the other whom and what came of it; a third is sent to two people, who both
    import it. Each row was read before the other file's was written, and its 反映事由 put back."""
    numbers = [f"GD-{number}" for number in range(8)]
    held = [taken(number).number for number in numbers]
    about = sheet(tmp_path / "a.xlsx", HEAD, *[("", number, "仍索要证明", "", "", "户籍证明", "", "") for number in numbers])
    whom = sheet(tmp_path / "w.xlsx", HEAD, *[("", number, "", "市中区光明路街道办事处", "", "", "", "") for number in numbers])
    assert _meanwhile(held, about, whom) == [0, 0]
    told = [(one.about, one.unit, one.proof) for one in map(of, numbers)]
    assert told == [(ComplaintAbout.STILL_ASKED, "370402-GUANGMING", "P-HOUSEHOLD")] * 8
    closed = sheet(tmp_path / "c.xlsx", HEAD, *[("", number, "", "", "", "", "属实", "已更正") for number in numbers])
    capsys.readouterr()
    assert _meanwhile(held, closed, closed) == [0, 0], "what the other one closed is found closed, and no fault"
    said = sorted(re.findall(r"办理 (\d+) 行,此前已办理 (\d+) 行,未办理 0 行", capsys.readouterr().out))
    assert sum(int(done) for done, _ in said) == sum(int(before) for _, before in said) == 8


def _meanwhile(held: list[str], *files: Path) -> list[int]:
    """Each is under way, one after the other, while somebody else holds the complaints: it has read what it reads without them."""
    running = list[Future[int]]()
    with transaction() as session, ThreadPoolExecutor(len(files)) as pool:
        session.execute(select(Complaint).where(Complaint.number.in_(held)).with_for_update())
        for file in files:
            running.append(pool.submit(main, ["complaint_results", str(file), *BY]))
            deadline = time.monotonic() + 30
            while do(lambda session: session.scalar(text(_WAITING))) < len(running) and time.monotonic() < deadline:
                time.sleep(0.02)
        session.rollback()
        return [one.result(60) for one in running]


_WAITING = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"


def test_a_person_of_the_office_decides_and_not_of_the_own_unit(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Obligation 4.1."""
    taken("GD-0")
    file = sheet(tmp_path / "r.xlsx", HEAD, ("", "GD-0", "仍索要证明", "市中区人民政府办公室(区大数据局)", "", "", "", ""))
    with pytest.raises(Failure, match="由谁办理"):
        main(["complaint_results", str(file)])
    with pytest.raises(Failure, match="岗位不能"):
        main(["complaint_results", str(file), "--by", "demo-permit-1"])
    assert main(["complaint_results", str(file), *BY]) == 1
    assert "涉及本单位" in capsys.readouterr().out and of("GD-0").about is ComplaintAbout.OTHER
