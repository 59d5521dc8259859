"""安全电子签章 (GB/T 38540-2020): the data of an electronic seal (version 4) and of one signature with it.

A seal is made by a maker (制章人): picture, name, validity and the certificates that may use it, under the maker's signature. A signature
with it names what it covers by path and SM3, and bears the whole seal.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, cast

from asn1crypto import core, x509  # type: ignore[import-untyped]
from cryptography.exceptions import InvalidSignature

from guomi.sm2 import PrivateKey, PublicKey, sm3, was_issued_by

SM2_WITH_SM3, SM3 = "1.2.156.10197.1.501", "1.2.156.10197.1.401"
_ID, _VERSION, _OF_UNITS, _WHOLE_CERTIFICATES = "ES", 4, 1, 1


class _Header(core.Sequence):  # type: ignore[misc]
    _fields = [("id", core.IA5String), ("version", core.Integer), ("vid", core.IA5String)]


class _Certificates(core.SequenceOf):  # type: ignore[misc]
    _child_spec = core.OctetString


class _Property(core.Sequence):  # type: ignore[misc]
    _fields = [
        ("type", core.Integer),
        ("name", core.UTF8String),
        ("cert_list_type", core.Integer),
        ("cert_list", _Certificates),
        ("create_date", core.GeneralizedTime),
        ("valid_start", core.GeneralizedTime),
        ("valid_end", core.GeneralizedTime),
    ]


class _Picture(core.Sequence):  # type: ignore[misc]
    _fields = [("type", core.IA5String), ("data", core.OctetString), ("width", core.Integer), ("height", core.Integer)]


class _SealInfo(core.Sequence):  # type: ignore[misc]
    _fields = [
        ("header", _Header),
        ("es_id", core.IA5String),
        ("property", _Property),
        ("picture", _Picture),
        ("ext_datas", core.Any, {"explicit": 0, "optional": True}),
    ]


class _Seal(core.Sequence):  # type: ignore[misc]
    """SESeal."""

    _fields = [
        ("info", _SealInfo),
        ("cert", core.OctetString),
        ("sign_alg_id", core.ObjectIdentifier),
        ("signed_value", core.OctetBitString),
    ]


class _ToSign(core.Sequence):  # type: ignore[misc]
    _fields = [
        ("version", core.Integer),
        ("eseal", _Seal),
        ("time_info", core.GeneralizedTime),
        ("data_hash", core.OctetBitString),
        ("property_info", core.IA5String),
        ("ext_datas", core.Any, {"explicit": 0, "optional": True}),
    ]


class _Signature(core.Sequence):  # type: ignore[misc]
    """SES_Signature."""

    _fields = [
        ("to_sign", _ToSign),
        ("cert", core.OctetString),
        ("signature_alg_id", core.ObjectIdentifier),
        ("signature", core.OctetBitString),
        ("time_stamp", core.OctetBitString, {"explicit": 0, "optional": True}),
    ]


@dataclass(frozen=True)
class Face:
    """What a seal looks like. `picture`: PNG; `size`: millimetres, square."""

    picture: bytes
    size: int


@dataclass(frozen=True)
class Days:
    """When a seal was made, and from when until when it may be used; aware."""

    made: datetime
    first: datetime
    last: datetime


@dataclass(frozen=True)
class Held:
    """What was proven of a seal or of a signature with it. `ours`: its maker and its user stand under one of the authorities; `first`
    and `last`: when the seal and both certificates were valid, all of them."""

    ours: bool
    first: datetime
    last: datetime

    def at(self, moment: datetime) -> bool:
        return self.first <= moment <= self.last


def made(number: str, name: str, face: Face, user: bytes, maker: tuple[bytes, PrivateKey], days: Days) -> bytes:
    """电子印章: a seal. `number`: its own, ASCII; `user`: the certificate that may seal with it, `maker`: certificate and key. All DER."""
    whole, first, last = (core.GeneralizedTime(one.astimezone(UTC).replace(microsecond=0)) for one in (days.made, days.first, days.last))
    told = {"type": _OF_UNITS, "name": name, "cert_list_type": _WHOLE_CERTIFICATES, "cert_list": [user]}
    info = _SealInfo(
        {
            "header": {"id": _ID, "version": _VERSION, "vid": "proofless"},
            "es_id": number,
            "property": {**told, "create_date": whole, "valid_start": first, "valid_end": last},
            "picture": {"type": "PNG", "data": face.picture, "width": face.size, "height": face.size},
        }
    )
    certificate, key = maker
    written = _Seal({"info": info, "cert": certificate, "sign_alg_id": SM2_WITH_SM3, "signed_value": key.sign(info.dump())}).dump()
    return cast(bytes, written)


def to_sign(seal: bytes, path: str, covered: bytes, at: datetime) -> bytes:
    """What a user of the seal signs, DER (TBS_Sign). `path`: inside the package, of `covered`."""
    body = _ToSign(
        {
            "version": _VERSION,
            "eseal": _Seal.load(seal),
            "time_info": core.GeneralizedTime(at.astimezone(UTC).replace(microsecond=0)),
            "data_hash": sm3(covered),
            "property_info": path,
        }
    )
    return cast(bytes, body.dump())


def signed(body: bytes, certificate: bytes, signature: bytes) -> bytes:
    """电子签章数据: the signature with its seal, DER (SES_Signature). `body`: as `to_sign` gave it, `signature`: over it, DER."""
    whole = {"to_sign": _ToSign.load(body), "cert": certificate, "signature_alg_id": SM2_WITH_SM3, "signature": signature}
    return cast(bytes, _Signature(whole).dump())


def seal(written: bytes, user: bytes, authorities: Sequence[x509.Certificate]) -> Held:
    """Look at a seal alone, before it is used. Raises InvalidSignature where its maker did not sign it so, ValueError where it is no
    seal of version 4, or not for this certificate (DER)."""
    return _held(_loaded(_Seal, written), user, authorities)


def signature(written: bytes, beside: bytes, path: str, covered: bytes, authorities: Sequence[x509.Certificate]) -> Held:
    """Look at a signature. `beside`: the seal as it stands by itself in the package. Raises InvalidSignature where it contradicts what it
    covers or itself, ValueError where it is built otherwise; a stranger's file may make a parser raise anything else."""
    whole = _loaded(_Signature, written)
    body, user = whole["to_sign"], whole["cert"].native
    said = body["version"].native, body["property_info"].native
    if said != (_VERSION, path) or whole["signature_alg_id"].native not in _SIGNED_WITH:
        raise ValueError("no signature of version 4 at this path")
    if body["data_hash"].native != sm3(covered) or body["eseal"].dump() != beside:
        raise InvalidSignature
    held = _held(body["eseal"], user, authorities)
    _key(user).verify(whole["signature"].native, body.dump())
    return held


_SIGNED_WITH = (SM2_WITH_SM3, "sm3_sm2")  #: by number, and as `guomi.sm2` has it called


def _held(seal: Any, user: bytes, authorities: Sequence[x509.Certificate]) -> Held:
    info, told = seal["info"], seal["info"]["property"]
    version = info["header"]["id"].native, info["header"]["version"].native, told["cert_list_type"].native
    if version != (_ID, _VERSION, _WHOLE_CERTIFICATES) or seal["sign_alg_id"].native not in _SIGNED_WITH:
        raise ValueError("no seal of version 4 with whole certificates")
    if user not in [one.native for one in told["cert_list"]]:
        raise ValueError("a seal for another certificate")
    maker = seal["cert"].native
    if maker == user:
        raise ValueError("who seals made the seal")
    _key(maker).verify(seal["signed_value"].native, info.dump())
    certificates = [_loaded(x509.Certificate, one) for one in (user, maker)]
    ours = all(any(was_issued_by(one, authority) for authority in authorities) for one in certificates)
    spans = [(one["tbs_certificate"]["validity"][0].native, one["tbs_certificate"]["validity"][1].native) for one in certificates]
    spans.append((told["valid_start"].native, told["valid_end"].native))
    return Held(ours, max(first for first, _ in spans), min(last for _, last in spans))


def _key(certificate: bytes) -> PublicKey:
    return PublicKey.of(_loaded(x509.Certificate, certificate).public_key)


def _loaded(kind: Any, written: bytes) -> Any:
    return kind.load(written, strict=True)
