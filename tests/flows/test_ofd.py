"""OFD 证明 from the request to the check (obligations 9.3, 9.4, 9.5, 11.1): one use, one proof, four facts; with another key, none."""

from __future__ import annotations

import asyncio
import io
import os
import signal
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from prefect.settings import PREFECT_API_AUTH_STRING, PREFECT_API_URL

from audit import verify
from connectors import seal_ofd
from connectors.faults import PermanentFault
from connectors.seal_module import WHO
from domain.lifecycle import Event, State
from domain.proof_form import Form, form_of
from flows.verification import verification
from gateway.public.judging import judged
from ledger.record import exporting, gathering, heads
from ledger.sealing import extensions
from ledger.tables.effects import Proof, SealUse
from ledger.tables.verifications import Lookup
from runtime.commands import master_keys
from runtime.services.development_keys import ensure_development_seals
from runtime.services.development_seals import register_development_seals
from settings import settings, wall_clock
from tasks import sealing as sealing_step
from tasks.passes import begin
from tasks.sealing import seal_names
from tasks.seals import UNAVAILABLE, check_seals
from tests.flows.test_interruptions import assert_once, file_now, lapse
from tests.flows.test_seals import first_pass, pass_again, sealed_file, standing
from tests.ledger.acting import all_of, do, events, hold, row

pytestmark = pytest.mark.usefixtures("stack")


@pytest.fixture
def national(ledger: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Path]:
    """Proofs are OFD, the seals' keys are of SM2, and registered."""
    at = tmp_path / "seals"
    ensure_development_seals(at, seal_names(), "sm2")
    register_development_seals(at)
    chosen(monkeypatch, at)
    assert master_keys.accept_seals() == 0
    yield at
    sealing_step.seals.cache_clear()


def chosen(monkeypatch: pytest.MonkeyPatch, seals: Path) -> None:
    monkeypatch.setenv("PROOFLESS_PROOF_FORM", "ofd")
    monkeypatch.setenv("PROOFLESS_SEALS_DIR", str(seals))
    settings.cache_clear()
    sealing_step.seals.cache_clear()


def told(number: str, seals: Path) -> str:
    """The four facts of what was delivered."""
    found = judged(do(sealed_file, number), (seals / "ca.crt.pem").read_bytes(), settings().now())
    return "".join({"yes": "+", "no": "-", "unknown": "?"}[one.verdict] for one in found.facts.told())


def test_a_verification_is_delivered_as_ofd_and_its_four_facts_are_told(national: Path) -> None:
    number = first_pass()
    assert_once(number, requests_made=0)
    assert form_of(do(sealed_file, number)) is Form.OFD and told(number, national) == "++++"
    (proof,) = all_of(Proof, verification=number)
    (use,) = all_of(SealUse, verification=number)
    assert proof.form is Form.OFD and use.digest == proof.digest
    (sealed,) = [one for one in events(number) if one.event is Event.SEALED]
    assert "level" not in sealed.detail and "unstamped" not in sealed.detail
    assert do(extensions.due, wall=wall_clock(), after=None, limit=9) == [], "timestamps are PDF's"


def test_an_auditor_finds_it_in_an_export_as_any_proof(national: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Obligation 11.1: by its bytes, whatever its form; with one byte changed it is nobody's."""
    number = first_pass()
    content = do(sealed_file, number)
    do(gathering.gather)
    assert do(heads.keep, now=settings().now()) is not None
    do(exporting.export, folder=tmp_path / "export")
    proof, changed = tmp_path / "证明.ofd", tmp_path / "改过.ofd"
    proof.write_bytes(content)
    changed.write_bytes(content[:-1] + bytes([content[-1] ^ 1]))
    (sealed,) = [one for one in events(number) if one.event is Event.SEALED]
    assert verify.main([str(tmp_path / "export"), "--proof", str(proof)]) == 0
    assert f"核验 {number},{sealed.at.isoformat()} 用印。" in capsys.readouterr().out.replace("Z 用印", "+00:00 用印")
    assert verify.main([str(tmp_path / "export"), "--proof", str(changed)]) == 1
    assert "证明 改过.ofd 不在台账中" in capsys.readouterr().out


def test_the_paper_names_the_source_as_people_call_it(national: Path) -> None:
    """Obligation 9.3: 数据来源 is a name, and not that of our configuration's file."""
    with zipfile.ZipFile(io.BytesIO(do(sealed_file, first_pass()))) as package:
        said = [package.read(name).decode() for name in ("Doc_0/Pages/Page_0/Content.xml", "Doc_0/Attachs/proof.json")]
    assert all("枣庄市电子证照库" in one and "licence_library" not in one for one in said)


def test_what_was_pdf_stays_and_both_are_judged(ledger: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """The setting is of what is made from now on."""
    before = first_pass()
    old, at = settings().seals_dir, tmp_path / "seals"
    ensure_development_seals(at, seal_names(), "sm2")
    register_development_seals(at)
    chosen(monkeypatch, at)
    after = first_pass("演示乙丑")
    assert (told(before, old), told(after, at)) == ("++++", "++++")
    assert [one.form for one in sorted(all_of(Proof), key=lambda one: one.made_at)] == [Form.PDF, Form.OFD]
    sealing_step.seals.cache_clear()


def test_with_a_key_of_ecdsa_nothing_is_sealed_and_what_waited_goes_on_by_itself(
    ledger: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """The fault is named to who operates it; with SM2 in place the case goes on, its answer asked for once."""
    chosen(monkeypatch, settings().seals_dir)
    number = first_pass()
    stuck = row(number)
    assert (stuck.state, stuck.attention, stuck.attention_from) == (State.NEEDS_ATTENTION, "seal_unavailable", State.TO_BE_SEALED)
    assert all_of(SealUse, verification=number) == all_of(Proof, verification=number) == []
    asyncio.run(check_seals.alone())
    assert row(number).state is State.NEEDS_ATTENTION and standing(UNAVAILABLE) == ["issuer", "share"]
    at = tmp_path / "seals"
    ensure_development_seals(at, seal_names(), "sm2")
    register_development_seals(at)
    chosen(monkeypatch, at)
    asyncio.run(check_seals.alone())
    assert row(number).state is State.TO_BE_SEALED and standing(UNAVAILABLE) == []
    pass_again(number)
    assert_once(number, requests_made=0)
    assert told(number, at) == "++++" and len(all_of(Lookup, verification=number)) == 1
    sealing_step.seals.cache_clear()


def test_an_electronic_seal_that_ended_seals_nothing_until_another_lies_there(national: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The process that holds the old one reads the new one by itself, within the minute."""
    before = first_pass()
    held = [*vars(sealing_step.seals())["_electronic"].values()]

    def ready(seal: seal_ofd.ElectronicSeal) -> None:
        if any(seal is one for one in held):
            raise PermanentFault(WHO, seal_ofd.ENDED, "电子印章不在有效期内")

    monkeypatch.setattr(seal_ofd.ElectronicSeal, "ready", ready)
    number = first_pass("演示乙丑")
    assert (row(number).attention, all_of(Proof, verification=number)) == ("seal_unavailable", [])
    asyncio.run(check_seals.alone())
    assert row(number).state is State.TO_BE_SEALED and standing(UNAVAILABLE) == []
    pass_again(number)
    assert_once(number, requests_made=0)
    assert (told(before, national), told(number, national)) == ("++++", "++++")


_DIES_SIGNED = """
import asyncio, os, signal, sys
from connectors.seal_ofd import ElectronicSeal
from flows.verification import verification
from runtime.worker import first_passes
from tasks.passes import begin
sealed = ElectronicSeal.sealed
def signs_and_hangs(self, package, use):
    sealed(self, package, use)
    print("signed", flush=True)
    signal.pause()
ElectronicSeal.sealed = signs_and_hangs
(new,) = first_passes._take(1)
begin(new.fresh.lease, new.about)
asyncio.run(verification.fn(new.fresh.lease.number))
"""


def test_killed_between_signature_and_record_is_one_use_and_one_proof(national: Path) -> None:
    """kill -9 of a process of its own, after it has signed and before anybody wrote it down: the use goes on."""
    number = file_now("P-HOUSEHOLD", "演示甲子")
    prefect = {"PREFECT_API_URL": str(PREFECT_API_URL.value()), "PREFECT_API_AUTH_STRING": str(PREFECT_API_AUTH_STRING.value())}
    dying = subprocess.Popen([sys.executable, "-c", _DIES_SIGNED], env=os.environ | prefect, stdout=subprocess.PIPE, text=True)
    try:
        assert dying.stdout is not None and any(line == "signed\n" for line in dying.stdout)
    finally:
        dying.send_signal(signal.SIGKILL)
        dying.wait()
    (use,) = all_of(SealUse, verification=number)
    assert use.completed_at is None and all_of(Proof, verification=number) == []
    lapse(number)
    begin(hold(number), None)
    asyncio.run(verification.fn(number))
    assert_once(number, requests_made=0)
    (again,) = all_of(SealUse, verification=number)
    assert again.id == use.id and again.completed_at is not None and told(number, national) == "++++"
