"""证明的延续 (obligation 11.1): by night, by year, killed, without a server: each proof gets what is due once, and loses nothing."""

from __future__ import annotations

import asyncio
import hashlib
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from cryptography import x509
from prefect.settings import PREFECT_API_AUTH_STRING, PREFECT_API_URL
from sqlalchemy import create_engine, text
from sqlalchemy.orm import Session

from connectors import timestamps
from connectors.lasting import NotExtended, Sources
from domain.lifecycle import Event
from domain.seals import SealKind
from flows.extension import extension
from gateway.public.judging import judged
from ledger.cases import cases
from ledger.sealing import papers, seal_register
from ledger.tables.effects import Alarm, Proof, ProofExtension
from ledger.tables.verifications import Verification
from proofs.sealed_when import Time
from proofs.verdicts import Verdict
from runtime.commands import master_keys
from runtime.services.development_seals import register_development_seals
from settings import settings
from tasks import lasting
from tasks import sealing as sealing_step
from tasks.lasting import ALARM, extend_proofs
from tasks.own_process import behind_all
from tasks.sealing import seal_names
from tests.flows.test_interruptions import assert_once
from tests.flows.test_seals import first_pass, standing
from tests.lasting import lasts, make_seals, publish
from tests.ledger.acting import all_of, do, events
from tests.ledger.sealing.seal_life import cancelled
from tests.ofd_files import ofd
from tests.patience import wait_until
from tests.timestamps import Authority, authority

pytestmark = pytest.mark.usefixtures("stack")
YEAR = timedelta(days=366)


@pytest.fixture
def one(ledger: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Authority]:
    """Seals, a server for timestamps and the lists of both authorities, good for more than a year."""
    with authority(tmp_path / "tsa") as made:
        make_seals(tmp_path / "seals", seal_names())
        lasts(made, tmp_path / "seals")
        for folder in (made.folder, tmp_path / "seals"):
            publish(made, folder, good_for=timedelta(days=800))
        for kind in SealKind:
            cancelled(do(seal_register.in_force, now=settings().now())[kind].id, now=settings().now())
        register_development_seals(tmp_path / "seals")
        monkeypatch.setenv("PROOFLESS_SEALS_DIR", str(tmp_path / "seals"))
        settings.cache_clear()
        sealing_step.seals.cache_clear()
        assert master_keys.accept_seals() == 0
        monkeypatch.setattr(lasting, "behind_all", here)
        yield made
    sealing_step.seals.cache_clear()


async def here(function: Callable[..., Any], *words: Any) -> Any:
    """In this process: one of its own takes seconds to start. The killed one has it."""
    return await asyncio.to_thread(function, *words)


def extended() -> int:
    return int(asyncio.run(extend_proofs.alone()))


def whole(number: str) -> tuple[bytes, bytes]:
    """The proof as it was delivered, and as it stands."""

    def read(session: Session) -> tuple[bytes, bytes]:
        (proof,) = session.query(Proof).filter_by(verification=number)
        key = cases.key_of(session, session.get_one(Verification, number).case)
        return papers.open_pdf(proof, key), papers.open_whole(proof, papers.stages(session, proof), key)

    return do(read)


def stages(number: str) -> list[int]:
    return sorted(one.position for one in all_of(ProofExtension, verification=number))


def test_each_delivered_proof_is_extended_once_a_year_and_both_files_are_ours(one: Authority, monkeypatch: pytest.MonkeyPatch) -> None:
    number = first_pass()
    assert (extended(), extended(), stages(number)) == (1, 0, [1])
    monkeypatch.setattr(lasting, "wall_clock", lambda: datetime.now(UTC) + YEAR)
    assert (extended(), stages(number)) == (1, [1, 2])
    before, now = whole(number)
    assert now.startswith(before) and len(now) > len(before)
    (seen,) = all_of(Proof, verification=number)
    assert hashlib.sha256(before).hexdigest() == seen.digest, "what was delivered stays as it is"
    noted = [event.detail for event in events(number) if event.event is Event.PROOF_EXTENDED]
    assert [one["position"] for one in noted] == [1, 2] and noted[-1]["digest"] == hashlib.sha256(now).hexdigest()
    assert {one["level"] for one in noted} == {"B-LTA"}
    authorities = (settings().seals_dir / "ca.crt.pem").read_bytes()
    for pdf, kept in ((before, False), (now, True)):
        found = judged(pdf, authorities, settings().now())
        assert (found.verdict, found.number) == (Verdict.VALID, number)
        assert found.when is not None and found.when.time is Time.PROVEN and (found.when.kept_at is not None) is kept
    assert judged(now + b"\n", authorities, settings().now()).verdict is Verdict.LATER_REVISION


def test_what_a_night_hears_of_a_lost_key_is_told_of_the_delivered_file_too(one: Authority) -> None:
    """The day after: nothing is due, and the file that was delivered keeps no list."""
    number = first_pass()
    assert extended() == 1
    lost = x509.load_pem_x509_certificate((one.folder / "tsa.crt.pem").read_bytes())
    publish(one, one.folder, [lost], reason=x509.ReasonFlags.key_compromise, good_for=timedelta(days=800))
    authorities = (settings().seals_dir / "ca.crt.pem").read_bytes()

    def times() -> list[Time | None]:
        found = [judged(pdf, authorities, settings().now()) for pdf in whole(number)]
        assert {each.verdict for each in found} == {Verdict.VALID}
        return [each.when and each.when.time for each in found]

    assert times() == [Time.PROVEN] * 2
    assert extended() == 0 and times() == [Time.REVOKED] * 2
    (one.folder / f"{one.folder.name}.crl").unlink()
    assert extended() == 0 and times() == [Time.REVOKED] * 2, "a server that is away takes nothing back"


def test_killed_in_the_middle_it_is_done_by_the_next_run_once(one: Authority) -> None:
    """kill -9 of a process of its own that runs the flow, while the server answers."""
    numbers = [first_pass(name) for name in ("演示甲子", "演示乙丑")]
    one.how, asked = "slow", one.asked
    prefect = {"PREFECT_API_URL": str(PREFECT_API_URL.value()), "PREFECT_API_AUTH_STRING": str(PREFECT_API_AUTH_STRING.value())}
    run = "import asyncio; from flows.extension import extension; asyncio.run(extension())"
    dying = subprocess.Popen([sys.executable, "-c", run], env=os.environ | prefect)
    try:
        wait_until(lambda: one.asked > asked, 60, "the server was asked")
    finally:
        dying.send_signal(signal.SIGKILL)
        dying.wait()
    one.how = "openssl"
    asyncio.run(extension())
    asyncio.run(extension())
    assert [stages(number) for number in numbers] == [[1], [1]]
    for number in numbers:
        assert_once(number, requests_made=0)


def test_without_a_server_a_proof_keeps_what_it_has_under_one_alarm_that_ends_by_itself(one: Authority) -> None:
    number = first_pass()
    one.how = "error"
    assert (extended(), stages(number), standing(ALARM)) == (0, [], ["proofs"])
    before, now = whole(number)
    found = judged(now, (settings().seals_dir / "ca.crt.pem").read_bytes(), settings().now())
    assert before == now and found.when is not None and found.when.time is Time.PROVEN
    one.how = "openssl"
    timestamps._read.cache_clear()  # it rests for a minute else
    assert (extended(), stages(number), standing(ALARM)) == (1, [1], [])


def test_an_ofd_is_none_of_those_that_grow_and_raises_no_alarm(one: Authority, monkeypatch: pytest.MonkeyPatch) -> None:
    pdf, make = first_pass(), sealing_step.make
    monkeypatch.setattr(sealing_step, "make", lambda use, what: replace(make(use, what), pdf=ofd(what.about.number)))
    other = first_pass("演示乙丑")
    assert (extended(), extended(), stages(pdf), stages(other), standing(ALARM)) == (1, 0, [1], [], [])


def test_nothing_is_extended_that_was_erased_or_where_no_list_is_configured(one: Authority, owner_url: str) -> None:
    number = first_pass()
    listed = settings().seals_dir / "revocations.txt"
    addresses = listed.read_text()
    listed.unlink()
    assert extended() == 0
    listed.write_text(addresses)

    with create_engine(owner_url).begin() as connection:  # as retention leaves it, without its years
        connection.execute(text("ALTER TABLE cases DISABLE TRIGGER USER"))
        connection.execute(text("UPDATE cases SET data_key = ''"))
        connection.execute(text("ALTER TABLE cases ENABLE TRIGGER USER"))
    assert (extended(), stages(number), standing(ALARM)) == (0, [], [])


def test_one_that_fails_for_itself_keeps_no_other_from_its_timestamp(one: Authority, monkeypatch: pytest.MonkeyPatch) -> None:
    """The oldest come first, each night: five of an authority without a list, or one that cannot be read, would be all that is tried."""
    numbers = [first_pass() for _ in range(7)]
    (ids, inside) = {row.verification: row.id for row in all_of(Proof)}, lasting._extended

    def fails(proof: UUID, sources: Sources) -> bool:
        if proof == ids[numbers[0]]:
            raise ValueError("演示甲子")
        if proof in [ids[number] for number in numbers[1:6]]:
            raise NotExtended({"别的颁发机构": "no_list"})
        return inside(proof, sources)

    monkeypatch.setattr(lasting, "_AT_ONCE", 4)
    with monkeypatch.context() as patched:
        patched.setattr(lasting, "_extended", fails)
        assert extended() == 1 and stages(numbers[-1]) == [1] and standing(ALARM) == ["proofs"]
        (alarm,) = all_of(Alarm, kind=ALARM)
        assert "6 份证明" in alarm.message and "别的颁发机构:no_list" in alarm.message and "演示甲子" not in alarm.message
    assert extended() == 6 and standing(ALARM) == []


def test_it_stands_behind_everything_else() -> None:
    """In the worker's own threads it would hold up the cases that pass through it."""
    assert asyncio.run(behind_all(os.getpid)) != os.getpid()
    mine = os.getpriority(os.PRIO_PROCESS, 0)
    assert asyncio.run(behind_all(os.getpriority, os.PRIO_PROCESS, 0)) == min(19, mine + 10)
    with pytest.raises(ZeroDivisionError):
        asyncio.run(behind_all(divmod, 1, 0))
