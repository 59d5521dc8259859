"""Negative lists: what they forbid, what they touch, and that no other list is taken for one (obligations 2.1, 5.4)."""

from __future__ import annotations

import pytest

from catalog.file_kinds import FileRefused
from catalog.list_kinds import ListKind
from catalog.lists import read_list
from catalog.negatives import names_in
from tests.catalog.registries import LISTS, sandbox
from tests.catalog.test_lists import GOOD, HEADER, codes
from tests.catalog.workbooks import workbook

COMMUNITY, POLICE = ListKind.NEGATIVE_COMMUNITY, ListKind.NEGATIVE_POLICE


@pytest.mark.parametrize("kind", [COMMUNITY, POLICE])
def test_a_list_of_proofs_that_are_kept_forbids_none_of_them(kind: ListKind) -> None:
    with pytest.raises(FileRefused) as refused:
        read_list(workbook([("市中区证明事项清单",), HEADER, GOOD]), kind, sandbox())
    assert refused.value.fault == "not_negative"


def test_a_title_makes_a_negative_list_of_plain_columns() -> None:
    rows = [("不应由村(居)民委员会出具的证明清单",), ("序号", "证明名称"), (1, "经济困难证明")]
    (result,) = read_list(workbook(rows), COMMUNITY, sandbox())
    assert result.rows[0].fact is not None


def test_one_organs_list_is_not_anothers() -> None:
    for name, kind in (("not_issued_by_police_2016.csv", COMMUNITY), ("not_issued_by_community_2020.csv", POLICE)):
        with pytest.raises(FileRefused) as refused:
            read_list((LISTS / name).read_bytes(), kind, sandbox())
        assert refused.value.fault == "other_organ"


def test_a_row_says_which_registered_proofs_it_touches() -> None:
    rows = [("序号", "不应出具的证明"), (1, "经济困难情况证明、户籍证明"), (2, "健在证明"), (3, "婚姻状况证明(含未婚、已婚)")]
    (result,) = read_list(workbook(rows), COMMUNITY, sandbox())
    said = [row.matched.get("negative") for row in result.rows]
    assert said == ["涉及登记库中的经济困难证明、户籍证明", None, "涉及登记库中的婚姻状况证明"]


def test_names_in_one_cell() -> None:
    assert names_in("亲属关系证明、居住证明") == ("亲属关系证明", "居住证明")
    assert names_in("亲属关系证明(含父母、子女)") == ("亲属关系证明",)
    assert names_in("健在证明、婚姻状况证明和亲属关系证明") == ("健在证明", "婚姻状况证明", "亲属关系证明")
    assert names_in("居住证明以及户籍证明或健在证明") == ("居住证明", "户籍证明", "健在证明")
    assert names_in("父母和子女关系证明") == ("父母和子女关系证明",)


@pytest.mark.parametrize("kind", [COMMUNITY, POLICE])
def test_a_list_of_proofs_that_nobody_asks_for_any_more_is_no_negative_list(kind: ListKind) -> None:
    rows = [("市中区证明事项取消清单",), ("序号", "证明名称", "索要单位"), (1, "居住情况证明", "区司法局")]
    with pytest.raises(FileRefused) as refused:
        read_list(workbook(rows), kind, sandbox())
    assert refused.value.fault == "not_negative"
    for title in ("取消由村(社区)出具的证明", "派出所证明取消清单"):
        (result,) = read_list(workbook([(title,), *rows[1:]]), COMMUNITY if "社区" in title else POLICE, sandbox())
        assert result.rows[0].fact is not None


@pytest.mark.parametrize(
    ("name", "said", "expected"),
    [
        ("是否可以出具", "否", set()),
        ("是否可以出具", "是", {"not_forbidden"}),
        ("能否出具", "√", {"not_forbidden"}),
        ("是否不再出具", "是", set()),
        ("是否不得出具", "否", {"not_forbidden"}),
        ("是否出具", "", {"value_wrong"}),
        ("是否可开具", "视情况", {"value_wrong"}),
    ],
)
@pytest.mark.parametrize("kind", [COMMUNITY, POLICE])
def test_a_column_says_what_may_be_issued(kind: ListKind, name: str, said: str, expected: set[str]) -> None:
    """Before, it was passed over, and what may be issued was forbidden."""
    title = "不应由村(居)民委员会出具的证明清单" if kind is COMMUNITY else "公安派出所不再出具的证明清单"
    (result,) = read_list(workbook([(title,), ("序号", "证明名称", name), (1, "经济困难证明", said)]), kind, sandbox())
    assert codes(result.rows[0]) == expected and (result.rows[0].fact is None) is bool(expected)


@pytest.mark.parametrize("heading", [("一", "可以出具的证明"), ("(一)", "继续出具的证明"), ("二、可以出具的证明", "")])
def test_what_may_go_on_to_be_issued_is_not_forbidden(heading: tuple[str, ...]) -> None:
    (result,) = read_list(workbook([("序号", "不应出具的证明"), heading, (1, "经济困难证明")]), COMMUNITY, sandbox())
    assert [codes(row) for row in result.rows] == [{"not_forbidden"}]


TITLE, COLUMNS = ("公安派出所不再出具的证明",), ("序号", "不再出具证明的事项", "办理指引", "备注")
FORBIDDEN = ((1, "户籍证明", "凭户口簿", ""), (2, "婚姻状况证明", "凭结婚证", ""), (3, "居住情况证明", "凭居住证", ""))
BACK, NOTED = {"not_forbidden"}, {"note_beside"}


def forbids(*rows: tuple[object, ...]) -> list[bool | set[str]]:
    (result,) = read_list(workbook([TITLE, COLUMNS, *rows]), POLICE, sandbox())
    return [True if row.fact is not None else codes(row) for row in result.rows]


@pytest.mark.parametrize(
    ("note", "back"),
    [
        ("注:第2项仍可出具", (2,)),
        ("注:第2项除外", (2,)),
        ("注:第2项恢复出具", (2,)),
        ("注:第2、3项予以保留", (2, 3)),
        ("其中第2项特殊情况下可出具", (2,)),
        ("注:第2项取消", (2,)),
        ("第2项误列", (2,)),
        ("第2项尚未确定", (2,)),
        ("第2项删去", (2,)),
        ("第2项不在此列", (2,)),
        ("注:婚姻状况证明除外", (2,)),
        ("居住情况证明、户籍证明确需时可以出具", (1, 3)),
        ("注:第2项自2027年起可以出具", (2,)),
        ("以上证明暂缓执行", (1, 2, 3)),
        ("注:以上证明继续出具", (1, 2, 3)),
        ("注:居住类证明仍需出具", (1, 2, 3)),
        ("注:对无法提供证件的,派出所可以出具", (1, 2, 3)),
        ("注:以上证明均不再出具", ()),
        ("注:未列入的证明可以出具", ()),
        ("注:凭户口簿可以证明的不再出具", ()),
        ("注:已取消的证明不再列入", ()),
        ("注:第2项由民政部门出具", ()),
        ("注:法律法规另有规定的除外", ()),
        ("注:本清单自2027年起施行", ()),
        ("共3项", ()),
    ],
)
def test_a_note_takes_out_of_a_negative_list_what_it_speaks_of(note: str, back: tuple[int, ...]) -> None:
    """Before, what may be issued after all was forbidden to everybody."""
    assert forbids(*FORBIDDEN, (note,)) == [NOTED if number in back else True for number in (1, 2, 3)]


@pytest.mark.parametrize(
    "remark",
    (
        " 仍可出具 继续出具 确需的可以出具 特殊情况可出具 除外 涉外除外 保留 暂缓 恢复 待定 已取消 移出清单"
        " 误列 尚未明确 存疑 居委会可开 有争议 删去"
    ).split(),
)
def test_what_a_row_excepts_is_not_forbidden(remark: str) -> None:
    first, second, third = FORBIDDEN
    assert forbids(first, (*second[:3], remark), third) == [True, BACK, True]
    assert forbids(first, (*second[:2], remark, ""), third) == [True, BACK, True], "in the column of what stands in its place"


@pytest.mark.parametrize("remark", "由社区出具 凭证办理 不再出具 有法律规定的除外 2027年起执行 不含港澳台 改由民政局出具".split())
def test_what_a_row_says_of_something_else_leaves_it_forbidden(remark: str) -> None:
    first, second, third = FORBIDDEN
    assert forbids(first, (*second[:3], remark), third) == [True, True, True]


@pytest.mark.parametrize("remark", ["待定", "特殊情况除外", "准予开具"])
def test_a_row_of_three_cells_is_no_note_on_the_others(remark: str) -> None:
    """Before, its number, a name that no register knows and its remark were read as one sentence, and every row went back."""
    rows = [("序号", "不应出具的证明", "说明"), (1, "亲属关系证明", ""), (2, "居民身份信息证明", remark), (3, "户口迁移证明", "")]
    (result,) = read_list(workbook(rows), COMMUNITY, sandbox())
    assert [codes(row) for row in result.rows] == [set(), BACK, set()]
