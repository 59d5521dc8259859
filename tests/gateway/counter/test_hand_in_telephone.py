"""主动提供, confirmed on the applicant's telephone: the code of the page that he scanned and of no other, in its time, once."""

from __future__ import annotations

import hashlib
import re
from datetime import timedelta
from typing import Any
from unittest import mock
from uuid import UUID, uuid4

import pytest

from ledger.database import transaction
from ledger.registers import voluntary
from ledger.tables.cases import Case
from ledger.tables.records import VoluntarySubmission
from settings import Settings, settings
from tests.gateway.conftest import OTHER, REQUESTER, Api
from tests.gateway.counter.browsing import Browser, offered, signed_in, text_of

TYPED = {"proof": "P-HOUSEHOLD", "reason": "at_hand"}


@pytest.fixture
def page(api: Api) -> Browser:
    api.put_case()
    return signed_in(api, REQUESTER)


def asked(page: Browser, once: UUID, **typed: str) -> str:
    """The 代办员's page with the QR code; gives the address that the code opens."""
    path = f"/counter/cases/{page.api.case}/handed-in"
    page.get(path)
    answer = page.send(f"{path}/{once}/telephone", **{"party": offered(page)[0]} | TYPED | typed)
    assert answer.status_code == 200, text_of(answer)
    found = re.search(r'name="address" value="([^"]+)"', answer.text)
    assert found is not None
    return found[1]


def confirmed(api: Api, address: str) -> str:
    """On the telephone: looked at, pressed; gives the code."""
    telephone = Browser(api)
    before = text_of(telephone.get(f"/hand-in/{address}"))
    assert "户籍证明" in before and "演***" in before and "370402188102020017" not in before and not re.search(r"\d{3} \d{3}", before)
    found = re.search(r"(\d{3}) (\d{3}) 请把", text_of(telephone.send(f"/hand-in/{address}", token="")))
    assert found is not None
    return found[1] + found[2]


def typed(page: Browser, once: UUID, address: str, code: str) -> tuple[int, str]:
    page.get("/counter/sessions")  # a page with a token
    answer = page.send(f"/counter/cases/{page.api.case}/handed-in/{once}/code", address=address, code=code, part=True)
    return answer.status_code, text_of(answer)


def lines(api: Api) -> list[dict[str, Any]]:
    return [one for items in api.pages("/v1/voluntary-submissions") for one in items if one["case_number"] == api.case]


def test_the_code_of_his_telephone_confirms(page: Browser) -> None:
    """Obligations 2.6, 2.7."""
    once = uuid4()
    address = asked(page, once)
    code = confirmed(page.api, address)
    assert typed(page, once, address, f"{code[:3]} {code[3:]}")[0] == 303
    assert typed(page, once, address, code)[0] == 303  # the line broke, and it is sent again
    ((confirmation, proof, digest),) = [(one["confirmed"], one["proof"], one["confirmation_sha256"]) for one in lines(page.api)]
    assert (confirmation, proof) == ("code", "P-HOUSEHOLD")
    with transaction() as session:
        row = session.get_one(VoluntarySubmission, once)
        kept = voluntary._stated(row, session.get(Case, row.case)).signature
    assert code in kept and hashlib.sha256(kept.encode()).hexdigest() == digest
    assert "手机确认码相符" in text_of(page.get(f"/counter/cases/{page.api.case}/handed-in?once={once}"))


def test_a_code_is_of_one_address_and_one_page(page: Browser) -> None:
    once, other = uuid4(), uuid4()
    first, second = asked(page, once), asked(page, once, reason="faster")
    code = confirmed(page.api, first)
    assert code != confirmed(page.api, second)
    for attempt in ((once, second, code), (once, first, "000000" if code != "000000" else "111111"), (once, first, "")):
        status, said = typed(page, *attempt)
        assert status == 422 and "确认码不对" in said
    for address in (first[:-2] + "AA", "x" * 40, ""):
        assert typed(page, once, address, code)[0] == 410
    assert typed(page, other, first, code)[0] == 410  # a page of something else
    assert lines(page.api) == []


def test_he_reads_a_name_and_no_code_of_what_his_matter_does_not_list(page: Browser) -> None:
    """Obligation 2.7: what he confirms is what the 台账 says."""
    address = asked(page, uuid4(), proof="", other="P-ARCHIVE")
    page.get(f"/counter/cases/{page.api.case}/handed-in")
    typed = TYPED | {"party": offered(page)[0], "proof": "", "other": "P-ARCHIVE"}
    screen = page.send(f"/counter/cases/{page.api.case}/handed-in/{uuid4()}/screen", **typed)
    for shown in (text_of(Browser(page.api).get(f"/hand-in/{address}")), text_of(screen)):
        assert "档案记载证明" in shown and "P-ARCHIVE" not in shown


def test_nor_of_another_unit(page: Browser) -> None:
    once = uuid4()
    address = asked(page, once)
    code = confirmed(page.api, address)
    stranger = signed_in(page.api, OTHER)
    stranger.get("/counter/sessions")
    answer = stranger.send(f"/counter/cases/{page.api.case}/handed-in/{once}/code", address=address, code=code, part=True)
    assert answer.status_code == 404 and lines(page.api) == []


def test_it_is_over_after_ten_minutes(page: Browser) -> None:
    once = uuid4()
    address = asked(page, once)
    code, later = confirmed(page.api, address), settings().now() + timedelta(minutes=10, seconds=1)
    with mock.patch.object(Settings, "now", lambda _: later):
        answer = Browser(page.api).get(f"/hand-in/{address}")
        assert answer.status_code == 410 and "已经过时" in text_of(answer) and "户籍证明" not in answer.text
        assert typed(page, once, address, code)[0] == 410
    assert lines(page.api) == []


def test_guesses_are_counted(page: Browser) -> None:
    once = uuid4()
    address = asked(page, once)
    right = confirmed(page.api, address)
    wrong = [f"{number:06d}" for number in range(12) if f"{number:06d}" != right]
    statuses = [typed(page, once, address, code)[0] for code in wrong]
    assert statuses[0] == 422 and statuses[-1] == 429
    assert typed(page, once, address, right)[0] == 429 and lines(page.api) == []


def test_what_was_registered_without_him_is_not_confirmed_afterwards(page: Browser) -> None:
    once = uuid4()
    address = asked(page, once)
    code = confirmed(page.api, address)
    page.get(f"/counter/cases/{page.api.case}/handed-in")
    answer = page.send(f"/counter/cases/{page.api.case}/handed-in/{once}", party=offered(page)[0], **TYPED)
    assert answer.status_code == 303
    page.get(f"/counter/cases/{page.api.case}/handed-in")
    status, said = typed(page, once, address, code)
    assert status == 409 and "没有记入" in said and [one["confirmed"] for one in lines(page.api)] == [None]


def test_the_address_names_nobody(page: Browser) -> None:
    """Obligation 15.4: and another site cannot press for him."""
    address = asked(page, uuid4())
    assert len(address) < 200 and "370402" not in address
    telephone = Browser(page.api)
    telephone.get(f"/hand-in/{address}")
    assert telephone.send(f"/hand-in/{address}", token="", origin="https://elsewhere.example").status_code == 403
