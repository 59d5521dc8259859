"""报送清单调整 without a screen: reported once however often it is sent, for whose list the unit may; the limit, and what of the law it
answers."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest

from domain.calendar import MissingYear
from domain.registers import RegisterKind
from gateway.counter.adjustment_form import mark_of
from ledger.calendars import terms
from ledger.catalog import proposals
from ledger.registers import manual_registers
from settings import LOCAL, settings
from tests.gateway.conftest import OTHER, REQUESTER, Api
from tests.gateway.counter.browsing import Browser, signed_in, text_of
from tests.ledger.acting import do
from tests.ledger.listing import alter, standing

NEW, JUSTICE = "/counter/catalog/adjustments/new", "370402-JUSTICE"


@pytest.fixture
def page(api: Api) -> Browser:
    return signed_in(api, OTHER)


def today() -> date:
    return settings().now().astimezone(LOCAL).date()


def mark(matter: str = "DEMO-0002", proof: str = "P-HARDSHIP") -> str:
    """Of the entry as a page of now is filled from it."""
    return mark_of(matter, proof, standing(matter, proof))


def gone(matter: str = "DEMO-0002", proof: str = "P-HARDSHIP") -> str:
    return f"remove|{matter}|{proof}|{mark(matter, proof)}"


def send(page: Browser, once: UUID, **typed: str) -> tuple[int, str]:
    page.get(NEW)
    fields = {"unit": JUSTICE, "change": gone(), "reason": "《办法》修订", "reason_date": today().isoformat(), "document": "《办法》"}
    answer = page.send(f"/counter/catalog/adjustments/{once}", part=True, **fields | typed)
    return answer.status_code, text_of(answer)


def found(once: UUID) -> Any:
    return do(proposals.find, once)


def altered(**typed: str) -> dict[str, str]:
    said = {"order-issuer": "1", "issuing_unit": "370402-GUANGMING", "fields": "家庭人口", "basis": "《办法》第三条"}
    n = mark()
    return {"change": f"alter|DEMO-0002|P-HARDSHIP|{n}"} | {f"{n}-{name}": value for name, value in (said | typed).items()}


def test_it_is_reported_once_however_often_it_is_sent(page: Browser) -> None:
    """Obligation 5.5."""
    once = uuid4()
    assert [send(page, once, **altered(validity_days="81"))[0] for _ in range(2)] == [303, 303]
    steps = [one.step.value for one in do(proposals.steps_of, once)]
    assert steps == ["draft", "report"] and found(once).late is False
    for changed in ({"reason": "另一个事由"}, {"document": "《另一办法》"}, altered(validity_days="82"), {"change": gone()}):
        status, said = send(page, once, **altered(validity_days="81") | changed)
        assert status == 409 and "后来改动的没有报送" in said, changed
    assert found(once).changes[0].after.validity_days == 81


def test_what_was_published_since_is_not_undone(page: Browser) -> None:
    """Obligation 5.4: before, a form that was filled from the version before put everything back."""
    once, chosen = uuid4(), (altered(validity_days="81"), {"change": gone()})
    assert send(page, once, **chosen[0])[0] == 303
    alter("DEMO-0002", "P-HARDSHIP", basis="《办法》第四条")
    for typed in chosen:
        other = uuid4()
        status, said = send(page, other, **typed)
        assert status == 409 and "“经济困难证明”已经改动" in said and "重新选择" in said and found(other) is None
    assert send(page, once, **chosen[0])[0] == 303, "the line broke after it was taken"
    assert send(page, uuid4(), **altered(validity_days="82"))[0] == 303, "chosen again"


def test_what_is_refused_leaves_no_draft(page: Browser) -> None:
    once = uuid4()
    for typed, words in (
        ({"change": gone("DEMO-0001", "P-HOUSEHOLD")}, "不是该单位的事项"),
        ({"reason_date": (today() + timedelta(days=1)).isoformat()}, "不能在将来"),
        ({"reason_date": ""}, "事由发生之日"),
        (altered(**{"order-data_sharing": "1"}), "排在了同一位"),
        (altered(validity_days="八十"), "“有效天数”"),
        (altered(fields=""), "没有写明核验内容"),
        ({"unit": "370402-PERMIT"}, "清单由本单位编制"),
        ({"law_change": "第三条"}, "法规变动"),  # it was reported as one that answers none
        ({"law_change": "9" * 19}, "法规变动"),
    ):
        status, said = send(page, once, **typed)
        assert status in (409, 422) and words in said, (typed, said[-300:])
        assert found(once) is None, typed


def test_a_department_reports_for_whose_list_it_drafts(api: Api) -> None:
    """Obligation 5.1: and nobody is offered another's."""
    housing, permit = signed_in(api, "demo-housing-1"), signed_in(api, REQUESTER)
    assert "演示供热公司" in text_of(housing.get(NEW)) and "演示供热公司" not in text_of(permit.get(NEW))
    assert 'name="unit" value="370402-HEAT"' in housing.get(f"{NEW}?unit=370402-HEAT").text
    assert 'name="unit" value="370402-PERMIT"' in permit.get(f"{NEW}?unit=370402-HEAT").text
    for unit in ("370402-JUSTICE", "370402-HEAT"):
        said = text_of(permit.get(f"/counter/catalog/adjustments/entries?unit={unit}"))
        assert "法律援助" not in said and "户籍" in said
    query = "/counter/catalog/adjustments/change?kind=remove&matter=DEMO-0002&proof=P-HARDSHIP"
    assert permit.get(query).status_code == 422 and signed_in(api, OTHER).get(query).status_code == 200


def due(page: Browser, day: str) -> str:
    return text_of(page.get(f"/counter/catalog/adjustments/due?reason_date={day}"))


def test_the_limit_is_said_of_every_day(page: Browser, monkeypatch: pytest.MonkeyPatch) -> None:
    """Obligation 5.5."""
    end = do(lambda session: terms.report_due(session, today()))
    said = due(page, today().isoformat())
    assert f"{end.astimezone(LOCAL) - timedelta(seconds=1):%-d日}24时 以前报送" in said and "已经超过" not in said
    assert "已经超过" in due(page, (today() - timedelta(days=40)).isoformat())
    assert "不能在今天以后" in due(page, (today() + timedelta(days=1)).isoformat())
    assert "不能早于规则施行之日" in due(page, "2022-06-27")
    assert due(page, "") == due(page, "2026-02-30") == ""

    def missing(*_: object) -> None:
        raise MissingYear(2026)

    monkeypatch.setattr(terms, "report_due", missing)
    assert "2026 年的工作日历尚未录入，期限未定" in due(page, today().isoformat())


def test_the_law_that_it_answers_is_offered_until_it_is_answered(page: Browser) -> None:
    """Obligation 16.4."""
    said = {"法规": "《演示救助办法》", "施行日期": (today() - timedelta(days=1)).isoformat(), "涉及证明": "经济困难证明"}
    entered = do(manual_registers.enter, RegisterKind.LAW_CHANGES, JUSTICE, said, person="demo-admin", now=settings().now())
    assert "《演示救助办法》" in text_of(page.get(NEW))
    once = uuid4()
    assert send(page, once, law_change=str(entered.serial))[0] == 303
    assert found(once).law_change == entered.serial
    assert "《演示救助办法》" not in text_of(page.get(NEW))


def test_no_more_than_a_form_can_hold(page: Browser) -> None:
    query = "/counter/catalog/adjustments/change?kind=remove&matter=DEMO-0002&proof=P-HARDSHIP"
    many = "".join(f"&change=remove%7CX-{number}%7CP%7C0000000{number % 10}" for number in range(12))
    assert page.get(query + many.removesuffix(many[-8:]) + "z").status_code == 200  # eleven: the last is no line of ours
    assert "一次最多填写 12 处" in text_of(page.get(query + many))
