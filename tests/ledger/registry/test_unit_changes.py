"""更名与合并: on the record with its document, and in the register at once; never twice, never out of order."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import create_engine, text
from sqlalchemy.exc import ProgrammingError

from ledger.registry import unit_changes
from ledger.registry.unit_changes import UnitChangeRefused
from ledger.tables.registry import Unit, UnitChange
from tests.ledger.acting import all_of, at_once, do
from tests.ledger.filing import NOW

pytestmark = pytest.mark.usefixtures("ledger")

UNIT, OTHER, DAY = "370402-GUANGMING", "370402-ARCHIVE", timedelta(days=1)


def renamed(name: str = "光明街道办事处", at: timedelta = -DAY, document: str = "市中政〔2026〕1号") -> UnitChange:
    return do(unit_changes.rename, UNIT, name, at=NOW + at, document=document, now=NOW, actor="person:demo-admin")


def merged(unit: str = UNIT, into: str = OTHER, at: timedelta = -DAY) -> UnitChange:
    return do(unit_changes.merge, unit, into, at=NOW + at, document="市中政〔2026〕2号", now=NOW, actor="person:demo-admin")


def unit(code: str = UNIT) -> Unit:
    return all_of(Unit, code=code)[0]


def test_a_new_name_is_in_the_register_and_the_old_one_on_the_record() -> None:
    before = unit().name
    change = renamed()
    assert unit().name == "光明街道办事处" and unit().active
    assert (change.before, change.after, change.document, change.changed_by) == (
        before,
        unit().name,
        "市中政〔2026〕1号",
        "person:demo-admin",
    )


def test_a_merged_unit_is_no_longer_active() -> None:
    merged()
    assert not unit().active and unit(OTHER).active
    assert all_of(UnitChange)[0].merged_into == OTHER


def test_the_same_again_changes_nothing() -> None:
    assert renamed().id == renamed().id
    assert merged(at=timedelta()).id == merged(at=timedelta()).id
    assert len(all_of(UnitChange)) == 2


def test_what_cannot_be_is_refused_and_nothing_written() -> None:
    renamed()
    name = unit(OTHER).name
    for change in (
        lambda: renamed(name, timedelta()),
        lambda: renamed("光明街道办事处", timedelta()),
        lambda: renamed(" ", timedelta()),
        lambda: renamed("又一个名称", -2 * DAY),
        lambda: renamed("又一个名称", DAY),
        lambda: renamed("又一个名称", timedelta(), " "),
        lambda: merged(into=UNIT),
        lambda: merged(into="370402-NOBODY"),
        lambda: merged("370402-NOBODY"),
    ):
        with pytest.raises(UnitChangeRefused):
            change()
    assert len(all_of(UnitChange)) == 1 and unit().name == "光明街道办事处" and unit().active


def test_a_merged_unit_takes_in_no_other_and_is_not_merged_again() -> None:
    merged()
    with pytest.raises(UnitChangeRefused, match="不存在"):
        merged("370402-CIVIL", UNIT)
    with pytest.raises(UnitChangeRefused, match="停用"):
        merged(into="370402-CIVIL", at=timedelta())


def test_two_who_merge_into_each_other_do_not_wait_for_each_other() -> None:
    outcomes = at_once(lambda: merged(UNIT, OTHER), lambda: merged(OTHER, UNIT))
    assert sum(isinstance(one, UnitChange) for one in outcomes) == 1


def test_the_record_of_changes_stays(owner_url: str) -> None:
    renamed()
    owner = create_engine(owner_url)
    with owner.connect() as connection, pytest.raises(ProgrammingError, match="只增不改"):
        connection.execute(text("DELETE FROM unit_changes"))
    owner.dispose()
