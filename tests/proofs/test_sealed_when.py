"""用印时间: proven by a timestamp of a registered authority, or only what we say (obligation 11.1). The timestamps are openssl's."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

import pytest

from connectors.timestamp_token import Place
from connectors.timestamps import TimestampServers
from proofs.check import check
from proofs.page import render
from proofs.sealed_when import Time, When
from proofs.verdicts import CheckResult, KnownProof, Verdict
from tests.proofs.samples import NUMBER, page, seals, use
from tests.timestamps import NAME, authority


@dataclass(frozen=True)
class Case:
    pdf: bytes
    plain: bytes  #: the same before the timestamp
    other: bytes  #: another one with a timestamp
    future: bytes  #: what a timestamp of an hour ahead says
    trust: bytes
    roots: bytes
    at: datetime

    def judged(self, pdf: bytes, roots: bytes | None = None, now: datetime | None = None, known: bytes | None = None) -> CheckResult:
        record = KnownProof(hashlib.sha256(known or pdf).hexdigest(), self.at)
        moment = now or self.at + timedelta(days=1)
        return check(
            pdf, self.trust, lambda number: record if number == NUMBER else None, moment, roots=self.roots if roots is None else roots
        )

    def when(self, pdf: bytes, roots: bytes | None = None, now: datetime | None = None) -> When:
        found = self.judged(pdf, roots, now)
        assert found.verdict is Verdict.VALID and found.when is not None and found.when.recorded == self.at
        return found.when


@pytest.fixture(scope="module")
def case(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Case]:
    folder = tmp_path_factory.mktemp("when")
    with authority(folder / "tsa") as one:
        local, servers = seals(folder / "seals"), TimestampServers([one.url])
        plain, another = (local.sign(render(page()), replace(use(), room=servers.room)) for _ in range(2))
        pdf, other = servers.stamp(plain), servers.stamp(another)
        assert pdf.server and other.server
        one.how = "future"
        from connectors import timestamp_token

        before, timestamp_token.TOLERANCE = timestamp_token.TOLERANCE, timedelta(days=1)
        try:
            future = TimestampServers([one.url]).stamp(plain)
        finally:
            timestamp_token.TOLERANCE = before
        assert future.server
        trust = (folder / "seals" / "ca.crt.pem").read_bytes()
        yield Case(pdf.pdf, plain, other.pdf, future.pdf, trust, one.ca.read_bytes(), datetime.now(UTC))


def test_a_registered_authority_proves_the_time(case: Case) -> None:
    found = case.when(case.pdf)
    assert found.time is Time.PROVEN and found.by == NAME and found.at is not None and abs(found.at - case.at) < timedelta(minutes=1)
    assert found.text.startswith("时间戳证明的时间:") and NAME in found.text and "记载" not in found.text


@pytest.mark.parametrize("roots", [b"", b"-", "seals"])
def test_without_the_authority_it_is_never_shown_as_proven(case: Case, roots: bytes | str) -> None:
    found = case.when(case.pdf, case.trust if isinstance(roots, str) else roots)
    assert found.time is Time.UNREGISTERED and "时间戳已附,签发机构未登记" in found.text and "证明的时间" not in found.text
    assert "本系统记载" in found.text


def test_without_a_timestamp_the_time_is_what_we_say(case: Case) -> None:
    found = case.when(case.plain)
    assert (found.time, found.at, found.by) == (Time.RECORDED, None, "") and found.text.startswith("没有时间戳。本系统记载")


def test_after_the_end_of_its_certificate_a_timestamp_alone_proves_nothing(case: Case) -> None:
    assert case.when(case.pdf, now=case.at + timedelta(days=3649)).time is Time.PROVEN
    found = case.when(case.pdf, now=case.at + timedelta(days=3651))
    assert found.time is Time.LAPSED and "有效期" in found.text and "证明的时间" not in found.text


def test_of_another_signature_from_the_future_or_broken_it_is_not_believed(case: Case) -> None:
    (token,) = Place(case.other)._signer["unsigned_attrs"][0]["values"]
    moved = Place(case.plain).with_token(token)
    (own,) = Place(case.pdf)._signer["unsigned_attrs"][0]["values"]
    (signer,) = own["content"]["signer_infos"]
    signer["signature"] = bytes([signer["signature"].native[0] ^ 1]) + signer["signature"].native[1:]
    broken = Place(case.plain).with_token(own)
    now = case.at + timedelta(seconds=5)
    assert [case.when(pdf, now=now).time for pdf in (moved, broken, case.future)] == [Time.WRONG] * 3
    assert case.when(case.pdf, now=now).time is Time.PROVEN


def test_taken_off_or_exchanged_the_file_is_not_the_one_that_we_know(case: Case) -> None:
    """The ledger's digest is of the file with its timestamp; and nothing is said of when it was sealed."""
    for pdf in (case.plain, case.future):
        assert case.judged(pdf, known=case.pdf) == CheckResult(Verdict.UNKNOWN_HERE, NUMBER)


def test_what_was_appended_hides_no_time(case: Case) -> None:
    more = case.pdf + b"\n% more\n%%EOF\n"
    found = case.judged(more, known=case.pdf)
    assert found.verdict is Verdict.LATER_REVISION and found.when is not None and found.when.time is Time.PROVEN
