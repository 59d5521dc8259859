"""验真的结论: what can be said of a file that somebody holds (obligation 11.1), whatever its form."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from domain.instants import is_past
from proofs import national
from proofs.facts import Facts
from proofs.sealed_when import When


class Verdict(StrEnum):
    """A stable code for programs; `label` is the sentence for people."""

    VALID = "valid"
    ALTERED = "altered"
    LATER_REVISION = "later_revision"
    FOREIGN = "foreign"
    PICTURE = "picture"
    NOT_PDF = "not_pdf"  #: nor any other form that a proof has: programs know the word from when there was one
    UNKNOWN_HERE = "unknown_here"
    REVOKED = "revoked"
    EXPIRED = "expired"
    OTHER_PAPER = "other_paper"
    UNREADABLE = "unreadable"

    @property
    def label(self) -> str:
        return _CHINESE[self]


_CHINESE = {
    Verdict.VALID: "有效:由本系统出具并签章,内容未被改动,现行有效。",
    Verdict.ALTERED: "无效:文件在签章之后被改动或已损坏,内容不可信。请向提供人索取原始文件,或扫描页面上的二维码查询。",
    Verdict.LATER_REVISION: "无效:签章之后又向文件追加了内容,追加的部分没有签章。请向提供人索取未经修改的原始文件。",
    Verdict.FOREIGN: "不能确认:文件没有本系统的电子签章,可能由其他系统出具,也可能是打印或另存的副本。请上传原始文件,"
    "或扫描页面上的二维码查询。",
    Verdict.PICTURE: "不能确认:这是图片或扫描件,没有电子签章;图片上的印章不能证明真伪。请上传原始的电子文件,或扫描页面上的二维码查询。",
    Verdict.NOT_PDF: "不能核验:这不是 PDF 或 OFD 文件。请上传收到的电子证明原始文件;收到的是压缩包的,请解压后上传其中的文件。",
    Verdict.UNKNOWN_HERE: "不能确认:签章来自本系统,但台账没有登记这份文件,请勿采用,并联系区大数据局核实。",
    Verdict.REVOKED: "无效:这份电子证明已被撤销。请联系证明出具单位,或重新办理核验。",
    Verdict.EXPIRED: "无效:这份电子证明已超过有效期。请重新办理核验。",
    Verdict.OTHER_PAPER: "不能确认:签章完好,其证书与本系统印章的证书出自同一颁发机构,但文件没有证明编号,不是本系统出具的电子证明。"
    "请向出具单位核实。",
    Verdict.UNREADABLE: "不能判断:签章写明的颁发机构与本系统印章的相同,但签章或文件的构造在这里读不懂,可能由其他软件生成,也可能已损坏,"
    "因此不能判断内容是否改动过。请向出具单位核实,或扫描页面上的二维码查询。",
}
_APPENDED = "签章以后又追加了内容,追加的部分没有签章。"


@dataclass(frozen=True)
class KnownProof:
    """What the ledger knows of a proof that was delivered under a number."""

    digest: str  #: SHA-256 of the sealed file, hexadecimal
    sealed_at: datetime  #: aware: the moment at which the seal's certificate has to be valid
    valid_until: datetime | None = None  #: None: no end
    revoked: bool = False
    ended: str = ""  #: of a revoked one when and why, in Chinese
    whole: str = ""  #: SHA-256 of the sealed file with what we put behind it later (timestamps); "": nothing, or another file


@dataclass(frozen=True)
class CheckResult:
    """`number` is read from signed content, so it is there only where the seal is ours and intact. `holds`: where more was
    appended, whether the proof that stands before it is valid today; None where the ledger does not know that proof. `when`: of a file
    that is ours. `appended`: behind a paper that is none of ours, too. `national`: sealed with SM2, which other readers may not be able
    to check."""

    verdict: Verdict
    number: str | None = None
    holds: bool | None = None
    ended: str = ""  #: of a revoked one when and why
    when: When | None = None
    national: bool = False
    appended: bool = False

    @property
    def algorithm(self) -> str:
        """What is said of the algorithms of an intact seal, where another reader may say something else; else empty."""
        return national.TOLD if self.national else ""

    @property
    def text(self) -> str:
        said = self.verdict.label + (_APPENDED if self.appended else "")
        return said.replace("已被撤销", self.ended) if self.ended else said

    @property
    def facts(self) -> Facts:
        """What of the four is so, what is not, and what this file does not tell."""
        if self.verdict is Verdict.LATER_REVISION:
            return Facts(intact=True, ours=None if self.holds is None else True, current=self.holds, whole=False)
        if self.verdict is Verdict.OTHER_PAPER:  # under one authority other seals stand, and a stolen key seals too
            return Facts(intact=True, whole=not self.appended)
        return _FACTS[self.verdict]


_NOT_OURS = Facts(ours=False)
_FACTS = {
    Verdict.VALID: Facts(intact=True, ours=True, current=True, whole=True),
    Verdict.EXPIRED: Facts(intact=True, ours=True, current=False, whole=True),
    Verdict.REVOKED: Facts(intact=True, ours=True, current=False, whole=True),
    Verdict.UNKNOWN_HERE: Facts(intact=True, whole=True),  # our seal, and no paper of ours: a stolen key seals too
    Verdict.ALTERED: Facts(intact=False),
    Verdict.FOREIGN: _NOT_OURS,
    Verdict.PICTURE: _NOT_OURS,
    Verdict.NOT_PDF: _NOT_OURS,
    Verdict.UNREADABLE: Facts(),
}


def standing(record: KnownProof | None, digest: str, now: datetime) -> Verdict:
    """What the ledger says of exactly the sealed bytes of this digest (SHA-256, hexadecimal)."""
    if record is None or record.digest != digest:
        return Verdict.UNKNOWN_HERE
    if record.revoked:
        return Verdict.REVOKED
    return Verdict.EXPIRED if record.valid_until is not None and is_past(record.valid_until, now) else Verdict.VALID
