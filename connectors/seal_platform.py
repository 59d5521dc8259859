"""电子签章平台 (obligation 9.4): a seal's key that a remote platform holds (API v2 of the Cloud Signature Consortium, HTTPS).

Which key it is says an address, one line in `<kind>.key.uri`, in the place of the key's file:

    https://HOST/csc/v2?credential=…&client=…&secret-source=file:/run/secrets/esign_secret&pin-source=file:/run/secrets/esign_pin

Also `ca-source=file:…` (who vouches for the platform's TLS, where it is none that machines know) and `token-at=https://…` (where access
is given, if not at `oauth2/token` below the address). The line itself holds nothing secret.
"""

from __future__ import annotations

import asyncio
import re
import ssl
import time
from base64 import b64decode, b64encode
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlsplit, urlunsplit

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding

from connectors.faults import Fault, PermanentFault, TransientFault
from connectors.platform_calls import WHO, Calls, Refused, Session, against_contract

_ECDSA_SHA256, _SHA256 = "1.2.840.10045.4.3.2", "2.16.840.1.101.3.4.2.1"
_MUST, _MAY = frozenset({"credential", "client", "secret-source"}), frozenset({"pin-source", "ca-source", "token-at"})
_ENDED = {"expired": "已过有效期", "revoked": "已吊销", "suspended": "已暂停使用"}
_REST = 600.0
"""Seconds in which a platform that failed as only a signature shows is not asked again, or each waiting case were one more try."""
_SEEN_IN_SIGNING = frozenset({"platform_refused", "platform_contract", "platform_not_one", "platform_wrong_signature"})
_refused_pins: set[tuple[str, str, bytes]] = set()


@dataclass(frozen=True)
class Address:
    """What the line says. `secret`, `pin`, `ca`: files."""

    base: str
    credential: str
    client: str
    secret: Path
    pin: Path | None
    ca: Path | None
    token_at: str

    @classmethod
    def named(cls, uri: str) -> Address:
        """Raises PermanentFault."""
        try:
            parts = urlsplit(uri.strip())
            pairs = parse_qsl(parts.query, keep_blank_values=True, strict_parsing=True)
            plain = parts.scheme == "https" and parts.hostname and not parts.fragment and "@" not in parts.netloc and parts.port != 0
        except ValueError:
            pairs, plain = [], False
        given = dict(pairs)
        if not plain or given.keys() - _MUST - _MAY or len(given) < len(pairs):
            raise _unclear("密钥标识应为 https://…/csc/v2?credential=…&client=…&secret-source=file:…,口令写在文件里,不写在标识里")
        if missing := [name for name in sorted(_MUST) if not given.get(name)]:
            raise _unclear(f"密钥标识缺少 {'、'.join(missing)}")
        base = urlunsplit((parts.scheme, parts.netloc, parts.path.rstrip("/"), "", ""))
        token_at = given.get("token-at") or f"{base}/oauth2/token"
        if not token_at.startswith("https://"):
            raise _unclear("token-at 应为 https 网址:口令不得明文传送")
        pin, ca = (_file(given[name]) if given.get(name) else None for name in ("pin-source", "ca-source"))
        return cls(base, given["credential"], given["client"], _file(given["secret-source"]), pin, ca, token_at)


class PlatformKey:
    """One credential of a platform. Its signature is authorised for one digest, once (SCAL 2), and bears the recorded use as `clientData`,
    so that the platform's own log can be matched with ours. Any number of threads may sign at a time.

    Raises TransientFault where the platform is away, slow or late, PermanentFault where it refuses or does what was not agreed;
    both name 电子签章.
    """

    def __init__(self, at: Address, certificate: x509.Certificate) -> None:
        self._at, self._certificate = at, certificate
        self._calls = Calls(at.base, at.token_at, at.client, at.secret, _trust(at.ca))
        self._looked = False
        self._resting: tuple[PermanentFault, float] | None = None

    @classmethod
    def named(cls, uri: str, certificate: x509.Certificate) -> PlatformKey:
        """Out of its address. Raises PermanentFault."""
        return cls(Address.named(uri), certificate)

    async def sign(self, data: bytes, use: str) -> bytes:
        """ECDSA P-256 over SHA-256 of `data`, in DER, verified with the certificate. `use`: the recorded use, a uuid."""
        self._let_rest()
        pin = self._pin()
        try:
            async with self._calls.session() as session:
                if not self._looked:
                    await self._look(session)
                return await self._signed(session, data, pin, use)
        except Refused as refused:
            raise await self._why(refused, pin) from None
        except PermanentFault as fault:
            raise self._resting_for(fault) from None

    def ready(self) -> None:
        """Look whether it could sign, and sign nothing. Raises as `sign` does."""
        self._let_rest()
        self._pin()
        asyncio.run(self._ready())

    async def _ready(self) -> None:
        self._looked = False  # what has ended since is seen before the next signature
        try:
            async with self._calls.session() as session:
                await self._look(session)
        except Refused as refused:
            raise PermanentFault(WHO, "platform_refused", refused.text) from None

    async def _look(self, session: Session) -> None:
        """What the platform says of the credential: ours, in force, and authorised digest by digest."""
        said = await session.asked("credentials/info", {"credentialID": self._at.credential, "certificates": "single", "certInfo": True})
        certificate, key = said.get("cert"), said.get("key")
        try:
            found = b64decode(certificate["certificates"][0])  # type: ignore[index]
            standing, enabled = certificate.get("status", "valid"), key["status"]  # type: ignore[union-attr, index]
        except (TypeError, KeyError, IndexError, ValueError, AttributeError):
            raise against_contract("没有按约定说明凭证") from None
        if standing != "valid":
            raise PermanentFault(WHO, "platform_certificate", f"电子签章平台称印章证书{_ENDED.get(standing, '不可用')},没有用印;请办理变更")
        if enabled != "enabled":
            raise PermanentFault(WHO, "platform_key_disabled", "电子签章平台停用了印章的密钥,没有用印;请联系平台")
        if found != self._certificate.public_bytes(Encoding.DER):
            text = "电子签章平台上的证书不是印章目录中的证书,没有用印;平台换了证书的,请办理变更"
            raise PermanentFault(WHO, "platform_other_certificate", text)
        if str(said.get("SCAL", "1")) != "2":
            text = "电子签章平台的授权不限定摘要(SCAL 不是 2),没有用印;请平台改为逐份授权"
            raise PermanentFault(WHO, "platform_unbound", text)
        self._looked = True

    async def _signed(self, session: Session, data: bytes, pin: str | None, use: str) -> bytes:
        about = {"credentialID": self._at.credential, "hashes": [_base64(sha256(data).digest())], "hashAlgorithmOID": _SHA256}
        about["clientData"] = use
        proof = {} if pin is None else {"authData": [{"id": "PIN", "value": pin}]}
        began = time.monotonic()
        given = await session.asked("credentials/authorize", {**about, "numSignatures": 1, **proof})
        sad, lasts = given.get("SAD"), given.get("expiresIn", 3600)
        if not isinstance(sad, str) or not sad or not isinstance(lasts, int):
            raise against_contract("没有按约定给出授权")
        try:
            answer = await session.asked("signatures/signHash", {**about, "SAD": sad, "signAlgo": _ECDSA_SHA256, "operationMode": "S"})
        except Refused as refused:
            if time.monotonic() - began >= lasts or refused.expired:
                raise TransientFault(WHO, "platform_late", "电子签章平台的授权在签名以前已过期,没有用印") from None
            raise
        return self._checked(answer.get("signatures"), data)

    def _checked(self, signatures: Any, data: bytes) -> bytes:
        """Over what it signed, and with whose key, is only seen by looking."""
        if not isinstance(signatures, list) or len(signatures) != 1:
            text = "电子签章平台对一份摘要没有给出恰好一个签名,没有采用"
            raise PermanentFault(WHO, "platform_not_one", text)
        public = self._certificate.public_key()
        try:
            signature = b64decode(signatures[0], validate=True)
            assert isinstance(public, ec.EllipticCurvePublicKey)
            public.verify(signature, data, ec.ECDSA(SHA256()))
        except (InvalidSignature, ValueError, TypeError):
            text = "电子签章平台签的不是送签的摘要,或用的不是印章的密钥,没有采用;请联系平台"
            raise PermanentFault(WHO, "platform_wrong_signature", text) from None
        return signature

    async def _why(self, refused: Refused, pin: str | None) -> Fault:
        """A refusal by its cause: the platform's codes do not say that a certificate was revoked."""
        if refused.code == "invalid_pin" and pin is not None:
            _refused_pins.add(self._tried(pin))
            return self._wrong_pin()
        try:
            async with self._calls.session() as session:
                await self._look(session)
        except Refused as again:
            refused = again
        except Fault as fault:
            return fault
        return self._resting_for(PermanentFault(WHO, "platform_refused", refused.text))

    def _pin(self) -> str | None:
        if self._at.pin is None:
            return None
        try:
            pin = self._at.pin.read_text().strip()
        except (OSError, ValueError):
            raise PermanentFault(WHO, "no_pin", f"读不了电子签章平台的口令文件 {self._at.pin}") from None
        if self._tried(pin) in _refused_pins:  # platforms lock a credential after a few wrong ones: the same is not tried twice
            raise self._wrong_pin()
        return pin

    def _tried(self, pin: str) -> tuple[str, str, bytes]:
        return self._at.base, self._at.credential, sha256(pin.encode()).digest()

    def _wrong_pin(self) -> Fault:
        return PermanentFault(WHO, "pin_refused", f"电子签章平台不接受口令,没有再试;请改正口令文件 {self._at.pin}")

    def _resting_for(self, fault: PermanentFault) -> PermanentFault:
        if fault.code in _SEEN_IN_SIGNING:
            self._resting = fault, time.monotonic()
        return fault

    def _let_rest(self) -> None:
        if self._resting is not None and time.monotonic() < self._resting[1] + _REST:
            known = self._resting[0]
            raise type(known)(known.who, known.code, known.text)
        self._resting = None


def _trust(ca: Path | None) -> ssl.SSLContext | None:
    if ca is None:
        return None
    try:
        return ssl.create_default_context(cafile=str(ca))
    except (OSError, ValueError):
        raise PermanentFault(WHO, "no_platform_ca", f"读不了电子签章平台的颁发机构证书 {ca}") from None


def _base64(data: bytes) -> str:
    return b64encode(data).decode()


def _file(source: str) -> Path:
    return Path(re.sub(r"^file:(//)?", "", source))


def _unclear(text: str) -> Fault:
    return PermanentFault(WHO, "bad_uri", text)
