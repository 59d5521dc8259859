"""What only the province's gateway does: keys are exchanged, kept while they are good, and exchanged anew."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from connectors.breaker import BreakerState
from connectors.faults import TransientFault
from connectors.judge import KeyExpired
from connectors.share import ShareSource
from connectors.source_config import parse_source, read_toml
from domain.share import ShareOutcome
from tests.connectors import test_share_contract as contract
from tests.connectors.test_share_contract import FAMILIES, FOLDER, fails, look, make, question, subject
from tests.sandbox.serving import SECRETS, serving

GATEWAY = FAMILIES[1]
switch = contract.switch


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    with serving() as url:
        yield url


def test_the_key_is_exchanged_once_for_each_service(address: str, switch: Any) -> None:
    source = make(GATEWAY, address)
    insurance = question(GATEWAY, sid="s_370402DEM_sbcb_0001")
    assert look(source, subject(), question(GATEWAY)).outcome is ShareOutcome.FOUND
    assert look(source, subject(), insurance).fields["险种"] == "城镇职工基本养老保险"
    switch(GATEWAY, "http", status="503", where="refreshappsecret")
    assert look(source, subject(), question(GATEWAY)).outcome is ShareOutcome.FOUND
    assert look(source, subject(), insurance).outcome is ShareOutcome.FOUND
    fails(make(GATEWAY, address), subject(), question(GATEWAY), TransientFault, "source_failing")


def test_a_key_that_the_gateway_calls_expired_is_exchanged_by_the_next_attempt(address: str, switch: Any) -> None:
    source = make(GATEWAY, address)
    look(source, subject(), question(GATEWAY))
    switch(GATEWAY, "key_expired", times=1)
    fails(source, subject(), question(GATEWAY), KeyExpired, "key_expired")
    assert look(source, subject(), question(GATEWAY)).outcome is ShareOutcome.FOUND


def test_expired_keys_never_rest_the_source(address: str, switch: Any) -> None:
    source = make(GATEWAY, address)
    look(source, subject(), question(GATEWAY))
    switch(GATEWAY, "key_expired", times=8)  # more than the breaker allows of real failures
    for _ in range(8):
        fails(source, subject(), question(GATEWAY), KeyExpired, "key_expired")
    assert source.breaker is BreakerState.CLOSED
    assert look(source, subject(), question(GATEWAY)).outcome is ShareOutcome.FOUND


def test_a_late_complaint_about_the_old_key_keeps_the_new_one(address: str, switch: Any) -> None:
    source = make(GATEWAY, address)
    look(source, subject(), question(GATEWAY))
    ((old, *_),) = source._signer._fresh.values()
    switch(GATEWAY, "key_expired", times=1)
    fails(source, subject(), question(GATEWAY), KeyExpired, "key_expired")
    assert look(source, subject(), question(GATEWAY)).outcome is ShareOutcome.FOUND
    switch(GATEWAY, "http", status="503", where="refreshappsecret")  # another exchange would fail
    source._signer.forget(old)
    assert look(source, subject(), question(GATEWAY)).outcome is ShareOutcome.FOUND


def test_an_old_key_is_exchanged_before_its_end_and_a_wrong_clock_is_refused(address: str, switch: Any) -> None:
    table = read_toml(FOLDER / "province_gateway.toml")
    config = parse_source(GATEWAY.key, table, {"PROOFLESS_SANDBOX_URL": address})
    secrets = {name: SECRETS[file] for name, file in config.secrets.items()}
    ahead = [timedelta()]
    source = ShareSource(GATEWAY.key, config, secrets, now=lambda: datetime.now(UTC) + ahead[0])
    assert look(source, subject(), question(GATEWAY)).outcome is ShareOutcome.FOUND
    switch(GATEWAY, "http", status="503", where="refreshappsecret")
    ahead[0] = timedelta(seconds=500)  # within the skew that the gateway allows, and the key is still good
    assert look(source, subject(), question(GATEWAY)).outcome is ShareOutcome.FOUND
    ahead[0] = timedelta(seconds=3580)  # less than the margin before its end: not used any more
    fails(source, subject(), question(GATEWAY), TransientFault, "source_failing")
    ahead[0] = timedelta(seconds=1200)  # our clock is 20 minutes ahead: the signature is out of time
    assert look(source, subject(), question(GATEWAY)).outcome is ShareOutcome.NO_PERMISSION


def test_a_parameter_that_cannot_stand_in_a_header_is_refused_here(address: str) -> None:
    for sid in ("服务", "s\r\nX-Evil: 1", ""):
        finding = look(make(GATEWAY, address), subject(), question(GATEWAY, sid=sid))
        assert finding.outcome is ShareOutcome.BAD_REQUEST
