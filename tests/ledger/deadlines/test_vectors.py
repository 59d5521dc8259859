"""docs/vectors: calendars of 2004 to 2026 and golden minutes as plain JSON for others, compared with what they come from.

`PROOFLESS_WRITE_DOCUMENTS=1` writes them anew.
"""

from __future__ import annotations

import json
import os
from datetime import date
from typing import Any

import chinese_calendar
import pytest

from audit import why
from domain.limits import HandlingType, Situation, limits
from ledger.deadlines import grounds
from runtime.commands.work_calendar import of_library
from settings import ROOT
from tests.domain.test_holiday_notice import NOTICES
from tests.domain.test_limits import _GOLDEN, OFFICE_HOURS, at

FOLDER = ROOT / "docs" / "vectors"
YEARS = range(2004, 2027)


def calendars() -> dict[str, Any]:
    """By the library, which the reader of notices is held against for every year that has one (tests/domain/test_holiday_notice.py)."""
    found = {}
    for year in YEARS:
        rest, work = of_library(year)
        notice = [line for line in NOTICES.get(year, "").splitlines() if line.strip()][:2]
        source = [*notice, "chinesecalendar(MIT 许可)"]
        found[str(year)] = {"source": source, "rest": sorted(map(str, rest)), "work": sorted(map(str, work))}
    said = "rest:按通知放假、补休的日子;work:调休上班的周六、周日;其余周一至周五为工作日。"
    return {"about": said, "years": found}


def minutes() -> dict[str, Any]:
    """The golden minutes of docs/rules/obligations.md, each with all that it rests on, in the form that audit/why.py reads."""
    found = []
    for handling, arrives, promise, wanted in _GOLDEN:
        case = Situation(HandlingType(handling), at(arrives), at(promise) if promise else None, OFFICE_HOURS)
        about = grounds.of_situation(case)
        about["readings"].pop("version")  # of the program, not of the vector
        found.append(about | {"limits": {kind: at(due).isoformat() for kind, due in wanted.items()}})
    return {"about": "calendars 见 calendars.json;时刻为北京时间;limits 是应得的结果。", "vectors": json.loads(json.dumps(found))}


@pytest.mark.parametrize(("name", "made"), [("calendars.json", calendars), ("limits.json", minutes)])
def test_the_published_vectors_are_those_of_today(name: str, made: Any) -> None:
    text = json.dumps(made(), ensure_ascii=False, indent=1) + "\n"
    if os.environ.get("PROOFLESS_WRITE_DOCUMENTS"):
        (FOLDER / name).write_text(text, "utf-8")
    assert (FOLDER / name).read_text("utf-8") == text


def test_every_day_of_the_published_calendars_is_what_the_library_says() -> None:
    years = json.loads((FOLDER / "calendars.json").read_text("utf-8"))["years"]
    assert [int(year) for year in years] == list(YEARS)
    hours = why.Hours([{"since": None, "calendar": "c", "seasons": []}], {"c": years})
    days = [date.fromordinal(day) for day in range(date(2004, 1, 1).toordinal(), date(2026, 12, 31).toordinal() + 1)]
    assert [day for day in days if (hours.kind(day, "c") == "workday") != chinese_calendar.is_workday(day)] == []


def test_both_programs_come_to_the_published_minutes() -> None:
    """Obligations 10.6, 10.7, 10.8."""
    years = json.loads((FOLDER / "calendars.json").read_text("utf-8"))["years"]
    vectors = json.loads((FOLDER / "limits.json").read_text("utf-8"))["vectors"]
    assert len(vectors) == len(_GOLDEN)
    for about, (handling, arrives, promise, _) in zip(vectors, _GOLDEN, strict=True):
        wanted = {kind: why.instant(due) for kind, due in about["limits"].items()}
        named = about | {"calendars": dict.fromkeys([one["calendar"] for one in about["hours"]], years)}
        assert why.limits(named, why.instant(about["received"])) == wanted
        case = Situation(HandlingType(handling), at(arrives), at(promise) if promise else None, OFFICE_HOURS)
        assert {one.kind.value: one.due for one in limits(case)} == wanted
