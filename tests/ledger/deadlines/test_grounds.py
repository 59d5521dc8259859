"""时限的依据: a stranger's file comes to the same minute, and says what three minutes earlier would have meant."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from audit import why
from domain.intervals import union
from domain.limits import Situation, limits
from ledger.arrangements import opening_hours
from ledger.deadlines import grounds
from ledger.inbox import requests
from ledger.record import gathering, heads
from runtime.commands.audit import main
from runtime.failures import Failure
from tests.domain.test_limits import asks, rolling, situation
from tests.domain.walking import Ask
from tests.ledger.acting import HOUR, ISSUER, MINUTE, asked, do, immediate
from tests.ledger.filing import NOW, file


def handed_over(case: Situation) -> dict[str, Any]:
    """What a file says of a situation, through JSON."""
    calendars: Mapping[str, Any] = {
        hours.calendar.name: {
            str(year): {"rest": sorted(map(str, one.rest)), "work": sorted(map(str, one.work)), "provisional": False, "source": "演示"}
            for year, one in hours.calendar.years.items()
        }
        for _, hours in [(None, case.hours), *case.hours.later]
    }
    found: dict[str, Any] = json.loads(json.dumps(grounds.of_situation(case) | {"calendars": calendars}))
    return found


@given(st.one_of(asks(), rolling()))
def test_the_strangers_file_comes_to_the_same_minutes(ask: Ask) -> None:
    """Obligations 10.5, 10.6, 10.7, 10.8: two programs that share no code, any hours, pauses and readings."""
    case = situation(ask)
    case = replace(case, pauses=union(case.pauses))
    assert why.limits(handed_over(case), case.received) == {one.kind.value: one.due for one in limits(case)}


def recorded(number: str) -> None:
    while do(gathering.gather):
        pass
    do(heads.keep, now=NOW + HOUR)


@pytest.mark.usefixtures("ledger")
def test_one_verification_offline(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    ask = {"first": "01-01", "last": "12-31", "workday": [["08:30", "12:00"], ["13:30", "17:30"]]}
    do(opening_hours.set_timetable, ISSUER, [ask], effective_from=NOW, reason="演示", now=NOW, actor="person:demo-admin", backdated=True)
    number = immediate(NOW + 2 * HOUR + 58 * MINUTE)[0].number  # 11:58
    path = tmp_path / "why.json"
    assert main(["why", number, "-o", str(path)]) == 0
    capsys.readouterr()
    assert why.main([str(path)]) == 0 and "还没有存证" in capsys.readouterr().out
    recorded(number)
    main(["why", number, "-o", str(path)])
    capsys.readouterr()
    assert why.main([str(path), "--later", "3", "--earlier", "3", "--key", heads.public_key()]) == 0
    said = capsys.readouterr().out
    assert "最迟时限重新计算为 2026-03-04 12:28:00,与依据一致" in said and "当时记录的时限:最迟时限 2026-03-04 12:28:00" in said
    assert "若早 3 分钟(2026-03-04 11:55:00)送达:最迟时限为 2026-03-04 12:25:00" in said
    assert "若晚 3 分钟(2026-03-04 12:01:00)送达:最迟时限为 2026-03-04 14:00:00" in said, "at the next opening, 13:30"
    assert "2026 年工作日历来源" in said
    assert "演示甲子" not in path.read_text("utf-8")


@pytest.mark.usefixtures("ledger")
def test_an_event_from_before_limits_stood_in_it_is_no_fault(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(requests, "_as_set", lambda limits: {})
    number = asked()[0].number
    recorded(number)
    (tmp_path / "why.json").write_text(json.dumps(do(grounds.grounds, number)), "utf-8")
    assert why.main([str(tmp_path / "why.json")]) == 0 and "当时记录的时限:没有写明" in capsys.readouterr().out


@pytest.mark.usefixtures("ledger")
def test_what_was_altered_is_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    number = asked()[0].number
    recorded(number)
    found = json.loads(json.dumps(do(grounds.grounds, number)))
    path = tmp_path / "why.json"

    def after(**changes: Any) -> tuple[int, str]:
        path.write_text(json.dumps(found | changes), "utf-8")
        code = why.main([str(path)])
        said = capsys.readouterr()
        return code, said.out + said.err

    assert after()[0] == 0
    code, said = after(received=(NOW - 3 * MINUTE).isoformat())
    assert code == 1 and "另一件或另一时刻" in said and "重新计算为" in said
    code, said = after(limits=[one | {"due": (NOW + HOUR).isoformat()} for one in found["limits"]])
    assert code == 1 and "依据写的是" in said
    code, said = after(record=found["record"] | {"line": found["record"]["line"].replace("asked", "Asked")})
    assert code == 1 and "核对不上" in said
    code, said = after(readings={})
    assert code == 2 and "不能核对" in said


@pytest.mark.usefixtures("ledger")
def test_without_an_issuing_unit_there_is_nothing_to_compute(tmp_path: Path) -> None:
    with pytest.raises(Failure, match="没有送达出具单位"):
        main(["why", file(), "-o", str(tmp_path / "x.json")])
    with pytest.raises(Failure, match="没有这个核验编号"):
        main(["why", "HY20260304AAAAAAAA", "-o", str(tmp_path / "x.json")])
    assert list(tmp_path.iterdir()) == []
