"""长期有效 (obligation 11.1): a proof that was extended is PAdES B-LTA to pyHanko's own validation, whole to poppler, and its beginning is
the proof as it was delivered; what is missing or revoked extends nothing."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from io import BytesIO
from pathlib import Path

import pytest
from cryptography import x509
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.ades.report import AdESPassed
from pyhanko.sign.validation.ades import AdESLTAValidationResult, ades_lta_validation
from pyhanko.sign.validation.policy_decl import PdfSignatureValidationSpec, SignatureValidationSpec
from pyhanko_certvalidator.context import CertValidationPolicySpec
from pyhanko_certvalidator.ltv.types import ValidationTimingInfo
from pyhanko_certvalidator.policy_decl import REQUIRE_REVINFO, CertRevTrustPolicy
from pyhanko_certvalidator.registry import SimpleTrustManager

from connectors import lasting
from connectors.lasting import NotExtended, authorities, extend
from connectors.seal import LocalSeals
from connectors.timestamps import TimestampServers, servers_of
from proofs.page import render
from proofs.seal_image import draw_seal
from tests.lasting import lasts, make_seals, publish
from tests.proofs.readers import poppler
from tests.proofs.samples import NAMES, page, use
from tests.timestamps import Authority, authority


@dataclass
class Made:
    one: Authority
    seals: Path
    pdf: bytes  #: B-T

    def extended(self, pdf: bytes | None = None) -> bytes:
        before = pdf or self.pdf
        made = extend(before, self.seals, servers_of(self.seals), lasting.revocations(self.seals, datetime.now(UTC)))
        assert abs(made.at - datetime.now(UTC)) < timedelta(minutes=1) and made.until > made.at + timedelta(days=3000)
        return before + made.appended


@pytest.fixture
def made(tmp_path: Path) -> Iterator[Made]:
    with authority(tmp_path / "tsa") as one:
        make_seals(tmp_path / "seals", NAMES)
        lasts(one, tmp_path / "seals")
        servers = servers_of(tmp_path / "seals")
        sealed = LocalSeals(tmp_path / "seals", NAMES, True, draw_seal).sign(render(page()), replace(use(), room=servers.room))
        stamped = servers.stamp(sealed)
        assert stamped.server
        yield Made(one, tmp_path / "seals", stamped.pdf)


def ades(pdf: bytes, seals: Path, at: datetime) -> AdESLTAValidationResult:
    """By the standard's algorithm (EN 319 102-1, 5.6.3): revocation is required, and known from the file alone."""
    policy = CertValidationPolicySpec(SimpleTrustManager.build(authorities(seals)), CertRevTrustPolicy(REQUIRE_REVINFO))
    spec = PdfSignatureValidationSpec(SignatureValidationSpec(policy))
    (signature,) = PdfFileReader(BytesIO(pdf)).embedded_regular_signatures
    timing = ValidationTimingInfo(validation_time=at, best_signature_time=at, point_in_time_validation=True)
    return asyncio.run(ades_lta_validation(signature, spec, timing))


def test_an_extended_proof_is_b_lta_to_an_independent_validation(made: Made, tmp_path: Path) -> None:
    once = made.extended()
    twice = made.extended(once)
    assert once.startswith(made.pdf) and twice.startswith(once)
    for pdf in (once, twice):
        found = ades(pdf, made.seals, datetime.now(UTC))
        assert found.ades_subindic == AdESPassed.OK, found
        assert found.oldest_evidence_record_timestamp is not None
    (tmp_path / "proof.pdf").write_bytes(twice)
    said = poppler("pdfsig", "-nocert", tmp_path / "proof.pdf")
    assert said.count("Signature #") == 3 and "Signature is Valid" in said and said.count("Total document signed") >= 1


def test_without_it_the_same_validation_fails(made: Made) -> None:
    """Or the test above would prove nothing."""
    assert ades(made.pdf, made.seals, datetime.now(UTC)).ades_subindic != AdESPassed.OK


def test_a_list_that_is_missing_stale_or_somebody_elses_extends_nothing_and_is_named(made: Made, tmp_path: Path) -> None:
    def faults() -> dict[str, str]:
        with pytest.raises(NotExtended) as raised:
            made.extended()
        return raised.value.faults

    listed = made.seals / "revocations.txt"
    both = listed.read_text()
    listed.write_text(both.splitlines()[1])
    assert set(faults().values()) == {"no_list"} and "演示印章颁发机构" in str(faults())
    listed.write_text(both)
    publish(made.one, made.seals, good_for=timedelta(days=-1))
    assert set(faults().values()) == {"stale"}
    make_seals(tmp_path / "other" / "seals", NAMES)
    publish(made.one, tmp_path / "other" / "seals")
    assert set(faults().values()) == {"unknown_issuer"}
    (made.one.folder / "seals.crl").write_bytes(b"<html>")
    assert set(faults().values()) == {"not_list"}
    (made.one.folder / "seals.crl").unlink()
    assert set(faults().values()) == {"away"}
    publish(made.one, made.seals)
    made.extended()


def test_a_server_whose_certificate_was_revoked_is_passed_over(made: Made) -> None:
    publish(made.one, made.one.folder, [x509.load_pem_x509_certificate((made.one.folder / "tsa.crt.pem").read_bytes())])
    with pytest.raises(NotExtended) as raised:
        made.extended()
    assert list(raised.value.faults.values()) == ["revoked"]


@pytest.mark.parametrize(
    ("how", "code"), [("future", "other_time"), ("past", "other_time"), ("other_digest", "other_digest"), ("slow", "slow")]
)
def test_a_timestamp_that_is_not_of_now_and_of_this_file_extends_nothing(made: Made, how: str, code: str) -> None:
    lists = lasting.revocations(made.seals, datetime.now(UTC))
    made.one.how = how
    with pytest.raises(NotExtended) as raised:
        extend(made.pdf, made.seals, TimestampServers([made.one.url], authorities(made.seals), patience=0.8), lists)
    assert list(raised.value.faults.values()) == [code]
    made.one.how = "openssl"
    assert made.extended()


def test_a_server_that_is_away_is_passed_over_and_alone_extends_nothing(made: Made) -> None:
    lists = lasting.revocations(made.seals, datetime.now(UTC))
    roots = authorities(made.seals)
    made.one.serves(made.seals, first=("http://127.0.0.1:1/",))
    assert made.extended()
    with pytest.raises(NotExtended) as raised:
        extend(made.pdf, made.seals, TimestampServers(["http://127.0.0.1:1/"], roots), lists)
    assert raised.value.faults == {"127.0.0.1:1": "away"}


@pytest.mark.parametrize(("since", "holds"), [(timedelta(0), True), (timedelta(minutes=5), False)], ids=["after", "before"])
def test_a_seal_that_was_revoked_in_the_middle_keeps_what_its_timestamp_proves_to_be_older(
    made: Made, since: timedelta, holds: bool
) -> None:
    """The list goes into the file with its day of revocation: an independent validation finds a seal from before it good, and one from
    after it not, however often it was extended."""
    time.sleep(1.1)  # a list counts in seconds
    publish(made.one, made.seals, [x509.load_pem_x509_certificate((made.seals / "share.crt.pem").read_bytes())], since=since)
    time.sleep(1.1)
    once = made.extended()
    for pdf in (once, made.extended(once)):
        assert (ades(pdf, made.seals, datetime.now(UTC)).ades_subindic == AdESPassed.OK) is holds
