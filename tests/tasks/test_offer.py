"""开具: what is sealed reaches the licence library once, whatever happens between, and never in the way of a delivery."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta
from typing import Any

import httpx
import pytest

from connectors.faults import TransientFault
from connectors.library import LicenceLibrary, load_library
from connectors.source_config import Limits
from domain.methods import Answer
from domain.offers import OfferStatus
from domain.proof_form import Form
from domain.roles import IdType
from ledger.casework import mismatches
from ledger.outbox.callbacks_sent import PAUSES
from ledger.sealing import licence_offers
from ledger.tables.effects import Alarm, LicenceOffer
from settings import settings
from tasks import offer
from tests.ledger.acting import HARDSHIP, alarms, all_of, ask, asked, deliver, do, hold, names, proofs, reply, seal, take_up
from tests.ledger.filing import FILER, NOW
from tests.ofd_files import ofd
from tests.sandbox.serving import SECRETS, serving


def page(number: str) -> bytes:
    return f"%PDF-1.7 演示 {number}".encode()


class Clock:
    """The regulation's clock, moved by hand."""

    def __init__(self) -> None:
        self.now = NOW + timedelta(hours=1)

    def __call__(self) -> Any:
        return replace(settings(), clock_origin=self.now, clock_rate=1e-9)


@pytest.fixture
def address() -> Iterator[str]:
    with serving() as url:
        yield url


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch, address: str, ledger: str) -> Clock:
    """The library is configured; time stands still."""
    there = load_library(settings().sources_dir, "licence_library", {"PROOFLESS_SANDBOX_URL": address}, SECRETS)
    clock = Clock()
    monkeypatch.setattr(offer, "library", lambda: there)
    monkeypatch.setattr(offer, "settings", clock)
    return clock


def delivered(proof: str = "P-HARDSHIP", file: Callable[[str], bytes] = page) -> str:
    lease, request = asked(proof)
    reply(request)
    seal(lease, pdf=file(lease.number))
    deliver(lease)
    do(offer.book, [lease.number], now=NOW)
    return lease.number


def go() -> None:
    asyncio.run(offer.offer_proofs.fn())


def there(address: str) -> dict[str, Any]:
    found: dict[str, Any] = httpx.get(f"{address}/intake", trust_env=False).json()
    return found


def fault(address: str, **switch: Any) -> None:
    httpx.put(f"{address}/faults/licence_library", json=switch, trust_env=False).raise_for_status()


def the_offer(number: str) -> LicenceOffer:
    (row,) = all_of(LicenceOffer, verification=number)
    return row


def status(number: str) -> OfferStatus:
    return licence_offers.status_of(the_offer(number))


def test_a_delivered_proof_is_taken_in_once_and_its_number_is_kept(clock: Clock, address: str) -> None:
    """Obligation 6.3."""
    number = delivered()
    go()
    go()
    row, (kept,) = the_offer(number), there(address)["taken"].items()
    assert kept[0] == str(row.id) and kept[1]["digest"] == proofs(number)[0].digest
    assert (kept[1]["certTypeCode"], kept[1]["certName"], there(address)["calls"]) == ("11370402DEM0000HHH001", "经济困难证明", 1)
    assert status(number) is OfferStatus.TAKEN and names(number)[-1] == "licence_taken"
    assert kept[1]["certIdentifier"].encode() not in (row.licence_number or b""), "kept as the case's data are"


def test_the_library_is_told_in_which_form_a_proof_is(clock: Clock, address: str) -> None:
    """Obligation 6.3."""
    number = {Form.PDF.value: delivered(), Form.OFD.value: delivered(file=ofd)}
    go()
    taken = there(address)["taken"]
    assert {form: taken[str(the_offer(one).id)]["fileType"] for form, one in number.items()} == {"pdf": "pdf", "ofd": "ofd"}


def test_what_was_taken_before_a_kill_is_taken_once(clock: Clock, address: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Obligation 6.3: the worker dies between the library's answer and our record of it."""
    number = delivered()
    with monkeypatch.context() as dying:
        dying.setattr(offer, "_taken", lambda *_: None)
        go()
    assert status(number) is OfferStatus.WAITING and there(address)["calls"] == 1
    clock.now += PAUSES[0] + timedelta(seconds=1)
    go()
    assert status(number) is OfferStatus.TAKEN and there(address)["calls"] == 2
    assert len(there(address)["taken"]) == 1 and names(number).count("licence_taken") == 1


def test_a_library_that_fails_is_asked_again_after_growing_pauses_and_given_up_by_name(clock: Clock, address: str) -> None:
    """Obligation 6.3."""
    number, tried = delivered(), []
    fault(address, fault="status", status="99", where="uploadCertInfo")
    for pause in PAUSES:
        go()
        tried.append(the_offer(number).attempts)
        clock.now += pause - timedelta(seconds=1)
        go()
        assert the_offer(number).attempts == tried[-1], "not before its pause is over"
        clock.now += timedelta(seconds=2)
        offer.library()._breaker.succeeded()  # type: ignore[union-attr]  # its rest is another matter
    go()
    assert tried == list(range(1, len(PAUSES) + 1)) and status(number) is OfferStatus.GIVEN_UP
    assert alarms() == {("licence_offer_given_up", number)} and names(number)[-1] == "licence_given_up"
    (alarm,) = all_of(Alarm)
    assert f"./run licences --number {number} --again" in alarm.message and "演示" not in alarm.message
    assert [row.verification for row in do(licence_offers.unsettled)] == [number]

    httpx.delete(f"{address}/faults/licence_library", trust_env=False)
    assert do(licence_offers.send_again, number, now=clock.now, actor="operator:demo") == 1
    go()
    assert status(number) is OfferStatus.TAKEN and not alarms() and do(licence_offers.unsettled) == []


@pytest.mark.parametrize("code", ["100", "113"])
def test_a_refusal_is_no_matter_of_patience(clock: Clock, address: str, code: str) -> None:
    """Obligation 6.3."""
    number = delivered()
    fault(address, fault="status", status=code, times=1, where="uploadCertInfo")
    go()
    assert status(number) is OfferStatus.GIVEN_UP and alarms() == {("licence_offer_given_up", number)}
    clock.now += timedelta(days=30)
    go()
    assert there(address)["taken"] == {}


def test_a_revoked_proof_is_taken_back_and_one_that_never_left_stays_here(clock: Clock, address: str) -> None:
    """Obligations 6.3, 11.3."""
    first, second = delivered(), delivered()
    do(licence_offers.void, second, now=clock.now)
    go()
    assert [kept["state"] for kept in there(address)["taken"].values()] == ["valid"] and status(second) is OfferStatus.VOID
    do(licence_offers.void, first, now=clock.now)
    assert status(first) is OfferStatus.WAITING
    go()
    assert [kept["state"] for kept in there(address)["taken"].values()] == ["void"] and status(first) is OfferStatus.VOID
    assert names(first)[-1] == "licence_voided" and "licence_voided" not in names(second)


def test_the_proof_of_a_check_takes_the_place_of_the_one_that_it_corrects(clock: Clock, address: str) -> None:
    """Obligations 6.3, 11.3."""
    number = delivered()
    go()
    check = do(mismatches.report, number, ["人均月收入"], "申请人称 500 元", None, None, FILER, now=clock.now).check
    assert check is not None
    lease = hold(check)
    take_up(lease, clock.now)
    reply(ask(lease, clock.now), Answer.TRUE, clock.now, fields={**HARDSHIP, "人均月收入": "500"})
    seal(lease, clock.now, pdf=page(check))
    deliver(lease, clock.now)
    do(offer.book, [check], now=clock.now)
    go()
    taken = there(address)["taken"]
    assert taken[str(the_offer(number).id)]["state"] == "void" and status(number) is OfferStatus.VOID
    new = taken[str(the_offer(check).id)]
    assert (new["state"], new["replacesBizId"]) == ("valid", str(the_offer(number).id))


def test_revoked_while_it_is_on_its_way_it_is_taken_back_after_all(clock: Clock, address: str) -> None:
    """Obligation 6.3: the revocation comes between the booking and the library's answer."""
    number = delivered()
    (on_its_way,) = do(licence_offers.take_due, now=clock.now, limit=4)
    do(licence_offers.void, number, now=clock.now)
    go()  # the library knows nothing of it yet: that is as good
    assert status(number) is OfferStatus.VOID and there(address)["taken"] == {}
    asyncio.run(offer._send(offer.library(), on_its_way))  # type: ignore[arg-type]
    assert [kept["state"] for kept in there(address)["taken"].values()] == ["valid"]
    go()
    assert [kept["state"] for kept in there(address)["taken"].values()] == ["void"] and status(number) is OfferStatus.VOID


def test_only_kinds_and_holders_that_the_library_takes_are_offered(clock: Clock) -> None:
    """Obligation 6.3."""
    number = delivered()
    for kinds, holders in (({"P-HOUSEHOLD": "X"}, [IdType.CITIZEN_ID]), ({"P-HARDSHIP": "X"}, [IdType.USCC]), ({}, [IdType.CITIZEN_ID])):
        do(licence_offers.book, [number], kinds, holders, now=NOW)
    assert [row.licence_kind for row in all_of(LicenceOffer, verification=number)] == ["11370402DEM0000HHH001"]
    lease, request = asked()
    reply(request)
    seal(lease, pdf=page(lease.number))
    do(offer.book, [lease.number], now=NOW)
    assert all_of(LicenceOffer, verification=lease.number) == [], "what is not delivered is nobody's"
    other = delivered_to_nobody()
    assert all_of(LicenceOffer, verification=other) == []


def delivered_to_nobody() -> str:
    """Delivered while another kind alone is taken."""
    lease, request = asked()
    reply(request)
    seal(lease, pdf=page(lease.number))
    deliver(lease)
    do(licence_offers.book, [lease.number], {"P-HOUSEHOLD": "X"}, [IdType.CITIZEN_ID], now=NOW)
    return lease.number


def test_without_a_library_nothing_is_booked_and_nothing_leaves(ledger: str) -> None:
    """Obligation 6.3."""
    assert settings().licence_library == "" and offer.library() is None
    number = delivered()
    go()
    assert all_of(LicenceOffer, verification=number) == []


def test_a_library_that_rests_costs_no_attempt(clock: Clock, address: str) -> None:
    """Obligation 6.3."""
    fault(address, fault="http", status="503", where="uploadCertInfo")
    numbers = [delivered() for _ in range(9)]
    for _ in range(4):
        go()
    tried = [number for number in numbers if the_offer(number).attempts]
    assert len(tried) == 8, "two rounds of four open the breaker; the ninth is not spent"


def test_what_is_sent_is_bounded_in_time(clock: Clock, address: str) -> None:
    there = offer.library()
    assert isinstance(there, LicenceLibrary)
    limits = Limits(connect_seconds=5, read_seconds=30, total_seconds=0.2, calls_per_second=9, concurrency=1)
    quick = there._config.model_copy(update={"limits": limits})
    fault(address, fault="slow", seconds=5, times=1)
    number = delivered()
    (due,) = do(licence_offers.take_due, now=clock.now, limit=1)
    sent, _ = offer._fill(due)
    with pytest.raises(TransientFault, match="应答太慢") as fault_:
        asyncio.run(LicenceLibrary("x", quick, there._secrets).offer(sent))
    assert "演示" not in str(fault_.value) and status(number) is OfferStatus.WAITING
