"""共同原因: said once, with its units, where most of what is late has it in common; counted again from raw rows in `test_year.py`."""

from __future__ import annotations

from dataclasses import replace

import pytest
from sqlalchemy import text

from ledger.database import transaction
from ledger.inbox import claims, returns
from ledger.inbox.returns import ReturnReason
from reports import periods
from reports.blocks import Paragraph, Table
from reports.document import document
from reports.model import Report, from_json
from tests.ledger.acting import HOUR, ISSUER, MINUTE, ask, do, immediate, reply, swept
from tests.ledger.filing import NOW
from tests.reports.figures.asking import WEEK, listed, report
from tests.reports.figures.test_week import ARCHIVE, DAY

CLERK = "person:demo-guangming-1"
LIBRARY, NAME = "licence_library", "枣庄市电子证照库"


def fell_back(*numbers: str, why: str = "source_failed:timeout") -> None:
    """On the record, as a look-up that its source lost leaves it."""
    with transaction() as session:
        for number in numbers:
            session.execute(
                text(
                    "INSERT INTO events (verification, event, at, recorded_at, origin, target, actor, detail) VALUES "
                    "(:number, 'fell_back', :at, :at, 'looking_up', 'to_ask', 'x', jsonb_build_object('source', :source, 'why', :why))"
                ),
                {"number": number, "at": NOW, "source": LIBRARY, "why": why},
            )


def three_units_late() -> list[str]:
    """Five cases: three unclaimed at one unit, one claimed, one that went on to another unit."""
    found = [immediate() for _ in range(5)]
    do(claims.claim, found[3][1], ISSUER, now=NOW + MINUTE, actor=CLERK)
    wish = ReturnReason("不属本单位职责", ARCHIVE, None)
    do(returns.give_back, found[4][1], ISSUER, wish, now=NOW + MINUTE, actor=CLERK)
    do(returns.forward, found[4][0].number, ARCHIVE, now=NOW + MINUTE, actor="person:demo-permit-1")
    ask(found[4][0], NOW + MINUTE)
    swept(NOW + 2 * HOUR)
    return [lease.number for lease, _ in found]


def page_one(found: Report) -> tuple[str, list[Table]]:
    blocks = document(found).sections[1].blocks
    return "\n".join(one.text for one in blocks if isinstance(one, Paragraph)), [one for one in blocks if isinstance(one, Table)]


@pytest.mark.usefixtures("ledger")
def test_units_that_miss_because_one_source_is_away_are_one_decision_with_its_units() -> None:
    numbers = three_units_late()
    fell_back(*numbers[1:])
    found = report()
    assert {one.kind for one in found.grounds} == {"hard", "supervision"}
    shared = found.shared
    assert shared is not None and (shared.cause, shared.failed, shared.part, shared.whole) == (NAME, True, 4, 5)
    assert shared.ground.units == (("市中区光明路街道办事处", 4), ("市中区档案馆", 1)) and shared.ground.waiting == 5
    assert shared.ground.since == NOW + 30 * MINUTE
    assert found.next_steps[0] == (
        "5 件核验超时,其中 4 件因枣庄市电子证照库查询失败转到单位;5 件至今未办,最早自3月4日起,"
        "请专班办公室会同来源单位排查,请市中区光明路街道办事处、市中区档案馆办结。"
    )
    assert not [one for one in found.next_steps if "超过最迟时限" in one or "督办未按时" in one or "查询失败 " in one]
    lines = {line.number: line.counted for line in listed(shared.ground.cases).lines}
    assert lines == {number: number in numbers[1:] for number in numbers} and listed(f"超时核验/{NAME}") == listed(shared.ground.cases)
    said, (table,) = page_one(found)
    assert table.rows[0][1] == "市中区光明路街道办事处 4 件" and table.rows[0][4] == "5 件,3月4日起"
    assert f"(一)超时核验/{NAME}" in table.note and said.startswith("(一)5 件核验超时")
    assert from_json(found.as_json()) == found


@pytest.mark.usefixtures("ledger")
def test_what_nobody_claims_is_one_decision_and_not_one_by_each_kind_of_limit() -> None:
    numbers = three_units_late()
    fell_back(*numbers, why="none")  # that nothing was found is no failure
    found = report()
    shared = found.shared
    assert shared is not None and (shared.cause, shared.failed, shared.part, shared.whole) == ("无人认领", False, 4, 5)
    first, *others = found.next_steps
    assert (
        first
        == "5 件核验超时,其中 4 件无人认领;5 件至今未办,最早自3月4日起,请市中区光明路街道办事处、市中区档案馆指定专人认领、办结并说明原因。"
    )
    assert not [one for one in others if "时限" in one or "督办未" in one]
    assert {line.number for line in listed("late/无人认领").lines if line.counted} == {*numbers} - {numbers[3]}
    following = report(periods.week_of(WEEK.end))
    assert [one.kind for one in following.grounds] == ["standing"] and following.shared is None, "of one kind alone"


@pytest.mark.usefixtures("ledger")
def test_of_what_is_late_it_says_how_many_were_so_before_the_week() -> None:
    """Nobody can tell else why more are late than the week's limits were missed."""
    three_units_late()
    for _ in range(2):
        immediate(NOW + 7 * DAY)
    swept(NOW + 8 * DAY)
    found = report(periods.week_of(WEEK.end))
    assert found.shared is not None and (found.shared.part, found.shared.whole, found.limits.hard.whole) == (6, 7, 2)
    assert found.next_steps[0].startswith("7 件核验超时(含此前超时 5 件),其中 6 件无人认领;7 件至今未办,最早自3月4日起,")
    assert "此前超时" not in report().next_steps[0]


@pytest.mark.usefixtures("ledger")
def test_what_has_little_in_common_or_is_of_two_cases_stays_apart() -> None:
    for _ in range(2):
        immediate()
    swept(NOW + 2 * HOUR)
    assert report().shared is None and len(report().grounds) == 2, "two cases"
    immediate()
    reply(immediate()[1], now=NOW + MINUTE)  # and never sent
    for _ in range(3):
        do(claims.claim, immediate()[1], ISSUER, now=NOW + MINUTE, actor=CLERK)
    swept(NOW + 2 * HOUR)
    apart = report()
    assert apart.shared is None and "超过最迟时限" in apart.next_steps[0], "three of seven, twice"
    do(claims.claim, immediate()[1], ISSUER, now=NOW + MINUTE, actor=CLERK)
    swept(NOW + 2 * HOUR)
    half = report()
    assert half.shared is not None and (half.shared.cause, half.shared.part, half.shared.whole) == ("认领后未答复", 4, 8)
    assert half.next_steps[0] == "8 件核验超时,其中 4 件认领后未答复;8 件至今未办,最早自3月4日起,请市中区光明路街道办事处办结并说明原因。"


def of_units(found: Report) -> tuple[tuple[str, ...], ...]:
    (section,) = (one for one in document(found).sections if "各单位情况" in one.title)
    (table,) = (one for one in section.blocks if isinstance(one, Table) and one.title == "超时核验和主要原因")
    return table.rows


@pytest.mark.usefixtures("ledger")
def test_each_unit_says_how_many_were_late_and_why_and_which_where_they_are_few() -> None:
    numbers = three_units_late()
    fell_back(*numbers[1:4])
    found = report()
    few, many = of_units(found)
    assert many == (
        "市中区光明路街道办事处",
        "枣庄市电子证照库查询失败转来 3 件,无人认领 3 件",
        *("4", "4", "4"),  # all by one kind of limit, and all still wait
    )
    assert few == ("市中区档案馆", f"无人认领 1 件:{numbers[4]}", "1", "1", "1")
    assert found.late is not None and [one.cases for one in found.late] == [f"late_at/{ARCHIVE}", f"late_at/{ISSUER}"], "in official order"
    assert {line.number for line in listed(f"单位超时核验/{ISSUER}").lines} == {*numbers[:4]}
    own = report(scope=ARCHIVE)
    assert own.late == tuple(one for one in found.late if one.unit == ARCHIVE), "a unit's own report says the same of it"
    assert from_json(found.as_json()) == found


@pytest.mark.usefixtures("ledger")
def test_a_case_that_two_units_were_late_with_counts_at_each() -> None:
    lease, request = immediate()
    swept(NOW + HOUR)
    wish = ReturnReason("不属本单位职责", ARCHIVE, None)
    do(returns.give_back, request, ISSUER, wish, now=NOW + HOUR, actor=CLERK)
    do(returns.forward, lease.number, ARCHIVE, now=NOW + HOUR, actor="person:demo-permit-1")
    ask(lease, NOW + HOUR)
    swept(NOW + 4 * HOUR)
    found = report()
    assert [(row[0], row[-2]) for row in of_units(found)] == [("市中区档案馆", "1"), ("市中区光明路街道办事处", "1")]
    assert "先后在两个单位超时的各计一次(决定依据中只计一次)" in str(document(found).sections), "as its sum is not that of page one"
    quiet = replace(report(), late=())
    (section,) = (one for one in document(quiet).sections if "各单位情况" in one.title)
    assert Paragraph("本周没有超时的核验。") in section.blocks
    before = document(replace(quiet, late=None))
    assert not any(Paragraph("本周没有超时的核验。") in one.blocks for one in before.sections), "was not counted"
