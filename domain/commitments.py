"""告知承诺 (obligations 7.4, 12.1): the words for what became of a commitment."""

from __future__ import annotations

from enum import StrEnum


class Decision(StrEnum):
    """What became of the offer."""

    SIGNED = "signed"
    DECLINED = "declined"
    TIMED_OUT = "timed_out"


class Evidence(StrEnum):
    """How the applicant confirmed by own act: a clerk's tick is none (reading 17)."""

    SIGNATURE = "signature"  #: 手写签名或签名板
    E_SIGNATURE = "e_signature"  #: 电子签名
    CODE = "code"  #: 验证码, of a short message or of the page on his telephone
    FACE = "face"  #: 人脸核身

    @property
    def label(self) -> str:
        return {"signature": "签名", "e_signature": "电子签名", "code": "验证码", "face": "人脸核身"}[self.value]


class CheckOutcome(StrEnum):
    """核查结论."""

    TRUE = "true"
    UNTRUE = "untrue"
