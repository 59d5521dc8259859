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
