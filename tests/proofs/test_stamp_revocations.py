"""吊销与时间戳 (RFC 3161, 4): what a revoked certificate of an authority takes of the times it said, and what a later timestamp keeps."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.x509 import ReasonFlags
from cryptography.x509.ocsp import OCSPCertStatus

from connectors.lasting import extend, revocations
from connectors.seal import LocalSeals
from connectors.timestamps import servers_of
from proofs.check import check
from proofs.page import render
from proofs.seal_image import draw_seal
from proofs.sealed_when import Time, When
from proofs.stamp_revocations import NOTHING_REVOKED, Revocations
from proofs.verdicts import KnownProof, Verdict
from tests.lasting import lasts, make_seals, publish
from tests.proofs.samples import NAMES, NUMBER, page, use
from tests.responder import Saying
from tests.timestamps import Authority, authority, go_between

SECOND, HOUR = timedelta(seconds=1), timedelta(hours=1)
LOST = ReasonFlags.key_compromise


@dataclass
class Case:
    """`stamped` by the first authority at `first`; `once` and `twice` extended by the second at `second` and `third`."""

    one: Authority
    other: Authority
    seals: Path
    stamped: bytes
    once: bytes
    twice: bytes
    first: datetime
    second: datetime
    third: datetime

    def listed(self, at: datetime, reason: ReasonFlags | None, by: Authority | None = None, invalid: datetime | None = None) -> Revocations:
        """The list on which the certificate of an authority (the first) stands as revoked `at`."""
        by, now = by or self.one, datetime.now(UTC)
        since = None if invalid is None else now - invalid
        publish(by, by.folder, [server(by)], since=now - at, reason=reason, invalid=since)
        return Revocations(lists=[(by.folder / f"{by.folder.name}.crl").read_bytes()])

    def when(self, pdf: bytes, known: Revocations = NOTHING_REVOKED, stamped: bytes = b"") -> When:
        record = KnownProof(hashlib.sha256(stamped or self.stamped).hexdigest(), self.first, whole=hashlib.sha256(pdf).hexdigest())
        roots, trust = ((self.seals / name).read_bytes() for name in ("timestamps.ca.pem", "ca.crt.pem"))
        asked = {NUMBER: record}
        found = check(pdf, trust, asked.get, datetime.now(UTC) + timedelta(minutes=1), roots=roots, revocations=known)
        assert found.verdict is Verdict.VALID and found.when is not None
        assert [found.facts.intact, found.facts.ours, found.facts.current, found.facts.whole] == [True] * 4, "the seal is what it was"
        return found.when


def server(one: Authority) -> x509.Certificate:
    return x509.load_pem_x509_certificate((one.folder / "tsa.crt.pem").read_bytes())


@pytest.fixture(scope="module")
def case(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Case]:
    folder = tmp_path_factory.mktemp("revoked")
    seals = folder / "seals"
    make_seals(seals, NAMES)
    with authority(folder / "first") as one, authority(folder / "second") as other:
        one.serves(seals)
        servers = servers_of(seals)
        stamped = servers.stamp(LocalSeals(seals, NAMES, True, draw_seal).sign(render(page()), replace(use(), room=servers.room))).pdf
        lasts(other, seals)
        (seals / "timestamps.ca.pem").write_bytes(one.ca.read_bytes() + other.ca.read_bytes())
        with (seals / "revocations.txt").open("a") as listed:
            listed.write(publish(one, one.folder) + "\n")
        made = Case(one, other, seals, stamped, b"", b"", *[datetime.now(UTC)] * 3)
        made.once, made.second = extended(made, stamped)
        made.twice, made.third = extended(made, made.once)
        first = made.when(stamped).at
        assert first is not None
        made.first = first
        yield made


def extended(case: Case, pdf: bytes) -> tuple[bytes, datetime]:
    publish(case.other, case.other.folder)  # whose server is asked
    time.sleep(3.1)  # lists and timestamps count in seconds, and there must be some between them
    made = extend(pdf, case.seals, servers_of(case.seals), revocations(case.seals, datetime.now(UTC)))
    return pdf + made.appended, made.at


@pytest.mark.parametrize("reason", [LOST, ReasonFlags.ca_compromise, ReasonFlags.privilege_withdrawn, None], ids=str)
@pytest.mark.parametrize("later", [-HOUR, SECOND], ids=["before", "after"])
def test_who_lost_the_key_proves_nothing_any_more_whenever_that_was(case: Case, reason: ReasonFlags | None, later: timedelta) -> None:
    """Whoever has the key says any time; where no reason is given, RFC 3161 takes it for that."""
    found = case.when(case.stamped, case.listed(case.first + later, reason))
    assert found.time is Time.REVOKED and found.at == case.first and found.since is not None
    assert "被吊销" in found.text and "没有得到证明" in found.text and "本系统记载的用印时间是" in found.text
    assert ("私钥泄露" in found.text) is (reason in (LOST, ReasonFlags.ca_compromise)) and "时间戳证明的时间" not in found.text


def test_what_is_not_yet_revoked_and_what_another_list_says_takes_nothing(case: Case) -> None:
    assert case.when(case.stamped).time is Time.PROVEN
    assert case.when(case.stamped, case.listed(case.first + HOUR, LOST)).time is Time.PROVEN
    publish(case.other, case.other.folder, [server(case.one)], since=HOUR, reason=LOST)
    strangers = Revocations(lists=[(case.other.folder / "second.crl").read_bytes()])
    assert case.when(case.stamped, strangers).time is Time.PROVEN, "an authority of the same name, and another key"


@pytest.mark.parametrize(
    "reason", [ReasonFlags.superseded, ReasonFlags.cessation_of_operation, ReasonFlags.affiliation_changed, ReasonFlags.unspecified]
)
def test_who_only_stopped_has_said_earlier_times_rightly(case: Case, reason: ReasonFlags) -> None:
    after, before = (case.when(case.stamped, case.listed(case.first + later, reason)) for later in (1.5 * SECOND, -HOUR))
    assert after.time is Time.PROVEN and "吊销" not in after.text
    assert before.time is Time.REVOKED and "没有得到证明" in before.text


def test_a_later_timestamp_keeps_what_was_seen_before_the_key_was_lost(case: Case) -> None:
    """Lost between the second and the third: the second had seen the first's word already."""
    for pdf in (case.once, case.twice):
        found = case.when(pdf, case.listed(case.second + 1.5 * SECOND, LOST))
        assert (found.time, found.at, found.lost_by) == (Time.PROVEN, case.first, "") and "吊销" not in found.text


@pytest.mark.parametrize("invalid", [False, True], ids=["revoked", "not relied on"])
def test_lost_before_the_next_timestamp_the_next_alone_proves_its_own_time(case: Case, invalid: bool) -> None:
    early, late = case.first + 1.5 * SECOND, case.second + 1.5 * SECOND
    found = case.when(case.once, case.listed(late, LOST, invalid=early) if invalid else case.listed(early, LOST))
    assert (found.time, found.at, found.kept_at) == (Time.PROVEN, case.second, case.second)
    assert found.lost_by and f"另有由“{found.lost_by}”签发的时间戳不予采信" in found.text and "私钥泄露" in found.text
    assert "本系统记载" not in found.text


def test_where_the_later_ones_are_lost_the_first_is_judged_as_if_alone(case: Case) -> None:
    found = case.when(case.twice, case.listed(case.second + 1.5 * SECOND, LOST, case.other))
    assert (found.time, found.at, found.kept_at) == (Time.PROVEN, case.first, None) and "不予采信" in found.text


def test_where_all_are_lost_no_time_is_proven(case: Case) -> None:
    both = case.listed(case.first, LOST) + case.listed(case.second, LOST, case.other)
    for pdf in (case.once, case.twice):
        found = case.when(pdf, both)
        assert found.time is Time.REVOKED and found.kept_at is None and "没有得到证明" in found.text


def test_what_an_extended_file_keeps_of_lists_is_enough(case: Case) -> None:
    """Nobody tells the check anything: the stage that came after the revocation brought it."""
    case.listed(case.second + 1.5 * SECOND, LOST)
    seen, _ = extended(case, case.once)
    case.listed(case.first + 1.5 * SECOND, LOST)
    unseen, third = extended(case, case.stamped)
    publish(case.one, case.one.folder)
    assert (case.when(seen).time, case.when(seen).at) == (Time.PROVEN, case.first)
    found = case.when(unseen)
    assert (found.time, found.at) == (Time.PROVEN, third) and "不予采信" in found.text


def test_a_hold_ends_where_a_newer_list_no_longer_names_it(case: Case) -> None:
    held = case.listed(case.first - HOUR, ReasonFlags.certificate_hold)
    assert case.when(case.stamped, held).time is Time.REVOKED
    time.sleep(1.1)
    publish(case.one, case.one.folder)
    newer = Revocations(lists=[(case.one.folder / "first.crl").read_bytes()])
    assert case.when(case.stamped, held + newer).time is Time.PROVEN
    assert case.when(case.stamped, case.listed(case.first - HOUR, LOST) + newer).time is Time.REVOKED, "alone of all"


@pytest.mark.parametrize(("reason", "time"), [(LOST, Time.REVOKED), (None, Time.REVOKED), (ReasonFlags.superseded, Time.PROVEN)], ids=str)
def test_the_answer_of_a_responder_counts_as_a_list(case: Case, reason: ReasonFlags | None, time: Time) -> None:
    revoked = Saying(case.one.folder, server(case.one), said=OCSPCertStatus.REVOKED, reason=reason, revoked_at=case.first + 1.5 * SECOND)
    assert case.when(case.stamped, Revocations(answers=[revoked(b"")])).time is time
    others = replace(revoked, folder=case.other.folder), replace(revoked, about=server(case.other))
    good = Saying(case.one.folder, server(case.one))
    assert case.when(case.stamped, Revocations(answers=[each(b"") for each in (*others, good)])).time is Time.PROVEN


def test_an_authority_between_is_looked_at_as_well(case: Case, tmp_path: Path) -> None:
    with authority(tmp_path / "third") as one:
        between = go_between(one)
        one.serves(case.seals)
        servers = servers_of(case.seals)
        sealed = LocalSeals(case.seals, NAMES, True, draw_seal).sign(render(page()), replace(use(), room=servers.room))
        stamped = servers.stamp(sealed).pdf
        lost = x509.load_pem_x509_certificate((between / "ca.crt.pem").read_bytes())
        publish(one, one.folder, [lost], reason=LOST)
        known = Revocations(lists=[(one.folder / "third.crl").read_bytes()])
        assert case.when(stamped, stamped=stamped).time is Time.PROVEN and case.when(stamped, known, stamped).time is Time.REVOKED
