"""What only the licence library does: 查验 after the query, the one-time link, the e-licence identifier."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import httpx
import pytest

from connectors.faults import PermanentFault, TransientFault
from connectors.reply import identifier_checks, is_document
from domain.share import ShareOutcome
from sandbox.licence_library import NOT_PERMITTED
from sandbox.people import by_name
from tests.connectors import test_share_contract as contract
from tests.connectors.test_share_contract import FAMILIES, fails, look, make, question, subject
from tests.sandbox.serving import serving

LIBRARY = FAMILIES[0]
switch = contract.switch


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    with serving() as url:
        yield url


def test_the_document_comes_with_the_finding(address: str) -> None:
    """Obligation 6.3."""
    finding = look(make(LIBRARY, address), subject(), question(LIBRARY))
    assert finding.document.startswith(b"%PDF-") and finding.document.rstrip().endswith(b"%%EOF")


def test_a_company_is_asked_for_under_its_own_holder_type(address: str) -> None:
    what = question(LIBRARY, certTypeCode="11370402DEM0000EEE001")
    finding = look(make(LIBRARY, address), subject("演示一号商贸有限公司"), what)
    assert finding.outcome is ShareOutcome.FOUND
    assert finding.fields["统一社会信用代码"] == "91370402DEMA00001M"
    assert finding.fields["经营范围"] == "演示用品销售"


def test_a_type_that_we_may_not_read_is_no_permission(address: str) -> None:
    finding = look(make(LIBRARY, address), subject(), question(LIBRARY, certTypeCode=NOT_PERMITTED))
    assert finding.outcome is ShareOutcome.NO_PERMISSION and "100" in finding.message


@pytest.mark.parametrize(("fault", "outcome"), [("hidden", "none"), ("several", "several")])
def test_the_verification_can_still_say_no(address: str, switch: Any, fault: str, outcome: str) -> None:
    """Obligation 6.3."""
    switch(LIBRARY, fault, where="verifyCertInfo")
    finding = look(make(LIBRARY, address), subject(), question(LIBRARY))
    assert finding.outcome == outcome
    assert not finding.fields and not finding.document


@pytest.mark.parametrize("fault", ["link_spent", "link_expired"])
def test_text_instead_of_a_file_is_tried_again_with_a_new_link(address: str, switch: Any, fault: str) -> None:
    switch(LIBRARY, fault, times=1)
    source = make(LIBRARY, address)
    fails(source, subject(), question(LIBRARY), TransientFault, "source_failing")
    assert look(source, subject(), question(LIBRARY)).outcome is ShareOutcome.FOUND


def test_a_page_instead_of_a_file_is_a_changed_contract(address: str, switch: Any) -> None:
    switch(LIBRARY, "garbage", where="download")
    fails(make(LIBRARY, address), subject(), question(LIBRARY), PermanentFault, "contract")


def test_a_wrong_check_character_warns_and_does_not_refuse(address: str, switch: Any) -> None:
    switch(LIBRARY, "check_digit")
    finding = look(make(LIBRARY, address), subject(), question(LIBRARY))
    assert finding.outcome is ShareOutcome.FOUND
    assert len(finding.warnings) == 1 and "校验位不符" in finding.warnings[0]


@pytest.mark.parametrize(
    ("identifier", "right"),
    [
        # The check character worked out by hand-written MOD 37,36 below, not by the library that is used.
        ("1.2.156.3005.2.11370402DEM0000AAA001.11370402DEM000POLI.DEMO00000001.001.", True),
        ("1.2.156.3005.2.11100000MB03271699032.11350200004139033R.FJ12345678.001.", True),
    ],
)
def test_identifier_check_against_an_independent_reference(identifier: str, right: bool) -> None:
    alphabet = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
    product = 36
    for character in identifier.removeprefix("1.2.156.3005.2.").replace(".", ""):
        total = (product + alphabet.index(character)) % 36 or 36
        product = total * 2 % 37
    check = alphabet[(37 - product) % 36]
    assert identifier_checks(identifier + check) is right
    others = [other for other in alphabet if other != check]
    assert not any(identifier_checks(identifier + other) for other in others)


@pytest.mark.parametrize("identifier", ["", "1.2.156.3005.2.", "1.2.156.3005.2.A.B.C.1", "随便什么", "1.2.156.3005.3.A.B.C.1.X"])
def test_what_is_no_identifier_fails_its_check(identifier: str) -> None:
    assert not identifier_checks(identifier)


@pytest.mark.parametrize(
    ("body", "document"),
    [
        (b"%PDF-1.7 ...", True),
        (b"\x89PNG\r\n\x1a\n...", True),
        (b"PK\x03\x04....OFD.xml....", True),
        (b"PK\x03\x04....word/document.xml", False),
        ("此id的文件已经被下载，不能再次下载".encode(), False),
        (b" %PDF-1.7", False),
        (b"", False),
    ],
)
def test_what_counts_as_a_document(body: bytes, document: bool) -> None:
    assert is_document(body) is document


REGISTER = LIBRARY.parameters["certTypeCode"]


def agreed(address: str, name: str = "演示甲子", kinds: tuple[str, ...] = (REGISTER,), seconds: float = 600) -> str:
    """What the holder's telephone gives."""
    body = {"holder_code": by_name(name).id_number, "type_codes": list(kinds), "seconds": seconds}
    found: str = httpx.post(f"{address}/authorisations", json=body, trust_env=False).raise_for_status().json()["trxId"]
    return found


def test_a_holders_authorisation_works_once(address: str) -> None:
    """Obligation 6.3."""
    what = replace(question(LIBRARY), authorisation=agreed(address))
    first, second = (look(make(LIBRARY, address), subject(), what) for _ in range(2))
    assert (first.outcome, dict(first.fields)) == (ShareOutcome.FOUND, LIBRARY.fields)
    assert second.outcome is ShareOutcome.AUTHORISATION_USED and "已使用" in second.message and not second.fields
    assert str(what.authorisation) not in repr(what) and str(what.authorisation).encode() not in first.raw + second.raw


@pytest.mark.parametrize(
    ("changes", "outcome"),
    [
        ({"seconds": -1}, ShareOutcome.AUTHORISATION_EXPIRED),
        ({"name": "演示乙丑"}, ShareOutcome.AUTHORISATION_OTHERS),
        ({"kinds": ("11370402DEM0000BBB001",)}, ShareOutcome.AUTHORISATION_NOT_COVERING),
        ({}, ShareOutcome.FOUND),
    ],
)
def test_a_refused_authorisation_is_told_apart_and_is_not_used_up(address: str, changes: dict[str, Any], outcome: ShareOutcome) -> None:
    """Obligation 6.3."""
    what = replace(question(LIBRARY), authorisation=agreed(address, **changes))
    assert look(make(LIBRARY, address), subject(), what).outcome is outcome
    if outcome is ShareOutcome.AUTHORISATION_OTHERS:
        assert look(make(LIBRARY, address), subject("演示乙丑"), what).outcome is ShareOutcome.FOUND


def test_an_authorisation_is_never_left_out_where_the_source_takes_none(address: str) -> None:
    """Obligation 6.3: asked without it, the source would answer more than the holder agreed to."""
    gateway = FAMILIES[1]
    what = replace(question(gateway), authorisation="TRX-0000000000")
    assert look(make(gateway, address), subject(), what).outcome is ShareOutcome.BAD_REQUEST


def test_a_library_away_is_a_fault_and_the_authorisation_stays_good(address: str, switch: Any) -> None:
    """Obligation 6.3."""
    what = replace(question(LIBRARY), authorisation=agreed(address))
    switch(LIBRARY, "http", status="503", where="queryCertInfosByVerifyTrx", times=1)
    fails(make(LIBRARY, address), subject(), what, TransientFault, "source_failing")
    assert look(make(LIBRARY, address), subject(), what).outcome is ShareOutcome.FOUND
