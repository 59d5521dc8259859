"""用印只用在用的印章: ended in the middle of a day, nothing is sealed wrongly, nothing is lost, and it goes on by itself."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import update
from sqlalchemy.orm import Session

from connectors import seal_module
from domain.lifecycle import Event, State
from domain.seals import SealKind
from flows.verification import verification
from gateway.public.judging import judged
from ledger.cases import cases
from ledger.casework import attention
from ledger.methods import failures
from ledger.sealing import papers, seal_register
from ledger.tables.effects import Proof, SealUse
from ledger.tables.verifications import Lookup, Verification
from runtime.services.development_keys import ensure_development_seals
from runtime.services.development_seals import register_development_seals
from runtime.worker import first_passes
from settings import settings
from tasks import sealing as sealing_step
from tasks.passes import begin
from tasks.sealing import seal_names
from tasks.seals import EXPIRING, MISSING, OTHER_KEY, UNAVAILABLE, check_seals
from tests.flows.test_interruptions import assert_once, file_now
from tests.ledger.acting import alarms, all_of, do, events, give_back, hold, names, row
from tests.ledger.sealing.seal_life import cancelled
from tests.seal_module import softhsm
from tests.timestamps import authority, nobody_serves

pytestmark = pytest.mark.usefixtures("stack")


def share() -> seal_register.RegisteredSeal:
    return do(seal_register.in_force, now=settings().now())[SealKind.SHARE]


def standing(kind: str) -> list[str]:
    """What alarms of this kind are about."""
    return [subject for known, subject in sorted(alarms()) if known == kind]


def sealed_file(session: Session, number: str) -> bytes:
    row = session.get_one(Verification, number)
    proof = papers.current_proof(session, number)
    assert proof is not None
    return papers.open_pdf(proof, cases.key_of(session, row.case))


def due_now(session: Session, number: str) -> None:
    """As if the pause after a failed pass were over."""
    session.execute(update(Verification).where(Verification.number == number).values(next_instant=settings().now()))


def first_pass(name: str = "演示甲子") -> str:
    number = file_now("P-HOUSEHOLD", name)
    (new,) = first_passes._take(1)
    begin(new.fresh.lease, new.about)
    asyncio.run(verification.fn(number))
    return number


def pass_again(number: str) -> None:
    """As the worker would, once it is due."""
    give_back(number, row(number).lease_owner or "")
    begin(hold(number), None)
    asyncio.run(verification.fn(number))


def test_a_proof_names_the_registered_seal_that_was_in_force(ledger: str) -> None:
    """Obligation 9.4."""
    number = first_pass()
    assert_once(number, requests_made=0)
    (use,) = all_of(SealUse, verification=number)
    assert use.registered == share().id
    assert share().fingerprint == sealing_step.seals().key(SealKind.SHARE)


def test_a_cancelled_seal_seals_nothing_and_what_waited_goes_on_by_itself(
    ledger: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """Obligations 9.4, 15.5: the answer is kept and asked for once; the reason is named; a seal in force again is enough."""
    old = share()
    before = first_pass()
    cancelled(old.id, now=settings().now())
    number = first_pass()
    stuck = row(number)
    assert (stuck.state, stuck.attention, stuck.attention_from) == (State.NEEDS_ATTENTION, "seal_not_in_force", State.TO_BE_SEALED)
    assert all_of(SealUse, verification=number) == [] and all_of(Proof, verification=number) == []
    assert len(all_of(Lookup, verification=number)) == 1
    assert_once(before, requests_made=0)  # what was sealed before stays

    asyncio.run(check_seals.alone())
    assert row(number).state is State.NEEDS_ATTENTION and standing(MISSING) == ["share"]
    assert standing("needs_attention") == standing(OTHER_KEY) == [], "one alarm for all that wait"
    renewed = tmp_path / "seals"  # another key, registered and put in place while the worker runs
    ensure_development_seals(renewed, seal_names())
    register_development_seals(renewed)
    monkeypatch.setenv("PROOFLESS_SEALS_DIR", str(renewed))
    asyncio.run(check_seals.alone())
    assert (row(number).state, standing(MISSING), standing(OTHER_KEY)) == (State.NEEDS_ATTENTION, [], ["issuer", "share"]), (
        "the old keys still"
    )
    settings.cache_clear()
    asyncio.run(check_seals.alone())
    assert standing(OTHER_KEY) == []
    assert row(number).state is State.TO_BE_SEALED and row(number).attention is None and standing(MISSING) == []
    pass_again(number)
    assert_once(number, requests_made=0)
    assert len(all_of(Lookup, verification=number)) == 1, "it was not asked for again"
    uses = {one.verification: one.registered for one in all_of(SealUse)}
    assert (uses[before], uses[number]) == (old.id, share().id) and old.id != share().id


def test_a_renewed_key_is_used_from_its_start_on_and_no_pass_fails(ledger: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Obligation 15.5: the new key lies there, its seal is 启用, and the worker that still holds the old one reads it by itself."""
    old, renewed = share(), tmp_path / "seals"
    first_pass()
    ensure_development_seals(renewed, seal_names())
    monkeypatch.setenv("PROOFLESS_SEALS_DIR", str(renewed))
    settings.cache_clear()
    number = first_pass("演示乙丑")
    register_development_seals(renewed)
    after = first_pass()
    uses = {one.verification: one.registered for one in all_of(SealUse)}
    assert (uses[number], uses[after]) == (old.id, share().id)
    for one in (number, after):
        assert row(one).state is State.DELIVERED and "pass_failed" not in names(one)


def test_a_seal_of_sm2_takes_the_place_of_one_of_ecdsa(ledger: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Obligations 9.4, 9.5, 15.5: register, one use recorded once, as of any seal; both proofs hold under both authorities."""
    old, national = share(), tmp_path / "seals"
    before = first_pass()
    trust = (settings().seals_dir / "ca.crt.pem").read_bytes()
    ensure_development_seals(national, seal_names(), "sm2")
    register_development_seals(national)
    monkeypatch.setenv("PROOFLESS_SEALS_DIR", str(national))
    settings.cache_clear()
    number = first_pass("演示乙丑")
    assert_once(number, requests_made=0)
    (use,) = all_of(SealUse, verification=number)
    assert use.registered == share().id != old.id
    trust += (national / "ca.crt.pem").read_bytes()
    told = {one.verification: judged(do(sealed_file, one.verification), trust, settings().now()) for one in all_of(Proof)}
    assert {one: (found.verdict.value, found.national) for one, found in told.items()} == {
        before: ("valid", False),
        number: ("valid", True),
    }


def test_the_end_of_a_certificate_is_told_before(ledger: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Obligation 15.5: thirty days."""
    end = share().valid_until
    assert end is not None
    for before, told in ((timedelta(days=31), 0), (timedelta(days=29), 2)):
        monkeypatch.setattr(type(settings()), "now", lambda _, at=end - before: at)
        asyncio.run(check_seals.alone())
        assert len(standing(EXPIRING)) == told


def test_a_seal_that_ends_between_record_and_signature_leaves_no_proof(ledger: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Obligation 9.4: what was signed reaches nobody, the use stays open."""
    made = sealing_step.make

    def ends_meanwhile(use: object, what: object) -> object:
        signed = made(use, what)  # type: ignore[arg-type]
        cancelled(share().id, now=settings().now())
        return signed

    monkeypatch.setattr(sealing_step, "make", ends_meanwhile)
    number = first_pass()
    assert (row(number).state, row(number).attention) == (State.NEEDS_ATTENTION, "seal_not_in_force")
    (use,) = all_of(SealUse, verification=number)
    assert (use.digest, all_of(Proof, verification=number)) == (None, [])


def test_retry_by_hand_waits_again_while_nothing_is_in_force(ledger: str) -> None:
    cancelled(share().id, now=settings().now())
    number = first_pass()
    do(attention.retry, number, now=settings().now(), actor="person:demo-admin")
    pass_again(number)
    assert row(number).attention == "seal_not_in_force"


@pytest.mark.parametrize("how", ["away", "hangs"])
def test_a_module_that_is_away_loses_nothing_and_what_waited_goes_on_by_itself(
    ledger: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, how: str
) -> None:
    """Obligation 9.4: the key is in a real module; away or silent, each pass is counted, then a person is told once for all; back, it
    goes on."""
    with softhsm(tmp_path / "module", seal_names()) as module:
        for kind in SealKind:
            cancelled(do(seal_register.in_force, now=settings().now())[kind].id, now=settings().now())
        register_development_seals(module.seals)
        monkeypatch.setenv("PROOFLESS_SEALS_DIR", str(module.seals))
        settings.cache_clear()
        sealing_step.seals.cache_clear()
        before = first_pass()
        assert_once(before, requests_made=0)
        with monkeypatch.context() as brief, module.hangs() if how == "hangs" else module.drawn():
            brief.setattr(seal_module, "_PATIENCE", 0.3)
            number = first_pass("演示乙丑")
            for _ in range(failures.FIVE - 1):
                do(due_now, number)
                pass_again(number)
            stuck = row(number)
            assert (stuck.state, stuck.attention, stuck.attention_from) == (State.NEEDS_ATTENTION, "seal_unavailable", State.TO_BE_SEALED)
            asyncio.run(check_seals.alone())
            assert row(number).state is State.NEEDS_ATTENTION and standing("needs_attention") == standing(OTHER_KEY) == []
            assert standing(UNAVAILABLE) == ["issuer", "share"]
        asyncio.run(check_seals.alone())
        assert row(number).state is State.TO_BE_SEALED and standing(UNAVAILABLE) == []
        pass_again(number)
        assert_once(number, requests_made=0)
        (use,) = all_of(SealUse, verification=number)
        assert use.registered == share().id and len(all_of(Lookup, verification=number)) == 1
    sealing_step.seals.cache_clear()


def test_without_timestamp_servers_a_proof_goes_its_way_under_one_alarm_that_ends_by_itself(ledger: str, tmp_path: Path) -> None:
    """The record says the level and why; when a server answers again the alarm ends, and while none is told nobody is asked."""

    def level(number: str) -> dict[str, str]:
        assert_once(number, requests_made=0)
        (sealed,) = (event.detail for event in events(number) if event.event is Event.SEALED)
        return {key: value for key, value in sealed.items() if key in ("level", "stamped_by", "unstamped")}

    folder = settings().seals_dir
    try:
        with authority(tmp_path / "tsa") as one:
            host = one.url.split("/")[2]
            assert level(first_pass()) == {} and standing("timestamps_away") == []
            one.serves(folder)
            assert level(first_pass()) == {"level": "B-T", "stamped_by": host}
            one.how = "error"
            for name in ("演示甲子", "演示乙丑"):
                assert level(first_pass(name)) == {"level": "B-B", "unstamped": f"{host}:http"}
            asyncio.run(check_seals.alone())
            assert standing("timestamps_away") == ["timestamps"] and standing("needs_attention") == []
            one.how = "openssl"
            asyncio.run(check_seals.alone())
            assert standing("timestamps_away") == []
            asked = one.asked
            asyncio.run(check_seals.alone())
            assert one.asked == asked
            assert level(first_pass()) == {"level": "B-T", "stamped_by": host}
    finally:
        nobody_serves(folder)
