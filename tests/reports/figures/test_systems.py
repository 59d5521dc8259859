"""自建系统 in the report (obligations 8.1, 8.2): connected by calls, what was obtained for each, with the cases behind it;
counted by hand.
"""

from __future__ import annotations

from datetime import timedelta

import pytest

from ledger.actor import Filer
from ledger.registry import systems
from ledger.registry.registry import put_systems
from reports import periods
from reports.document import document
from reports.model import Rate, SystemRow
from tests.ledger.acting import do
from tests.ledger.filing import NOW, file
from tests.reports.figures.asking import WEEK, listed, report

pytestmark = pytest.mark.usefixtures("ledger")

NEXT = periods.week_of(WEEK.end)
PERMIT, CIVIL = "370402-PERMIT", "370402-CIVIL"


def rows(**more: object) -> dict[str, SystemRow]:
    return {row.code: row for row in report(**more).systems}  # type: ignore[arg-type]


def test_a_system_counts_from_its_first_call() -> None:
    """Obligation 8.1."""
    do(
        put_systems,
        [
            {"code": "s-1", "unit": CIVIL, "name": "演示系统"},
            {"code": "s-off", "unit": CIVIL, "name": "停用", "active": False},
            {"code": "s-not", "unit": CIVIL, "name": "不要求", "should_connect": False},
        ],
    )
    assert report().coverage.systems == Rate(0, 2, "systems"), "the sandbox's own, and one"
    do(systems.note_call, "s-1", now=WEEK.end)  # the first instant of the week after
    do(systems.note_call, "s-off", now=NOW)
    do(systems.note_call, "demo-hall", now=NOW)
    do(systems.note_call, "demo-hall", now=NEXT.start + timedelta(hours=1))
    assert (report().coverage.systems, report(NEXT).coverage.systems) == (Rate(1, 2, "systems"), Rate(2, 2, "systems"))
    assert {line.number: line.counted for line in listed("systems").lines} == {"demo-hall": True, "s-1": False}
    assert report(scope=CIVIL).coverage.systems == Rate(0, 1, "systems")
    assert rows()["demo-hall"].last_call == NOW and rows()["s-1"].first_call is None
    assert rows(period=NEXT)["demo-hall"].last_call == NEXT.start + timedelta(hours=1)
    assert "还有 1 个应对接的自建系统未对接,请市中区民政局主动对接。" in report().next_steps
    said = str(document(report()))
    assert "应对接的自建系统已对接 50.0%(1/2),尚未对接:演示系统(市中区民政局)。" in said and "停用" not in said


def test_what_was_obtained_for_a_provincial_system_is_found_by_the_cases_own_words() -> None:
    """Obligation 8.2."""
    do(
        put_systems,
        [
            {"code": "s-prov", "unit": PERMIT, "name": "山东省统一受理平台(省级)", "level": "province", "should_connect": False},
            {"code": "s-prov-civil", "unit": CIVIL, "name": "山东省统一受理平台(省级)", "level": "province", "should_connect": False},
        ],
    )
    by_name = {
        file(origin_system=text, number=f"C-{place}")
        for place, text in enumerate(("山东省统一受理平台（省级）", "s-prov", "山东省统一受理平台 (省级)"))
    }
    file(origin_system="另一个平台", number="C-8")
    file(number="C-9")  # from none
    hall = Filer(PERMIT, "demo-permit-1", "demo-hall")
    direct, told = file(number="C-10", filer=hall), file(number="C-11", filer=hall, origin_system="S-PROV")
    found = rows()
    assert {code: row.obtained for code, row in found.items()} == {"demo-hall": 1, "s-prov": 4, "s-prov-civil": 0}
    assert {line.number for line in listed("obtained/s-prov").lines} == {*by_name, told}
    assert {line.number for line in listed("obtained/demo-hall").lines} == {direct}
    assert listed("obtained/s-none").lines == () and rows(period=NEXT)["s-prov"].obtained == 0
    assert "省级以上系统 2 个,本周其业务通过本系统获取证明 4 件。" in str(document(report()))
