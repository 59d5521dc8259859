"""撤销证明 without a screen: buttons stand only where they work, and the oldest request is reached (obligation 16.8)."""

from __future__ import annotations

from uuid import UUID

import pytest
from sqlalchemy import select

from connectors.seal import LocalSeals
from gateway.counter import revocations as pages
from ledger.database import transaction
from ledger.tables.effects import Revocation
from tests.gateway.conftest import ADMIN, ISSUER, Api
from tests.gateway.counter.browsing import Browser, text_of
from tests.gateway.verifications.test_revocation import ORDER, delivered, revoke
from tests.gateway.verifications.test_revocation import insider as insider  # a fixture
from tests.gateway.verifications.test_revocation import two as two  # a fixture

PAGE = "/counter/revocations"


def another(api: Api, seals: LocalSeals) -> str:
    api.begin()
    return delivered(api, seals)[0]


def asked(number: str) -> UUID:
    with transaction() as session:
        return session.scalars(select(Revocation.id).where(Revocation.verification == number)).one()


def test_buttons_are_whose_decision_it_is(api: Api, seals: LocalSeals, two: None, monkeypatch: pytest.MonkeyPatch) -> None:
    of_unit, ordered = (another(api, seals) for _ in range(2))
    assert (revoke(api, of_unit)[0], revoke(api, ordered, ADMIN, ORDER)[0]) == (201, 201)
    office, issuer = Browser(api), Browser(api)
    office.link_in(ADMIN)
    page = office.get(PAGE)
    assert of_unit in page.text and f"{asked(of_unit)}/" not in page.text and "由市中区光明路街道办事处的另一人确认" in text_of(page)
    assert f"{asked(ordered)}/refuse" in page.text, "its own it may take back"
    issuer.link_in(ISSUER)
    assert f"{asked(of_unit)}/confirm" in issuer.get(PAGE).text and ordered not in issuer.page.text

    recused = Browser(api)
    recused.link_in("inside-guangming")  # of the office, and of the unit that issued
    page = recused.get(PAGE)
    assert (
        ordered in page.text and f"{asked(ordered)}/" not in page.text and "不能由您办理" in text_of(page) and "演示专班乙" in text_of(page)
    )

    monkeypatch.setattr(pages, "_SHOWN", 1)
    waiting = office.get(PAGE).text.partition("撤销一份证明")[0]
    assert of_unit not in waiting and ordered in waiting
    more = waiting.partition(f'href="{PAGE}?cursor=')[2].partition('"')[0]
    waiting = office.get(f"{PAGE}?cursor={more}").text.partition("撤销一份证明")[0]
    assert of_unit in waiting and ordered not in waiting
