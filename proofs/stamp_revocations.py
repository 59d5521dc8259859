"""吊销与时间戳: what the revocation of an authority's certificate does to the times that it said (obligation 11.1; RFC 3161, 4).

Known from lists (CRL) and answers (OCSP) that are at hand, never fetched. A revocation does not end: it counts out of a list that is
overtaken, too, but only where the issuer of the certificate signed it.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from types import MappingProxyType

from asn1crypto import x509 as asn1_x509  # type: ignore[import-untyped]
from cryptography import x509
from cryptography.x509 import ReasonFlags, ocsp
from pyhanko_certvalidator import ValidationContext
from pyhanko_certvalidator.errors import OCSPNoMatchesError, OCSPValidationIndeterminateError, RevokedError
from pyhanko_certvalidator.path import ValidationPath
from pyhanko_certvalidator.revinfo.validate_ocsp import verify_ocsp_response

#: After these what was signed before stays good: the key was never anybody else's. A list that gives no reason does not say so.
_KEPT = frozenset({ReasonFlags.unspecified, ReasonFlags.affiliation_changed, ReasonFlags.superseded, ReasonFlags.cessation_of_operation})
_WHY = MappingProxyType(
    {
        None: "没有写明原因",
        ReasonFlags.unspecified: "原因写为未指明",
        ReasonFlags.key_compromise: "私钥泄露",
        ReasonFlags.ca_compromise: "颁发机构私钥泄露",
        ReasonFlags.aa_compromise: "颁发机构私钥泄露",
        ReasonFlags.affiliation_changed: "单位变更",
        ReasonFlags.superseded: "证书已被替换",
        ReasonFlags.cessation_of_operation: "停止使用",
        ReasonFlags.certificate_hold: "证书暂停使用",
        ReasonFlags.privilege_withdrawn: "资格被收回",
    }
)


@dataclass(frozen=True)
class Revocation:
    """`since`: the day of revocation, or the earlier one from which on the key is not relied on (invalidity date). Aware."""

    since: datetime
    reason: ReasonFlags | None

    @property
    def why(self) -> str:
        return _WHY.get(self.reason, _WHY[None])

    def takes(self, said: datetime, seen: datetime) -> bool:
        """Whether it takes a time that was `said` and `seen` by others at another: a stolen key says any time, so that what counts is
        when its word was seen, by the timestamp that covers it or now."""
        return self.since <= (said if self.reason in _KEPT else seen)


@dataclass(frozen=True)
class Revocations:
    """`lists` and `answers`: DER, from anywhere."""

    lists: Sequence[bytes] = ()
    answers: Sequence[bytes] = ()

    def __add__(self, others: Revocations) -> Revocations:
        return Revocations((*self.lists, *others.lists), (*self.answers, *others.answers))

    def against(self, path: ValidationPath | None, said: datetime, seen: datetime) -> Revocation | None:
        """Of a certificate of this path the first revocation that takes the time (`Revocation.takes`). Raises whatever a parser raises."""
        if path is None or not (self.lists or self.answers):
            return None
        chain = list(path.iter_certs(include_root=True))
        found = [
            each
            for issuer, one in zip(chain, chain[1:], strict=False)
            for each in (*self._listed(one, issuer), *self._answered(one, path))
            if each.takes(said, seen)
        ]
        return min(found, key=lambda each: each.since, default=None)

    def _listed(self, one: asn1_x509.Certificate, issuer: asn1_x509.Certificate) -> Iterator[Revocation]:
        by, key = issuer.subject.dump(), x509.load_der_x509_certificate(issuer.dump()).public_key()
        read = [x509.load_der_x509_crl(written) for written in self.lists]
        own = [each for each in read if each.issuer.public_bytes() == by and each.is_signature_valid(key)]  # type: ignore[arg-type]
        own.sort(key=lambda each: each.last_update_utc)
        for listed in own:
            entry = listed.get_revoked_certificate_by_serial_number(one.serial_number)
            if entry is None:
                continue
            said = {type(each.value): each.value for each in entry.extensions}
            reason, invalid = said.get(x509.CRLReason), said.get(x509.InvalidityDate)
            found = Revocation(entry.revocation_date_utc, reason.reason if isinstance(reason, x509.CRLReason) else None)
            if isinstance(invalid, x509.InvalidityDate):
                found = replace(found, since=min(found.since, invalid.invalidity_date_utc))
            if found.reason is not ReasonFlags.certificate_hold or listed is own[-1]:  # alone of all a hold may end
                yield found

    def _answered(self, one: asn1_x509.Certificate, path: ValidationPath) -> Iterator[Revocation]:
        for written in self.answers:
            said = ocsp.load_der_ocsp_response(written)
            if said.response_status is not ocsp.OCSPResponseStatus.SUCCESSFUL:
                continue
            context = ValidationContext(trust_roots=[path.trust_anchor], moment=said.produced_at_utc, allow_fetching=False, ocsps=[written])
            try:  # pyHanko says whether it is its authority's word of this certificate; a reason that is missing it calls unspecified
                asyncio.run(verify_ocsp_response(one, path, context))
            except RevokedError as error:
                yield Revocation(error.revocation_dt, next(said.responses).revocation_reason)
            except (OCSPNoMatchesError, OCSPValidationIndeterminateError):
                continue


NOTHING_REVOKED = Revocations()
