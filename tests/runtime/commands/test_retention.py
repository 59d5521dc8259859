"""`./run retention`: list, confirm, hold, lift, in words."""

from __future__ import annotations

import pytest

from runtime.commands.retention import main
from runtime.failures import Failure
from tests.ledger.acting import do
from tests.ledger.filing import UNIT
from tests.ledger.test_retention import LATER, TERM, case_number, delivered, retention

pytestmark = pytest.mark.usefixtures("ledger")


def test_list_confirm_hold_and_lift(capsys: pytest.CaptureFixture[str]) -> None:
    number = delivered()
    assert main([]) == 0 and "没有这样的项" in capsys.readouterr().out
    do(retention.list_due, TERM, now=LATER)
    assert main(["list"]) == 0
    said = capsys.readouterr().out
    assert case_number(number) in said and "待确认" in said and "演示" not in said
    item = said.split()[0]
    assert main(["confirm", item, "--by", "demo-admin"]) == 0 and "已确认 1 项" in capsys.readouterr().out
    hold = ["hold", "--case", UNIT, case_number(number), "--reason", "litigation", "--document", "(2036)鲁0402行初1号", "--by"]
    with pytest.raises(Failure, match="岗位不能暂停销毁"):
        main([*hold, "demo-permit-1"])
    assert main([*hold, "demo-admin"]) == 0
    held = capsys.readouterr().out.strip().rstrip("。").split()[-1]
    assert main(["list", "--standing", "held"]) == 0 and "诉讼" in capsys.readouterr().out
    assert main(["holds"]) == 0 and held in capsys.readouterr().out
    with pytest.raises(Failure, match="暂停"):
        main(["confirm", item, "--by", "demo-admin"])
    assert main(["lift", held, "--by", "demo-admin"]) == 0 and "重新确认" in capsys.readouterr().out


def test_what_names_nothing_is_refused() -> None:
    with pytest.raises(Failure, match="--case"):
        main(["hold", "--reason", "audit", "--document", "x", "--by", "demo-admin"])
    with pytest.raises(Failure, match="没有"):
        main(["hold", "--complaint", "TS0", "--reason", "audit", "--document", "x", "--by", "demo-admin"])
