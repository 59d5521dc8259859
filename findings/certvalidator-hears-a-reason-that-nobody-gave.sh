#!/usr/bin/env bash
# pyhanko-certvalidator 0.33.0 (Python package, 2026-11-30, https://github.com/MatthiasValvekens/pyHanko): a certificate that was revoked
# without a reason is reported as revoked for "unspecified", out of a list (CRL) as out of an answer (OCSP).
#
# RFC 5280 5.3.1 has the one say what the other says. RFC 3161 4 does not: where the certificate of a timestamp server is revoked with the
# reason unspecified, what it stamped before stays good; without a reason all that it ever stamped is invalid. Whoever judges timestamps has
# to look whether the reason is there himself.
#
# Seen:  list, no reason: unspecified, in the entry None
#        list, unspecified: unspecified, in the entry unspecified
#        answer, no reason: unspecified, in the answer None
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/python" -m pip install --quiet --disable-pip-version-check pyhanko-certvalidator==0.33.0 cryptography==50.0.2
cd "$folder"
venv/bin/python - > seen <<'PYTHON'
import asyncio
from datetime import UTC, datetime, timedelta

from asn1crypto import x509 as asn1
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509 import ocsp
from pyhanko_certvalidator import ValidationContext
from pyhanko_certvalidator.authority import CertTrustAnchor
from pyhanko_certvalidator.errors import RevokedError
from pyhanko_certvalidator.path import ValidationPath
from pyhanko_certvalidator.revinfo.validate_crl import verify_crl
from pyhanko_certvalidator.revinfo.validate_ocsp import verify_ocsp_response

now, day, key = datetime.now(UTC), timedelta(days=1), ec.generate_private_key(ec.SECP256R1())


def certificate(name, ca):
    subject, issuer = (x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, one)]) for one in (name, "Root"))
    made = x509.CertificateBuilder().subject_name(subject).issuer_name(issuer).public_key(key.public_key())
    made = made.serial_number(x509.random_serial_number()).not_valid_before(now - day).not_valid_after(now + day)
    return made.add_extension(x509.BasicConstraints(ca, None), True).sign(key, SHA256())


root, server = certificate("Root", True), certificate("Server", False)
own, leaf = (asn1.Certificate.load(one.public_bytes(Encoding.DER)) for one in (root, server))
path = ValidationPath(CertTrustAnchor(own), [], leaf)


def said(check, **known):
    try:
        asyncio.run(check(leaf, path, ValidationContext(trust_roots=[own], **known)))
    except RevokedError as error:
        return error.reason.native


for name, reason in (("no reason", None), ("unspecified", x509.ReasonFlags.unspecified)):
    entry = x509.RevokedCertificateBuilder(server.serial_number, now - timedelta(hours=1))
    entry = entry.add_extension(x509.CRLReason(reason), False) if reason else entry
    listed = x509.CertificateRevocationListBuilder(root.subject, now - timedelta(minutes=1), now + day)
    listed = listed.add_revoked_certificate(entry.build()).sign(key, SHA256())
    given = [one.value.reason.value for one in listed[0].extensions] or [None]
    print(f"list, {name}: {said(verify_crl, crls=[listed.public_bytes(Encoding.DER)])}, in the entry {given[0]}")
answer = ocsp.OCSPResponseBuilder().responder_id(ocsp.OCSPResponderEncoding.HASH, root)
revoked = ocsp.OCSPCertStatus.REVOKED, now - timedelta(minutes=1), now + day, now - timedelta(hours=1), None
answer = answer.add_response(server, root, SHA256(), *revoked).sign(key, SHA256())
given = answer.revocation_reason
print(f"answer, no reason: {said(verify_ocsp_response, ocsps=[answer.public_bytes(Encoding.DER)])}, in the answer {given}")
PYTHON
cat seen
diff seen - <<'SEEN'
list, no reason: unspecified, in the entry None
list, unspecified: unspecified, in the entry unspecified
answer, no reason: unspecified, in the answer None
SEEN
