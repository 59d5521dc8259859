"""What an operator types when a unit is renamed or merged."""

from __future__ import annotations

import pytest

from domain.register_changes import RegisterChangeStatus
from ledger.database import transaction
from ledger.registry import register_changes
from ledger.tables.registry import Unit, UnitChange
from runtime.commands import traces, unit
from runtime.failures import Failure
from settings import settings
from tests.ledger.acting import all_of

UNIT = "370402-GUANGMING"


def test_a_rename_and_a_merger_are_recorded_from_the_day_on(ledger: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert unit.main(["rename", UNIT, "光明街道办事处", "--from", "2026-03-04", "--document", "市中政〔2026〕1号"]) == 0
    assert traces.main(["--waiting"]) == 0
    assert all_of(UnitChange) == [] and all_of(Unit, code=UNIT)[0].name != "光明街道办事处", "nobody has confirmed it"
    confirmed()
    assert unit.main(["merge", UNIT, "370402-CIVIL", "--from", "2026-03-09", "--document", "市中政〔2026〕2号"]) == 0
    confirmed()
    said = capsys.readouterr()
    assert "自 2026-03-04 起更名为光明街道办事处" in said.out + said.err and "并入 370402-CIVIL" in said.out + said.err
    assert f"{UNIT} 更名" in said.out and "提出:" in said.out
    first, second = sorted(all_of(UnitChange), key=lambda change: change.id)
    assert first.at.isoformat() == "2026-03-03T16:00:00+00:00" and second.merged_into == "370402-CIVIL"
    assert first.changed_by.startswith("operator:") and first.changed_by.endswith("、person:demo-admin"), "both names"
    assert not all_of(Unit, code=UNIT)[0].active
    assert traces.main(["--place", "units", "--subject", UNIT, "--limit", "1"]) == 0
    assert capsys.readouterr().out.count(f"units {UNIT}") == 1


def confirmed() -> None:
    with transaction() as session:
        (change,) = register_changes.listed(session, standing=RegisterChangeStatus.WAITING).rows
        register_changes.confirm(session, change.id, actor="person:demo-admin", now=settings().now())


def test_what_cannot_be_is_refused_with_words(ledger: str) -> None:
    with pytest.raises(Failure, match="没有这个单位"):
        unit.main(["rename", "370402-NOBODY", "新名称", "--document", "x"])
    with pytest.raises(SystemExit):
        unit.main(["rename", UNIT, "新名称", "--from", "3月4日", "--document", "x"])
    with pytest.raises(SystemExit):
        unit.main(["merge", UNIT, "370402-CIVIL"])
    assert all_of(UnitChange) == []
