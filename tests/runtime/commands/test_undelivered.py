"""`./run undelivered`: what a unit's system did not take, and sending it again."""

from __future__ import annotations

import pytest

from runtime.commands.undelivered import main
from tests.ledger.filing import NOW, UNIT
from tests.ledger.outbox.test_callbacks_sent import delivered, given_up, register, the


def test_listed_by_unit_and_time_and_sent_again(ledger: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main([]) == 0 and "没有未送达的回调" in capsys.readouterr().out
    register()
    number = delivered()
    given_up(number, "401")
    assert main(["--unit", UNIT, "--since", f"{NOW:%Y-%m-%d}"]) == 1
    said = capsys.readouterr().out
    assert all(part in said for part in (number, UNIT, "delivered", "401", "已停止", "--again"))
    assert main(["--until", "2020-01-01"]) == 0
    assert main(["--number", number, "--again"]) == 0 and "1 条" in capsys.readouterr().out
    row = the(number)
    assert row.given_up_at is None and row.next_attempt_at is not None and (row.again_by or "").startswith("operator:")
    assert main(["--until", "2020-01-01", "--again"]) == 0 and "没有需要重发" in capsys.readouterr().out


def test_a_time_that_is_none_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main(["--since", "昨天"])
    assert "--since" in capsys.readouterr().err
