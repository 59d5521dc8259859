"""报送清单调整 without scripts, and once more after it was sent back: nothing typed is lost, and the first report counts."""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import UUID, uuid4

import pytest
from sqlalchemy.orm import Session

from domain.adjusting import ProposalStatus
from ledger.catalog import proposals
from ledger.succession import Charges
from reports.figures import adjustments
from reports.figures.span import Span
from settings import settings
from tests.gateway.catalog.test_list_adjustment import take
from tests.gateway.conftest import ADMIN, OTHER, REQUESTER, Api
from tests.gateway.counter.browsing import Browser, signed_in, text_of
from tests.gateway.counter.test_adjustment import NEW, altered, found, mark, send, today
from tests.ledger.acting import do
from tests.ledger.listing import alter


@pytest.fixture
def page(api: Api) -> Browser:
    return signed_in(api, OTHER)


def test_without_scripts_changes_are_chosen_and_taken_out_with_nothing_lost(page: Browser) -> None:
    """Obligation 5.4: the page is sent, and comes back with what was typed."""
    once, n = uuid4(), mark()
    page.get(NEW)
    typed = {"unit": "370402-JUSTICE", "reason": "《办法》修订", "reason_date": today().isoformat(), "document": "《办法》", "change": ""}
    there = page.send(f"/counter/catalog/adjustments/{once}", **typed, pick="alter|DEMO-0002|P-HARDSHIP")
    assert there.status_code == 200 and f'value="alter|DEMO-0002|P-HARDSHIP|{n}"' in there.text and f'id="{n}-basis"' in there.text
    assert 'value="《办法》"' in there.text and ">《办法》修订</textarea>" in there.text and "以前报送" in there.text
    typed |= altered(validity_days="八十")
    sought = page.send(f"/counter/catalog/adjustments/{once}", **typed, find="1", q="残疾")
    assert 'id="add-proof"' in sought.text and 'value="八十"' in sought.text, "found, and nothing lost"
    twice = page.send(f"/counter/catalog/adjustments/{once}", **typed, pick="remove|DEMO-0002|P-HARDSHIP")
    assert "请在下面的报送内容中改这一处" in text_of(twice) and 'value="八十"' in twice.text
    refused = page.send(f"/counter/catalog/adjustments/{once}", **typed)
    assert refused.status_code == 422 and "“有效天数”" in text_of(refused) and 'value="八十"' in refused.text and found(once) is None
    dropped = page.send(f"/counter/catalog/adjustments/{once}", **typed, drop=n)
    assert 'name="change" value="alter' not in dropped.text and 'value="《办法》"' in dropped.text
    assert page.send(f"/counter/catalog/adjustments/{once}", **typed | altered(validity_days="81")).status_code == 303
    assert found(once).changes[0].after.validity_days == 81


def test_another_units_matter_is_not_chosen(page: Browser) -> None:
    page.get(NEW)
    answer = page.send(f"/counter/catalog/adjustments/{uuid4()}", unit="370402-JUSTICE", pick="remove|DEMO-0001|P-HOUSEHOLD")
    assert answer.status_code == 422 and "没有这个事项" in text_of(answer) and 'name="change" value="remove' not in answer.text


def late(session: Session, at: datetime) -> dict[str, bool]:
    """The figure of the two days around an instant: the adjustments that it counts, and which of them were late."""
    cut = at + timedelta(days=1)
    given = adjustments.late(session, Span(at - timedelta(days=1), cut, charges=Charges.until(session, cut), now=settings().now()))
    return dict(zip(given["ids"], given["parts"], strict=True))


def sent_back(api: Api, page: Browser) -> UUID:
    once = uuid4()
    assert send(page, once, **altered(validity_days="81"))[0] == 303
    assert take(api, str(once), "return", ADMIN, why="有效期过长")["http"] == 200
    return once


def test_what_was_sent_back_is_mended_and_the_first_report_counts(api: Api, page: Browser, monkeypatch: pytest.MonkeyPatch) -> None:
    """Obligations 5.4, 5.5: what was filed never changes; it is withdrawn, and the new one has its story."""
    former = sent_back(api, page)
    assert f"{NEW}?of={former}" in page.get(f"/counter/catalog/proposals/{former}").text
    form = page.get(f"{NEW}?of={former}")
    assert 'value="81"' in form.text and "修改后重新报送" in text_of(form) and f'name="of" value="{former}"' in form.text
    later, again = settings().now() + timedelta(days=12), uuid4()
    monkeypatch.setattr(type(settings()), "now", lambda _self: later)
    page = signed_in(api, OTHER)
    typed = altered(validity_days="60") | {"of": str(former), "reason_date": found(former).reason_date.isoformat()}
    assert [send(page, again, **typed)[0] for _ in range(2)] == [303, 303], "once however often it is sent"
    old, new = found(former), found(again)
    assert (old.standing, old.changes[0].after.validity_days) == (ProposalStatus.WITHDRAWN, 81)
    assert (new.standing, new.changes[0].after.validity_days) == (ProposalStatus.REPORTED, 60)
    assert (new.reported_at, new.late) == (old.reported_at, False)
    steps = do(proposals.steps_of, again)
    assert [one.step.value for one in steps] == ["draft", "report", "return", "draft", "report"]
    assert "有效期过长" in text_of(page.get(f"/counter/catalog/proposals/{again}"))
    assert f"/counter/catalog/proposals/{again}" in page.get(f"/counter/catalog/proposals/{former}").text
    of_then, of_now = do(late, old.reported_at), do(late, later)
    assert of_then[str(former)] is False and str(again) not in of_then and str(again) not in of_now, "reported then, and once"


def test_only_what_was_sent_back_is_mended(api: Api, page: Browser) -> None:
    once = uuid4()
    assert send(page, once, **altered(validity_days="81"))[0] == 303
    assert "没有退回修改" in text_of(page.get(f"{NEW}?of={once}"))
    status, said = send(page, uuid4(), **altered(validity_days="60"), of=str(once))
    assert status == 409 and "没有退回修改" in said and found(once).standing is ProposalStatus.REPORTED
    former = sent_back(api, page)
    status, said = send(page, other := uuid4(), **altered(validity_days="八十"), of=str(former))
    assert status == 422 and found(former).standing is ProposalStatus.DRAFTED and found(other) is None, "refused whole"
    assert signed_in(api, REQUESTER).get(f"{NEW}?of={former}").status_code == 404, "another unit's"


def test_what_was_published_since_is_shown_and_not_undone(api: Api, page: Browser) -> None:
    former = sent_back(api, page)
    alter("DEMO-0002", "P-HARDSHIP", basis="《办法》第四条")
    form = page.get(f"{NEW}?of={former}")
    assert "已经改动" in text_of(form) and 'value="《办法》第四条"' in form.text and 'value="81"' not in form.text
