"""自2027年1月1日起取消: what is given up from a day on that is still to come is not given up today. Each such row was once taken as
given up at once; when its day comes it is, without being sent anew (obligations 2.1, 5.1)."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime
from typing import Any

import pytest

from catalog.list_kinds import ListKind
from catalog.lists import read_list
from catalog.preview import Previewed, preview
from catalog.rebuild import known_reading, make_draft, read_source
from catalog.start_days import StartDays, holds_days, without_start
from domain.calendar import LOCAL
from domain.list_rows import RowResult
from tests.catalog.registries import sandbox
from tests.catalog.small_lists import FIRST, HEADER, SECOND, said
from tests.catalog.test_rebuild import changes, send, source
from tests.catalog.workbooks import workbook

TODAY = date(2026, 11, 30)
LATER, UNCLEAR = {"not_yet"}, {"start_unclear"}
STATED = ("序号", "事项编码", "证明名称", "清理意见")


def read(*lines: tuple[Any, ...], on: date | None = TODAY, kind: ListKind = ListKind.PROOFS) -> list[RowResult]:
    return [row for result in read_list(workbook([*lines]), kind, replace(sandbox(), on=on)) for row in result.rows]


def table(*lines: tuple[Any, ...], on: date | None = TODAY, kind: ListKind = ListKind.PROOFS) -> list[bool | set[str]]:
    return [said(row) for row in read(*lines, on=on, kind=kind)]


@pytest.mark.parametrize("column", ["执行时间", "取消时间", "实施日期", "停止索要时间", "生效日期", "备注"])
@pytest.mark.parametrize(
    ("day", "expected"),
    [
        ("自2027年1月1日起取消", LATER),
        ("2026年12月1日", LATER),
        ("2027年", LATER),
        ("2026年底", LATER),
        ("2026年12月底前", LATER),
        ("二〇二七年一月一日起", LATER),
        ("2027年第一季度", LATER),
        ("明年1月起", UNCLEAR),
        ("自2025年1月1日起取消", True),
        ("2026年11月30日", True),
        ("2026年起", True),
        ("", True),
        ("依据《决定》(2020年修订)", True),
        ("2020年经区政府同意,证件有效期至2030年1月1日", True),
    ],
)
def test_what_is_given_up_from_a_later_day_on(column: str, day: str, expected: bool | set[str]) -> None:
    rows = (1, *SECOND[1:3], "取消", day), (2, *FIRST[1:3], "保留", "2030年" if column in ("执行时间", "实施日期") else "")
    assert table((*STATED, column), *rows) == [expected, False]


@pytest.mark.parametrize(
    ("day", "expected"),
    [("2027-01-01", LATER), (46388, LATER), ("2025/3/1", True), (45000, True), ("待定", UNCLEAR), ("待系统上线后", UNCLEAR)],
)
def test_a_column_of_days_holds_days_in_many_forms(day: object, expected: bool | set[str]) -> None:
    assert table((*STATED, "执行时间"), (1, *SECOND[1:3], "取消", day)) == [expected]


def test_it_says_until_when_and_that_nothing_need_be_sent_anew() -> None:
    (row,) = read((*STATED, "执行时间"), (1, *SECOND[1:3], "取消", "2027年1月1日"))
    (fault,) = row.faults
    assert "“执行时间”列写着“2027年1月1日”" in fault.text and fault.remedy.startswith("2027-01-01 起重建清单时自动采用")


@pytest.mark.parametrize(
    ("cell", "expected"),
    [
        ("自2027年1月1日起取消", LATER),
        ("自2025年1月1日起取消", True),
        ("2026年12月31日起不再保留", LATER),
        ("2024年起不再保留", True),
        ("自2025年起保留", False),
        ("自2027年起保留", {"standing_unclear"}),
        ("明年起取消", {"standing_unclear"}),
    ],
)
def test_the_cell_that_gives_it_up_may_say_the_day(cell: str, expected: bool | set[str]) -> None:
    assert table(STATED, (1, *SECOND[1:3], cell)) == [expected]


@pytest.mark.parametrize(
    ("title", "expected"),
    [
        ("自2027年1月1日起取消的证明事项清单", LATER),
        ("2027年取消的证明事项清单", LATER),
        ("取消的证明事项清单(2027年1月1日起执行)", LATER),
        ("自2025年1月1日起取消的证明事项清单", True),
        ("取消的证明事项清单(自2025年1月1日起执行)", True),
        ("取消的证明事项清单(2026年版)", True),
    ],
)
def test_what_stands_over_rows_says_from_when_on(title: str, expected: bool | set[str]) -> None:
    assert table((title,), HEADER, FIRST) == [expected]
    assert table(STATED, (title,), (1, *SECOND[1:3], "取消"), ("二、保留的证明事项",), (2, *FIRST[1:3], "")) == [expected, False]


@pytest.mark.parametrize(
    ("note", "expected"),
    [
        ("注:本清单自2027年1月1日起执行", LATER),
        ("(自2027年1月1日起施行)", LATER),
        ("说明:1.本清单一式两份。2.本清单自2027年1月1日起实施。", LATER),
        ("注:取消的证明事项自2027年3月起停止索要", LATER),
        ("注:本清单自2025年1月1日起执行", True),
        ("制表日期:2027年1月1日", True),
        ("注:第1项自2025年1月1日起取消", True),
    ],
)
def test_a_text_beside_the_rows_says_from_when_on_the_list_holds(note: str, expected: bool | set[str]) -> None:
    gone, kept = (1, *SECOND[1:3], "取消"), (2, *FIRST[1:3], "保留")
    assert table(STATED, gone, kept, (note,)) == [expected, False]
    if note[0] != "制" and "第1项" not in note:
        assert table((note,), STATED, gone, kept) == [expected, False]


def test_a_list_of_what_is_cancelled_is_read_so_too() -> None:
    assert table(("事项编码", "证明名称", "取消时间"), (*SECOND[1:3], "2027年1月1日"), kind=ListKind.CANCELLATIONS) == [LATER]


def test_without_a_day_on_which_it_is_read_nothing_is_made_of_days() -> None:
    assert table((*STATED, "执行时间"), (1, *SECOND[1:3], "取消", "2027年1月1日"), on=None) == [True]


def test_names_and_texts_that_hold_no_such_day() -> None:
    assert not any(map(holds_days, ("公布日期", "办理时限", "保留期限", "有效期", "承诺时限")))
    assert without_start("市中区证明事项清单(2026年版)") == "市中区证明事项清单(2026年版)"
    assert not StartDays(TODAY).is_later("市政发〔2027〕3号")


@pytest.mark.usefixtures("ledger")
def test_when_its_day_comes_it_is_read_anew_and_given_up() -> None:
    source("proofs", ListKind.PROOFS, "370402-JUSTICE")
    send("proofs", workbook([(*STATED, "执行时间"), (1, "DEMO-0002", "经济困难证明", "取消", "2027年1月1日")]))
    before, again, after = (
        datetime(year, month, day, 3, tzinfo=LOCAL) for year, month, day in ((2026, 3, 5), (2026, 12, 31), (2027, 1, 1))
    )
    assert read_source("proofs", before).refused == 1 and changes(make_draft(before)) == []
    assert known_reading("proofs", again) is not None, "it is not read every day"
    assert known_reading("proofs", after) is None
    assert read_source("proofs", after).accepted == 1
    assert [kind for kind, *_ in changes(make_draft(after))] == ["减少"]
    assert known_reading("proofs", after) is not None


@pytest.mark.usefixtures("ledger")
def test_a_preview_says_it_too() -> None:
    content = workbook([(*STATED, "执行时间"), (1, "DEMO-0002", "经济困难证明", "取消", "2027年1月1日")])
    about = Previewed("justice", ListKind.PROOFS, "370402-JUSTICE", "清单")
    assert preview(about, content, on=TODAY).counts.refused == 1
    assert preview(about, content, on=date(2027, 1, 1)).counts.accepted == 1
