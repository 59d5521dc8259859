"""当事人 of a case, without a screen: several with what each is, and which of them a verification is about (obligation 15.4)."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

import pytest

from settings import LOCAL, settings
from tests.gateway.conftest import REQUESTER, Api, party
from tests.gateway.counter.browsing import Browser, offered, text_of

MARK, NEW = "0a0a0a0a", "/counter/cases/new"


@pytest.fixture
def page(api: Api) -> Browser:
    browser = Browser(api)
    browser.link_in(REQUESTER)
    return browser


def further(name: str = "演示乙丑", role: str = "spouse", mark: str = MARK, **changes: str) -> dict[str, str]:
    """The fields of a party beside the applicant."""
    return {"party": mark} | {f"{mark}-{field}": value for field, value in (party(name) | {"role": role} | changes).items()}


@pytest.fixture
def form() -> dict[str, Any]:
    accepted = settings().now().astimezone(LOCAL).strftime("%Y-%m-%dT%H:%M")
    typed = {"matter": "DEMO-0001", "handling": "promised", "channel": "window", "promised_days": "5", "accepted_at": accepted}
    return typed | {"case_number": f"C-{uuid4().hex[:8]}"} | party() | further()


def send(page: Browser, form: dict[str, Any]) -> tuple[int, str]:
    page.get(f"{NEW}?matter=DEMO-0001")
    answer = page.send(NEW, part=True, **form)
    return answer.status_code, text_of(answer)


def registered(page: Browser, form: dict[str, Any]) -> list[str]:
    case = page.api.get(f"/v1/cases/{form['case_number']}").json()
    return sorted(one["role"] for one in case.get("parties", ()))


def test_several_are_registered_each_as_what_he_is(page: Browser, form: dict[str, Any]) -> None:
    third = further("演示丙寅", "agent", "0b0b0b0b")
    assert send(page, form | third | {"party": [MARK, "0b0b0b0b", "no mark"]})[0] == 303
    assert registered(page, form) == ["agent", "applicant", "spouse"]
    said = text_of(page.get(f"/counter/cases/{form['case_number']}"))
    assert "，配偶）" in said and "，委托代理人）" in said


def test_nobody_of_several_is_chosen_beforehand(page: Browser, form: dict[str, Any]) -> None:
    """Nor taken where none was chosen: the first in the list may be the 委托代理人."""
    assert send(page, form | further(role="agent"))[0] == 303
    case = f"/counter/cases/{form['case_number']}"
    for path, asked in ((case, "请选择为谁核验"), (f"{case}/handed-in", "请选择谁提供")):
        assert '<option value="">请选择</option>' in page.get(path).text
        to = f"{path}/file" if path == case else f"{path}/{uuid4()}"
        answer = page.send(to, part=True, party="", proof="P-HOUSEHOLD", reason="at_hand", once="0" * 32)
        assert answer.status_code == 422 and asked in text_of(answer)
    assert page.api.get(f"/v1/cases/{form['case_number']}").json()["verifications"] == []


def test_one_alone_is_chosen(page: Browser, form: dict[str, Any]) -> None:
    assert send(page, form | {"party": ""})[0] == 303 and registered(page, form) == ["applicant"]
    shown = page.get(f"/counter/cases/{form['case_number']}").text
    assert '<option value="">' not in shown and "，申请人）" not in shown


def test_each_proof_is_about_who_was_chosen_and_says_so(page: Browser, form: dict[str, Any]) -> None:
    """One page sent for each of them in turn is no repetition, and the same sent twice is."""
    assert send(page, form)[0] == 303
    case, once = form["case_number"], uuid4().hex
    parties = page.api.get(f"/v1/cases/{case}").json()["parties"]
    page.get(f"/counter/cases/{case}")
    ids = offered(page)
    for place in (1, 0, 0):
        page.get(f"/counter/cases/{case}")
        assert page.send(f"/counter/cases/{case}/file", party=ids[place], proof="P-HOUSEHOLD", once=once).status_code == 303
    numbers = page.api.get(f"/v1/cases/{case}").json()["verifications"]
    about = [page.api.get(f"/v1/verifications/{number}").json()["party"] for number in reversed(numbers)]
    assert about == [parties[1], parties[0]]
    said = text_of(page.get(f"/counter/cases/{case}"))
    progress, form_below = said.split("发起核验")[0], said.split("发起核验")[1]
    for text in (progress.split("核验的进展")[1], form_below.split("已经为")[1]):
        assert all(f"{one['name']}（{one['id_number']}，" in text for one in parties)


def test_who_was_chosen_stays_so_when_another_is_registered_meanwhile(page: Browser, form: dict[str, Any]) -> None:
    """By the department's system, say: a 委托代理人 comes first in the list."""
    assert send(page, form | {"party": ""})[0] == 303
    case = form["case_number"]
    page.get(f"/counter/cases/{case}")
    (chosen,), kept = offered(page), page.api.get(f"/v1/cases/{case}").json()
    parties = [{"role": "applicant", **party()}, {"role": "agent", **party("演示丙寅")}]
    taken = page.api.put_case(case, accepted_at=kept["accepted_at"], parties=parties)
    assert [one["role"] for one in taken.json()["parties"]] == ["agent", "applicant"]
    assert page.send(f"/counter/cases/{case}/file", party=chosen, proof="P-HOUSEHOLD", once=uuid4().hex).status_code == 303
    (number,) = page.api.get(f"/v1/cases/{case}").json()["verifications"]
    assert page.api.get(f"/v1/verifications/{number}").json()["party"] == kept["parties"][0]
    page.get(f"/counter/cases/{case}/handed-in")
    answer = page.send(f"/counter/cases/{case}/handed-in/{uuid4()}/screen", party=chosen, proof="P-HOUSEHOLD", reason="at_hand")
    assert kept["parties"][0]["id_number"] in text_of(answer)


def test_nobody_of_another_case_is_taken(page: Browser, form: dict[str, Any]) -> None:
    assert send(page, form)[0] == 303
    page.get(f"/counter/cases/{form['case_number']}")
    elsewhere, other = offered(page)[0], form | {"case_number": f"C-{uuid4().hex[:8]}", "party": ""}
    assert send(page, other)[0] == 303
    page.get(f"/counter/cases/{other['case_number']}")
    answer = page.send(f"/counter/cases/{other['case_number']}/file", part=True, party=elsewhere, proof="P-HOUSEHOLD", once="0" * 32)
    assert answer.status_code == 422 and "不是当事人" in text_of(answer)


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        (further(id_number="370402188102020018"), "第 2 位当事人：证件号码"),
        (further(name_=""), "第 2 位当事人：“姓名或名称”"),
        (further(role=""), "第 2 位当事人：请选择身份。"),
        (party(id_number="370402188102020018"), "申请人：证件号码"),
        (further("演示甲子"), "第 2 位当事人：与申请人的证件号码相同"),
        (further("演示甲子", id_type="hmt_residence"), "第 2 位当事人：证件号码"),
    ],
)
def test_with_which_of_them_something_is_wrong_is_said(page: Browser, form: dict[str, Any], changes: dict[str, str], words: str) -> None:
    changes = {name.removesuffix("_"): value for name, value in changes.items()}
    status, said = send(page, form | changes)
    assert status == 422 and words in said, said
    assert registered(page, form) == []


def test_the_same_number_for_somebody_in_another_role_is_another_case(page: Browser, form: dict[str, Any]) -> None:
    assert [send(page, form)[0] for _ in range(2)] == [303, 303]
    for changed in (further(role="agent"), {"party": ""}, further("演示丙寅")):
        status, said = send(page, form | changed)
        assert status == 409 and "办件编号已被使用" in said, changed
    assert registered(page, form) == ["applicant", "spouse"]


def test_the_number_of_each_is_checked_by_itself(page: Browser, form: dict[str, Any]) -> None:
    page.get(f"{NEW}?matter=DEMO-0001")
    wrong = form | {f"{MARK}-id_number": "370402188102020018"}
    for query, typed, words in (("", wrong, "校验通过"), (f"?party={MARK}", wrong, "号码有误"), (f"?party={MARK}", form, "校验通过")):
        page.get(f"{NEW}?matter=DEMO-0001")
        assert words in text_of(page.send(f"/counter/cases/check-number{query}", part=True, **typed)), (query, words)


def test_no_more_than_a_case_takes(page: Browser, form: dict[str, Any]) -> None:
    marks = [f"{number:08x}" for number in range(1, 51)]
    query = "&".join(f"party={mark}" for mark in marks)
    assert page.get(f"{NEW}/party?{query[: -len('&party=00000032') * 2]}").status_code == 200  # forty-eight and the applicant
    assert "最多登记 50 位当事人" in text_of(page.get(f"{NEW}/party?{query[: -len('&party=00000032')]}"))
    many: dict[str, Any] = {}
    for at, mark in enumerate(marks):
        many |= further("演示乙丑", "family_member", mark, id_type="passport", id_number=f"E{at:08d}")
    many["party"] = marks[:49]
    assert send(page, form | many)[0] == 303
    assert len(registered(page, form)) == 50
    again = form | many | {"party": marks, "case_number": f"C-{uuid4().hex[:8]}"}
    status, said = send(page, again)
    assert status == 422 and "“当事人”：项数过多" in said
