"""持证人授权 at the door (obligation 6.3): kept under the case's key, shown nowhere, refused with words and nothing half-written."""

from __future__ import annotations

from uuid import uuid4

import pytest
from sqlalchemy import text

from domain.lifecycle import Event
from domain.share import ShareOutcome
from domain.story import told
from ledger.database import transaction
from ledger.lifecycle import authorisations
from ledger.lifecycle.receiving import Asked
from ledger.lifecycle.snapshots import step_context
from ledger.tables.verifications import EventRow, Verification
from ledger.vault import DestroyedKey, VaultError
from tests.gateway.batches.conftest import file_all, line, send, upload
from tests.gateway.casework import look_up
from tests.gateway.conftest import Api, party
from tests.ledger.acting import all_of, do

TRX = "TRX0123456789abcdef"


def everything() -> str:
    """All that the tables show of any row, as text and as bytes."""
    with transaction() as session:
        names = session.scalars(text("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")).all()
        return "".join(str(session.execute(text(f'SELECT t::text FROM "{name}" t')).all()) for name in names)


def test_it_is_kept_sealed_and_shown_nowhere(api: Api) -> None:
    """Obligations 6.3, 15.4."""
    api.put_case()
    answer = api.file(authorisation=TRX)
    assert answer.status_code == 202, answer.text
    number = answer.json()["number"]
    assert do(step_context, number).authorisation == TRX
    assert TRX not in repr(do(step_context, number))
    for path in (f"/v1/verifications/{number}", f"/v1/verifications/{number}/events"):
        assert TRX not in api.get(path).text
    assert TRX not in answer.text
    found = everything()
    assert number in found and TRX not in found and TRX.encode().hex() not in found


def test_it_ends_with_the_cases_key(api: Api) -> None:
    """Obligation 2.7: without the key nothing opens it, and in another verification's place the key does not either."""
    number = api.filed(authorisation=TRX)
    (row,) = [one for one in all_of(Verification) if one.number == number]
    key = do(step_context, number).key
    assert authorisations.opened(key, number, row.authorisation) == TRX
    assert authorisations.opened(DestroyedKey(), number, row.authorisation) != TRX
    with pytest.raises(VaultError):
        authorisations.opened(key, number + "X", row.authorisation)


def test_a_repeat_is_one_filing_and_another_authorisation_is_another_body(api: Api) -> None:
    """Obligation 6.3."""
    api.put_case()
    key = uuid4().hex
    first, second = (api.file(key, authorisation=TRX) for _ in range(2))
    assert first.json()["number"] == second.json()["number"] and api.written("verifications") == 1
    for other in (TRX + "0", ...):
        refused = api.file(key, authorisation=other)
        assert (refused.status_code, refused.json()["code"]) == (422, "idempotency_key_reused") and TRX not in refused.text


@pytest.mark.parametrize("wrong", ["", "short", "A" * 129, "授权编号一二三四五六", "TRX 0123456789", 12345678, ["TRX0123456789"]])
def test_what_is_none_is_refused_in_words_that_do_not_repeat_it(api: Api, wrong: object) -> None:
    """Obligation 6.3."""
    api.put_case()
    answer = api.file(authorisation=wrong)
    assert (answer.status_code, answer.json()["code"]) == (422, "invalid"), answer.text
    assert "请重新扫码取得" in answer.text and (not wrong or str(wrong) not in answer.text)
    assert api.written("verifications") == 0


def test_a_proof_whose_source_takes_none(api: Api) -> None:
    """Obligation 6.3."""
    api.put_case()
    answer = api.file(proof="P-HARDSHIP", authorisation=TRX)
    assert (answer.status_code, answer.json()["code"]) == (422, "authorisation_not_taken"), answer.text
    assert "不凭持证人授权" in answer.text and TRX not in str(api.refusals())
    assert api.written("verifications") == api.written("idempotency_keys") == 0


@pytest.mark.parametrize(
    ("outcome", "words"),
    [
        (ShareOutcome.AUTHORISATION_EXPIRED, "授权已过期或不存在"),
        (ShareOutcome.AUTHORISATION_USED, "授权已使用过"),
        (ShareOutcome.AUTHORISATION_OTHERS, "授权属于他人"),
        (ShareOutcome.AUTHORISATION_NOT_COVERING, "授权不含该类证照"),
    ],
)
def test_a_refusal_of_it_leads_to_the_next_method_and_the_story_says_why(api: Api, outcome: ShareOutcome, words: str) -> None:
    """Obligations 6.3, 7.1."""
    number = api.filed(authorisation=TRX)
    look_up(number, outcome)
    assert api.get(f"/v1/verifications/{number}").json()["state"] == "to_ask"
    (event,) = [one for one in all_of(EventRow, verification=number) if one.event is Event.FELL_BACK]
    assert words in told(event.event, event.detail)


def test_rows_of_a_batch_and_one_for_several_persons(api: Api) -> None:
    """Obligation 6.3: an authorisation for two persons is refused for both, the other rows are taken."""
    api.put_case()
    row, given = line(api.case), {"authorisation": TRX}
    answer = send(api, [row | given, line(api.case, "演示乙丑") | given])
    number = answer.json()["number"]
    items = api.get(f"/v1/batches/{number}/rows").json()["items"]
    assert [one["code"] for one in items] == ["invalid", "invalid"] and "用于不同的人" in str(items) and TRX not in str(items)

    number = send(api, [row | given, row | {"proof": "P-NO", "authorisation": "短"}]).json()["number"]
    file_all(number)
    items = api.get(f"/v1/batches/{number}/rows").json()["items"]
    assert [one["code"] for one in items] == [None, "invalid"] and "重新扫码" in str(items)
    (filed,) = [one for one in all_of(Verification) if one.batch == number]
    assert do(step_context, filed.number).authorisation == TRX


def test_a_files_column_of_them_does_not_come_back(api: Api) -> None:
    """Obligation 6.3."""
    api.put_case()
    who = party()
    table = f"办件编号,证明,姓名,证件号码,授权编号\n{api.case},户籍证明,{who['name']},{who['id_number']},{TRX}\n".encode()
    number = upload(api, table).json()["number"]
    file_all(number)
    (filed,) = [one for one in all_of(Verification) if one.batch == number]
    assert do(step_context, filed.number).authorisation == TRX
    assert TRX not in everything()


def test_nothing_prints_it() -> None:
    asked = Asked("C", "P-HOUSEHOLD", "citizen_id", "1", "演示甲子", authorisation=TRX)  # type: ignore[arg-type]
    assert TRX not in repr(asked)
