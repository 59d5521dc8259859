"""国密签章 (GM/T 0009): pyHanko's check of a signature, and SM2 with SM3 beside what it knows."""

from __future__ import annotations

from typing import Any

from cryptography.exceptions import InvalidSignature
from pyhanko_certvalidator.sig_validate import DEFAULT_VALIDATION_CONTEXT, DefaultSignatureValidator, SignatureValidationContext

from guomi import sm2

TOLD = (
    "签章使用国密算法 SM2/SM3,这里已经核验。通用的 PDF 阅读器多不支持国密算法(如 poppler 的 pdfsig),可能显示“无法验证”或者“未知错误”:"
    "这不表示文件有问题。"
)
"""What is said beside the verdict on a file whose seal is intact: another reader may not be able to say so."""


class Validator(DefaultSignatureValidator):
    """As its base, which raises over SM2. A signature of SM2 covers its signed attributes and digests with SM3, or it is none."""

    def validate_signature(
        self,
        signature: bytes,
        signed_data: bytes,
        public_key_info: Any,
        signature_algorithm: Any,
        context: SignatureValidationContext = DEFAULT_VALIDATION_CONTEXT,
    ) -> None:
        """Raises InvalidSignature, and whatever its base raises."""
        if signature_algorithm["algorithm"].native != sm2.SIGNATURE:
            super().validate_signature(signature, signed_data, public_key_info, signature_algorithm, context)
            return
        if context.prehashed or context.contextual_md_algorithm not in (None, sm2.DIGEST):  # None: of a certificate
            raise InvalidSignature
        try:
            key = sm2.PublicKey.of(public_key_info)
        except ValueError:
            raise InvalidSignature from None
        key.verify(signature, signed_data)
