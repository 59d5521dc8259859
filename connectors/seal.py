"""电子签章: sealing one proof of one case, and no way to seal anything else (obligations 9.4, 9.5, 15.5).

`SealService` is what the rest of the system knows. `LocalSeals` serves it with what a folder names: keys in files, for development
and trials, in a cryptographic module, or at the e-seal platform of the 区大数据局.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from copy import copy
from dataclasses import dataclass, field
from io import BytesIO
from pathlib import Path
from threading import Lock
from typing import Any, Protocol

from asn1crypto import algos, cms  # type: ignore[import-untyped]
from pyhanko.pdf_utils.content import ResourceType
from pyhanko.pdf_utils.generic import DictionaryObject, pdf_name
from pyhanko.pdf_utils.layout import BoxConstraints
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.pdf_utils.writer import BasePdfFileWriter
from pyhanko.sign.fields import SigFieldSpec, SigSeedSubFilter, enumerate_sig_fields
from pyhanko.sign.signers import PdfSignatureMetadata, PdfSigner, Signer
from pyhanko.stamp import BaseStamp, BaseStampStyle

from connectors.faults import PermanentFault, TransientFault
from connectors.revision import Revision
from connectors.seal_keys import SealKey, load
from connectors.seal_module import WHO
from connectors.seal_ofd import ElectronicSeal, Use
from domain.proof_form import Form, form_of
from domain.seals import SealKind

FIELD = "Seal"

_RESERVED = 8192
"""Hex digits kept for the CMS object; ours takes about 2,000. Not given, pyHanko would sign twice to measure it."""


@dataclass(frozen=True)
class SealUse:
    """用印记录: one recorded use of a seal, written to the ledger before anything is signed (obligation 9.5).

    Sealing the same use again is allowed and continues it: a crash between signing and recording leaves a paper that
    nobody received, and the ledger knows the digest of the one that was delivered.
    """

    id: str  #: the recorded use, a uuid; stands inside the signed content
    verification: str  #: 核验编号; the page must carry the same number
    seal: SealKind
    box: tuple[float, float, float, float]  #: left, bottom, right, top of the face on page 1, in PDF points
    location: str = "山东省枣庄市市中区"
    room: int = 0  #: hex digits kept beside the signature for a timestamp (`connectors.timestamps`)
    key: str = ""  #: SHA-256 of the registered seal's certificate, hexadecimal: signed with it or not at all; "": whatever is configured


class SealService(Protocol):
    """Seals a page, PDF or OFD, for one recorded use. Raises TransientFault or PermanentFault, both naming 电子签章."""

    def sign(self, page: bytes, use: SealUse) -> bytes: ...

    def key(self, seal: SealKind) -> str:
        """SHA-256 of the certificate that it seals with, hexadecimal."""
        ...

    def ready(self, seal: SealKind) -> None:
        """Whether it could seal now, without sealing; raises as `sign` does."""
        ...


class LocalSeals:
    """Seals with keys named by a folder (`connectors.seal_keys`), read once: ECDSA P-256 with SHA-256, or SM2 with SM3.

    `draw(name, development)` gives a seal's face as a PDF page (proofs.seal_image.draw_seal). About 6 ms of CPU per
    signature, 18 ms with SM2, all of it in Python: one object serves any number of threads, one at a time, and a process pool makes
    one object per process. While a module or a platform is asked the others go on. `form`: in which proofs are made; with OFD each kind
    needs its electronic seal (`connectors.seal_ofd`), and without them nothing starts to seal.
    """

    def __init__(
        self, folder: Path, names: Mapping[SealKind, str], development: bool, draw: Callable[[str, bool], bytes], form: Form = Form.PDF
    ) -> None:
        self._lock = Lock()
        self._seals: dict[SealKind, tuple[_KeySigner, _Face]] = {}
        self._electronic: dict[SealKind, ElectronicSeal] = {}
        for kind in SealKind:
            signer = _KeySigner(load(folder, kind))
            # Whatever the settings say, a development key never gets the face of a real seal.
            if signer.key.development and not development:
                text = "正式环境不得使用演示密钥,请配置电子签章平台的密钥"
                raise PermanentFault(WHO, "development_key", text)
            self._seals[kind] = signer, _Face(page=PdfFileReader(BytesIO(draw(names[kind], development))))
            if form is Form.OFD:
                self._electronic[kind] = ElectronicSeal.load(folder, kind, signer.key)

    def sign(self, page: bytes, use: SealUse) -> bytes:
        """The page sealed in its own form, the whole file covered: a PDF with one PAdES signature (ETSI.CAdES.detached), the seal its
        visible part; an OFD with one electronic seal (GB/T 38540).

        PermanentFault where it is no page of ours, is sealed already, or is not the page of `use.verification`.
        """
        with self._lock:
            if form_of(page) is Form.OFD:
                return self._sign_ofd(page, use)
            try:
                writer = Revision(BytesIO(page))
                keywords = str(writer.trailer["/Info"]["/Keywords"])
                sealed = any(enumerate_sig_fields(writer.prev))
            except Exception:
                raise PermanentFault(WHO, "bad_page", "待签章的文件不是本系统制作的电子证明") from None
            if sealed:
                raise PermanentFault(WHO, "already_sealed", "文件已经签章,不得重复签章")
            if keywords != use.verification:
                raise PermanentFault(WHO, "other_page", "待签章的文件与用印记录的核验编号不一致")
            return self._sign(writer, use)

    def key(self, seal: SealKind) -> str:
        """SHA-256 of the certificate that it seals with, hexadecimal."""
        return self._seals[seal][0].key.fingerprint

    def ready(self, seal: SealKind) -> None:
        """Whether its key is at hand: that of a file is since the start, that of a module is looked for."""
        self._seals[seal][0].key.ready()
        if seal in self._electronic:
            self._electronic[seal].ready()

    def _sign_ofd(self, page: bytes, use: SealUse) -> bytes:
        if use.seal not in self._electronic:
            raise PermanentFault(WHO, "no_esl", "待签章的文件是 OFD,而本机的证明形式不是 OFD,没有用印")
        self._of_the_record(self._seals[use.seal][0].key, use)
        return self._electronic[use.seal].sealed(page, Use(use.id, use.verification, use.box))

    @staticmethod
    def _of_the_record(key: SealKey, use: SealUse) -> None:
        if use.key not in ("", key.fingerprint):  # renewed since the record: the next pass begins with the new one
            raise TransientFault(WHO, "other_key", "印章刚刚更换,本次没有用印")

    def _sign(self, writer: Revision, use: SealUse) -> bytes:
        signer, face = self._seals[use.seal]
        self._of_the_record(signer.key, use)
        metadata = PdfSignatureMetadata(
            field_name=FIELD,
            subfilter=SigSeedSubFilter.PADES,
            md_algorithm=signer.key.digest,
            name=signer.subject_name,
            location=use.location,
            reason=f"核验编号 {use.verification},用印记录 {use.id}",
        )
        place = SigFieldSpec(FIELD, on_page=0, box=use.box)  # type: ignore[arg-type]  # it takes points, not only ints
        pdf_signer = PdfSigner(metadata, signer.of(use, self._lock), stamp_style=face, new_field_spec=place)
        output: BytesIO = pdf_signer.sign_pdf(writer, bytes_reserved=_RESERVED + use.room)
        return output.getvalue()


class _KeySigner(Signer):
    """A signer that holds its key parsed: pyHanko's own parses it for each signature, four times the work.

    Of the signed attributes only the digest differs from one signature to the next, so the others are encoded once;
    building them anew, mostly the reference to the certificate, takes two thirds of a signature.
    """

    def __init__(self, key: SealKey) -> None:
        mechanism = algos.SignedDigestAlgorithm({"algorithm": key.mechanism})
        super().__init__(signing_cert=key.certificate, signature_mechanism=mechanism)
        self.key = key
        self._constant: list[bytes] = []
        self._use, self._lock = "", Lock()

    def of(self, use: SealUse, lock: Lock) -> _KeySigner:
        """The same for one use, whose caller holds the lock."""
        mine = copy(self)
        mine._use, mine._lock = use.id, lock
        return mine

    async def async_sign_raw(self, data: bytes, digest_algorithm: str, dry_run: bool = False) -> bytes:
        if self.key.platform is None and not self.key.waits:
            return self.key.sign(data)
        with _unlocked(self._lock):  # the page is written and its digest taken: what follows is of this use alone
            return await self.key.platform.sign(data, self._use) if self.key.platform is not None else self.key.sign(data)

    async def signed_attrs(self, data_digest: bytes, *args: Any, **kwargs: Any) -> cms.CMSAttributes:
        if not self._constant:
            attributes = await super().signed_attrs(data_digest, *args, **kwargs)
            self._constant = [a.dump() for a in attributes if a["type"].native != "message_digest"]
        constant = [cms.CMSAttribute.load(der) for der in self._constant]
        digest = cms.CMSAttribute({"type": "message_digest", "values": [data_digest]})
        attributes = cms.CMSAttributes([*constant, digest])
        return cms.CMSAttributes.load(attributes.dump())  # loaded, it is not encoded again wherever it is put


@contextmanager
def _unlocked(lock: Lock) -> Iterator[None]:
    lock.release()
    try:
        yield
    finally:
        lock.acquire()


@dataclass(frozen=True)
class _Face(BaseStampStyle):
    """The visible part of a signature: a one-page PDF, its vectors kept, fitted into the field's box."""

    page: PdfFileReader = field(kw_only=True, repr=False)

    def create_stamp(self, writer: BasePdfFileWriter, box: BoxConstraints, text_params: Any) -> _FaceContent:
        return _FaceContent(writer, self, box)


class _FaceContent(BaseStamp):
    def __init__(self, writer: BasePdfFileWriter, style: _Face, box: BoxConstraints) -> None:
        super().__init__(writer, style, box)
        self._writer, self._page = writer, style.page

    def render(self) -> bytes:
        face = self._writer.import_page_as_xobject(self._page)
        _, _, width, height = face.get_object()["/BBox"]
        # Multiplied, as ink is: black text under the seal stays black.
        ink = DictionaryObject({pdf_name("/BM"): pdf_name("/Multiply")})  # type: ignore[no-untyped-call]
        self.set_resource(ResourceType.EXT_G_STATE, pdf_name("/Ink"), ink)
        self.set_resource(ResourceType.XOBJECT, pdf_name("/Face"), face)
        scale = f"{self.box.width / float(width):.5f} 0 0 {self.box.height / float(height):.5f}"
        return f"q /Ink gs {scale} 0 0 cm /Face Do Q".encode()
