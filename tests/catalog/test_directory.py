"""What lists of matters enter into the register: never what they do not say, never one of two that contradict."""

from __future__ import annotations

import pytest

from catalog.list_kinds import ListKind
from domain.limits import HandlingType
from ledger.catalog import questions
from ledger.registry import registry
from ledger.tables.registry import Matter
from tests.catalog.test_rebuild import rebuilt, send, source
from tests.catalog.workbooks import workbook
from tests.ledger.acting import all_of, do
from tests.ledger.filing import NOW

pytestmark = pytest.mark.usefixtures("ledger")

HEADER = ("事项编码", "事项名称", "部门", "办件类型", "承诺时限")
FIRST = ("X-1", "甲事项", "市中区民政局", "承诺件", 5)


def list_of(key: str, *rows: tuple[object, ...], header: tuple[str, ...] = HEADER) -> None:
    source(key, ListKind.MATTERS)
    send(key, workbook([header, *rows]))


def matter(code: str = "X-1") -> Matter:
    (found,) = all_of(Matter, code=code)
    return found


def test_what_a_list_has_no_column_for_stays_as_it_is_registered() -> None:
    do(
        registry.put_matters,
        [{"code": "X-1", "name": "甲 事项", "unit": "370402-CIVIL", "handling": HandlingType.PROMISED, "promised_days": 7}],
    )
    list_of("a", FIRST[:3], ("X-2", "乙事项", "市中区民政局"), header=HEADER[:3])
    rebuilt()
    assert (matter().name, matter().handling, matter().promised_days) == ("甲事项", HandlingType.PROMISED, 7)
    assert (matter("X-2").handling, matter("X-2").promised_days) == (HandlingType.OTHER, None)


def test_two_lists_that_say_different_things_of_one_code_are_asked_and_change_nothing_until_then() -> None:
    list_of("a", FIRST)
    rebuilt()
    list_of("b", ("X-1", "甲事项", "区司法局", "承诺件", 5), ("X-2", "乙事项", "区司法局", "即办件", 0))
    rebuilt()
    (asked,) = do(questions.questions).rows
    assert asked.why == "事项 X-1 的“索要单位”在a清单 第 2 行与b清单 第 2 行中不一致"
    assert [one.code for one in asked.candidates] == ["a", "b"]
    assert matter().unit == "370402-CIVIL" and matter("X-2").unit == "370402-JUSTICE"
    do(questions.answer, asked.id, "b", now=NOW, actor="person:demo-admin")
    rebuilt()
    assert matter().unit == "370402-JUSTICE" and do(questions.questions).rows == []
    rebuilt()
    assert matter().unit == "370402-JUSTICE" and do(questions.questions).rows == []


def test_a_list_that_is_silent_contradicts_nobody() -> None:
    list_of("a", FIRST)
    list_of("b", ("X-1", "甲事项", "市中区民政局"), header=HEADER[:3])
    rebuilt()
    assert do(questions.questions).rows == [] and matter().promised_days == 5
