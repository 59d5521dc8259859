"""证明的延续: what the newest of a chain of timestamps proves when the certificates of the older ones have ended (obligation 11.1)."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

import pytest

from connectors.lasting import extend, revocations
from connectors.seal import LocalSeals
from connectors.timestamps import servers_of
from proofs.check import check
from proofs.page import render
from proofs.seal_image import draw_seal
from proofs.sealed_when import Time
from proofs.verdicts import CheckResult, KnownProof, Verdict
from tests.lasting import lasts, make_seals, publish
from tests.proofs.samples import NAMES, NUMBER, page, use
from tests.timestamps import NAME, authority

SOON, LATER, FAR = timedelta(days=3), timedelta(days=30), timedelta(days=4000)


@dataclass(frozen=True)
class Case:
    """`stamped`: its certificate ends in a day; `kept`: extended by a server of ten years; `plain`: extended without a first timestamp."""

    stamped: bytes
    kept: bytes
    plain: bytes
    plain_kept: bytes
    trust: bytes
    roots: bytes
    other_roots: bytes
    at: datetime

    def judged(self, whole: bytes, before: bytes, wall: datetime, roots: bytes | None = None, known: str | None = None) -> CheckResult:
        digest = hashlib.sha256(whole).hexdigest() if known is None else known
        record = KnownProof(hashlib.sha256(before).hexdigest(), self.at, whole=digest)
        return check(
            whole, self.trust, lambda number: record if number == NUMBER else None, wall, roots=self.roots if roots is None else roots
        )


@pytest.fixture(scope="module")
def case(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Case]:
    folder = tmp_path_factory.mktemp("kept")
    seals = folder / "seals"
    make_seals(seals, NAMES)
    local = LocalSeals(seals, NAMES, True, draw_seal)
    with authority(folder / "short", days=1) as short, authority(folder / "long") as long:
        short.serves(seals)
        room = servers_of(seals).room
        plain, sealed = (local.sign(render(page()), replace(use(), room=room)) for _ in range(2))
        stamped = servers_of(seals).stamp(sealed)
        assert stamped.server
        lasts(long, seals)
        (seals / "timestamps.ca.pem").write_bytes(short.ca.read_bytes() + long.ca.read_bytes())
        with (seals / "revocations.txt").open("a") as listed:
            listed.write(publish(short, short.folder) + "\n")
        sources, servers = revocations(seals, datetime.now(UTC)), servers_of(seals)
        assert sources.lists.faults == {}
        kept, plain_kept = (pdf + extend(pdf, seals, servers, sources).appended for pdf in (stamped.pdf, plain))
        roots = (seals / "timestamps.ca.pem").read_bytes()
        trust = (seals / "ca.crt.pem").read_bytes()
        yield Case(stamped.pdf, kept, plain, plain_kept, trust, roots, short.ca.read_bytes(), datetime.now(UTC))


def test_a_later_timestamp_keeps_what_the_first_proved(case: Case) -> None:
    alone = check(
        case.stamped, case.trust, lambda _: KnownProof(hashlib.sha256(case.stamped).hexdigest(), case.at), case.at + SOON, roots=case.roots
    )
    assert alone.when is not None and alone.when.time is Time.LAPSED
    found = case.judged(case.kept, case.stamped, case.at + SOON)
    assert found.verdict is Verdict.VALID and found.facts.whole and found.when is not None
    assert found.when.time is Time.PROVEN and found.when.at is not None and abs(found.when.at - case.at) < timedelta(minutes=1)
    assert found.when.kept_at is not None and found.when.kept_at >= found.when.at and found.when.kept_by == NAME
    assert "逐次延续" in found.when.text and "记载" not in found.when.text


def test_what_was_sealed_while_no_server_answered_is_proven_from_its_first_timestamp_on(case: Case) -> None:
    found = case.judged(case.plain_kept, case.plain, case.at + LATER)
    assert found.when is not None and found.when.time is Time.PROVEN and found.when.at == found.when.kept_at


def test_the_newest_is_judged_today(case: Case) -> None:
    """When its certificate ends, too, nothing is proven any more; under an authority that nobody registered nothing ever was."""
    late = case.judged(case.kept, case.stamped, case.at + FAR)
    assert late.when is not None and late.when.time is Time.LAPSED and late.verdict is Verdict.VALID
    for roots in (case.other_roots, b"", b"no certificate"):
        unknown = case.judged(case.kept, case.stamped, case.at + SOON, roots)
        assert unknown.when is not None and unknown.when.time is Time.UNREGISTERED


def test_only_the_file_that_the_ledger_knows_is_read_to_its_end(case: Case) -> None:
    changed = case.kept[:-30] + bytes([case.kept[-30] ^ 1]) + case.kept[-29:]
    for pdf, known in (
        (case.kept, ""),
        (changed, hashlib.sha256(case.kept).hexdigest()),
        (case.kept + b"\n", hashlib.sha256(case.kept).hexdigest()),
    ):
        assert case.judged(pdf, case.stamped, case.at + SOON, known=known).verdict is Verdict.LATER_REVISION
    other = case.judged(case.kept, case.plain, case.at + SOON)
    assert other.verdict is Verdict.LATER_REVISION, "its beginning is no proof of ours"


def test_a_timestamp_that_covers_something_else_proves_nothing(case: Case) -> None:
    """As somebody could put it on record who may write there: the digest is known, the timestamp is another file's."""
    forged = case.stamped + case.plain_kept[len(case.plain) :]
    found = case.judged(forged, case.stamped, case.at + SOON)
    assert found.when is not None and found.when.time is Time.WRONG


def test_a_newest_timestamp_from_the_future_proves_nothing_and_the_proof_stays_what_it_is(case: Case) -> None:
    """A clock that runs ahead where the timestamps are made: two minutes are too many, half a minute is not."""
    found = case.judged(case.kept, case.stamped, case.at - timedelta(minutes=2))
    assert found.verdict is Verdict.VALID and found.facts.whole
    assert (
        found.when is not None and found.when.time is Time.WRONG and "时间在将来" in found.when.text and "没有其他证明" in found.when.text
    )
    near = case.judged(case.kept, case.stamped, case.at - timedelta(seconds=30))
    assert near.when is not None and near.when.time is Time.PROVEN


@pytest.mark.parametrize("share", [0.05, 0.5, 0.9, 0.999])
def test_an_extended_proof_that_was_cut_short_is_not_the_one_that_we_made(case: Case, share: float) -> None:
    """What somebody holds is no whole file of ours; and where the record itself had only that much, nothing is read out of it."""
    appended = case.kept[len(case.stamped) :]
    cut = case.stamped + appended[: int(len(appended) * share)]
    held = case.judged(cut, case.stamped, case.at + SOON, known=hashlib.sha256(case.kept).hexdigest())
    assert (held.verdict, held.facts.intact, held.facts.whole) == (Verdict.LATER_REVISION, True, False)
    kept = case.judged(cut, case.stamped, case.at + SOON)
    assert kept.verdict is Verdict.VALID and kept.when is not None and kept.when.time is Time.WRONG and kept.when.kept_at is None
