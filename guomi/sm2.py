"""SM2 with SM3 (GB/T 32918, GB/T 32905; OID 1.2.156.10197.1.501): keys, signatures and whose certificate is whose.

OpenSSL's algorithms stand behind `cryptography`, which signs with no SM2; `gmalg` has it in Python alone. Its time depends on the
key, as that of big numbers in Python does: good for development keys and for checking; a real seal's key belongs into a module or a
platform (docs/decisions/0051-sm2-beside-ecdsa.md). Importing this names the algorithms to `asn1crypto`.
"""

from __future__ import annotations

from dataclasses import dataclass

import gmalg
from asn1crypto import algos, keys, pem, x509  # type: ignore[import-untyped]
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.hashes import SM3, Hash

SIGNATURE, DIGEST, CURVE = "sm3_sm2", "sm3", "sm2p256v1"
"""How they are called in `asn1crypto`."""
USER_ID = b"1234567812345678"
"""The signer's identity where nothing else was agreed (GM/T 0009, 10): of every certificate and of every seal."""
_BYTES = 32

algos.DigestAlgorithmId._map["1.2.156.10197.1.401"] = DIGEST
algos.SignedDigestAlgorithmId._map["1.2.156.10197.1.501"] = SIGNATURE
for _kind in (algos.DigestAlgorithmId, algos.SignedDigestAlgorithmId):
    if _kind._reverse_map is not None:
        _kind._reverse_map.update({name: oid for oid, name in _kind._map.items() if name in (DIGEST, SIGNATURE)})
keys.NamedCurve.register(CURVE, "1.2.156.10197.1.301", _BYTES)


def sm3(data: bytes) -> bytes:
    """32 bytes."""
    found = Hash(SM3())
    found.update(data)
    return found.finalize()


class _Digest:
    """SM3 as `gmalg` asks for it. Its own is in Python: 3 µs a byte, 100 ms over the picture of an electronic seal."""

    def reset(self) -> None:
        self._found = Hash(SM3())

    def update(self, data: bytes | bytearray) -> None:
        self._found.update(bytes(data))

    def value(self) -> bytes:
        return self._found.finalize()


def _of(point: bytes, secret: bytes | None = None) -> gmalg.SM2:
    one = gmalg.SM2(secret, USER_ID, point)
    one._core._hash_obj = _Digest()  # it takes no other; known answers and two other programs say that it is used rightly
    return one


@dataclass(frozen=True)
class PublicKey:
    """`point`: 65 bytes, 0x04, x, y."""

    point: bytes

    @classmethod
    def of(cls, info: keys.PublicKeyInfo) -> PublicKey:
        """Out of a certificate's. Raises ValueError where it is none of SM2."""
        if not is_sm2(info):
            raise ValueError("not a key of SM2")
        point: bytes = info["public_key"].native
        if len(point) != 1 + 2 * _BYTES or point[0] != 4 or not gmalg.SM2().verify_pk(point):
            raise ValueError("no point of the curve")
        return cls(point)

    @property
    def info(self) -> keys.PublicKeyInfo:
        algorithm = {"algorithm": "ec", "parameters": keys.ECDomainParameters("named", CURVE)}
        return keys.PublicKeyInfo({"algorithm": keys.PublicKeyAlgorithm(algorithm), "public_key": keys.ECPointBitString(self.point)})

    def verify(self, signature: bytes, data: bytes) -> None:
        """`signature`: DER. Some 20 ms. Raises InvalidSignature."""
        try:
            parts = algos.DSASignature.load(signature, strict=True)
            r, s = (parts[name].native.to_bytes(_BYTES, "big") for name in ("r", "s"))
            right = parts.dump(force=True) == signature and _of(self.point).verify(data, r, s)
        except (ValueError, OverflowError, TypeError):
            right = False
        if not right:
            raise InvalidSignature


@dataclass(frozen=True, repr=False)
class PrivateKey:
    """`secret`: 32 bytes."""

    secret: bytes
    public: PublicKey

    @classmethod
    def generate(cls) -> PrivateKey:
        secret, point = gmalg.SM2().generate_keypair()
        return cls(secret.rjust(_BYTES, b"\0"), PublicKey(point))

    @classmethod
    def read(cls, written: bytes) -> PrivateKey:
        """Out of PKCS #8 in PEM, without a password. Raises ValueError where it is no key of SM2."""
        try:
            _, _, der = pem.unarmor(written)
            info = keys.PrivateKeyInfo.load(der, strict=True)
            if not is_sm2(info, "private_key_algorithm"):
                raise ValueError("not a key of SM2")
            secret = info["private_key"].parsed["private_key"].native.to_bytes(_BYTES, "big")
        except (TypeError, KeyError, OverflowError):
            raise ValueError("not a key of SM2") from None
        return cls(secret, PublicKey(gmalg.SM2().generate_pk(secret)))

    @property
    def pem(self) -> bytes:
        inner = keys.ECPrivateKey(
            {"version": 1, "private_key": int.from_bytes(self.secret, "big"), "public_key": keys.ECPointBitString(self.public.point)}
        )
        inner["private_key"].set_encoded_width(_BYTES)
        algorithm = {"algorithm": "ec", "parameters": keys.ECDomainParameters("named", CURVE)}
        info = {"version": 0, "private_key_algorithm": keys.PrivateKeyAlgorithm(algorithm), "private_key": inner}
        written: bytes = pem.armor("PRIVATE KEY", keys.PrivateKeyInfo(info).dump())
        return written

    def sign(self, data: bytes) -> bytes:
        """DER. Some 10 ms."""
        r, s = _of(self.public.point, self.secret).sign(data)
        signature: bytes = algos.DSASignature({"r": int.from_bytes(r, "big"), "s": int.from_bytes(s, "big")}).dump()
        return signature


def is_sm2(info: keys.PublicKeyInfo | keys.PrivateKeyInfo, algorithm: str = "algorithm") -> bool:
    """Whether a key's own words name the curve."""
    said = info[algorithm]
    return bool(said["algorithm"].native == "ec" and said["parameters"].name == "named" and said["parameters"].chosen.native == CURVE)


def was_issued_by(certificate: x509.Certificate, authority: x509.Certificate) -> bool:
    """Whether the authority's key of SM2 signed it, under the authority's name."""
    if certificate.issuer != authority.subject or certificate["signature_algorithm"]["algorithm"].native != SIGNATURE:
        return False
    try:
        PublicKey.of(authority.public_key).verify(certificate["signature_value"].native, certificate["tbs_certificate"].dump())
    except (ValueError, InvalidSignature):
        return False
    return True
