"""OFD 签章 (GB/T 38540): what seals, what is refused by name, and what programs that share no line with ours say of it."""

from __future__ import annotations

import re
import shutil
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from asn1crypto import core, pem  # type: ignore[import-untyped]

from connectors import seal_ofd
from connectors.faults import PermanentFault, TransientFault
from connectors.seal import LocalSeals
from connectors.seal_keys import load
from domain.proof_form import Form, form_of
from domain.seals import SealKind
from guomi import ofd, ses, sm2
from proofs.page import render
from proofs.seal_image import draw_seal
from runtime.services.development_keys import ensure_development_seals
from tests.proofs.ofd.samples import NOW, changed, folder, parts, sealed, seals, unsealed
from tests.proofs.readers import bouncy_castle, openssl
from tests.proofs.samples import NAMES, page, use


def test_every_part_but_the_signatures_own_is_covered() -> None:
    """Obligation 9.4."""
    files = parts(sealed())
    named = re.findall(r'FileRef="/([^"]+)"', files[ofd.SIGNATURE].decode())
    assert set(named) == files.keys() - set(ofd.OWN) and len(named) == len(set(named))
    assert form_of(sealed()) is Form.OFD and form_of(unsealed()) is Form.OFD


def test_bouncy_castle_finds_it_valid_and_each_change(tmp_path: Path) -> None:
    """Obligation 9.4: each part by SM3, the description, the seal's maker and its user, by Bouncy Castle's own SM2, SM3 and ASN.1."""
    ca = folder() / "ca.crt.pem"
    said = bouncy_castle("SealedOfd", sealed(), ca, tmp_path)
    for line in (
        "parts 9 of 9, in the package 12",
        "seal ES 4, signature 4",
        "same seal",
        "description covered",
        "user valid",
        "maker valid",
    ):
        assert f"\n{line}\n" in said, said
    other = changed(sealed(), {ofd.ATTACHED: b"{}"})
    assert f"changed /{ofd.ATTACHED}" in bouncy_castle("SealedOfd", other, ca, tmp_path)
    described = parts(sealed())[ofd.SIGNATURE]
    assert "description changed" in bouncy_castle("SealedOfd", changed(sealed(), {ofd.SIGNATURE: described + b"\n"}), ca, tmp_path)
    ensure_development_seals(tmp_path / "other", NAMES, "sm2")
    assert "user valid, not under the authority" in bouncy_castle("SealedOfd", sealed(), tmp_path / "other" / "ca.crt.pem", tmp_path)


def test_openssl_finds_digests_and_both_signatures_right(tmp_path: Path) -> None:
    """Obligation 9.4: what is signed is cut out of the DER without our description of it."""
    files = parts(sealed())
    value = core.Sequence.load(files[ofd.VALUE])
    body, user, signature = value[0].dump(), value[1].native, value[3].native
    seal = value[0][1]
    info, maker, made = seal[0].dump(), seal[1].native, seal[3].native
    (tmp_path / "description").write_bytes(files[ofd.SIGNATURE])
    assert openssl("dgst", "-sm3", tmp_path / "description").split()[-1] == _bits(value[0][3]).hex()
    identity = "distid:" + sm2.USER_ID.decode()
    for name, certificate, signed, data in (("user", user, signature, body), ("maker", maker, made, info)):
        at = {part: tmp_path / f"{name}.{part}" for part in ("crt", "key", "sig", "data")}
        at["crt"].write_bytes(pem.armor("CERTIFICATE", certificate))
        at["sig"].write_bytes(_bytes(signed))
        at["data"].write_bytes(data)
        assert "OK" in openssl("verify", "-vfyopt", identity, "-CAfile", folder() / "ca.crt.pem", at["crt"])
        at["key"].write_text(openssl("x509", "-in", at["crt"], "-noout", "-pubkey"))
        verify = "dgst", "-sm3", "-verify", at["key"], "-sigopt", identity, "-signature", at["sig"]
        assert "Verified OK" in openssl(*verify, at["data"])
        assert "Verified OK" not in openssl(*verify, tmp_path / "description")


def _bits(found: core.BitString) -> bytes:
    return bytes(found.contents[1:])


def _bytes(bits: object) -> bytes:
    """A BIT STRING that nobody told us holds bytes."""
    assert isinstance(bits, tuple)
    return int("".join(map(str, bits)), 2).to_bytes(len(bits) // 8, "big")


def test_the_face_stands_where_the_pdf_has_it_and_the_use_inside() -> None:
    """Obligations 9.4, 9.5: 42 mm square, 119 mm from the left and 218 mm from the top; the recorded use is in what is covered."""
    files = parts(sealed())
    assert b'Boundary="119.00 218.00 42.00 42.00"' in files[ofd.SIGNATURE]
    assert use().id.encode() in files[ofd.ROOT]


def test_each_kind_has_its_own_seal() -> None:
    one, other = (parts(seals(folder()).sign(unsealed(), use(kind)))[ofd.SEAL] for kind in SealKind)
    assert one != other and NAMES[SealKind.SHARE].encode() in one and NAMES[SealKind.ISSUER].encode() in other


@pytest.mark.parametrize(
    ("package", "code"),
    [
        (lambda: sealed(), "already_sealed"),
        (lambda: changed(unsealed(), {"OFD.xml": None, "OFD2.xml": b"OFD.xml"}), "bad_page"),
        (lambda: unsealed()[:-40], "bad_page"),
        (lambda: changed(unsealed(), {"OFD.xml": b"<ofd:OFD/>"}), "other_page"),
    ],
)
def test_what_is_no_page_of_ours_is_not_sealed(package, code: str) -> None:  # type: ignore[no-untyped-def]
    """Obligation 9.5."""
    with pytest.raises(PermanentFault, match=f"电子签章.*({code}|bad_page)"):
        seals(folder()).sign(package(), use())


def test_a_page_of_another_case_is_not_sealed() -> None:
    """Obligation 9.5."""
    with pytest.raises(PermanentFault, match="other_page"):
        seals(folder()).sign(unsealed(), use(verification="HY20261123ABCDEFGJ"))


def test_a_use_of_another_seal_is_not_sealed() -> None:
    """Obligation 9.4: the record names a certificate, and only with that one is signed."""
    with pytest.raises(TransientFault, match="other_key"):
        seals(folder()).sign(unsealed(), replace(use(), key="00" * 32))


def test_a_key_of_ecdsa_is_refused_by_name_where_proofs_are_ofd(tmp_path: Path) -> None:
    """Obligation 9.4: at the start, with what to do, and nothing is sealed."""
    ensure_development_seals(tmp_path / "seals", NAMES)
    with pytest.raises(PermanentFault, match="须用国密 SM2 印章.*PROOFLESS_PROOF_FORM.*ofd_needs_sm2"):
        seals(tmp_path / "seals")
    of_pdf = LocalSeals(tmp_path / "seals", NAMES, True, draw_seal)
    with pytest.raises(PermanentFault, match="no_esl"):
        of_pdf.sign(unsealed(), use())


def test_pdfs_are_sealed_by_the_same_keys() -> None:
    """Of what was begun before the form was changed."""
    assert form_of(seals(folder()).sign(render(page()), use())) is Form.PDF


def copied(tmp_path: Path) -> Path:
    shutil.copytree(folder(), tmp_path / "seals")
    return tmp_path / "seals"


def test_a_seal_file_that_is_missing_is_told(tmp_path: Path) -> None:
    at = copied(tmp_path)
    (at / "share.esl").unlink()
    with pytest.raises(PermanentFault, match="share.esl.*no_esl"):
        seals(at)


def _other_kind(at: Path) -> bytes:
    return (at / "issuer.esl").read_bytes()


def _forged(at: Path) -> bytes:
    """The picture replaced; the maker signed another one."""
    seal = (at / "share.esl").read_bytes()
    place = seal.index(b"IHDR")
    return seal[:place] + b"IHDX" + seal[place + 4 :]


def _made_by_itself(at: Path) -> bytes:
    """Who may seal says by itself that he may."""
    key = load(at, SealKind.SHARE)
    mine = sm2.PrivateKey.read((at / "share.key.pem").read_bytes())
    return _made(key.certificate.dump(), (key.certificate.dump(), mine))


def _of_a_strange_maker(at: Path) -> bytes:
    ensure_development_seals(at.parent / "strange", NAMES, "sm2")
    strange = load(at.parent / "strange", SealKind.SHARE)
    key = sm2.PrivateKey.read((at.parent / "strange" / "share.key.pem").read_bytes())
    return _made(load(at, SealKind.SHARE).certificate.dump(), (strange.certificate.dump(), key))


def _made(user: bytes, maker: tuple[bytes, sm2.PrivateKey], first: datetime = NOW) -> bytes:
    days = ses.Days(NOW, first, first + timedelta(days=1))
    return ses.made("X", "章", ses.Face(b"png", 42), user, maker, days)


@pytest.mark.parametrize(
    "wrong", [_other_kind, _forged, _made_by_itself, _of_a_strange_maker, lambda _: b"", lambda _: b"\x30\x03\x02\x01\x04"]
)
def test_a_seal_file_that_is_not_this_keys_is_refused_at_the_start(tmp_path: Path, wrong) -> None:  # type: ignore[no-untyped-def]
    """Unnoticed, every proof would be told to be somebody else's."""
    at = copied(tmp_path)
    (at / "share.esl").write_bytes(wrong(at))
    with pytest.raises(PermanentFault, match="wrong_esl"):
        seals(at)


def test_a_seal_that_has_ended_seals_nothing() -> None:
    """Obligation 9.4: to the second, and by the same clock before and after."""
    kind = SealKind.SHARE
    one = seal_ofd.ElectronicSeal.load(folder(), kind, load(folder(), kind))
    for now, good in (
        (one.held.first, True),
        (one.held.last, True),
        (one.held.last + timedelta(seconds=1), False),
        (one.held.first - timedelta(seconds=1), False),
    ):
        at = replace(one, now=lambda now=now: now)
        if good:
            at.ready()
        else:
            with pytest.raises(PermanentFault, match="esl_ended"):
                at.ready()
            with pytest.raises(PermanentFault, match="esl_ended"):
                at.sealed(unsealed(), seal_ofd.Use("x", page().number, (0, 0, 1, 1)))


def test_an_old_folder_of_development_keys_stays_as_it_is(tmp_path: Path) -> None:
    """Made before there were seals for OFD: it seals PDF as before, and is told by name for OFD."""
    at = copied(tmp_path)
    for kind in SealKind:
        (at / f"{kind}.esl").unlink()
    assert not ensure_development_seals(at, NAMES, "sm2")
    assert LocalSeals(at, NAMES, True, draw_seal).sign(render(page()), use())


def test_the_signature_says_when() -> None:
    before = datetime.now(UTC).replace(microsecond=0)
    described = parts(seals(folder()).sign(unsealed(), use()))[ofd.SIGNATURE].decode()
    (said,) = re.findall(r"<ofd:SignatureDateTime>(\d{14})Z<", described)
    assert before <= datetime.strptime(said, "%Y%m%d%H%M%S").replace(tzinfo=UTC) <= datetime.now(UTC)
