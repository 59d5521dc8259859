"""SM2 证书: X.509 certificates signed with SM2 (GM/T 0015), for development keys; `cryptography` can only read them."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from datetime import datetime

from asn1crypto import pem, x509  # type: ignore[import-untyped]

from guomi.sm2 import SIGNATURE, PrivateKey, PublicKey, sm3


def issued(
    names: tuple[Mapping[str, str], Mapping[str, str]],
    public: PublicKey,
    key: PrivateKey,
    days: tuple[datetime, datetime],
    *,
    authority: bool,
) -> bytes:
    """PEM. `names`: of the subject and of the issuer, as RFC 5280 calls them; `key`: the issuer's; `days`: first and last, aware."""
    subject, issuer = (x509.Name.build(dict(one)) for one in names)
    usage = {"key_cert_sign", "crl_sign"} if authority else {"digital_signature", "non_repudiation"}
    limits = {"ca": authority} | ({"path_len_constraint": 0} if authority else {})
    extensions = [
        ("basic_constraints", True, limits),
        ("key_usage", True, usage),
        ("key_identifier", False, sm3(public.point)[:20]),
        ("authority_key_identifier", False, {"key_identifier": sm3(key.public.point)[:20]}),
    ]
    first, last = (x509.Time({"utc_time": one}) if one.year < 2050 else x509.Time({"general_time": one}) for one in days)
    body = x509.TbsCertificate(
        {
            "version": "v3",
            "serial_number": secrets.randbits(127) | 1 << 127,
            "signature": {"algorithm": SIGNATURE},
            "issuer": issuer,
            "validity": {"not_before": first, "not_after": last},
            "subject": subject,
            "subject_public_key_info": public.info,
            "extensions": [{"extn_id": name, "critical": critical, "extn_value": value} for name, critical, value in extensions],
        }
    )
    whole = {"tbs_certificate": body, "signature_algorithm": {"algorithm": SIGNATURE}, "signature_value": key.sign(body.dump())}
    written: bytes = pem.armor("CERTIFICATE", x509.Certificate(whole).dump())
    return written
