"""规则解读 of many requests: the page is there before they are looked at, and says how far it is (obligation 20.1)."""

from __future__ import annotations

import http.client
import re
import threading
from collections.abc import Iterator
from typing import Any

import pytest

from domain.sign_in import Method
from gateway.app import create_app
from gateway.counter.cookies import SESSION
from gateway.deadlines import rule_preview as endpoint
from ledger.database import transaction
from ledger.deadlines import rule_preview
from ledger.registry import registry, sessions
from settings import settings
from tests.gateway.conftest import SimulatedRuns, serving
from tests.gateway.deadlines.test_rule_preview import NOON, WEEK
from tests.ledger.acting import immediate
from tests.serving import on_a_port

OFFICE, PAGE = "readings-office", f"/counter/readings/measure?period={WEEK}"


@pytest.fixture
def opened(ledger: str) -> Iterator[tuple[http.client.HTTPConnection, dict[str, str]]]:
    """A connection, and what the 专班 office sends with each question."""
    runs = SimulatedRuns()
    with serving(create_app(runs), runs), on_a_port(create_app(runs)) as address:
        with transaction() as session:
            registry.put_people(session, [{"code": OFFICE, "unit": "370402-OFFICE", "name": "演示办公室", "roles": ["office"]}])
            token = sessions.begin(session, OFFICE, method=Method.LINK, browser="x", before="", now=settings().now())
        connection = http.client.HTTPConnection(address.removeprefix("http://"), timeout=60)
        yield connection, {"Cookie": f"{SESSION}={token}"}
        connection.close()


def test_of_many_the_page_is_there_at_once_and_says_how_far_it_is(
    opened: tuple[http.client.HTTPConnection, dict[str, str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Ten thousand that wait are some seconds' work, by each answer."""
    for _ in range(3):
        immediate(NOON, "P-ARCHIVE", matter="DEMO-0003")
    monkeypatch.setattr(rule_preview, "PART", 1)
    connection, signed_in = opened
    go_on, read = threading.Event(), rule_preview.read

    def held(*given: Any, **named: Any) -> Iterator[int]:
        assert go_on.wait(30), "nothing was shown before"
        yield from read(*given, **named)

    monkeypatch.setattr(rule_preview, "read", held)
    connection.request("GET", PAGE, headers=signed_in)
    answer = connection.getresponse()
    shown = answer.read1().decode()
    assert answer.status == 200 and "正在试算 3 件" in shown and "<table" not in shown and "</html>" not in shown
    go_on.set()
    rest = answer.read().decode()
    assert re.sub(r"\s+", " ", re.sub("<.*", "", rest, flags=re.S)) == " 1 2 3 件。"
    assert "最迟时限" in rest and rest.rstrip().endswith("</html>")


def test_of_few_it_says_only_what_was_found(opened: tuple[http.client.HTTPConnection, dict[str, str]]) -> None:
    immediate(NOON, "P-ARCHIVE", matter="DEMO-0003")
    connection, signed_in = opened
    connection.request("GET", PAGE, headers=signed_in)
    said = connection.getresponse().read().decode()
    assert "正在试算" not in said and "最迟时限" in said


def test_what_is_refused_is_said_before_anything_is_shown(
    opened: tuple[http.client.HTTPConnection, dict[str, str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    immediate(NOON, "P-ARCHIVE", matter="DEMO-0003")
    monkeypatch.setattr(endpoint, "MOST", 0)
    connection, signed_in = opened
    connection.request("GET", PAGE, headers=signed_in)
    answer = connection.getresponse()
    assert answer.status == 422 and "./run recompute --preview" in answer.read().decode()
