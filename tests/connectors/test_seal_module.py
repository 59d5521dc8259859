"""密码模块 (obligation 9.4): a real SoftHSM2; keys made in it seal proofs that an independent reader finds valid."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pkcs11
import pytest
from pkcs11 import Attribute, ObjectClass, exceptions

from connectors import seal_module
from connectors.faults import PermanentFault, TransientFault
from connectors.seal import LocalSeals
from connectors.seal_module import ModuleKey
from domain.seals import SealKind
from ledger.lifecycle import remedies
from proofs.page import render
from proofs.seal_image import draw_seal
from tests.lasting import make_seals
from tests.patience import wait_until
from tests.proofs.readers import poppler
from tests.proofs.samples import NAMES, page, use
from tests.seal_module import PIN, Module, forget, softhsm


@pytest.fixture(scope="module")
def module(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Module]:
    with softhsm(tmp_path_factory.mktemp("module"), NAMES) as made:
        yield made


@pytest.fixture
def service(module: Module) -> LocalSeals:
    forget()
    return LocalSeals(module.seals, NAMES, True, draw_seal)


def fault(kind: type[TransientFault | PermanentFault], key: ModuleKey) -> str:
    with pytest.raises(kind) as raised:
        key.ready()
    assert raised.value.who == "电子签章" and PIN not in str(raised.value)
    return str(raised.value.code)


def test_a_proof_that_the_module_signed_is_valid_and_whole(service: LocalSeals, tmp_path: Path) -> None:
    for kind in SealKind:
        (tmp_path / "proof.pdf").write_bytes(service.sign(render(page()), use(kind)))
        said = poppler("pdfsig", "-nocert", tmp_path / "proof.pdf")
        assert "Signature is Valid" in said and "Total document signed" in said and NAMES[kind] in said


def test_the_key_is_made_in_the_module_and_cannot_leave_it(module: Module, service: LocalSeals) -> None:
    service.ready(SealKind.SHARE)
    (session,) = seal_module._open.values()
    (key,) = session.get_objects({Attribute.CLASS: ObjectClass.PRIVATE_KEY, Attribute.LABEL: "share"})
    assert key[Attribute.SENSITIVE] and not key[Attribute.EXTRACTABLE] and key[Attribute.LOCAL]
    with pytest.raises(pkcs11.exceptions.AttributeSensitive):
        key[Attribute.VALUE]
    with pytest.raises(PermanentFault, match="已有名为 share 的密钥"):
        ModuleKey.named(module.uri("share")).request({"common_name": "演示"})


def test_many_at_a_time_share_one_session(service: LocalSeals) -> None:
    with ThreadPoolExecutor(4) as threads:
        made = list(threads.map(lambda kind: service.sign(render(page()), use(kind)), [*SealKind] * 6))
    assert len(made) == 12 and len(seal_module._open) == 1


def test_a_module_that_is_away_is_asked_again_and_found_when_it_is_back(module: Module, service: LocalSeals) -> None:
    service.sign(render(page()), use())
    module.away()
    try:
        with pytest.raises(TransientFault) as raised:
            service.sign(render(page()), use())
        assert raised.value.code == "module_away"
    finally:
        module.back()
    service.sign(render(page()), use())


def test_a_module_that_does_not_answer_holds_up_nobody_for_ever(
    module: Module, service: LocalSeals, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """Obligation 9.4: a call inside a module cannot be ended. Who asked, who asks after him and whose key is elsewhere go on."""
    service.sign(render(page()), use())
    seals = tmp_path / "seals"
    make_seals(seals, NAMES)
    for name in ("share.crt.pem", "share.key.uri"):
        (seals / name).write_bytes((module.seals / name).read_bytes())
    (seals / "share.key.pem").unlink()
    (seals / "ca.crt.pem").write_bytes((seals / "ca.crt.pem").read_bytes() + (module.seals / "ca.crt.pem").read_bytes())
    mixed = LocalSeals(seals, NAMES, True, draw_seal)
    monkeypatch.setattr(seal_module, "_PATIENCE", 3.0)
    with module.hangs(), ThreadPoolExecutor(1) as thread:
        waiting = thread.submit(mixed.sign, render(page()), use())
        wait_until(seal_module._LOCK.locked, 5, "the module was not asked")
        mixed.sign(render(page()), use(SealKind.ISSUER))
        assert not waiting.done(), "a key in a file waits for no module"
        monkeypatch.setattr(seal_module, "_PATIENCE", 0.2)
        for ask in (waiting.result, lambda: service.sign(render(page()), use()), lambda: service.ready(SealKind.SHARE)):
            with pytest.raises(TransientFault) as raised:
                ask()
            assert raised.value.code == "module_slow" and "演示" in str(raised.value)
    service.sign(render(page()), use())  # what was answered after all is nobody's


@pytest.mark.parametrize(
    ("error", "kind", "code"),
    [
        (exceptions.SessionCount, TransientFault, "module_full"),
        (exceptions.DeviceMemory, TransientFault, "module_full"),
        (exceptions.PinLocked, PermanentFault, "pin_locked"),
        (exceptions.TokenNotPresent, TransientFault, "module_away"),
    ],
)
def test_full_locked_and_away_are_told_apart_also_where_a_key_is_made(
    module: Module, monkeypatch: pytest.MonkeyPatch, error: type[Exception], kind: type[TransientFault | PermanentFault], code: str
) -> None:
    forget()
    key = ModuleKey.named(module.uri("share"))

    def fails(_self: ModuleKey) -> None:
        raise error

    monkeypatch.setattr(ModuleKey, "_token", fails)
    assert fault(kind, key) == code
    with pytest.raises(kind) as raised:
        key.request({"common_name": "演示"})
    assert raised.value.code == code
    monkeypatch.undo()
    key.ready()


@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")  # the binding ends its search in a session that is over
def test_a_session_that_broke_off_is_opened_anew(service: LocalSeals) -> None:
    service.ready(SealKind.SHARE)
    (session,) = seal_module._open.values()
    session.close()
    service.sign(render(page()), use())


def test_a_wrong_pin_is_tried_once_however_many_seal(module: Module, monkeypatch: pytest.MonkeyPatch) -> None:
    """A module locks itself after a few wrong ones."""
    forget()
    wrong = module.folder / "wrong"
    wrong.write_text("00000000")
    key = ModuleKey.named(module.uri("share").replace(str(module.pin), str(wrong)))
    tried = []
    inside = ModuleKey._token
    monkeypatch.setattr(ModuleKey, "_token", lambda self: tried.append(1) or inside(self))
    assert [fault(PermanentFault, key) for _ in range(5)] == ["pin_refused"] * 5 and len(tried) == 1
    wrong.write_text(PIN)
    key.ready()


def test_what_is_not_there_is_told_by_name(module: Module) -> None:
    forget()
    assert fault(PermanentFault, ModuleKey.named(module.uri("nobody"))) == "no_key"
    assert fault(TransientFault, ModuleKey.named(module.uri("share", token="另一枚"))) == "module_away"
    assert fault(PermanentFault, ModuleKey("/nowhere/module.so", "演示", "share", module.pin)) == "no_module"
    forget()
    assert fault(PermanentFault, ModuleKey(str(module.library), "演示", "share", module.folder / "none")) == "no_pin"
    for text in (
        "share.key.pem",
        "pkcs11:object=share?module-path=/m.so&pin-source=file:/pin",
        "pkcs11:token=演示;object=share?module-path=/m.so",
        "pkcs11:token=演示;object=share?module-path=/m.so&pin-source=file:/pin&pin-value=1234",
        "pkcs11:token=演示;object=share;type=public?module-path=/m.so&pin-source=file:/pin",
    ):
        with pytest.raises(PermanentFault) as raised:
            ModuleKey.named(text)
        assert raised.value.code == "bad_uri" and "1234" not in str(raised.value)
    named = ModuleKey.named("pkcs11:token=%E6%BC%94%E7%A4%BA;object=a%3Bb;type=private?module-path=/m.so&pin-source=/pin\n")
    assert (named.token, named.label, named.pin) == ("演示", "a;b", Path("/pin"))


def test_a_signature_that_is_not_the_certificates_seals_nothing(module: Module, tmp_path: Path) -> None:
    """The line names the other seal's key."""
    forget()
    for name in ("ca.crt.pem", "share.crt.pem", "issuer.crt.pem", "issuer.key.uri"):
        (tmp_path / name).write_bytes((module.seals / name).read_bytes())
    (tmp_path / "share.key.uri").write_text(module.uri("issuer"))
    mixed = LocalSeals(tmp_path, NAMES, True, draw_seal)
    with pytest.raises(PermanentFault) as raised:
        mixed.sign(render(page()), use())
    assert raised.value.code == "wrong_signature"
    (tmp_path / "issuer.key.pem").write_text("-")
    with pytest.raises(PermanentFault, match="只留一个"):
        LocalSeals(tmp_path, NAMES, True, draw_seal)


def test_every_fault_of_a_module_is_one_of_the_seal_and_of_no_single_case() -> None:
    source = Path(seal_module.__file__).read_text()
    for code in ("module_away", "module_full", "module_slow", "pin_refused", "pin_locked", "no_pin", "no_key", "no_module", "bad_uri"):
        assert f'"{code}"' in source and remedies.cause_of(f"电子签章/{code}", "failed_passes") == "seal_unavailable"
    # What only a signature shows is seen by no look each minute: it is retried by a person, or it would be for ever.
    for code in ("other_page", "wrong_signature"):
        assert remedies.cause_of(f"电子签章/{code}", "permanent_fault") == "permanent_fault"
