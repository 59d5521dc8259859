"""Days, minutes and methods in the words of departments (obligations 7.1, 7.7)."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from catalog import values
from catalog.amounts import DAYS, MINUTES, WORKING_DAYS, NotUnderstood, amount
from catalog.list_kinds import ListKind
from catalog.lists import read_list
from domain.list_rows import ProofFact
from domain.methods import Method
from tests.catalog.registries import sandbox
from tests.catalog.test_lists import GOOD, HEADER
from tests.catalog.workbooks import workbook


def spoken(number: int) -> str:
    """A number under ten thousand as it is read aloud: the slow, obvious way."""
    said, gap = "", False
    for place, name in ((1000, "千"), (100, "百"), (10, "十"), (1, "")):
        digit = number // place % 10
        if digit:
            said += ("零" if gap and said else "") + "零一二三四五六七八九"[digit] + name
        gap = not digit
    return said


@given(st.integers(1, 9999), st.booleans())
def test_a_numeral_is_the_number_that_is_read_aloud(number: int, short: bool) -> None:
    text = spoken(number)
    if short and text.startswith("一十"):
        text = text[1:]
    assert amount(f"{text}日内", 10_000, DAYS) == number


@pytest.mark.parametrize(
    ("text", "days"),
    [
        ("90天内", 90),
        ("九十日", 90),
        ("6个月", 180),
        ("六个月", 180),
        ("半年", 182),
        ("1年", 365),
        ("两年", 730),
        ("三周", 21),
        ("长期", 3650),
        ("自出具之日起30日内", 30),
        ("30日(自出具之日起)", 30),
        ("3个月(自签发之日起)", 90),
        ("永久有效", 3650),
        ("30", 30),
        (" 30 天 ", 30),
        ("", None),
        ("无", None),
    ],
)
def test_a_validity_in_days(text: str, days: int | None) -> None:
    assert values.validity(text) == days


@pytest.mark.parametrize("text", ["0天", "一五天", "半天", "11年", "3个季度", "视情况", "6-12个月", "1.5年", "十百天", "-3天"])
def test_what_no_number_of_days_says_is_not_guessed(text: str) -> None:
    with pytest.raises(NotUnderstood):
        values.validity(text)


def test_a_month_is_no_working_day_and_hours_are_minutes() -> None:
    assert (
        amount("十五个工作日", 3650, WORKING_DAYS) == 15
        and amount("2小时", 100_000, MINUTES) == 120
        and amount("半小时", 99, MINUTES) == 30
    )
    for text in ("1个月", "24小时"):
        with pytest.raises(NotUnderstood):
            amount(text, 3650, WORKING_DAYS)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("①部门核验", [Method.ISSUER]),
        ("①数据共享 ②部门核验", [Method.DATA_SHARING, Method.ISSUER]),
        ("1、数据共享2、告知承诺", [Method.DATA_SHARING, Method.COMMITMENT]),
        ("(一)数据共享;(二)部门核验", [Method.DATA_SHARING, Method.ISSUER]),
        ("数据共享和部门核验", [Method.DATA_SHARING, Method.ISSUER]),
        ("告知承诺或部门核验", [Method.COMMITMENT, Method.ISSUER]),
        ("先数据共享,再部门核验", [Method.DATA_SHARING, Method.ISSUER]),
        ("电子证照核验", [Method.DATA_SHARING]),
        ("一、部门间核查", [Method.ISSUER]),
        ("部门核验+数据共享", [Method.ISSUER, Method.DATA_SHARING]),
    ],
)
def test_methods_in_the_order_in_which_they_are_written(text: str, found: list[Method]) -> None:
    assert list(values.methods(text)) == found


@pytest.mark.parametrize("text", ["现场踏勘", "数据共享和现场踏勘", "其他"])
def test_a_method_that_is_none_goes_back(text: str) -> None:
    with pytest.raises(NotUnderstood):
        values.methods(text)


def test_what_was_counted_in_days_is_said_to_its_sender() -> None:
    (result,) = read_list(workbook([(*HEADER, "有效期"), (*GOOD, "6个月"), (2, *GOOD[1:], "90天内")]), ListKind.PROOFS, sandbox())
    first, second = result.rows
    assert isinstance(first.fact, ProofFact) and first.fact.validity_days == 180 and first.faults[0].text == "“6个月”按 180 天计。"
    assert isinstance(second.fact, ProofFact) and second.fact.validity_days == 90 and not second.faults


@pytest.mark.parametrize(
    ("text", "minutes", "at_once"),
    [
        *((text, None, True) for text in "即时 当场 实时 立即 即办 当场办结 立等可取 即时反馈 即查即得".split()),
        *((text, None, None) for text in "2个工作日 一个工作日 3个工作日内 半个工作日 1-2个工作日 不超过1个工作日".split()),
        *((text, None, None) for text in "当日 2日内 1天 一周 0.5天 即时;1个工作日 ①1天②2天".split()),
        *((text, minutes, None) for text, minutes in {"1小时": 60, "半小时": 30, "0.5小时": 30, "2小时内办结": 120, "10分钟": 10}.items()),
        *((text, minutes, None) for text, minutes in {"不超过30分钟": 30, "24小时": 1440, "45": 45}.items()),
        *((text, None, None) for text in ("无", "—", "/")),
    ],
)
def test_a_time_to_check_is_minutes_or_at_once_or_days_that_the_calendar_decides(
    text: str, minutes: int | None, at_once: bool | None
) -> None:
    """Before, a row that said 即时 or 2个工作日 went back."""
    (row,) = read_list(workbook([(*HEADER, "核验时限"), (*GOOD, text)]), ListKind.PROOFS, sandbox())[0].rows
    assert isinstance(row.fact, ProofFact) and (row.fact.limit_minutes, row.fact.immediate) == (minutes, at_once)
    in_days = any(one in text for one in "日天周")
    assert [fault.code for fault in row.faults] == (["limit_in_days"] if in_days else [])


@pytest.mark.parametrize("text", ["视情况", "若干天", "10-30分钟", "0天", "-3天", "以实际为准", "2026年3月1日"])
def test_a_time_to_check_that_nobody_understands_goes_back(text: str) -> None:
    (row,) = read_list(workbook([(*HEADER, "核验时限"), (*GOOD, text)]), ListKind.PROOFS, sandbox())[0].rows
    assert [fault.code for fault in row.faults] == ["value_wrong"]


@pytest.mark.parametrize(
    ("column", "text", "field", "value"),
    [
        ("核验时限(工作日)", 2, "limit_minutes", None),
        ("核验时限(小时)", 2, "limit_minutes", 120),
        ("核验时限(分钟)", 30, "limit_minutes", 30),
        ("核验时限", 30, "limit_minutes", 30),
        ("有效期(月)", 6, "validity_days", 180),
        ("有效期(月)", "3个月", "validity_days", 90),
        ("有效期(年)", "一", "validity_days", 365),
        ("有效期(天)", 60, "validity_days", 60),
        ("有效期", 60, "validity_days", 60),
        ("有效期(最长1年)", 60, "validity_days", 60),
        ("核验时限(2个工作日内)", 30, "limit_minutes", 30),
        ("核验时限(2个工作日)", 30, "limit_minutes", 30),
    ],
)
def test_a_number_counts_what_its_column_counts(column: str, text: object, field: str, value: int | None) -> None:
    """Before, two working days were two minutes, and six months six days, without a word."""
    (row,) = read_list(workbook([(*HEADER, column), (*GOOD, text)]), ListKind.PROOFS, sandbox())[0].rows
    assert isinstance(row.fact, ProofFact) and getattr(row.fact, field) == value


@pytest.mark.parametrize("text", ["当年有效", "一次有效", "一次性"])
def test_a_validity_that_is_no_number_of_days_is_left_out_and_remarked(text: str) -> None:
    (row,) = read_list(workbook([(*HEADER, "有效期"), (*GOOD, text)]), ListKind.PROOFS, sandbox())[0].rows
    assert isinstance(row.fact, ProofFact) and row.fact.validity_days is None
    assert [(fault.code, fault.blocks) for fault in row.faults] == [("validity_not_days", False)]


@pytest.mark.parametrize("text", ["不限", "终身有效", "无限期"])
def test_a_validity_that_never_ends(text: str) -> None:
    assert values.validity(text) == values.LONGEST
