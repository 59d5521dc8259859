"""国密签章: a proof that is sealed with SM2, checked by programs that share no line with ours, and by our own check."""

from __future__ import annotations

import hashlib
import re
import shutil
from dataclasses import replace
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from asn1crypto import cms  # type: ignore[import-untyped]
from cryptography.exceptions import InvalidSignature

from connectors.faults import PermanentFault
from connectors.seal import LocalSeals
from connectors.timestamps import servers_of
from domain.seals import SealKind
from guomi import sm2
from ledger.sealing import certificates
from proofs import national
from proofs.check import check
from proofs.page import render
from proofs.seal_image import draw_seal
from proofs.sealed_when import Time
from proofs.verdicts import KnownProof, Verdict
from runtime.services.development_keys import ensure_development_seals
from tests.proofs.readers import bouncy_castle, openssl, poppler
from tests.proofs.samples import NAMES, NUMBER, page, seals, use
from tests.timestamps import authority

NOW = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)
TABLES = "1.2.156.10197.1.401", "1.2.156.10197.1.501"  #: SM3, and SM2 with SM3


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    at = tmp_path_factory.mktemp("national") / "seals"
    ensure_development_seals(at, NAMES, "sm2")
    return at


@pytest.fixture(scope="module")
def sealed(folder: Path) -> bytes:
    return LocalSeals(folder, NAMES, True, draw_seal).sign(render(page()), use())


@cache
def of_ecdsa() -> tuple[bytes, bytes]:
    with TemporaryDirectory() as at:
        pdf = seals(Path(at) / "seals").sign(render(page()), use())
        return pdf, (Path(at) / "seals" / "ca.crt.pem").read_bytes()


def changed(pdf: bytes) -> bytes:
    at = pdf.index(b"stream") + 200
    return pdf[:at] + bytes([pdf[at] ^ 1]) + pdf[at + 1 :]


def parts(pdf: bytes) -> tuple[bytes, cms.SignedData]:
    """What is signed, and the object beside it."""
    found = re.search(rb"/ByteRange\s*\[\s*0\s+(\d+)\s+(\d+)\s+(\d+)\s*\]", pdf)
    assert found
    before, after, rest = map(int, found.groups())
    return pdf[:before] + pdf[after : after + rest], cms.ContentInfo.load(bytes.fromhex(pdf[before + 1 : after - 1].decode()))["content"]


def test_bouncy_castle_finds_it_valid_and_a_changed_byte(sealed: bytes, folder: Path, tmp_path: Path) -> None:
    """Obligation 9.4: the whole of it, CMS and certificate, by Bouncy Castle's own SM2 and SM3."""
    said = bouncy_castle("SealedPdf", sealed, folder / "ca.crt.pem", tmp_path)
    assert "digest {} signature {}".format(*TABLES) in said and "\nvalid\n" in said and "\nwhole\n" in said, said
    altered = bouncy_castle("SealedPdf", changed(sealed), folder / "ca.crt.pem", tmp_path)
    assert "DigestMismatch" in altered and "\nvalid\n" not in altered
    ensure_development_seals(tmp_path / "other", NAMES, "sm2")
    assert "\nvalid\n" not in bouncy_castle("SealedPdf", sealed, tmp_path / "other" / "ca.crt.pem", tmp_path)


def test_openssl_finds_certificate_digest_and_signature_right(sealed: bytes, folder: Path, tmp_path: Path) -> None:
    """Obligation 9.4: the chain, the digest of what is signed and the signature over it, each by OpenSSL's own SM2 and SM3."""
    identity = "distid:" + sm2.USER_ID.decode()
    content, container = parts(sealed)
    (signer,) = container["signer_infos"]
    files = {name: tmp_path / name for name in ("content", "attributes", "signature", "crt.pem", "key.pem")}
    files["content"].write_bytes(content)
    files["attributes"].write_bytes(signer["signed_attrs"].untag().dump())
    files["signature"].write_bytes(signer["signature"].native)
    certificate = sm2.pem.armor("CERTIFICATE", container["certificates"][0].chosen.dump())
    files["crt.pem"].write_bytes(certificate)
    assert "OK" in openssl("verify", "-vfyopt", identity, "-CAfile", folder / "ca.crt.pem", files["crt.pem"])
    digest = openssl("dgst", "-sm3", files["content"]).split()[-1]
    (said,) = (one["values"][0].native.hex() for one in signer["signed_attrs"] if one["type"].native == "message_digest")
    assert digest == said
    files["key.pem"].write_text(openssl("x509", "-in", files["crt.pem"], "-noout", "-pubkey"))
    verify = "dgst", "-sm3", "-verify", files["key.pem"], "-sigopt", identity, "-signature", files["signature"]
    assert "Verified OK" in openssl(*verify, files["attributes"])
    assert "Verified OK" not in openssl(*verify, files["content"])


def test_poppler_cannot_check_it_and_our_check_says_so(sealed: bytes, folder: Path, tmp_path: Path) -> None:
    """Obligation 11.1: another reader's complaint is no fault of the file, and whoever asks us is told."""
    (tmp_path / "proof.pdf").write_bytes(sealed)
    said = poppler("pdfsig", "-nocert", tmp_path / "proof.pdf")
    assert "Signature is Valid" not in said and "Total document signed" in said
    assert "pdfsig" in judged(sealed, folder).algorithm
    pdf, trust = of_ecdsa()
    assert check(pdf, trust, lambda _: KnownProof(hashlib.sha256(pdf).hexdigest(), NOW), NOW).algorithm == ""


def judged(pdf: bytes, folder: Path, original: bytes | None = None, **known: object):  # type: ignore[no-untyped-def]
    digest = hashlib.sha256(original or pdf).hexdigest()
    trust = (folder / "ca.crt.pem").read_bytes()
    return check(pdf, trust, lambda _: KnownProof(digest, NOW, **known), NOW)  # type: ignore[arg-type]


def test_four_facts_of_a_proof_sealed_with_sm2(sealed: bytes, folder: Path, tmp_path: Path) -> None:
    """Obligation 11.1: as of any other."""

    def said(found) -> str:  # type: ignore[no-untyped-def]
        return "".join({"yes": "+", "no": "-", "unknown": "?"}[one.verdict] for one in found.facts.told())

    genuine = judged(sealed, folder)
    assert (genuine.verdict, genuine.number, said(genuine)) == (Verdict.VALID, NUMBER, "++++")
    assert said(judged(sealed, folder, revoked=True)) == "++-+"
    later = judged(sealed + b"\n", folder, sealed)
    assert said(later) == "+++-" and later.algorithm
    assert said(judged(changed(sealed), folder, sealed)) == "-???"
    forged = LocalSeals(made(tmp_path), NAMES, True, draw_seal).sign(render(page()), use())
    assert said(judged(forged, folder, sealed)) == "?-??" and not judged(forged, folder, sealed).algorithm


def made(at: Path) -> Path:
    ensure_development_seals(at / "made", NAMES, "sm2")
    return at / "made"


def test_a_timestamp_joins_it_as_any_other(folder: Path, tmp_path: Path) -> None:
    """Obligation 11.1: B-T over a signature of SM2: the time is proven, the four facts stay, and Bouncy Castle still finds it valid."""
    with authority(tmp_path / "tsa") as server:
        (tmp_path / "servers").mkdir()
        server.serves(tmp_path / "servers")
        servers = servers_of(tmp_path / "servers")
        one = LocalSeals(folder, NAMES, True, draw_seal).sign(render(page()), replace(use(), room=servers.room))
        stamped = servers.stamp(one)
        roots, now = (tmp_path / "servers" / "timestamps.ca.pem").read_bytes(), datetime.now(UTC)
    assert stamped.detail["level"] == "B-T"
    known = KnownProof(hashlib.sha256(stamped.pdf).hexdigest(), now)
    found = check(stamped.pdf, (folder / "ca.crt.pem").read_bytes(), lambda _: known, now, roots=roots)
    assert found.verdict is Verdict.VALID and found.national and found.when and found.when.time is Time.PROVEN
    assert "\nvalid\n" in bouncy_castle("SealedPdf", stamped.pdf, folder / "ca.crt.pem", tmp_path)


def test_every_changed_byte_of_the_signature_is_found(sealed: bytes, folder: Path) -> None:
    _, container = parts(sealed)
    signature = container["signer_infos"][0]["signature"].native.hex().upper().encode()
    at = sealed.index(signature)
    for place in range(0, len(signature), 9):
        digit = b"0" if sealed[at + place : at + place + 1] != b"0" else b"1"
        assert judged(sealed[: at + place] + digit + sealed[at + place + 1 :], folder, sealed).verdict is not Verdict.VALID


def test_a_signature_of_sm2_over_another_digest_is_none(folder: Path) -> None:
    """SM2 goes with SM3, and covers signed attributes: what a container says of another digest is not followed."""
    key = sm2.PrivateKey.read((folder / "share.key.pem").read_bytes())
    mechanism = sm2.algos.SignedDigestAlgorithm({"algorithm": sm2.SIGNATURE})
    context = national.SignatureValidationContext
    for good, one in ((True, context("sm3")), (True, context(None)), (False, context("sha1")), (False, context("sm3", prehashed=True))):
        if good:
            national.Validator().validate_signature(key.sign(b"x"), b"x", key.public.info, mechanism, one)
        else:
            with pytest.raises(InvalidSignature):
                national.Validator().validate_signature(key.sign(b"x"), b"x", key.public.info, mechanism, one)


def test_known_answers() -> None:
    """The standards' own: SM3 of abc (GB/T 32905, A.1), a signature with the recommended curve (GB/T 32918.5, A.2)."""
    assert sm2.sm3(b"abc").hex() == "66c7f0f462eeedd9d1f2d46bdc10e4e24167c4875cf2f7a2297da02b8f4ba8e0"
    x = "09f9df311e5421a150dd7d161e4bc5c672179fad1833fc076bb08ff356f35020"
    y = "ccea490ce26775a52dc6ea718cc1aa600aed05fbf35e084a6632f6072da9ad13"
    r = "f5a03b0648d2c4630eeac513e1bb81a15944da3827d5b74143ac7eaceee720b3"
    s = "b1b6aa29df212fd8763182bc0d421ca1bb9038fd1f7f42d4840b69c485bbc1aa"
    signature = sm2.algos.DSASignature({"r": int(r, 16), "s": int(s, 16)}).dump()
    key = sm2.PublicKey(bytes.fromhex("04" + x + y))
    key.verify(signature, b"message digest")
    longer = b"\x30\x81" + signature[1:]  # the same numbers, written otherwise
    for wrong in (longer, signature + b"\0", signature[:-1], b"", b"\x30\x00", signature[:4] + b"\xff" + signature[5:]):
        with pytest.raises(InvalidSignature):
            key.verify(wrong, b"message digest")
    with pytest.raises(InvalidSignature):
        key.verify(signature, b"message digests")


def test_a_point_off_the_curve_is_no_key() -> None:
    info = sm2.PrivateKey.generate().public.info
    point = bytearray(info["public_key"].native)
    point[-1] ^= 1
    info["public_key"] = sm2.keys.ECPointBitString(bytes(point))
    with pytest.raises(ValueError, match="no point"):
        sm2.PublicKey.of(info)


def test_a_key_is_written_as_openssl_reads_it(tmp_path: Path) -> None:
    key = sm2.PrivateKey(b"\0" * 31 + b"\x07", sm2.PublicKey(sm2.gmalg.SM2().generate_pk(b"\x07")))  # short: its zeros are written
    (tmp_path / "key.pem").write_bytes(key.pem)
    assert sm2.PrivateKey.read(key.pem) == key
    assert b"\x04\x20" + key.secret in sm2.pem.unarmor(key.pem)[2]
    said = re.sub(r"\s", "", openssl("pkey", "-in", tmp_path / "key.pem", "-noout", "-text"))
    assert "SM2" in said and "00:" * 30 + "00:07" in said and key.public.point.hex(":") in said


def test_the_register_takes_its_certificate(folder: Path) -> None:
    """Obligations 9.4, 15.5."""
    read = certificates.read((folder / "share.crt.pem").read_text())
    assert read.development and read.valid_until.year > 2030
    assert read.fingerprint == LocalSeals(folder, NAMES, True, draw_seal).key(SealKind.SHARE)


def test_development_keys_of_the_other_kind_are_told(folder: Path, tmp_path: Path) -> None:
    assert not ensure_development_seals(folder, NAMES, "sm2")
    with pytest.raises(FileExistsError, match="SM2 的密钥.*PROOFLESS_SEAL_ALGORITHM=ecdsa"):
        ensure_development_seals(folder, NAMES)
    ensure_development_seals(tmp_path / "seals", NAMES)
    with pytest.raises(FileExistsError, match="ECDSA 的密钥.*PROOFLESS_SEAL_ALGORITHM=sm2"):
        ensure_development_seals(tmp_path / "seals", NAMES, "sm2")


@pytest.mark.parametrize(("taken", "code"), [("share.key.pem", "wrong_key"), ("share.crt.pem", "wrong_key"), ("ca.crt.pem", "wrong_key")])
@pytest.mark.parametrize("other", ["sm2", "ecdsa"])
def test_a_file_of_another_seal_is_refused_at_the_start(tmp_path: Path, taken: str, code: str, other: str) -> None:
    ensure_development_seals(tmp_path / "seals", NAMES, "sm2")
    ensure_development_seals(tmp_path / "other", NAMES, other)
    (tmp_path / "other" / taken).replace(tmp_path / "seals" / taken)
    with pytest.raises(PermanentFault, match=f"电子签章.*{code}"):
        LocalSeals(tmp_path / "seals", NAMES, True, draw_seal)


def test_a_key_of_sm2_in_a_module_is_refused_by_name(folder: Path, tmp_path: Path) -> None:
    shutil.copytree(folder, tmp_path / "seals")
    (tmp_path / "seals" / "share.key.pem").unlink()
    (tmp_path / "seals" / "share.key.uri").write_text("pkcs11:token=t;object=o?module-path=/m.so&pin-source=file:/pin\n")
    with pytest.raises(PermanentFault, match="电子签章.*module_sm2"):
        LocalSeals(tmp_path / "seals", NAMES, True, draw_seal)


def test_what_was_sealed_before_stays_valid_under_its_own_authority(sealed: bytes, folder: Path, tmp_path: Path) -> None:
    """Obligation 15.5: a district changes from ECDSA to SM2; both authorities stand in ca.crt.pem."""
    old, before = of_ecdsa()
    shutil.copytree(folder, tmp_path / "seals")
    (tmp_path / "seals" / "ca.crt.pem").write_bytes(before + (folder / "ca.crt.pem").read_bytes())
    new = LocalSeals(tmp_path / "seals", NAMES, True, draw_seal).sign(render(page()), use())
    assert [judged(one, tmp_path / "seals").verdict for one in (old, sealed, new)] == [Verdict.VALID] * 3
