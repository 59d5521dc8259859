"""吊销查询 (OCSP, RFC 6960): whether one certificate was revoked, by the word of its authority's responder, where the authority publishes
no list. The answers are kept inside a proof as the lists are, so that a later check asks nobody."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from asn1crypto import ocsp as asn1_ocsp  # type: ignore[import-untyped]
from asn1crypto import x509 as asn1_x509
from cryptography import x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.hashes import SHA1, HashAlgorithm
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509 import ocsp
from cryptography.x509.oid import ExtendedKeyUsageOID

from connectors.revocation_lists import Unfit, read
from connectors.timestamp_token import TOLERANCE

_LARGEST = 65_536  #: bytes of an answer


@dataclass(frozen=True)
class Answer:
    """`until`: when it must be asked again. Aware."""

    response: asn1_ocsp.OCSPResponse
    revoked: bool
    until: datetime


class Responders:
    """Those that the folder names, asked in order. An answer is kept until its next update: a night's proofs share their certificates.

    One thread at a time.
    """

    def __init__(self, urls: Sequence[str] = ()) -> None:
        self._urls = urls
        self._known: dict[tuple[bytes, int], Answer] = {}

    @property
    def revoked(self) -> frozenset[tuple[bytes, int]]:
        """Issuer (DER) and serial number of each certificate of which one of them has said so."""
        return frozenset(self.revoking)

    @property
    def revoking(self) -> dict[tuple[bytes, int], asn1_ocsp.OCSPResponse]:
        """By which answer each is."""
        return {which: answer.response for which, answer in self._known.items() if answer.revoked}

    def about(
        self, certificate: asn1_x509.Certificate, authorities: Iterable[asn1_x509.Certificate], faults: dict[str, str]
    ) -> Answer | None:
        """The first answer that is fit; None where none is, with each responder's code in `faults`. Blocks."""
        which = certificate.issuer.dump(), certificate.serial_number
        now = datetime.now(UTC)
        if (known := self._known.get(which)) is not None and now < known.until:
            return known
        for url in self._urls:
            try:
                self._known[which] = _asked(url, *_with_issuer(certificate, authorities))
            except Unfit as unfit:
                faults[url.rpartition("@")[2]] = unfit.code
            else:
                return self._known[which]
        return None


def _with_issuer(
    certificate: asn1_x509.Certificate, authorities: Iterable[asn1_x509.Certificate]
) -> tuple[x509.Certificate, x509.Certificate]:
    """By the signature: a renewed authority has the name of the one before. Raises Unfit."""
    for each in authorities:
        if each.subject == certificate.issuer:
            try:
                one, issuer = x509.load_der_x509_certificate(certificate.dump()), x509.load_der_x509_certificate(each.dump())
                one.verify_directly_issued_by(issuer)
            except (ValueError, TypeError, InvalidSignature, UnsupportedAlgorithm):  # also of a kind that is not read here: SM2
                continue
            return one, issuer
    raise Unfit("unknown_issuer")


def _asked(url: str, one: x509.Certificate, authority: x509.Certificate) -> Answer:
    # RFC 5019: of all digests this one is known to every responder; it hides nothing and proves nothing here.
    request = ocsp.OCSPRequestBuilder().add_certificate(one, authority, SHA1()).build()  # noqa: S303
    body = request.public_bytes(Encoding.DER)
    raw = asyncio.run(read(url, _LARGEST, body, "application/ocsp-request"))
    return _judged(raw, one, authority, datetime.now(UTC))


def _judged(raw: bytes, one: x509.Certificate, authority: x509.Certificate, now: datetime) -> Answer:
    """Raises Unfit where it is not the authority's word of this certificate, or not of now."""
    try:
        found = ocsp.load_der_ocsp_response(raw)
        if found.response_status != ocsp.OCSPResponseStatus.SUCCESSFUL:
            raise Unfit("refused")
        said = [each for each in found.responses if _about(each, one, authority)]
        signed = any(_signed(found, each) for each in _who(found, authority, now))
        response = asn1_ocsp.OCSPResponse.load(raw)
    except Unfit:
        raise
    except Exception:  # a parser fails in any way over what is no answer
        raise Unfit("not_answer") from None
    if not signed:
        raise Unfit("unknown_issuer")
    if len(said) != 1 or said[0].certificate_status == ocsp.OCSPCertStatus.UNKNOWN:
        raise Unfit("unknown_certificate")
    since = said[0].this_update_utc
    until = said[0].next_update_utc or since + TOLERANCE  # without, it is of its own moment alone
    if since - TOLERANCE > now or until < now:
        raise Unfit("stale")
    return Answer(response, said[0].certificate_status == ocsp.OCSPCertStatus.REVOKED, until)


def _about(said: ocsp.OCSPSingleResponse, one: x509.Certificate, authority: x509.Certificate) -> bool:
    asked = ocsp.OCSPRequestBuilder().add_certificate(one, authority, said.hash_algorithm).build()
    return (said.serial_number, said.issuer_key_hash, said.issuer_name_hash) == (
        asked.serial_number,
        asked.issuer_key_hash,
        asked.issuer_name_hash,
    )


def _who(found: ocsp.OCSPResponse, authority: x509.Certificate, now: datetime) -> list[x509.Certificate]:
    """Who may have signed: the authority, or whom it named for that and will not revoke (else one would have to ask about him, too)."""
    return [authority, *(each for each in found.certificates if _named_by(each, authority, now))]


def _named_by(one: x509.Certificate, authority: x509.Certificate, now: datetime) -> bool:
    try:
        one.verify_directly_issued_by(authority)
        usage = one.extensions.get_extension_for_class(x509.ExtendedKeyUsage).value
        one.extensions.get_extension_for_class(x509.OCSPNoCheck)
    except Exception:  # whatever is wrong with it, it is not named
        return False
    return ExtendedKeyUsageOID.OCSP_SIGNING in usage and one.not_valid_before_utc <= now <= one.not_valid_after_utc


def _signed(found: ocsp.OCSPResponse, by: x509.Certificate) -> bool:
    key, digest = by.public_key(), found.signature_hash_algorithm
    assert isinstance(digest, HashAlgorithm)
    try:
        if isinstance(key, ec.EllipticCurvePublicKey):
            key.verify(found.signature, found.tbs_response_bytes, ec.ECDSA(digest))
        elif isinstance(key, rsa.RSAPublicKey):
            key.verify(found.signature, found.tbs_response_bytes, padding.PKCS1v15(), digest)
        else:
            return False
    except InvalidSignature:
        return False
    return True
