"""数据共享查询: what operators hear of a source that refuses us, and when they hear it again."""

from __future__ import annotations

import asyncio

import pytest

from connectors.share import load_sources
from domain.lifecycle import Event, State
from domain.methods import Method
from domain.roles import IdType, PartyRole
from domain.share import Finding, ShareOutcome
from domain.story import told
from ledger.cases import cases
from ledger.casework import registration
from ledger.casework.registration import PartyData
from ledger.catalog import entries
from ledger.database import transaction
from ledger.lifecycle import filing
from ledger.lifecycle.snapshots import step_context
from ledger.methods import sharing
from ledger.outbox.alarms import standing_alarms
from ledger.tables.verifications import EventRow
from settings import settings
from tasks import look_up
from tasks.passes import current_lease
from tests.ledger.acting import HOUSEHOLD, all_of, do, hold, take_up
from tests.ledger.filing import FILER, NOW, UNIT, case_data, file
from tests.sandbox.serving import SECRETS


def answer(outcome: ShareOutcome) -> None:
    lease = hold(file())
    take_up(lease)
    fields = HOUSEHOLD if outcome is ShareOutcome.FOUND else {}
    found = Finding("licence_library", outcome, "演示", fields, maker="演示单位")
    with transaction() as session:
        about = step_context(session, lease.number)
    look_up.record(lease, about, found, NOW)


def kinds() -> list[str]:
    return [alarm.kind for alarm in do(standing_alarms) if alarm.kind.startswith("source")]


def test_an_alarm_ends_with_the_next_good_answer_so_that_the_next_refusal_is_heard(ledger: str) -> None:
    for _ in range(2):
        answer(ShareOutcome.NO_PERMISSION)
        answer(ShareOutcome.BAD_REQUEST)
        assert kinds() == ["source_refused"]
        answer(ShareOutcome.NONE)
        assert kinds() == []


def test_whose_number_a_source_does_not_keep_is_asked_of_the_issuing_unit(ledger: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody is refused, nothing is an alarm, and the source is never asked."""
    environment = {"PROOFLESS_SANDBOX_URL": "http://127.0.0.1:9"}
    monkeypatch.setattr(look_up, "sources", lambda: load_sources(settings().sources_dir, environment, SECRETS))
    assert set(look_up.sources()) == {"licence_library", "province_gateway"}
    passport = PartyData(PartyRole.APPLICANT, IdType.PASSPORT, "X12345678", "YANSHI MOU")
    data = case_data(parties=(passport,))
    with transaction() as session:
        registration.register(session, UNIT, data, now=NOW, actor="test")
        case = cases.find(session, UNIT, data.number)
        assert case is not None
        party = cases.find_party(session, case, IdType.PASSPORT, "x1234 5678")
        found = entries.find_entry(session, data.matter, "P-HOUSEHOLD")
        assert party is not None and found is not None and found[1].source == "licence_library"
        number = filing.file_verification(
            session, FILER, case, party, found[0], found[1].issuing_unit, now=NOW, idempotency_key="k", body_digest="0" * 64
        ).number
    lease = hold(number)
    take_up(lease)
    token = current_lease.set(lease)
    try:
        came = asyncio.run(look_up.look_up_share.fn(number))  # type: ignore[attr-defined]
    finally:
        current_lease.reset(token)
    assert (came.state, came.method) == (State.TO_ASK, Method.ISSUER)
    (event,) = [row for row in all_of(EventRow, verification=number) if row.event is Event.FELL_BACK]
    assert event.detail["why"] == "number_not_held" and told(event.event, event.detail) == "转下一种核验方式(数据源不按这种证件查询)"
    assert kinds() == [] and do(sharing.last_lookup, number) is None
