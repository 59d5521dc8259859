from __future__ import annotations

import json
import os
import stat
import sys
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from io import BytesIO
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from pyhanko.keys import load_cert_from_pemder
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.validation import validate_pdf_signature
from pyhanko_certvalidator import ValidationContext

from connectors.faults import PermanentFault
from connectors.seal import LocalSeals
from domain.seals import SealKind
from proofs.page import SEAL_BOX, render
from proofs.seal_image import draw_seal
from runtime.services.development_keys import ensure_development_seals
from tests.proofs.readers import poppler, text_of
from tests.proofs.samples import NAMES, page, seals, use


@pytest.fixture(scope="module")
def folder(tmp_path_factory) -> Path:
    return tmp_path_factory.mktemp("development") / "seals"


@pytest.fixture(scope="module")
def local(folder) -> LocalSeals:
    return seals(folder)


@pytest.fixture(scope="module")
def sealed(local) -> bytes:
    return local.sign(render(page()), use())


def signature(pdf: bytes):
    (only,) = PdfFileReader(BytesIO(pdf)).embedded_signatures
    return only


def test_an_independent_reader_finds_it_valid_and_whole(sealed, tmp_path):
    (tmp_path / "proof.pdf").write_bytes(sealed)
    said = poppler("pdfsig", "-nocert", tmp_path / "proof.pdf")
    assert "Signature is Valid" in said
    assert "Total document signed" in said
    assert "ETSI.CAdES.detached" in said
    assert "Signature #2" not in said


def test_an_independent_reader_finds_one_changed_byte(sealed, tmp_path):
    at = sealed.index(b"stream") + 200
    (tmp_path / "proof.pdf").write_bytes(sealed[:at] + bytes([sealed[at] ^ 1]) + sealed[at + 1 :])
    assert "Signature is Valid" not in poppler("pdfsig", "-nocert", tmp_path / "proof.pdf")


def test_the_attached_data_stand_under_the_seal(sealed, tmp_path):
    """An independent reader takes them out of the sealed file; a changed byte of them breaks the seal (obligation 9.3)."""
    (tmp_path / "proof.pdf").write_bytes(sealed)
    poppler("pdfdetach", "-save", "1", "-o", tmp_path / "proof.json", tmp_path / "proof.pdf")
    said = json.loads((tmp_path / "proof.json").read_text("utf-8"))
    assert said["number"] == use().verification and {"label": "姓名", "value": "演示甲"} in said["fields"]
    noted = (said["requesting_unit"], said["making_unit"], datetime.fromisoformat(said["retrieved_at"]))
    assert noted == (page().requesting_unit, page().making_unit, page().retrieved_at)
    at = sealed.index(b"/EmbeddedFile")
    stream = sealed.index(b"stream", at) + 30
    (tmp_path / "altered.pdf").write_bytes(sealed[:stream] + bytes([sealed[stream] ^ 1]) + sealed[stream + 1 :])
    assert "Signature is Valid" not in poppler("pdfsig", "-nocert", tmp_path / "altered.pdf")


def test_the_chain_leads_to_the_folders_authority(sealed, folder):
    trust = ValidationContext(trust_roots=[load_cert_from_pemder(folder / "ca.crt.pem")], allow_fetching=False)
    status = validate_pdf_signature(signature(sealed), trust)
    assert status.bottom_line


@pytest.mark.parametrize("kind", list(SealKind))
def test_each_kind_signs_with_its_own_certificate_and_face(local, kind, tmp_path):
    """Obligations 9.1, 9.2."""
    pdf = local.sign(render(page()), use(kind))
    found = signature(pdf)
    assert found.signer_cert.subject.native["common_name"] == NAMES[kind]
    face = found.sig_field["/AP"]["/N"]["/Resources"]["/XObject"]["/Face"]
    assert face["/Subtype"] == "/Form"
    drawn = text_of(pdf, tmp_path)
    assert sorted("".join(text_of(draw_seal(NAMES[kind], True), tmp_path).split())) == sorted(NAMES[kind] + "演示")
    assert "户籍证明" in drawn


def test_the_seal_stands_in_the_box_of_the_use(sealed):
    field = signature(sealed).sig_field
    assert field["/T"] == "Seal"
    assert [float(edge) for edge in field["/Rect"]] == pytest.approx(SEAL_BOX, abs=0.01)


def test_the_recorded_use_stands_inside_the_signed_content(sealed):
    """Obligation 9.5."""
    assert signature(sealed).sig_object["/Reason"] == f"核验编号 {use().verification},用印记录 {use().id}"


def test_the_same_use_may_be_continued(local):
    first, second = (local.sign(render(page()), use()) for _ in range(2))
    for pdf in (first, second):
        assert len(PdfFileReader(BytesIO(pdf)).embedded_signatures) == 1
    # What is signed is the same page; only the signatures and their times differ.
    assert first.startswith(render(page()))
    assert second.startswith(render(page()))


def test_a_sealed_file_is_not_sealed_again(local, sealed):
    with pytest.raises(PermanentFault, match="电子签章.*already_sealed"):
        local.sign(sealed, use())


def test_a_page_of_another_verification_is_not_sealed(local):
    """Obligation 9.5."""
    with pytest.raises(PermanentFault, match="电子签章.*other_page"):
        local.sign(render(page()), use(verification="HY20261123ZZZZZZZZ"))


@pytest.mark.parametrize("pdf", [b"", b"%PDF-1.7", b"%PDF-1.7\n%%EOF", b"a letter"])
def test_what_is_no_page_of_ours_is_not_sealed(local, pdf):
    with pytest.raises(PermanentFault, match="电子签章.*bad_page"):
        local.sign(pdf, use())


def test_threads_may_share_it(folder, local):
    fresh, pdf = LocalSeals(folder, NAMES, True, draw_seal), render(page())  # nothing of it is read yet
    usual = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    try:
        with ThreadPoolExecutor(8) as pool:
            sealed = list(pool.map(lambda kind: (kind, fresh.sign(pdf, use(kind))), [*SealKind] * 12))
    finally:
        sys.setswitchinterval(usual)
    assert all(signature(done).signer_cert.subject.native["common_name"] == NAMES[kind] for kind, done in sealed)


@pytest.mark.parametrize("name", ["share.key.pem", "issuer.crt.pem", "ca.crt.pem"])
@pytest.mark.parametrize("content", [None, b"", b"not a key"])
def test_a_missing_or_unreadable_file_names_the_seal(tmp_path, name, content):
    ensure_development_seals(tmp_path / "seals", NAMES)
    path = tmp_path / "seals" / name
    path.unlink() if content is None else path.write_bytes(content)
    with pytest.raises(PermanentFault, match="电子签章.*no_key"):
        LocalSeals(tmp_path / "seals", NAMES, True, draw_seal)


def test_a_key_of_another_certificate_is_refused_at_the_start(tmp_path):
    ensure_development_seals(tmp_path / "seals", NAMES)
    stranger = ec.generate_private_key(ec.SECP256R1())
    pem = stranger.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    (tmp_path / "seals" / "share.key.pem").write_bytes(pem)
    with pytest.raises(PermanentFault, match="电子签章.*wrong_key"):
        LocalSeals(tmp_path / "seals", NAMES, True, draw_seal)


def test_a_certificate_of_another_authority_is_refused_at_the_start(tmp_path):
    for name in ("seals", "other"):
        ensure_development_seals(tmp_path / name, NAMES)
    (tmp_path / "other" / "ca.crt.pem").replace(tmp_path / "seals" / "ca.crt.pem")
    with pytest.raises(PermanentFault, match="电子签章.*wrong_key"):
        LocalSeals(tmp_path / "seals", NAMES, True, draw_seal)


def test_a_development_key_never_gets_the_face_of_a_real_seal(folder, local):
    """Obligation 9.4."""
    with pytest.raises(PermanentFault, match="电子签章.*development_key"):
        LocalSeals(folder, NAMES, False, draw_seal)


def test_development_keys_are_made_once(tmp_path):
    folder = tmp_path / "deep" / "seals"
    assert ensure_development_seals(folder, NAMES)
    before = {path.name: (path.read_bytes(), path.stat().st_mtime_ns) for path in folder.iterdir()}
    assert not ensure_development_seals(folder, NAMES)
    assert {path.name: (path.read_bytes(), path.stat().st_mtime_ns) for path in folder.iterdir()} == before
    assert set(before) == {"ca.crt.pem", "share.key.pem", "share.crt.pem", "issuer.key.pem", "issuer.crt.pem"}
    assert [path.name for path in folder.parent.iterdir()] == ["seals"]  # no draft is left behind


def test_development_keys_are_readable_by_their_owner_alone(tmp_path):
    """Obligations 9.4, 15.5."""
    mask = os.umask(0)
    try:
        ensure_development_seals(tmp_path / "seals", NAMES)
    finally:
        os.umask(mask)
    assert {stat.S_IMODE(path.stat().st_mode) for path in (tmp_path / "seals").iterdir()} == {0o600}
    assert stat.S_IMODE((tmp_path / "seals").stat().st_mode) == 0o700


def test_development_certificates_say_so_and_may_sign_documents(tmp_path):
    ensure_development_seals(tmp_path / "seals", NAMES)
    for kind in SealKind:
        made = x509.load_pem_x509_certificate((tmp_path / "seals" / f"{kind}.crt.pem").read_bytes())
        subject = {attribute.rfc4514_attribute_name: attribute.value for attribute in made.subject}
        assert subject == {"C": "CN", "O": "演示", "CN": NAMES[kind]}
        usage = made.extensions.get_extension_for_class(x509.KeyUsage).value
        assert usage.digital_signature and usage.content_commitment and not usage.key_cert_sign
        assert made.not_valid_after_utc > datetime.now(UTC) + timedelta(days=5 * 365)


def test_an_empty_folder_is_filled_and_a_half_filled_one_is_left_alone(tmp_path):
    folder = tmp_path / "seals"
    folder.mkdir()
    assert ensure_development_seals(folder, NAMES)
    (folder / "issuer.key.pem").unlink()
    before = sorted(path.name for path in folder.iterdir())
    with pytest.raises(FileExistsError, match="issuer.key.pem"):
        ensure_development_seals(folder, NAMES)
    assert sorted(path.name for path in folder.iterdir()) == before


def test_several_processes_may_start_at_once(tmp_path):
    with ThreadPoolExecutor(4) as pool:
        made = list(pool.map(lambda _: ensure_development_seals(tmp_path / "seals", NAMES), range(4)))
    assert made.count(True) == 1
    LocalSeals(tmp_path / "seals", NAMES, True, draw_seal)
