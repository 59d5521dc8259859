"""谁查过我: his own and nobody else's, with what was given; the look is an event; what was erased is found no more (decision 49)."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from domain.records import OffSystemResult
from domain.roles import IdType, PartyRole
from ledger.cases import cases
from ledger.casework import registration
from ledger.casework.registration import PartyData
from ledger.catalog import entries
from ledger.database import transaction
from ledger.lifecycle import filing
from ledger.registers import offsystem
from ledger.subject_access import asked, looks
from ledger.subject_access.asked import Asked
from ledger.tables.cases import Case
from sandbox.people import by_name
from tests.ledger.acting import HOUR, deliver, do, events, found, hold, names, seal, take_up
from tests.ledger.filing import FILER, NOW, UNIT, case_data, file
from tests.ledger.subject_access.test_looks import made, opened
from tests.ledger.test_retention import LATER, confirm, delivered, erase_all, listed
from tests.statements import counting

pytestmark = pytest.mark.usefixtures("ledger")

PEOPLE = ("演示甲子", "演示乙丑", "演示丙寅")
PROOFS = ("P-HOUSEHOLD", "P-HARDSHIP")


def shown(person: str, now: datetime = NOW + HOUR) -> Asked:
    """Through a code, as the person sees it."""
    token = opened(made(person, now), now=now)
    assert token

    def look(session: Any) -> Asked:
        return asked.show(session, looks.find(session, token, now=now), now=now)

    return do(look)


def party(person: str) -> PartyData:
    holder = by_name(person)
    return PartyData(PartyRole.APPLICANT, IdType(holder.id_type), holder.id_number, holder.name)


def about(case: Case, person: str, proof: str) -> str:
    """A verification about one party of a case."""
    with transaction() as session:
        one = cases.find_party(session, case, party(person).id_type, party(person).id_number)
        entry = entries.find_entry(session, case.matter, proof)
        assert one is not None and entry is not None
        return filing.file_verification(
            session, FILER, case, one, entry[0], entry[1].issuing_unit, now=NOW, idempotency_key=uuid4().hex, body_digest="0" * 64
        ).number


def case_of(people: list[str]) -> Case:
    data = case_data(parties=tuple(party(one) for one in people))
    with transaction() as session:
        registration.register(session, UNIT, data, now=NOW, actor="test")
        case = cases.find(session, UNIT, data.number)
        assert case is not None
        return case


MIXED = st.lists(
    st.lists(st.sampled_from(PEOPLE), min_size=1, max_size=3, unique=True).flatmap(
        lambda people: st.tuples(
            st.just(people), st.lists(st.tuples(st.sampled_from(people), st.sampled_from(PROOFS)), max_size=4, unique=True)
        )
    ),
    max_size=4,
)


@given(MIXED)
@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_whoever_looks_sees_what_was_asked_about_him_and_nobody_else(mixed: list[tuple[list[str], list[tuple[str, str]]]]) -> None:
    before = {person: {one.row.number for one in shown(person).verifications} for person in PEOPLE}
    expected = {person: set[str]() for person in PEOPLE}
    for people, wanted in mixed:
        case = case_of(people)
        for person, proof in wanted:
            expected[person].add(about(case, person, proof))
    for person in PEOPLE:
        assert {one.row.number for one in shown(person).verifications} - before[person] == expected[person]


def test_what_was_given_is_told_when_it_was_given() -> None:
    number = file()
    lease = hold(number)
    take_up(lease)
    found(lease)
    seal(lease)
    (before,) = shown("演示甲子").verifications
    assert (before.result, before.proof) == (None, None), "sealed, and not yet sent"
    deliver(lease)
    (after,) = shown("演示甲子").verifications
    assert after.result == "属实" and after.proof is not None and after.proof.standing == "valid"
    assert (after.unit_name, after.entry.proof, bool(after.entry.basis)) == ("市中区行政审批服务局", "P-HOUSEHOLD", True)


def test_a_look_is_on_the_record_once_and_a_second_look_again() -> None:
    mine, others = file(), file(person="演示乙丑")
    token = opened(made())
    assert token

    def look(session: Any) -> None:
        asked.show(session, looks.find(session, token, now=NOW), now=NOW)

    for _ in range(3):
        do(look)
    assert names(mine).count("shown_to_subject") == 1 and "shown_to_subject" not in names(others)
    event = events(mine)[-1]
    assert (event.actor, event.detail, event.target) == ("subject", {}, None)
    shown("演示甲子")
    assert names(mine).count("shown_to_subject") == 2


def told() -> str:
    number = file()
    lease = hold(number)
    take_up(lease)
    found(lease)
    seal(lease)
    deliver(lease)
    return number


def test_a_longer_list_costs_no_more_statements() -> None:
    spent = []
    for count in (1, 4):
        for _ in range(count):
            told()
        token = opened(made())
        assert token
        with transaction() as session:
            look = looks.find(session, token, now=NOW)
            with counting() as asked_for:
                lines = asked.show(session, look, now=NOW).verifications
        assert len(lines) == len([one for one in lines if one.proof])
        spent.append((len(lines), len(asked_for.statements)))
    assert [lines for lines, _ in spent] == [1, 5] and len({statements for _, statements in spent}) == 1


def test_a_long_list_comes_page_by_page_and_what_was_not_shown_is_not_on_the_record(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(asked, "_PAGE", 2)
    mine, others = [file(now=NOW + hour * HOUR) for hour in (0, 1, 1, 2, 3)], file(person="演示乙丑")
    now = NOW + 9 * HOUR
    token = opened(made(now=now), now=now)
    assert token

    def page(after: str | None) -> Asked:
        return do(lambda session: asked.show(session, looks.find(session, token, now=now), now=now, after=after))

    def numbers(shown: Asked) -> list[str]:
        return [one.row.number for one in shown.verifications]

    found, after = list[str](), None
    for _ in range(3):
        shown = page(after)
        assert shown.count == 5 and numbers(page(after)) == numbers(shown)
        found += numbers(shown)
        assert [names(number).count("shown_to_subject") for number in mine] == [number in found for number in mine]
        after = shown.following
    newest, second, *tied, oldest = reversed(mine)
    assert (found, after) == ([newest, second, *sorted(tied, reverse=True), oldest], None)
    for nobodys in (others, "HY202601010000000X"):
        assert numbers(page(nobodys)) == found[:2]


def elsewhere(case: Case, person: str, source: str = "国家人口库", now: datetime = NOW) -> None:
    def record(session: Any) -> None:
        one = cases.find_party(session, case, party(person).id_type, party(person).id_number)
        assert one is not None
        what = "P-HOUSEHOLD", source, "demo-permit-1", now, OffSystemResult.CONFIRMED, "a" * 64
        offsystem.record(session, UNIT, case, one, *what, now=now, actor="test")

    do(record)


def test_look_ups_elsewhere_have_pages_of_their_own(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(asked, "_PAGE", 2)
    number, case = file(), case_of(["演示甲子"])
    for place in range(5):
        elsewhere(case, "演示甲子", f"演示库{place}", NOW + place // 2 * HOUR)
    now = NOW + 9 * HOUR
    token = opened(made(now=now), now=now)
    assert token

    def page(after: UUID | None) -> Asked:
        return do(lambda session: asked.show(session, looks.find(session, token, now=now), now=now, elsewhere_after=after))

    first = page(None)
    second = page(first.elsewhere_following)
    third = page(second.elsewhere_following)
    assert [[one.source for one in each.elsewhere] for each in (first, second, third)] == [
        ["演示库4", "演示库3"],
        ["演示库2", "演示库1"],
        ["演示库0"],
    ]
    assert third.elsewhere_following is None and {each.count for each in (first, second, third)} == {6}
    assert [[one.row.number for one in each.verifications] for each in (first, second)] == [[number], []]


def test_a_look_elsewhere_is_his_too() -> None:
    elsewhere(case_of(["演示甲子", "演示乙丑"]), "演示乙丑")
    (line,) = shown("演示乙丑").elsewhere
    assert (line.source, line.row.result.label) == ("国家人口库", "属实")
    assert shown("演示甲子").elsewhere == []


def test_what_was_erased_is_found_no_more() -> None:
    number = delivered()
    assert [one.row.number for one in shown("演示甲子").verifications] == [number]
    (line,) = listed()
    confirm(line.item)
    assert erase_all() == [True]
    assert shown("演示甲子", LATER + timedelta(minutes=1)) == Asked([], [])
    assert names(number)[-1] == "erased"


def test_whoever_is_known_to_nobody_sees_an_empty_list() -> None:
    file()
    assert shown("演示乙丑") == Asked([], [])
    with transaction() as session:
        assert session.scalars(select(Case)).all()
