"""A refusal says all that its class and its place know, and comes out of another process as it went in."""

from __future__ import annotations

import pickle

import pytest

from catalog.file_kinds import FileRefused
from domain.listing import ChangeConflict
from domain.mismatch_rate import Asker
from domain.refusal import Refusal
from ledger.inbox.claims import RequestMoved, RequestWithdrawn
from ledger.inbox.requests import FieldsMissing
from ledger.lifecycle.admission import LookupsBlocked
from ledger.lifecycle.moves import LeaseLost


@pytest.mark.parametrize(
    "refusal",
    [
        RequestMoved(),
        FieldsMissing(["家庭人口"]),
        LookupsBlocked(7, Asker.UNIT),
        ChangeConflict(("DEMO-0001", "P-HOUSEHOLD")),
        FileRefused("empty", "文件是空的。", "请重新报送。"),
        Refusal("不需要这项证明。", code="proof_not_listed", obligation="2.1", remedy="请核对。", retry_after=3),
    ],
)
def test_a_refusal_crosses_processes_whole(refusal: Refusal) -> None:
    again = pickle.loads(pickle.dumps(refusal))  # noqa: S301
    assert type(again) is type(refusal)
    assert (again.args, vars(again)) == (refusal.args, vars(refusal))


def test_a_kind_has_its_own_code_or_that_of_what_it_is() -> None:
    assert (RequestWithdrawn.code, RequestMoved.code, LeaseLost.code) == ("request_withdrawn", "request_moved", "state_conflict")
    assert (str(RequestMoved()), RequestMoved().text) == ("request_moved", ""), "a log says which, the table says it to people"
    assert LookupsBlocked(7, Asker.UNIT).obligation == "15.4"
