"""用印于电子签章平台 (obligations 9.4, 9.5): away, refusing, ended or killed after its signature, nothing is lost."""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from prefect.settings import PREFECT_API_AUTH_STRING, PREFECT_API_URL

from connectors import seal_platform
from domain.lifecycle import State
from domain.seals import SealKind
from flows.verification import verification
from ledger.methods import failures
from ledger.sealing import seal_register
from ledger.tables.effects import Proof, SealUse
from ledger.tables.verifications import Lookup
from runtime.commands import master_keys
from runtime.commands import seals as command
from runtime.services.development_seals import register_development_seals
from settings import settings
from tasks import sealing as sealing_step
from tasks.passes import begin
from tasks.sealing import seal_names
from tasks.seals import UNAVAILABLE, check_seals
from tests.flows.test_interruptions import assert_once, file_now, lapse
from tests.flows.test_seals import due_now, first_pass, pass_again, share, standing
from tests.ledger.acting import all_of, do, hold, row
from tests.ledger.sealing.seal_life import cancelled
from tests.seal_platform import Platform, platform

pytestmark = pytest.mark.usefixtures("stack")

_ONE_PASS = """
import asyncio
from flows.verification import verification
from runtime.worker import first_passes
from tasks.passes import begin
(new,) = first_passes._take(1)
begin(new.fresh.lease, new.about)
asyncio.run(verification.fn(new.fresh.lease.number))
"""


@pytest.fixture
def far(ledger: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Platform]:
    """Both seals are at a platform, and registered."""
    with platform(tmp_path / "platform", seal_names()) as one:
        for kind in SealKind:
            cancelled(do(seal_register.in_force, now=settings().now())[kind].id, now=settings().now())
        register_development_seals(one.seals)
        monkeypatch.setenv("PROOFLESS_SEALS_DIR", str(one.seals))
        settings.cache_clear()
        sealing_step.seals.cache_clear()
        assert master_keys.accept_seals() == 0  # of a new authority: a process does not start without
        yield one
    sealing_step.seals.cache_clear()


def test_a_platform_that_is_away_loses_nothing_and_what_waited_goes_on_by_itself(far: Platform) -> None:
    assert_once(first_pass(), requests_made=0)
    far.away()
    number = first_pass("演示乙丑")
    for _ in range(failures.FIVE - 1):
        do(due_now, number)
        pass_again(number)
    waits_for_the_platform(number)
    asyncio.run(check_seals.alone())
    assert row(number).state is State.NEEDS_ATTENTION and standing("needs_attention") == []
    assert standing(UNAVAILABLE) == ["issuer", "share"]
    far.back()
    goes_on(far, number)


@pytest.mark.parametrize("how", ["refuses", "other_digest", "twice"])
def test_what_a_platform_does_wrong_seals_nothing_and_what_waited_goes_on_by_itself(
    far: Platform, monkeypatch: pytest.MonkeyPatch, how: str
) -> None:
    far.how = how
    number = first_pass()
    waits_for_the_platform(number)
    signatures, far.how = len(far.log), ""
    asyncio.run(check_seals.alone())
    assert row(number).state is State.NEEDS_ATTENTION and standing(UNAVAILABLE) == ["share"] and len(far.log) == signatures
    monkeypatch.setattr(seal_platform, "_REST", 0.0)
    goes_on(far, number)


def test_a_certificate_that_the_platform_revoked_in_the_middle_of_a_day_seals_nothing_more(far: Platform) -> None:
    before = first_pass()
    far.status = "revoked"
    number = first_pass("演示乙丑")
    waits_for_the_platform(number)
    asyncio.run(check_seals.alone())
    assert standing(UNAVAILABLE) == ["issuer", "share"] and len(far.log) == 1
    assert_once(before, requests_made=0)
    far.status = "valid"
    goes_on(far, number)


def waits_for_the_platform(number: str) -> None:
    stuck = row(number)
    assert (stuck.state, stuck.attention, stuck.attention_from) == (State.NEEDS_ATTENTION, "seal_unavailable", State.TO_BE_SEALED)
    (use,) = all_of(SealUse, verification=number)
    assert use.completed_at is None and all_of(Proof, verification=number) == []


def goes_on(far: Platform, number: str) -> None:
    """Within the minute: the same use, and nothing is asked for again."""
    asyncio.run(check_seals.alone())
    assert row(number).state is State.TO_BE_SEALED and standing(UNAVAILABLE) == []
    pass_again(number)
    assert_once(number, requests_made=0)
    (use,) = all_of(SealUse, verification=number)
    assert use.registered == share().id and far.log[-1] == str(use.id) and len(all_of(Lookup, verification=number)) == 1


def test_killed_between_signature_and_record_is_one_use_one_proof_and_a_count_that_is_explained(
    far: Platform, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """kill -9 of a process of its own, after the platform has signed and before anybody wrote it down."""
    far.how = "holds"
    number = file_now("P-HOUSEHOLD", "演示甲子")
    prefect = {"PREFECT_API_URL": str(PREFECT_API_URL.value()), "PREFECT_API_AUTH_STRING": str(PREFECT_API_AUTH_STRING.value())}
    dying = subprocess.Popen([sys.executable, "-c", _ONE_PASS], env=os.environ | prefect)
    try:
        assert far.signed.wait(60)
    finally:
        dying.send_signal(signal.SIGKILL)
        dying.wait()
    far.how = ""
    far.goes_on.set()
    (use,) = all_of(SealUse, verification=number)
    assert (use.completed_at, far.log, all_of(Proof, verification=number)) == (None, [str(use.id)], [])
    lapse(number)
    begin(hold(number), None)
    asyncio.run(verification.fn(number))
    assert_once(number, requests_made=0)
    assert far.log == [str(use.id)] * 2, "one use, signed twice"
    (tmp_path / "log.csv").write_text("\n".join(["用印记录", *far.log]) + "\n")
    assert command.main(["match", str(share().id), str(tmp_path / "log.csv")]) == 0
    assert "签名 2 次" in capsys.readouterr().out
