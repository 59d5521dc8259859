"""密码模块 (obligation 9.4): a seal's key in a PKCS#11 module. It is made there, signs there, and never leaves it.

Which key it is says a PKCS #11 URI (RFC 7512), one line in `<kind>.key.uri`, in the place of the key's file:

    pkcs11:token=proofless;object=share?module-path=/usr/lib/softhsm/libsofthsm2.so&pin-source=file:/run/secrets/seal_pin

`pin-source` beside it names the file that holds the PIN: the line itself holds nothing secret.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from concurrent.futures import Future
from contextlib import suppress
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from threading import Lock, Thread
from typing import Any, TypeVar
from urllib.parse import parse_qsl, unquote

import pkcs11
from asn1crypto import algos, csr, keys  # type: ignore[import-untyped]
from asn1crypto import x509 as asn1_x509
from pkcs11 import Attribute, KeyType, Mechanism, ObjectClass, exceptions
from pkcs11.util.ec import encode_ec_public_key, encode_named_curve_parameters

from connectors.faults import Fault, PermanentFault, TransientFault

WHO = "电子签章"
AWAY, FULL, SLOW = "module_away", "module_full", "module_slow"
_PATIENCE = 10.0  #: seconds for an answer, and before it for the answers to those who asked earlier
_PATH, _QUERY = frozenset({"token", "object", "type"}), frozenset({"module-path", "pin-source"})
_REFUSED_PIN = (
    exceptions.PinIncorrect,
    exceptions.PinInvalid,
    exceptions.PinLenRange,
    exceptions.PinExpired,
    exceptions.UserPinNotInitialized,
)

_NO_ROOM = exceptions.SessionCount, exceptions.DeviceMemory, exceptions.HostMemory

T = TypeVar("T")

#: A module counts logins and sessions by process: one session a token, one caller at a time, whichever seal it is for.
_LOCK = Lock()
_open: dict[tuple[str, str], Any] = {}
_refused: set[tuple[str, str, bytes]] = set()


@dataclass(frozen=True)
class ModuleKey:
    """One private key in a module. `sign` raises TransientFault where the module is away, full or too slow, PermanentFault where it
    holds no such key or refuses the PIN; both name 电子签章. A call ends after twenty seconds, whatever the module does."""

    module: str  #: the path of the maker's library
    token: str
    label: str
    pin: Path  #: the file that holds it

    @classmethod
    def named(cls, uri: str) -> ModuleKey:
        """Out of its URI. Raises PermanentFault."""
        scheme, _, rest = uri.strip().partition(":")
        path, _, query = rest.partition("?")
        where = {name: unquote(value) for name, _, value in (part.partition("=") for part in path.split(";") if part)}
        how = dict(parse_qsl(query, keep_blank_values=True))
        if scheme != "pkcs11" or where.keys() - _PATH or how.keys() - _QUERY or where.get("type", "private") != "private":
            raise _unclear("密钥标识应为 pkcs11:token=…;object=…?module-path=…&pin-source=file:…,口令写在文件里,不写在标识里")
        given = where | how
        if missing := [name for name in ("token", "object", *sorted(_QUERY)) if not given.get(name)]:
            raise _unclear(f"密钥标识缺少 {'、'.join(missing)}")
        pin = how["pin-source"].removeprefix("file://").removeprefix("file:")
        return cls(how["module-path"], where["token"], where["object"], Path(pin))

    def sign(self, data: bytes) -> bytes:
        """ECDSA P-256 over SHA-256 of `data`, in DER. About 0.4 ms with SoftHSM2, some milliseconds with a module on a card."""
        raw: bytes = self._asked(lambda key: key.sign(sha256(data).digest(), mechanism=Mechanism.ECDSA))
        signature: bytes = algos.DSASignature.from_p1363(raw).dump()
        return signature

    def ready(self) -> None:
        """Find the key and sign nothing. Raises as `sign` does."""
        self._asked(lambda _: None)

    def request(self, names: Mapping[str, str]) -> bytes:
        """A certificate request (PKCS #10, DER) for this key, which is made in the module now. `names`: of the subject, by RFC 5280.

        Raises as `sign` does, and PermanentFault where the token holds a key of this label already."""
        public = self._in_time(self._made)
        info = csr.CertificationRequestInfo(
            {
                "version": "v1",
                "subject": asn1_x509.Name.build(dict(names)),
                "subject_pk_info": keys.PublicKeyInfo.load(public),
                "attributes": [],
            }
        )
        algorithm = algos.SignedDigestAlgorithm({"algorithm": "sha256_ecdsa"})
        signed = csr.CertificationRequest(
            {"certification_request_info": info, "signature_algorithm": algorithm, "signature": self.sign(info.dump())}
        )
        written: bytes = signed.dump()
        return written

    def _made(self) -> bytes:
        """The public key of a new pair, as SubjectPublicKeyInfo."""
        try:
            session = self._session(writing=True)
            try:
                return self._make(session)
            finally:
                session.close()
        except exceptions.PKCS11Error as error:
            raise self._fault(error) from None

    def _make(self, session: Any) -> bytes:
        """Neither key of the pair can be exported or changed."""
        if any(True for _ in session.get_objects({Attribute.CLASS: ObjectClass.PRIVATE_KEY, Attribute.LABEL: self.label})):
            raise PermanentFault(WHO, "key_exists", f"密码模块 {self.token} 中已有名为 {self.label} 的密钥,没有另建")
        curve = {Attribute.EC_PARAMS: encode_named_curve_parameters("secp256r1")}
        parameters = session.create_domain_parameters(KeyType.EC, curve, local=True)
        kept = {Attribute.EXTRACTABLE: False, Attribute.SENSITIVE: True}
        public, _ = parameters.generate_keypair(store=True, label=self.label, id=self.label.encode(), private_template=kept)
        encoded: bytes = encode_ec_public_key(public)
        return encoded

    def _asked(self, act: Callable[[Any], Any]) -> Any:
        """`act` on the key. What broke off is opened anew once: a module that was restarted meanwhile has forgotten its sessions."""
        return self._in_time(lambda: self._found(act))

    def _found(self, act: Callable[[Any], Any]) -> Any:
        for last in (False, True):
            try:
                session = self._session()
                return act(session.get_key(ObjectClass.PRIVATE_KEY, KeyType.EC, label=self.label))
            except exceptions.PKCS11Error as error:
                fault = self._fault(error)
                if isinstance(fault, PermanentFault):
                    raise fault from None
                self._forget()
                if last:
                    raise fault from None
        raise AssertionError("it returned or raised")

    def _in_time(self, act: Callable[[], T]) -> T:
        """`act` on a thread of its own: a call that a module does not answer cannot be taken back, and its caller, who holds up others,
        must not wait with it. What is answered after all is dropped, and then the next is let in."""
        if not _LOCK.acquire(timeout=_PATIENCE):
            raise self._slow()
        answer: Future[T] = Future()

        def run() -> None:
            try:
                answer.set_result(act())
            except BaseException as error:
                answer.set_exception(error)
            finally:
                _LOCK.release()

        Thread(target=run, name="seal module", daemon=True).start()
        try:
            return answer.result(_PATIENCE)
        except TimeoutError:
            raise self._slow() from None

    def _slow(self) -> Fault:
        return TransientFault(WHO, SLOW, f"密码模块 {self.token} 在 {_PATIENCE:.0f} 秒内没有应答")

    def _forget(self) -> None:
        if (session := _open.pop((self.module, self.token), None)) is not None:
            with suppress(exceptions.PKCS11Error):  # what is away cannot be told that it is over
                session.close()

    def _session(self, *, writing: bool = False) -> Any:
        at = self.module, self.token
        if at in _open and not writing:
            return _open[at]
        try:
            pin = self.pin.read_text().strip()
        except (OSError, ValueError):
            raise PermanentFault(WHO, "no_pin", f"读不了密码模块的口令文件 {self.pin}") from None
        tried = (*at, sha256(pin.encode()).digest())
        if tried in _refused:  # a module locks itself after a few wrong ones: the same is not tried twice
            raise self._wrong_pin()
        try:
            session = self._token().open(rw=writing, user_pin=pin)
        except exceptions.UserAlreadyLoggedIn:  # by another session of this process: the login counts for all
            session = self._token().open(rw=writing)
        except _REFUSED_PIN:
            _refused.add(tried)
            raise self._wrong_pin() from None
        if not writing:
            _open[at] = session
        return session

    def _token(self) -> Any:
        """Asked of the module itself: what is away now may have been there before."""
        try:
            library = pkcs11.lib(self.module)
        except (RuntimeError, OSError):
            raise PermanentFault(WHO, "no_module", f"打不开密码模块的程序库 {self.module}") from None
        if not any(module == self.module for module, _ in _open):
            library.reinitialize()  # a token that came since the library was opened is not seen otherwise
        return library.get_token(token_label=self.token)

    def _wrong_pin(self) -> Fault:
        return PermanentFault(WHO, "pin_refused", f"密码模块 {self.token} 不接受口令,没有再试;请改正口令文件 {self.pin}")

    def _fault(self, error: exceptions.PKCS11Error) -> Fault:
        if isinstance(error, exceptions.PinLocked):
            return PermanentFault(WHO, "pin_locked", f"密码模块 {self.token} 的口令已被锁定,请由模块管理员解锁")
        if isinstance(error, exceptions.NoSuchKey):
            return PermanentFault(WHO, "no_key", f"密码模块 {self.token} 中没有名为 {self.label} 的密钥")
        if isinstance(error, exceptions.MultipleObjectsReturned | exceptions.MultipleTokensReturned):
            return PermanentFault(WHO, "no_key", f"密码模块 {self.token} 中有多个名为 {self.label} 的密钥,无法确定用哪一个")
        if isinstance(error, _NO_ROOM):
            text = f"密码模块 {self.token} 已满(会话或存储空间用尽:{type(error).__name__}),请由模块管理员清理"
            return TransientFault(WHO, FULL, text)
        return TransientFault(WHO, AWAY, f"密码模块 {self.token} 没有应答({type(error).__name__})")


def _unclear(text: str) -> Fault:
    return PermanentFault(WHO, "bad_uri", text)
