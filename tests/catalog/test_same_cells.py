"""Cells that stand in many rows are looked up once for their table (`catalog.verdicts.Before`): each row has all that is noted of them,
and what stands around it, or in the cells beside, still makes it another row (obligation 5.1)."""

from __future__ import annotations

import pytest

from catalog import verdicts
from catalog.list_kinds import ListKind
from catalog.lists import read_list
from domain.list_rows import ProofFact, RowResult
from tests.catalog.registries import sandbox
from tests.catalog.test_lists import codes
from tests.catalog.workbooks import workbook

HEADER = ("序号", "事项编码", "证明名称", "设定依据", "开具单位", "核验方式", "有效期")


def rows(*lines: tuple[object, ...]) -> list[RowResult]:
    (result,) = read_list(workbook([HEADER, *lines]), ListKind.PROOFS, sandbox())
    return list(result.rows)


def test_each_row_has_what_is_noted_of_cells_that_stood_in_another() -> None:
    """An unknown proof, an unknown unit, a value that nobody understands and one that is remarked: the second row like the first."""
    asked = ("DEMO-0002", "没有人认识的证明", "《甲法》", "没有人认识的单位", "猜", "2年")
    first, second = rows((1, *asked), (2, *asked[:2], "《乙法》", *asked[3:]))
    assert codes(first) == codes(second) and {"value_wrong"} < codes(first)
    assert (first.faults, first.questions) == (second.faults, second.questions)
    assert [one.topic.value for one in first.questions] == ["proof", "issuer"]
    assert first.matched == second.matched == {"matter": "事项编码一致"}


def test_what_stands_around_the_same_cells_still_counts() -> None:
    found = rows(
        (1, "DEMO-0002", "经济困难证明", "《甲法》", "", "告知承诺", ""),
        ("以下证明任选其一", *[""] * 6),
        (2, "DEMO-0002", "经济困难证明", "《乙法》", "", "告知承诺", ""),
    )
    assert [isinstance(row.fact, ProofFact) for row in found] == [True, False]
    assert "either_proof" in codes(found[1])


def test_the_same_name_beside_another_code_is_looked_up_anew() -> None:
    found = rows(
        *((at, code, "经济困难证明", f"《{at}法》", "", "告知承诺", "") for at, code in enumerate(("DEMO-0002", "DEMO-0001", "X"), 1))
    )
    assert [row.fact.matter if isinstance(row.fact, ProofFact) else codes(row) for row in found] == [
        "DEMO-0002",
        "DEMO-0001",
        {"matter_unknown"},
    ]


def test_what_is_remembered_stays_small(monkeypatch: pytest.MonkeyPatch) -> None:
    """However many names a list has, and however long they are."""
    monkeypatch.setattr(verdicts, "_MOST", 3)
    before = verdicts.Before()
    for at in range(10):
        before.keep((str(at),), (at, [], [], {}))
    assert len(before) <= 3 and before["9",][0] == 9
    before.keep(("长" * 1000,), (0, [], [], {}))
    assert ("长" * 1000,) not in before
