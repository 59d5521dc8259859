"""What an operator types: stuck, resume, keys, proof; each says what happened and leaves its trace."""

from __future__ import annotations

import stat
from pathlib import Path

import pytest
from sqlalchemy import select

from domain.key_scopes import Scope
from domain.prefect_alarms import CLOCK_OFF, NOT_BEGUN
from ledger.casework import attention
from ledger.database import forget_engine, transaction
from ledger.lifecycle import leases
from ledger.lifecycle.remedies import REMEDIES
from ledger.lifecycle.snapshots import snapshot
from ledger.methods import failures, sharing
from ledger.outbox.alarms import clear_alarm, raise_alarm
from ledger.registry import keys
from ledger.tables.verifications import EventRow, Verification
from runtime.__main__ import main as dispatch
from runtime.commands import keys as key_commands
from runtime.commands import operate, starting_catalog, verifications
from runtime.failures import Failure
from runtime.services import environment
from settings import settings
from tests.ledger.acting import do
from tests.ledger.filing import NOW, file


def in_attention(code: str = "failed_passes") -> str:
    """A verification that waits for a person."""
    number = file()
    with transaction() as session:
        lease = leases.acquire(session, number, "worker-1/test")
        assert lease is not None
        sharing.take_up(session, [lease], "test", now=NOW)
        failures.need_attention(session, number, code, at=NOW, actor="test", lease=lease)
        leases.release(session, lease)
    return number


def test_stuck_says_nothing_waits_and_ends_well(ledger: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert verifications.stuck([]) == 0
    assert "没有待人工处理的核验" in capsys.readouterr().out


@pytest.mark.parametrize("code", sorted(REMEDIES))
def test_stuck_names_reason_and_remedy(ledger: str, capsys: pytest.CaptureFixture[str], code: str) -> None:
    number = in_attention(code)
    assert verifications.stuck([]) == 1
    shown = "".join(capsys.readouterr().out.split())
    reason, remedy = REMEDIES[code]
    assert number in shown and reason[:8] in shown and remedy[:6] in shown


def test_resume_goes_on_where_it_stopped_and_names_who_did_it(ledger: str) -> None:
    number = in_attention()
    assert verifications.resume([number]) == 0
    with transaction() as session:
        assert snapshot(session, number).to_be_looked_up
        last = session.scalars(select(EventRow).where(EventRow.verification == number).order_by(EventRow.id)).all()[-1]
        row = session.get_one(Verification, number)
        assert last.actor.startswith("operator:") and row.wake_requested_at is not None


def test_resume_lets_a_paused_verification_go_on(ledger: str, capsys: pytest.CaptureFixture[str]) -> None:
    number = file()
    with transaction() as session:
        attention.pause(session, number, now=settings().now(), actor="test")
    assert verifications.stuck([]) == 1
    assert f"./run resume {number}" in " ".join(capsys.readouterr().out.split())
    assert verifications.resume([number]) == 0
    with transaction() as session:
        assert not snapshot(session, number).paused


@pytest.mark.parametrize("number", ["HY2026030400000000", "nonsense"])
def test_resume_of_an_unknown_number_says_so(ledger: str, number: str) -> None:
    with pytest.raises(Failure, match="没有这个核验编号"):
        verifications.resume([number])


def test_resume_of_one_that_runs_changes_nothing(ledger: str) -> None:
    number = file()
    with pytest.raises(Failure, match="不需要人工处理"):
        verifications.resume([number])


def test_a_proof_that_is_not_there_leaves_no_file(ledger: str, tmp_path: Path) -> None:
    target = tmp_path / "proof.pdf"
    with pytest.raises(Failure, match="还没有电子证明"):
        verifications.proof([file(), "-o", str(target)])
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


def test_a_systems_key_is_made_with_scopes_that_the_list_shows(ledger: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert key_commands.main(["make", "--system", "demo-hall", "--scope", "reports", "--scope", "registers"]) == 0
    key = capsys.readouterr().out.split()[-1]
    with transaction() as session:
        assert keys.caller(session, key, "demo-permit-1", now=settings().now()).scopes == {Scope.REPORTS, Scope.REGISTERS}
    key_commands.main(["list"])
    shown = " ".join(capsys.readouterr().out.split())  # a narrow terminal folds the column
    assert "registers" in shown and "repor" in shown and "inbox" not in shown
    with pytest.raises(Failure, match="权限范围只用于业务系统"):
        key_commands.main(["make", "--person", "demo-civil-1", "--scope", "cases"])
    with pytest.raises(SystemExit):
        key_commands.main(["make", "--system", "demo-hall", "--scope", "administration"])
    assert "cases" in capsys.readouterr().err


def test_a_key_for_nobody_is_refused(ledger: str) -> None:
    with pytest.raises(Failure, match="没有在册的人员或系统"):
        key_commands.main(["make", "--person", "nobody"])


def test_the_demonstrations_keys_are_for_their_owner_alone(ledger: str) -> None:
    for name in ("requester_key", "issuing_unit_key"):
        mode = stat.S_IMODE((settings().home / "sandbox" / name).stat().st_mode)
        assert mode == 0o600


def test_alarms_are_shown_and_are_nothing_that_waits(ledger: str, capsys: pytest.CaptureFixture[str]) -> None:
    with transaction() as session:
        raise_alarm(session, "calendar_provisional", "2027", "2027 年为暂定日历。", now=NOW)
    assert verifications.stuck([]) == 0
    shown = capsys.readouterr().out
    assert "没有待人工处理的核验" in shown and "2027 年为暂定日历" in shown


def test_a_proof_is_for_its_owners_eyes_and_a_file_that_cannot_be_written_was_not_read(tmp_path: Path) -> None:
    target = tmp_path / "proof.pdf"
    target.write_text("older, open to all")
    verifications._write(target, b"%PDF-1.7")
    assert (target.read_bytes(), stat.S_IMODE(target.stat().st_mode)) == (b"%PDF-1.7", 0o600)
    with pytest.raises(Failure, match="写不了"):
        verifications._write(tmp_path / "none" / "proof.pdf", b"%PDF-1.7")


def test_the_first_administrators_key_is_made_once_for_a_ledger_wherever_it_runs(ledger: str) -> None:
    assert starting_catalog.first_administrator_key() is not None
    assert starting_catalog.first_administrator_key() is None, "a restored ledger has it already"


def test_without_a_database_a_command_says_what_to_do(
    ledger: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PROOFLESS_DATABASE_PORT", "1")
    forget_engine()
    settings.cache_clear()
    monkeypatch.setattr(environment, "enter", lambda: None)
    for command in ("stuck", "keys list", "proof HY20260304ABCDEFGH -o x.pdf"):
        assert dispatch(command.split()) == 1
        shown = capsys.readouterr()
        assert "连接不上台账数据库" in shown.out + shown.err and "Traceback" not in shown.err
    assert not operate._worker_lives()


def test_health_asks_the_ledger_for_living_workers_and_for_what_holds_work_up(ledger: str) -> None:
    assert (operate._database_answers(), operate._worker_lives(), operate._causes()) == (True, False, [])
    do(leases.enlist, "w1", "w1/1")
    do(raise_alarm, NOT_BEGUN, "due", "有 3 项已到时,一分钟没有开始。", now=NOW)
    do(raise_alarm, "calendar_provisional", "2027", "仍为暂定。", now=NOW)
    do(raise_alarm, CLOCK_OFF, "w0", "时钟偏差。", now=NOW)
    do(clear_alarm, CLOCK_OFF, "w0", now=NOW)
    assert operate._worker_lives() and operate._causes() == ["有 3 项已到时,一分钟没有开始。"]
