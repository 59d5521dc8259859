"""`./run recompute`: after a changed reading, what runs is computed anew, once, and why is on the record."""

from __future__ import annotations

import pytest

from ledger.tables.duty import RuleChange
from runtime.commands import recompute
from runtime.failures import Failure
from settings import settings
from tests.ledger.acting import HOUR, MINUTE, all_of, immediate, limits, names
from tests.ledger.filing import NOW


def test_a_changed_reading_is_applied_to_what_runs_with_its_reason(
    ledger: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    noon = NOW + 2 * HOUR + 50 * MINUTE  # 11:50
    lease, _ = immediate(noon, "P-ARCHIVE", matter="DEMO-0003")
    monkeypatch.setattr(type(settings()), "now", lambda _self: noon + MINUTE)
    assert recompute.main(["--reason", "x"]) == 0 and not all_of(RuleChange)
    monkeypatch.setenv("PROOFLESS_READINGS", '{"measure": "service_hours"}')
    settings.cache_clear()
    for _ in range(2):
        assert recompute.main(["--reason", "专班会议纪要 3 号"]) == 0
    assert limits(lease.number)["hard"].due_at == noon + 2 * HOUR
    assert names(lease.number).count("recalculated") == 1
    (change,) = all_of(RuleChange)
    assert (change.reason, change.before) == ("专班会议纪要 3 号", ["2022-06-28/2"]) and change.after != change.before[0]
    said = capsys.readouterr()
    assert "重算 1 项" in said.out + said.err and "没有需要重算的" in said.out + said.err
    monkeypatch.undo()
    settings.cache_clear()


def test_a_unit_that_nobody_knows_is_named_and_nothing_is_computed(ledger: str, monkeypatch: pytest.MonkeyPatch) -> None:
    lease, _ = immediate()
    monkeypatch.setenv("PROOFLESS_READINGS", '{"measure_by_unit": {"370402-ARCHIV": "natural", "370402-ARCHIVE": "natural"}}')
    settings.cache_clear()
    with pytest.raises(Failure, match="370402-ARCHIV。"):
        recompute.main(["--reason", "x"])
    assert limits(lease.number)["hard"].rule_version == "2022-06-28/2" and not all_of(RuleChange)
    monkeypatch.undo()
    settings.cache_clear()


def test_a_reason_is_asked_for() -> None:
    with pytest.raises(SystemExit):
        recompute.main([])


def test_a_week_is_tried_under_other_readings_and_nothing_is_written(
    ledger: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    noon = NOW + 2 * HOUR + 50 * MINUTE  # 11:50
    lease, _ = immediate(noon, "P-ARCHIVE", matter="DEMO-0003")
    monkeypatch.setattr(type(settings()), "now", lambda _self: noon + HOUR)
    assert recompute.main(["--preview", noon.date().isoformat(), "--readings", '{"measure": "service_hours"}']) == 0
    said = capsys.readouterr().out
    now, other = [line for line in said.splitlines() if "解读 " in line and "按时" in line]
    assert "超时 1" in now and "在办 0" in now and "超时 0" in other and "在办 1" in other
    assert not all_of(RuleChange) and limits(lease.number)["hard"].missed_at is None
    for wrong in (
        ["--readings", "{"],
        ["--readings", '{"measure_by_unit": {"370402-ARCHIV": "natural"}}'],
        ["--readings", '{"nothing": 1}'],
        ["--version", "x"],
    ):
        with pytest.raises(Failure, match="解读|规则版本"):
            recompute.main(["--preview", "2026-W10", *wrong])


def test_an_instant_that_has_passed_is_refused(ledger: str) -> None:
    with pytest.raises(Failure, match="早于现在"):
        recompute.main(["--reason", "x", "--from", "2022-07-01"])
