"""电子签章平台 (obligation 9.4): a server with the standard's rules; its key seals proofs that an independent reader finds valid, and
whatever it does wrong is told by name and seals nothing."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from cryptography import x509

from connectors import platform_calls, seal_platform
from connectors.faults import Fault, PermanentFault, TransientFault
from connectors.platform_calls import Refused
from connectors.seal import LocalSeals
from connectors.seal_platform import Address, PlatformKey
from domain.seals import SealKind
from ledger.lifecycle import remedies
from proofs.page import render
from proofs.seal_image import draw_seal
from tests.proofs.readers import poppler
from tests.proofs.samples import NAMES, page, use
from tests.seal_platform import PIN, SECRET, Platform, forget, platform


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Platform]:
    with platform(tmp_path_factory.mktemp("platform"), NAMES) as made:
        yield made


@pytest.fixture
def one(running: Platform) -> Iterator[Platform]:
    forget()
    running.log.clear()
    yield running
    running.how, running.lasts, running.status, running.enabled, running.scal = "", 300, "valid", "enabled", "2"
    (running.folder / "pin").write_text(PIN)
    (running.folder / "secret").write_text(SECRET)


@pytest.fixture
def service(one: Platform) -> LocalSeals:
    return LocalSeals(one.seals, NAMES, True, draw_seal)


def refused(service: LocalSeals, code: str, kind: type[Fault] = PermanentFault) -> str:
    """What it says: in Chinese, of 电子签章, with nothing secret in it."""
    with pytest.raises(kind) as raised:
        service.sign(render(page()), use())
    assert (raised.value.who, raised.value.code) == ("电子签章", code)
    assert PIN not in str(raised.value) and SECRET not in str(raised.value) and re.search("[一-鿿]", raised.value.text)
    return str(raised.value)


def test_a_proof_that_the_platform_signed_is_valid_and_whole(one: Platform, service: LocalSeals, tmp_path: Path) -> None:
    for kind in SealKind:
        (tmp_path / "proof.pdf").write_bytes(service.sign(render(page()), use(kind)))
        said = poppler("pdfsig", "-nocert", tmp_path / "proof.pdf")
        assert "Signature is Valid" in said and "Total document signed" in said and NAMES[kind] in said
    assert one.log == [use().id] * 2, "its log names our use"


def test_the_rules_are_enforced_by_the_server(one: Platform) -> None:
    """Or the other tests would prove nothing: without access, another digest, a second time, too late."""
    key = PlatformKey.named(one.uri("share"), certificate(one))

    async def calls() -> list[str]:
        codes = []
        async with key._calls.session() as session:
            about = {"credentialID": "share", "clientData": "u", "hashAlgorithmOID": seal_platform._SHA256, "hashes": ["A" * 43 + "="]}
            pin = {"authData": [{"id": "PIN", "value": PIN}], "numSignatures": 1}
            how = {"signAlgo": seal_platform._ECDSA_SHA256, "operationMode": "S"}
            for changed in ({"hashes": ["B" * 43 + "="]}, {"credentialID": "issuer"}, {"SAD": "made-up"}):
                sad = (await session.asked("credentials/authorize", about | pin))["SAD"]
                with pytest.raises(Refused) as raised:
                    await session.asked("signatures/signHash", about | how | {"SAD": sad} | changed)
                codes.append(raised.value.code)
            sad = (await session.asked("credentials/authorize", about | pin))["SAD"]
            await session.asked("signatures/signHash", about | how | {"SAD": sad})
            with pytest.raises(Refused) as raised:
                await session.asked("signatures/signHash", about | how | {"SAD": sad})
            return [*codes, raised.value.code]

    assert asyncio.run(calls()) == ["invalid_request"] * 4 and one.log == ["u"]


def certificate(one: Platform, kind: SealKind = SealKind.SHARE) -> x509.Certificate:
    return x509.load_pem_x509_certificate((one.seals / f"{kind}.crt.pem").read_bytes())


@pytest.mark.parametrize(
    ("how", "code"),
    [
        ("other_digest", "platform_wrong_signature"),
        ("other_key", "platform_wrong_signature"),
        ("twice", "platform_not_one"),
        ("none", "platform_not_one"),
        ("nonsense", "platform_contract"),
        ("large", "platform_contract"),
        ("elsewhere", "platform_contract"),
        ("refuses", "platform_refused"),
    ],
)
def test_what_only_a_signature_shows_seals_nothing_and_is_not_tried_again_at_once(
    one: Platform, service: LocalSeals, monkeypatch: pytest.MonkeyPatch, how: str, code: str
) -> None:
    one.how = how
    refused(service, code)
    signatures, one.how = len(one.log), ""
    refused(service, code)
    with pytest.raises(PermanentFault) as raised:  # so that the check each minute tells it, and lets nobody go on
        service.ready(SealKind.SHARE)
    assert raised.value.code == code and len(one.log) == signatures
    service.sign(render(page()), use(SealKind.ISSUER))  # the other seal is another credential
    monkeypatch.setattr(seal_platform, "_REST", 0.0)
    service.ready(SealKind.SHARE)
    service.sign(render(page()), use())


@pytest.mark.parametrize(("status", "word"), [("expired", "已过有效期"), ("revoked", "已吊销"), ("suspended", "已暂停使用")])
def test_a_certificate_that_ended_in_the_middle_of_a_day_is_told_by_its_name(
    one: Platform, service: LocalSeals, status: str, word: str
) -> None:
    service.sign(render(page()), use())
    one.status = status
    assert word in refused(service, "platform_certificate")
    one.status = "valid"
    service.sign(render(page()), use())  # nothing rests: the look each minute sees it by itself


def test_a_platform_that_would_sign_with_what_ended_is_not_asked(
    one: Platform, service: LocalSeals, monkeypatch: pytest.MonkeyPatch
) -> None:
    service.sign(render(page()), use())
    monkeypatch.setattr("tests.seal_platform._no", lambda code, *args, **more: None)
    one.status = "revoked"
    with pytest.raises(PermanentFault):
        service.ready(SealKind.SHARE)
    refused(service, "platform_certificate")
    assert len(one.log) == 1


def test_what_the_credential_must_be_is_looked_at_before_the_first_signature(one: Platform) -> None:
    for change, code in (({"scal": "1"}, "platform_unbound"), ({"enabled": "disabled"}, "platform_key_disabled")):
        for name, value in change.items():
            setattr(one, name, value)
        refused(LocalSeals(one.seals, NAMES, True, draw_seal), code)
        one.scal, one.enabled = "2", "enabled"
    other, one.keys["share"] = one.keys["share"], one.keys["issuer"]
    try:
        refused(LocalSeals(one.seals, NAMES, True, draw_seal), "platform_other_certificate")
    finally:
        one.keys["share"] = other
    assert one.log == []


def test_one_that_is_away_or_slow_is_asked_again(one: Platform, service: LocalSeals, monkeypatch: pytest.MonkeyPatch) -> None:
    one.how = "error"
    refused(service, "platform_away", TransientFault)
    monkeypatch.setattr(platform_calls, "_PATIENCE", 0.5)
    one.how = "slow"
    refused(service, "platform_slow", TransientFault)
    assert len(one.log) == 1, "it signed, and nobody got it"
    monkeypatch.undo()
    one.how = ""
    one.away()
    try:
        refused(service, "platform_away", TransientFault)
    finally:
        one.back()
    service.sign(render(page()), use())


def test_an_authorisation_that_ended_before_the_signature_is_asked_for_anew(one: Platform, service: LocalSeals) -> None:
    one.lasts = 0
    refused(service, "platform_late", TransientFault)
    one.lasts = 300
    service.sign(render(page()), use())
    assert one.log == [use().id]


def test_access_that_ended_early_is_asked_for_once_more(one: Platform, service: LocalSeals) -> None:
    service.sign(render(page()), use())
    given = one.tokens
    service.sign(render(page()), use())
    assert one.tokens == given, "it is kept while it is good"
    one.access.clear()
    service.sign(render(page()), use())
    assert one.tokens == given + 1
    one.access.clear()
    (one.folder / "secret").write_text("wrong")
    refused(service, "platform_client_refused")
    (one.folder / "secret").unlink()
    refused(service, "no_platform_secret")


def test_a_wrong_pin_is_tried_once_however_many_seal(one: Platform, service: LocalSeals) -> None:
    (one.folder / "pin").write_text("00000000")
    tries = one.pin_tries
    for _ in range(3):
        refused(service, "pin_refused")
        with pytest.raises(PermanentFault, match="没有再试"):
            service.ready(SealKind.SHARE)
    assert one.pin_tries == tries + 1
    (one.folder / "pin").write_text(PIN)
    service.sign(render(page()), use())


def test_while_one_waits_for_the_platform_others_are_sealed(one: Platform, service: LocalSeals) -> None:
    """Somebody else's network holds up nobody."""
    one.how = "together"
    with ThreadPoolExecutor(4) as threads:
        made = list(threads.map(lambda _: service.sign(render(page()), use()), range(4)))
    assert len(set(made)) == 4


def test_a_platform_that_nobody_vouches_for_hears_nothing(one: Platform, tmp_path: Path) -> None:
    key = PlatformKey.named(one.uri("share", **{"ca-source": ""}), certificate(one))
    given = one.tokens
    with pytest.raises(PermanentFault) as raised:
        key.ready()
    assert raised.value.code == "platform_untrusted" and one.tokens == given
    (tmp_path / "ca.pem").write_text("-")
    with pytest.raises(PermanentFault) as raised:
        PlatformKey.named(one.uri("share", **{"ca-source": str(tmp_path / "ca.pem")}), certificate(one))
    assert raised.value.code == "no_platform_ca"


def test_an_address_says_all_and_nothing_secret() -> None:
    whole = "https://e.example/csc/v2/?credential=a%26b&client=c&secret-source=file:/run/s&pin-source=/run/p&token-at=https://t.example/x\n"
    named = Address.named(whole)
    assert (named.base, named.credential, named.secret, named.pin) == ("https://e.example/csc/v2", "a&b", Path("/run/s"), Path("/run/p"))
    assert named.token_at == "https://t.example/x" and named.ca is None
    for text in (
        "http://e.example/csc/v2?credential=a&client=c&secret-source=file:/s",
        "https://e.example/csc/v2?credential=a&client=c",
        "https://e.example/csc/v2?credential=a&client=c&secret-source=file:/s&pin=1234",
        "https://u:1234@e.example/csc/v2?credential=a&client=c&secret-source=file:/s",
        "https://e.example/csc/v2?credential=a&credential=b&client=c&secret-source=file:/s",
        "https://e.example/csc/v2?credential=a&client=c&secret-source=file:/s&token-at=http://e.example/",
        "https://e.example:port/csc/v2?credential=a&client=c&secret-source=file:/s",
        "https:///csc/v2?credential=a&client=c&secret-source=file:/s",
    ):
        with pytest.raises(PermanentFault) as raised:
            Address.named(text)
        assert raised.value.code == "bad_uri" and "1234" not in str(raised.value)


def test_every_fault_of_a_platform_is_one_of_the_seal_and_of_no_single_case() -> None:
    source = "".join(Path(str(module.__file__)).read_text() for module in (seal_platform, platform_calls))
    codes = set(re.findall(r'Fault\(\s*WHO, "(\w+)"', source))
    assert len(codes) >= 15
    assert {code for code in codes if remedies.cause_of(f"电子签章/{code}", "failed_passes") != "seal_unavailable"} == set()
