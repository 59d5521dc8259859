"""用印: recorded before the signature, once a version, complete with its digest."""

from __future__ import annotations

import hashlib
from datetime import timedelta

import pytest
from sqlalchemy.exc import IntegrityError

from domain.lifecycle import State
from domain.methods import Result
from domain.seals import SealKind
from ledger.cases.cases import key_of
from ledger.casework import attention
from ledger.lifecycle import leases
from ledger.lifecycle.moves import Lease, LeaseLost, MoveRefused, Paused
from ledger.lifecycle.snapshots import step_context
from ledger.methods.failures import need_attention
from ledger.sealing import papers, seal_register, sealing
from ledger.tables.effects import SealUse
from tests.ledger.acting import (
    HARDSHIP,
    HOUSEHOLD,
    MINUTE,
    TICK,
    all_of,
    ask,
    do,
    events,
    found,
    hold,
    key_in_use,
    names,
    proofs,
    reply,
    row,
    seal,
    set_columns,
    take_up,
)
from tests.ledger.filing import NOW, file
from tests.ledger.sealing.seal_life import in_use, pem

pytestmark = pytest.mark.usefixtures("shared_ledger")


def to_be_sealed() -> Lease:
    lease = hold(file())
    take_up(lease)
    found(lease)
    return lease


def start(lease: Lease, now: object = NOW) -> sealing.Use:
    return do(sealing.start_use, lease, SealKind.SHARE, key_in_use(), now=now, actor="system:w1")


def test_evidence_of_shared_data_names_who_answers_for_it() -> None:
    """Obligation 9.1."""
    lease = to_be_sealed()
    what = do(sealing.evidence, lease.number)
    assert (what.result, what.seal, what.maker, what.source) == (Result.CONFIRMED, SealKind.SHARE, "演示公安局", "licence_library")
    assert what.fields == tuple(HOUSEHOLD.items())  # in the catalog's order
    assert (what.signer, what.retrieved_at) == ("", NOW)  # when the look-up answered


def test_evidence_of_an_issuing_unit() -> None:
    lease = hold(file("P-HARDSHIP"))
    take_up(lease)
    reply(ask(lease))
    what = do(sealing.evidence, lease.number)
    assert (what.seal, what.maker, what.source) == (SealKind.ISSUER, "市中区光明路街道办事处", "")
    assert dict(what.fields) == HARDSHIP
    assert what.signer == "演示代办员丁"  # who answered (obligation 11.2)


def test_the_time_of_retrieval_is_the_answers_and_no_later_step_moves_it() -> None:
    """提取时间 (reading 14): neither the seal's use nor a reissue retrieves anything (obligation 9.3)."""
    lease = hold(file("P-HARDSHIP"))
    take_up(lease)
    reply(ask(lease), now=NOW + 7 * MINUTE)
    seal(lease, NOW + 20 * MINUTE)
    assert do(sealing.evidence, lease.number).retrieved_at == NOW + 7 * MINUTE
    by_hand = {"at": NOW + 30 * MINUTE, "actor": "x"}
    do(need_attention, lease.number, "page_overflow", **by_hand)
    do(attention.reissue, lease.number, "layout_error", now=NOW + 31 * MINUTE, actor="x")
    assert do(sealing.evidence, lease.number).retrieved_at == NOW + 7 * MINUTE


def test_a_repeat_continues_the_same_use() -> None:
    lease = to_be_sealed()
    first = start(lease)
    again = start(lease, NOW + MINUTE)
    assert again == first
    assert [use.started_at for use in all_of(SealUse, verification=lease.number)] == [NOW]
    assert len(all_of(SealUse, verification=lease.number)) == 1
    assert names(lease.number).count("seal_started") == 1


def test_a_new_holder_continues_the_use_and_the_old_one_does_not() -> None:
    old = to_be_sealed()
    first = start(old)
    do(leases.release, old)
    set_columns(old.number, next_instant=NOW)
    new = hold(old.number, "w2/b")
    assert start(new).id == first.id
    with pytest.raises(LeaseLost):
        start(old)


def test_a_pass_that_was_paused_signs_nothing_more() -> None:
    lease = to_be_sealed()
    start(lease)
    do(attention.pause, lease.number, now=NOW, actor="person:x")
    with pytest.raises(Paused):
        start(lease)


def test_nothing_is_sealed_outside_its_state() -> None:
    """Obligation 9.5."""
    lease = hold(file())
    with pytest.raises(MoveRefused):
        start(lease)
    assert all_of(SealUse, verification=lease.number) == []
    done = to_be_sealed()
    seal(done)
    with pytest.raises(MoveRefused, match="待送达"):
        start(done)


def test_the_proof_is_kept_encrypted_with_its_digest_and_validity() -> None:
    lease = to_be_sealed()
    use = seal(lease, pdf=b"%PDF- one")
    (proof,) = proofs(lease.number)
    digest = hashlib.sha256(b"%PDF- one").hexdigest()
    assert (proof.digest, proof.seal_use, proof.version) == (digest, use.id, 1)
    assert proof.valid_until == NOW + MINUTE + timedelta(days=30)
    assert b"%PDF" not in proof.pdf
    key = do(key_of, row(lease.number).case)
    assert papers.open_pdf(proof, key) == b"%PDF- one"
    assert papers.open_content(proof, key) == list(HOUSEHOLD.items())
    (recorded,) = all_of(SealUse, verification=lease.number)
    assert (recorded.digest, recorded.completed_at) == (digest, NOW + MINUTE)
    assert events(lease.number)[-1].detail == {"use": str(use.id), "digest": digest, "version": 1}
    assert row(lease.number).state is State.TO_BE_DELIVERED


def test_a_proof_is_kept_once_and_a_pass_without_lease_keeps_none() -> None:
    lease = to_be_sealed()
    use = start(lease)

    def store(by: Lease) -> None:
        signed = sealing.Signed(by, do(step_context, by.number), use, sealing.Sealed(b"%PDF- two", "c" * 64, ()))
        do(sealing.store_proof, signed, now=NOW, actor="system:w1")

    with pytest.raises(LeaseLost):
        store(Lease(lease.number, "w2/b", lease.token - 1))
    assert proofs(lease.number) == [] and all_of(SealUse, verification=lease.number)[0].digest is None
    store(lease)
    with pytest.raises((MoveRefused, IntegrityError)):
        store(lease)
    assert len(proofs(lease.number)) == 1


def test_a_seal_is_used_up_to_the_last_instant_of_its_certificate_and_no_other_key_is() -> None:
    """Obligation 9.4."""
    lease = to_be_sealed()
    end = do(seal_register.in_force, now=NOW)[SealKind.SHARE].valid_until
    assert end is not None
    for key, now in ((key_in_use(), end + TICK), ("0" * 64, NOW), (key_in_use(SealKind.ISSUER), NOW)):
        with pytest.raises(sealing.NoSealInForce):
            do(sealing.start_use, lease, SealKind.SHARE, key, now=now, actor="system:w1")
    assert all_of(SealUse, verification=lease.number) == []
    use = do(sealing.start_use, lease, SealKind.SHARE, key_in_use(), now=end, actor="system:w1")
    with pytest.raises(sealing.NoSealInForce):
        do(sealing.start_use, lease, SealKind.SHARE, key_in_use(), now=end + TICK, actor="system:w1")
    assert use.key == key_in_use()


def test_what_was_begun_with_a_seal_that_another_replaced_is_continued_with_the_new_one() -> None:
    """Obligations 9.4, 9.5: one use, which says with which seal it ended."""
    lease = to_be_sealed()
    first = do(sealing.start_use, lease, SealKind.SHARE, key_in_use(), now=NOW, actor="system:w1")
    (begun,) = all_of(SealUse, verification=lease.number)
    renewed = in_use(pem())
    with pytest.raises(sealing.NoSealInForce):
        seal_with(lease, first)
    second = do(sealing.start_use, lease, SealKind.SHARE, key_in_use(), now=NOW + MINUTE, actor="system:w1")
    (use,) = all_of(SealUse, verification=lease.number)
    assert first.id == second.id == use.id and begun.registered != use.registered == renewed
    seal_with(lease, second)
    assert len(proofs(lease.number)) == 1


def seal_with(lease: Lease, use: sealing.Use) -> None:
    what = do(sealing.evidence, lease.number)
    signed = sealing.Signed(lease, what.about, use, sealing.Sealed(b"%PDF-", "c" * 64, what.fields))
    do(sealing.store_proof, signed, now=NOW + 2 * MINUTE, actor="system:w1")
