"""What an operator types: stuck, resume, keys, proof; each says what happened and leaves its trace."""

from __future__ import annotations

import stat
from pathlib import Path

import pytest
from sqlalchemy import select

from ledger import attention, failures, keys, leases, sharing
from ledger.database import transaction
from ledger.remedies import REMEDIES
from ledger.standings import standing
from ledger.tables.verifications import EventRow, Verification
from runtime import casework, key_commands
from runtime.failures import Failure
from settings import settings
from tests.ledger.filing import NOW, file


def in_attention(code: str = "failed_passes") -> str:
    """A verification that waits for a person."""
    number = file()
    with transaction() as session:
        lease = leases.acquire(session, number, "worker-1/test")
        assert lease is not None
        sharing.take_up(session, lease, "test", now=NOW)
        failures.need_attention(session, number, code, at=NOW, actor="test", lease=lease)
        leases.release(session, number, "worker-1/test")
    return number


def test_stuck_says_nothing_waits_and_ends_well(ledger: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert casework.stuck([]) == 0
    assert "没有待人工处理的核验" in capsys.readouterr().out


@pytest.mark.parametrize("code", sorted(REMEDIES))
def test_stuck_names_reason_and_remedy(ledger: str, capsys: pytest.CaptureFixture[str], code: str) -> None:
    number = in_attention(code)
    assert casework.stuck([]) == 1
    shown = "".join(capsys.readouterr().out.split())
    reason, remedy = REMEDIES[code]
    assert number in shown and reason[:8] in shown and remedy[:6] in shown


def test_resume_goes_on_where_it_stopped_and_names_who_did_it(ledger: str) -> None:
    number = in_attention()
    assert casework.resume([number]) == 0
    with transaction() as session:
        assert standing(session, number).to_be_looked_up
        last = session.scalars(select(EventRow).where(EventRow.verification == number).order_by(EventRow.id)).all()[-1]
        row = session.get_one(Verification, number)
        assert last.actor.startswith("operator:") and row.wake_requested_at is not None


def test_resume_lets_a_paused_verification_go_on(ledger: str, capsys: pytest.CaptureFixture[str]) -> None:
    number = file()
    with transaction() as session:
        attention.pause(session, number, now=settings().now(), actor="test")
    assert casework.stuck([]) == 1
    assert f"./run resume {number}" in " ".join(capsys.readouterr().out.split())
    assert casework.resume([number]) == 0
    with transaction() as session:
        assert not standing(session, number).paused


@pytest.mark.parametrize("number", ["HY2026030400000000", "nonsense"])
def test_resume_of_an_unknown_number_says_so(ledger: str, number: str) -> None:
    with pytest.raises(Failure, match="没有这个核验编号"):
        casework.resume([number])


def test_resume_of_one_that_runs_changes_nothing(ledger: str) -> None:
    number = file()
    with pytest.raises(Failure, match="不需要人工处理"):
        casework.resume([number])


def test_a_proof_that_is_not_there_leaves_no_file(ledger: str, tmp_path: Path) -> None:
    target = tmp_path / "proof.pdf"
    with pytest.raises(Failure, match="还没有电子证明"):
        casework.proof([file(), "-o", str(target)])
    assert not target.exists()


def test_a_made_key_opens_and_a_revoked_one_does_not(ledger: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert key_commands.main(["make", "--person", "demo-civil-1"]) == 0
    key = capsys.readouterr().out.split()[-1]
    with transaction() as session:
        assert keys.caller(session, key, None, now=settings().now()).unit == "370402-CIVIL"
    assert key_commands.main(["revoke", "--person", "demo-civil-1"]) == 0
    with transaction() as session, pytest.raises(keys.KeyInvalid):
        keys.caller(session, key, None, now=settings().now())


def test_a_list_of_keys_shows_holders_and_no_key(ledger: str, capsys: pytest.CaptureFixture[str]) -> None:
    key_commands.main(["make", "--system", "demo-hall"])
    key = capsys.readouterr().out.split()[-1]
    key_commands.main(["list"])
    shown = capsys.readouterr().out
    assert "demo-hall" in shown and key not in shown


def test_a_key_for_nobody_is_refused(ledger: str) -> None:
    with pytest.raises(Failure, match="没有在册的人员或系统"):
        key_commands.main(["make", "--person", "nobody"])


def test_the_demonstrations_keys_are_for_their_owner_alone(ledger: str) -> None:
    for name in ("requester_key", "issuing_unit_key"):
        mode = stat.S_IMODE((settings().home / "sandbox" / name).stat().st_mode)
        assert mode == 0o600
