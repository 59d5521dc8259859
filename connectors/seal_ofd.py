"""OFD 签章 (obligations 9.4, 9.5, 15.5; GB/T 33190, GB/T 38540): one electronic seal over every part of a page of ours that is OFD.

The seal itself (电子印章, SESeal version 4) is made by who makes seals (制章人) and lies beside its key, as `<kind>.esl`: picture, name,
validity, and the certificate that may use it. With it and a key of SM2 that kind seals OFD.
"""

from __future__ import annotations

import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path
from xml.sax.saxutils import escape

from asn1crypto import pem, x509  # type: ignore[import-untyped]
from cryptography.exceptions import InvalidSignature

from connectors.faults import PermanentFault
from connectors.seal_keys import SealKey
from connectors.seal_module import WHO
from domain.seals import SealKind
from guomi import ofd, ses, sm2

ENDED = "esl_ended"
_POINTS, _HEIGHT = 72 / 25.4, 297
_INFO_ENDS, _ENDS = b"</ofd:DocInfo>", b"</ofd:DocBody>"


@dataclass(frozen=True)
class Use:
    """What one seal's use is for. `id`: the recorded use, a uuid; `box`: left, bottom, right, top of the face, in PDF points."""

    id: str
    verification: str
    box: tuple[float, float, float, float]


@dataclass(frozen=True, repr=False)
class ElectronicSeal:
    """One kind's seal with its key. `seal`: DER."""

    seal: bytes
    held: ses.Held
    key: SealKey
    now: Callable[[], datetime]

    @classmethod
    def load(cls, folder: Path, kind: SealKind, key: SealKey, now: Callable[[], datetime] = lambda: datetime.now(UTC)) -> ElectronicSeal:
        """`<kind>.esl`. Raises PermanentFault where it is not there, or none that this key may use, or the key is not of SM2."""
        if key.mechanism != sm2.SIGNATURE:
            text = (
                f"证明形式为 OFD,须用国密 SM2 印章,而印章 {kind} 的密钥是 ECDSA 的,没有用印。"
                "请换用 SM2 密钥和电子印章文件,或把 PROOFLESS_PROOF_FORM 改为 pdf"
            )
            raise PermanentFault(WHO, "ofd_needs_sm2", text)
        try:
            seal = (folder / f"{kind}.esl").read_bytes()
            authorities = [x509.Certificate.load(one) for _, _, one in pem.unarmor((folder / "ca.crt.pem").read_bytes(), multiple=True)]
        except (OSError, ValueError):
            text = f"证明形式为 OFD,而印章 {kind} 的电子印章文件 {kind}.esl 缺失或无法读取,没有用印;请向制章单位索取,放入印章目录"
            raise PermanentFault(WHO, "no_esl", text) from None
        try:
            held = ses.seal(seal, key.certificate.dump(), authorities)
            fits = held.ours
        except (InvalidSignature, ValueError, TypeError, KeyError):
            fits = False
        if not fits:  # unnoticed, every proof sealed with it would be told to be somebody else's
            text = (
                f"电子印章文件 {kind}.esl 不能与印章 {kind} 的证书一起使用,没有用印:"
                "不是第 4 版、证书不在其中、制章人签名不对,或制章人不在颁发机构之下。请检查印章目录"
            )
            raise PermanentFault(WHO, "wrong_esl", text)
        return cls(seal, held, key, now)

    def ready(self) -> None:
        """Whether the seal may be used now. Raises PermanentFault."""
        if not self.held.at(self.now()):
            raise PermanentFault(WHO, ENDED, "电子印章(.esl)或其证书不在有效期内,没有用印;请办理变更,换上新的电子印章文件")

    def sealed(self, package: bytes, use: Use) -> bytes:
        """The package with its seal over all of it. Raises PermanentFault where it is no page of ours, is sealed, or has another number."""
        self.ready()
        try:
            with zipfile.ZipFile(BytesIO(package)) as opened:
                files = {name: opened.read(name) for name in opened.namelist()}
            root, known = files[ofd.ROOT], f"<ofd:Keyword>{escape(use.verification)}</ofd:Keyword>".encode()
        except (zipfile.BadZipFile, KeyError):
            raise PermanentFault(WHO, "bad_page", "待签章的文件不是本系统制作的电子证明") from None
        if ofd.SIGNATURES in files:
            raise PermanentFault(WHO, "already_sealed", "文件已经签章,不得重复签章")
        if known not in root or root.count(_INFO_ENDS) != 1:
            raise PermanentFault(WHO, "other_page", "待签章的文件与用印记录的核验编号不一致")
        recorded = f'<ofd:CustomDatas><ofd:CustomData Name="用印记录">{escape(use.id)}</ofd:CustomData></ofd:CustomDatas>'.encode()
        named = f"<ofd:Signatures>{ofd.SIGNATURES}</ofd:Signatures>".encode()
        files[ofd.ROOT] = root.replace(_INFO_ENDS, recorded + _INFO_ENDS).replace(_ENDS, named + _ENDS)
        files[ofd.SIGNATURES] = ofd.listed()
        at = self.now()
        covered = ofd.described(files, _placed(use.box), at)
        body = ses.to_sign(self.seal, f"/{ofd.SIGNATURE}", covered, at)
        value = ses.signed(body, self.key.certificate.dump(), self.key.sign(body))
        return ofd.packed({**files, ofd.SIGNATURE: covered, ofd.SEAL: self.seal, ofd.VALUE: value})


def _placed(box: tuple[float, float, float, float]) -> tuple[float, float, float, float]:
    """Left, top, width, height in millimetres from the upper left."""
    left, bottom, right, top = (edge / _POINTS for edge in box)
    return left, _HEIGHT - top, right - left, top - bottom
