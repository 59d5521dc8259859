"""查询限制: whose names too often do not belong to their numbers asks no more, at once; who is honest is never stopped."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import text

from domain.leads import LeadRule
from domain.mismatch_rate import Asker
from domain.notices import NoticeKind
from domain.quotas import Deed
from domain.share import Finding, ShareOutcome
from ledger.actor import ACTOR, Filer
from ledger.database import transaction
from ledger.lifecycle import admission
from ledger.lifecycle.admission import LookupsBlocked
from ledger.methods import sharing
from ledger.outbox.alarms import standing_alarms
from ledger.oversight import lookup_blocks
from ledger.recusal import MustRecuse
from ledger.tables.admission import LookupBlock
from ledger.tables.effects import Notice
from ledger.tables.oversight import Lead
from ledger.tables.registry import System
from ledger.tables.traces import Trace
from settings import settings
from tests.ledger.acting import all_of, do, found, hold, row, take_up
from tests.ledger.filing import FILER, NOW, UNIT, file

SYSTEM = Filer(UNIT, "demo-permit-1", "s-hall")
CIVIL = Filer("370402-CIVIL", "demo-civil-1")
SECOND = timedelta(seconds=1)


@pytest.fixture(autouse=True)
def systems(ledger: str) -> None:
    with transaction() as session:
        for code in ("s-hall", "s-2", "s-3", "s-4"):
            session.add(System(code=code, unit=UNIT, name="演示业务系统"))


def past(pattern: str, filers: Sequence[Filer] = (SYSTEM,), *, apart: timedelta = SECOND, begins: datetime = NOW) -> datetime:
    """What was asked before, as rows: `x` a mismatch, `.` another person's name was right, `o` always the same one's.
    The filers take turns. Gives the instant after the last."""
    example = file(now=NOW - timedelta(days=30))
    made = [
        {
            "n": place,
            "at": begins + place * apart,
            "result": "mismatch" if letter == "x" else "confirmed",
            "by": who.person,
            "via": who.system,
            "unit": who.unit,
            "person": "own" if letter == "o" else f"p{begins.timestamp()}{place}{who.unit}",
        }
        for place, letter in enumerate(pattern)
        for who in (filers[place % len(filers)],)
    ]
    with transaction() as session:
        about = {"example": example, "run": f"{begins.timestamp()}{filers[0]}"}
        session.execute(
            text(
                "INSERT INTO parties (id, case_id, role, id_type, lookup, name, id_number) SELECT gen_random_uuid(), case_id, 'other', "
                "'citizen_id', :person, 'x', 'x' FROM verifications WHERE number = :example ON CONFLICT DO NOTHING"
            ),
            [one | about for one in made],
        )
        session.execute(
            text(
                "INSERT INTO verifications (number, case_id, party_id, entry_id, unit, filed_at, filed_by, via_system, state, result, "
                "ended_at, proof_version, share_failed, failed_passes, lease_token, run_serial) SELECT 'HYP' || :n || md5(:run),"
                " v.case_id, p.id, "
                "v.entry_id, :unit, :at, :by, :via, 'delivered', :result, :at, 1, false, 0, 0, 0 "
                "FROM verifications v, parties p WHERE v.number = :example AND p.lookup = :person AND p.case_id = v.case_id"
            ),
            [one | about for one in made],
        )
        session.execute(
            text(
                "INSERT INTO lookups (id, verification, attempt, source, outcome, message, maker, warnings, asked_at, answered_at, fields, "
                "candidates, reply, document) SELECT gen_random_uuid(), number, 1, 'licence_library', "
                "CASE result WHEN 'mismatch' THEN 'mismatch' ELSE 'found' END, '', '', '{}', filed_at, filed_at, '', '', '', '' "
                "FROM verifications WHERE number LIKE 'HYP%' AND NOT EXISTS (SELECT FROM lookups l WHERE l.verification = number)"
            )
        )
    return begins + len(made) * apart


def differs(at: datetime, filer: Filer = SYSTEM) -> str:
    """One more, through the real rules: filed, asked, the name does not belong to the number."""
    number = file(now=at, filer=filer, accepted_at=at, promise_end=at + timedelta(days=5))
    lease = hold(number)
    take_up(lease, at)
    found(lease, ShareOutcome.MISMATCH, now=at)
    return number


def standing() -> list[tuple[Asker, str]]:
    return [(one.asker, one.holder) for one in do(lookup_blocks.blocks, standing=True).rows]


def may_file(filer: Filer, at: datetime) -> bool:
    try:
        do(admission.admit, filer, Deed.VERIFICATION, now=at, matter="DEMO-0001")
    except LookupsBlocked:
        return False
    return True


@pytest.mark.parametrize(
    ("pattern", "apart"),
    [
        ("x" * 6, SECOND),  # names or numbers are guessed
        ("..x" * 9 + "..", SECOND),  # 40 strangers in 15 seconds, of whom a third differ
        (("..x" * 9 + ".."), timedelta(hours=4)),  # the same over a week
        ("." * 300 + "..x" * 9, timedelta(milliseconds=50)),  # hidden in a busy hall's traffic
        ("xooooooooo" * 6, SECOND),  # diluted with the own number
        (("x" + "o" * 70) * 6, SECOND),  # with so many that a fixed number of answers holds too few mismatches
    ],
)
@pytest.mark.parametrize("filer", [SYSTEM, FILER])
def test_a_key_that_asks_about_strangers_is_stopped(pattern: str, apart: timedelta, filer: Filer) -> None:
    at = past(pattern, [filer], apart=apart)
    assert standing() == [] and may_file(filer, at)
    number = differs(at, filer)
    asker = Asker.SYSTEM if filer.system else Asker.PERSON
    assert standing() == [(asker, filer.system or filer.person)]
    assert not may_file(filer, at)
    # A system that is stopped stops no clerk with a key of her own; who is stopped herself does not go on through a system.
    assert may_file(Filer(UNIT, "demo-permit-1"), at) == (filer is SYSTEM) and may_file(Filer(UNIT, "demo-permit-2"), at)
    assert may_file(Filer(UNIT, "demo-permit-2", "s-2"), at) and may_file(Filer(UNIT, "demo-permit-1", "s-2"), at) == (filer is SYSTEM)
    assert row(number).state == "to_be_delivered"  # what was filed goes on
    (alarm,) = [one for one in do(standing_alarms) if one.kind == lookup_blocks.BLOCKED]
    assert (filer.system or filer.person) in alarm.message and "./run blocks lift" in alarm.message
    assert {one.recipient for one in all_of(Notice, kind=NoticeKind.LOOKUPS_BLOCKED)} == {"demo-admin"}
    (lead,) = all_of(Lead, rule=LeadRule.NAME_MISMATCHES)
    assert (
        lead.unit == UNIT and number in lead.numbers and lead.counts["不符"] == len(lead.numbers) and filer.person not in str(lead.counts)
    )


@pytest.mark.parametrize(
    "pattern",
    [
        "..x" + ("." * 32 + "x") * 9,  # three in a hundred
        "x" * 5 + "." * 30 + "x" * 5,  # a bad morning, and another one
        "." * 9 + "x" * 5,
    ],
)
@pytest.mark.parametrize("filer", [SYSTEM, FILER])
def test_honest_slips_stop_nobody(pattern: str, filer: Filer) -> None:
    differs(past(pattern, [filer], apart=timedelta(minutes=2)), filer)
    assert standing() == [] and all_of(Lead, rule=LeadRule.NAME_MISMATCHES) == []


def test_several_keys_of_one_unit_are_seen_together() -> None:
    keys = [Filer(UNIT, "demo-permit-1", f"s-{n}") for n in (2, 3, 4)] + [Filer(UNIT, f"demo-permit-{n}") for n in (1, 2)]
    at = past("...x.x..x." * 4, keys)
    assert standing() == []
    for more in range(3):
        differs(at + more * SECOND, keys[more])
    assert standing() == [(Asker.UNIT, UNIT)]
    assert not any(may_file(key, at) for key in keys) and may_file(CIVIL, at)


def test_a_unit_is_not_stopped_for_what_its_stopped_key_did() -> None:
    at = past("x" * 6)
    for more in range(12):  # the first stops the key; the others were filed before
        differs(at + more * SECOND)
    assert standing() == [(Asker.SYSTEM, "s-hall")]
    other = Filer(UNIT, "demo-permit-2")
    differs(at + timedelta(minutes=1), other)
    assert standing() == [(Asker.SYSTEM, "s-hall")]


def test_two_at_once_are_both_counted() -> None:
    """The second waits for the first, which has not committed yet; without the wait each would count six."""
    at = past("x" * 5)
    first, second = (hold(file(now=at, filer=SYSTEM), f"w{n}/a") for n in (1, 2))
    for lease in (first, second):
        take_up(lease, at)
    other = threading.Thread(target=found, args=(second, ShareOutcome.MISMATCH), kwargs={"now": at})
    with transaction() as session:
        answer = Finding("licence_library", ShareOutcome.MISMATCH, "不符", {}, (), maker="演示公安局")
        sharing.record_finding(session, first, answer, asked_at=at, now=at, actor="system:test")
        other.start()
        while other.is_alive() and not do(lambda session: session.scalar(text("SELECT count(*) FROM pg_locks WHERE NOT granted"))):
            pass
    other.join()
    assert standing() == [(Asker.SYSTEM, "s-hall")]


def test_a_source_that_says_so_to_everybody_stops_nobody_and_is_an_alarm() -> None:
    past("x" * 12, [CIVIL])
    at = past("x" * 6)
    differs(at)
    assert standing() == []
    (alarm,) = [one for one in do(standing_alarms) if one.kind == lookup_blocks.SOURCE_DIFFERS]
    assert alarm.subject == "licence_library"
    do(lookup_blocks.review_sources, at + SECOND)
    assert [one.kind for one in do(standing_alarms)] == [lookup_blocks.SOURCE_DIFFERS]
    past("." * 40, [CIVIL], begins=at + timedelta(minutes=1))
    do(lookup_blocks.review_sources, at + timedelta(hours=1))
    assert do(standing_alarms) == []


def test_a_unit_that_was_stopped_is_no_excuse_for_another() -> None:
    differs(past("x" * 13, [CIVIL]), CIVIL)
    assert standing() == [(Asker.PERSON, "demo-civil-1")]
    differs(past("x" * 6))
    assert standing() == [(Asker.SYSTEM, "s-hall"), (Asker.PERSON, "demo-civil-1")]
    assert [one.kind for one in do(standing_alarms)] == [lookup_blocks.BLOCKED] * 2


def test_who_lifts_it_says_why_and_what_was_counted_counts_no_more() -> None:
    at = past("x" * 6)
    differs(at)
    (block,) = do(lookup_blocks.blocks, standing=True).rows
    more: dict[str, Any] = {"now": at + timedelta(minutes=5), "actor": "person:demo-admin"}
    with pytest.raises(MustRecuse):
        do(lookup_blocks.lift, block.id, "理由", now=at, actor="person:demo-permit-2")
    with pytest.raises(lookup_blocks.LookupBlockUnknown):
        do(lookup_blocks.lift, block.id + 1, "理由", **more)
    acting = ACTOR.set("person:demo-admin")
    try:
        do(lookup_blocks.lift, block.id, "扫描枪故障,已更换", **more)
    finally:
        ACTOR.reset(acting)
    with pytest.raises(lookup_blocks.BlockLifted):
        do(lookup_blocks.lift, block.id, "理由", **more)
    begun, lifted = sorted(all_of(Trace, place="lookup_blocks"), key=lambda one: one.id)
    assert begun.before is None and begun.after["holder"] == "s-hall" and begun.after["differing"] == 7
    assert lifted.by == "person:demo-admin" and lifted.before["lifted_at"] is None and lifted.after["lifted_why"] == "扫描枪故障,已更换"
    assert [one.kind for one in do(standing_alarms)] == [] and may_file(SYSTEM, at)
    later = at + timedelta(minutes=10)
    for again in range(6):
        differs(later + again * SECOND)
    assert standing() == []
    differs(later + timedelta(minutes=1))
    assert standing() == [(Asker.SYSTEM, "s-hall")]
    assert len(all_of(LookupBlock)) == 2 and settings().mismatches_by_key
