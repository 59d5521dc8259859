"""A list or a complaint that calls a unit or a proof as it was called before means the one that is called otherwise now."""

from __future__ import annotations

from datetime import timedelta

import pytest

from catalog import loading
from catalog.complaint_file import enter
from catalog.complaint_table import read_table
from catalog.list_kinds import ListKind
from domain.register_changes import Register
from ledger.registry import register_changes, unit_changes
from ledger.tables.registry import Unit
from tests.ledger.acting import do
from tests.ledger.filing import NOW

pytestmark = pytest.mark.usefixtures("ledger")
DAY = timedelta(days=1)
CIVIL, JUSTICE = "370402-CIVIL", "370402-JUSTICE"


def unit(name: str) -> tuple[str | None, str]:
    found = do(loading.unit_names).match(name)
    return found.code, found.why


def rename(code: str, name: str) -> None:
    do(unit_changes.rename, code, name, at=NOW - DAY, document="市中政〔2026〕1号", now=NOW, actor="person:demo-admin")


def test_a_renamed_unit_is_found_by_its_old_name_with_its_last_day() -> None:
    rename(CIVIL, "市中区民政和救助局")
    code, why = unit("市中区民政局")
    assert code == CIVIL and why.startswith("与曾用名一致(用至 ")
    assert unit("市中区民政和救助局") == (CIVIL, "名称一致")


def test_a_merged_unit_is_its_successor_by_every_name_that_it_bore() -> None:
    rename(CIVIL, "市中区民政和救助局")
    do(unit_changes.merge, CIVIL, JUSTICE, at=NOW, document="市中政〔2026〕2号", now=NOW, actor="person:demo-admin")
    assert unit("市中区民政局")[0] == unit("市中区民政和救助局")[0] == JUSTICE


def test_a_merged_unit_is_its_successor_by_its_short_names_too() -> None:
    def call(code: str, *aliases: str) -> None:
        do(lambda session: setattr(session.get_one(Unit, code), "aliases", list(aliases)))

    call(CIVIL, "民政", "婚姻登记处")
    do(unit_changes.merge, CIVIL, JUSTICE, at=NOW, document="市中政〔2026〕2号", now=NOW, actor="person:demo-admin")
    code, why = unit("民政")
    assert code == unit("婚姻登记处")[0] == JUSTICE and why.startswith("与曾用名一致(用至 2026-03-04")
    call("370402-ARCHIVE", "婚姻登记处")
    assert unit("婚姻登记处") == ("370402-ARCHIVE", "与已确认的别名一致"), "who is called so now"


def test_a_name_that_another_unit_bears_now_means_that_one() -> None:
    rename(CIVIL, "市中区民政和救助局")
    rename("370402-ARCHIVE", "市中区民政局")
    assert unit("市中区民政局") == ("370402-ARCHIVE", "名称一致")


def test_a_renamed_proof_is_found_by_its_old_name() -> None:
    row = {"code": "P-HOUSEHOLD", "name": "户籍信息证明"}
    (change,) = do(register_changes.put, Register.PROOFS, [row], actor="person:demo-admin", now=NOW)
    known = do(loading.registry, ListKind.PROOFS, None)[0]
    assert known.proof("户籍信息证明").code is None, "one person alone renames nothing"
    do(register_changes.confirm, change.id, actor="person:demo-office", now=NOW)
    known = do(loading.registry, ListKind.PROOFS, None)[0]
    assert known.proof("户籍信息证明").code == known.proof("户籍证明").code == "P-HOUSEHOLD"
    assert "曾用名" in known.proof("户籍证明").why and "户籍证明" in do(loading.proof_names)["P-HOUSEHOLD"]


@pytest.mark.parametrize("name", ["区民政局", "枣庄市市中区民政局", "市中区民政局"])
def test_complaints_know_the_names_that_lists_know(name: str) -> None:
    rename(CIVIL, "市中区民政和救助局")
    table = read_table(f"渠道,收到时间,内容,被投诉单位,证明\n12345,2026-03-02,要求提供户籍证明,{name},户籍证明\n".encode())
    (outcome,) = enter(table, 15, person="demo-admin", unit="370402-OFFICE", now=NOW)
    assert outcome.number is not None, outcome.said


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("区医保局", None),
        ("医保局", "“被投诉单位”不是名录中的编码或名称,可能是指市中区医疗保障局;请改为全称,或在单位名录中登记为简称。"),
        ("区水利局", "“被投诉单位”不是名录中的编码或名称,请改为全称。"),
    ],
)
def test_complaints_know_short_names_as_lists_do_and_say_what_an_unknown_one_may_be(name: str, said: str | None) -> None:
    do(lambda session: setattr(session.get_one(Unit, CIVIL), "name", "市中区医疗保障局"))
    table = read_table(f"渠道,收到时间,内容,被投诉单位\n12345,2026-03-02,要求提供证明,{name}\n".encode())
    (outcome,) = enter(table, 15, person="demo-admin", unit="370402-OFFICE", now=NOW)
    assert (outcome.number is None, outcome.said if said else None) == (said is not None, said)
