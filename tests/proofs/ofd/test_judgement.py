"""OFD 验真 (obligation 11.1): the four facts of every file that may be shown to us as an OFD proof."""

from __future__ import annotations

import io
import struct
import zipfile
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path

import pytest

import proofs.ofd.judgement
from connectors.seal_keys import load
from domain.seals import SealKind
from guomi import ofd, ses, sm2
from proofs.check import check
from proofs.ofd.document import render_ofd
from proofs.sealed_when import Time, When
from proofs.verdicts import CheckResult, Verdict
from runtime.services.development_keys import VALID_FROM, ensure_development_seals
from tests.proofs.ofd.samples import NOW, SEALED_AT, authority, changed, folder, judged, parts, said, sealed, seals, unsealed
from tests.proofs.samples import NAMES, NUMBER, page, use

APART = "test_a_proof_of_ours_is_valid"


@pytest.fixture(autouse=True)
def _here(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """A process for each of a hundred files is a minute of the suite: all but one read in this one."""
    if request.node.name != APART:
        monkeypatch.setattr(proofs.ofd.judgement, "read", lambda function, *args, limits: function(*args))


def test_a_proof_of_ours_is_valid() -> None:
    """Obligation 11.1."""
    found = judged(sealed())
    assert found == CheckResult(Verdict.VALID, NUMBER, when=When(Time.RECORDED, SEALED_AT)) and said(found) == "++++"


def test_it_stays_valid_when_seal_and_certificates_have_ended() -> None:
    """Obligation 15.5: what was sealed before stays judged by its instant."""
    assert judged(sealed(), now=datetime(2066, 1, 1, tzinfo=UTC)).verdict is Verdict.VALID


def test_expired_revoked_and_unknown_ones() -> None:
    """Obligations 16.8, 17.5."""
    assert said(judged(sealed(), valid_until=NOW - timedelta(seconds=1))) == "++-+"
    revoked = judged(sealed(), revoked=True, ended="已于2026年11月24日撤销")
    assert said(revoked) == "++-+" and "已于2026年11月24日撤销" in revoked.text
    assert judged(sealed(), digest="00" * 32).verdict is Verdict.UNKNOWN_HERE
    assert check(sealed(), authority(), lambda _: None, NOW).verdict is Verdict.UNKNOWN_HERE


def test_each_changed_part_is_found() -> None:
    """A byte of any part, also of the three that cover the others."""
    for name, content in parts(sealed()).items():
        middle = len(content) // 2
        other = content[:middle] + bytes([content[middle] ^ 1]) + content[middle + 1 :]
        found = judged(changed(sealed(), {name: other}))
        assert found.verdict is (Verdict.LATER_REVISION if name == ofd.SIGNATURES else Verdict.ALTERED), name


def test_each_part_that_is_taken_away_is_found() -> None:
    for name in parts(sealed()):
        without = changed(sealed(), {name: None})
        expected = Verdict.NOT_PDF if name == ofd.ROOT else Verdict.LATER_REVISION if name == ofd.SIGNATURES else Verdict.ALTERED
        assert judged(without).verdict is expected, name


@pytest.mark.parametrize(
    "added",
    [
        lambda one: changed(one, {"Doc_0/Annots/Page_0.xml": b"<ofd:Annots/>"}),
        lambda one: one + b"\0" * 40,
        lambda one: b"\0" + one,
        lambda one: _with_comment(one),
        lambda one: changed(one, {"Doc_0/Signs/Sign_1/SignedValue.dat": b"x", ofd.SIGNATURES: _two()}),
        lambda one: _packed_otherwise(one),
    ],
    ids=["a part", "bytes behind", "bytes before", "a comment", "a second signature", "packed anew"],
)
def test_what_was_added_later_is_told_apart_from_what_was_changed(added) -> None:  # type: ignore[no-untyped-def]
    """What we sealed is as it was, and more stands beside it: whether it still holds is said all the same."""
    found = judged(added(sealed()))
    if found.verdict is Verdict.NOT_PDF:  # bytes before: no program takes it for a package
        return
    assert found.verdict is Verdict.LATER_REVISION and found.number == NUMBER and said(found) == "+++-"
    assert said(judged(added(sealed()), valid_until=NOW - timedelta(days=1))) == "++--"
    assert judged(added(sealed()), digest="00" * 32).facts.current is None


def test_what_was_added_to_a_file_that_nobody_knows_is_said_too() -> None:
    added = changed(sealed(), {"Doc_0/Annots/Page_0.xml": b"<ofd:Annots/>"})
    assert judged(added, digest="00" * 32).verdict is Verdict.LATER_REVISION
    assert check(added, authority(), lambda _: None, NOW).verdict is Verdict.LATER_REVISION


def _two() -> bytes:
    more = b'<ofd:Signature ID="2" Type="Seal" BaseLoc="/Doc_0/Signs/Sign_1/Signature.xml"/></ofd:Signatures>'
    return ofd.listed().replace(b"</ofd:Signatures>", more)


def _with_comment(one: bytes) -> bytes:
    end = one.rindex(b"PK\x05\x06")
    return one[: end + 20] + struct.pack("<H", 6) + b"forged"


def _packed_otherwise(one: bytes) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_STORED) as package:
        package.writestr("Doc_0/", b"")
        for name, content in reversed(parts(one).items()):
            package.writestr(name, content)
    return out.getvalue()


def test_a_seal_of_another_installation_is_not_ours(tmp_path: Path) -> None:
    """Signed and whole, under somebody else's authority of the very same name."""
    ensure_development_seals(tmp_path / "seals", NAMES, "sm2")
    forged = seals(tmp_path / "seals").sign(unsealed(), use())
    assert said(judged(forged)) == "?-??"
    mixed = changed(sealed(), {ofd.SEAL: parts(forged)[ofd.SEAL]})
    assert judged(mixed).verdict is Verdict.ALTERED  # the seal beside is another one than was used


def test_an_authority_of_another_name_is_not_ours() -> None:
    """Others' documents have their signature at the same path."""
    files = parts(sealed())
    strange = {name: one.replace("演示证书颁发机构".encode(), "甲乙证书颁发机构".encode()) for name, one in files.items()}
    assert judged(ofd.packed(strange)).verdict is Verdict.FOREIGN


def test_an_ofd_without_a_seal_is_not_ours() -> None:
    assert said(judged(unsealed())) == "?-??"


@cache
def _keys() -> tuple[bytes, sm2.PrivateKey]:
    """What a thief of the folder has: a certificate of ours, and its key."""
    return load(folder(), SealKind.SHARE).certificate.dump(), sm2.PrivateKey.read((folder() / "share.key.pem").read_bytes())


def _signed(files: dict[str, bytes], covered: bytes, seal: bytes | None = None, path: str = ofd.SIGNATURE) -> bytes:
    certificate, key = _keys()
    seal = seal or (folder() / "share.esl").read_bytes()
    body = ses.to_sign(seal, f"/{path}", covered, NOW)
    value = ses.signed(body, certificate, key.sign(body))
    return ofd.packed({**files, ofd.SIGNATURE: covered, ofd.SEAL: seal, ofd.VALUE: value})


def _rest() -> dict[str, bytes]:
    return {name: one for name, one in parts(sealed()).items() if name not in ofd.OWN}


def _described(files: dict[str, bytes]) -> bytes:
    return ofd.described(files, (119, 218, 42, 42), NOW)


def test_a_stolen_key_makes_no_proof() -> None:
    """Whole and signed with our seal, and the ledger never delivered it."""
    assert judged(_signed(_rest(), _described(_rest()))).verdict is Verdict.UNKNOWN_HERE


@pytest.mark.parametrize(
    "covered",
    [
        lambda rest: _described({name: one for name, one in rest.items() if name != ofd.ROOT}),
        lambda rest: _described({name: one for name, one in rest.items() if name != ofd.SIGNATURES}),
        lambda rest: _described(rest).replace(ses.SM3.encode(), b"MD5"),
        lambda rest: _described({**rest, ofd.SEAL: (folder() / "share.esl").read_bytes()}),
        lambda rest: _described(rest).replace(b"?>", b"?><!DOCTYPE x [<!ENTITY a 'b'>]>", 1),
        lambda rest: _described(rest).decode().encode("utf-16"),
        lambda rest: b"<ofd:Signature/>",
        lambda rest: b"",
    ],
    ids=["not the root", "not the list", "another digest", "itself", "an entity", "utf-16", "no namespace", "empty"],
)
def test_a_signature_that_covers_less_is_none(covered) -> None:  # type: ignore[no-untyped-def]
    """Even with our own key: what it leaves open could be anything."""
    found = judged(_signed(_rest(), covered(_rest())))
    assert found.verdict is Verdict.ALTERED


def _of_others() -> dict[str, bytes]:
    """Another unit's paper, which the same authority's certificate sealed: no number of ours."""
    rest = _rest()
    return {**rest, ofd.ROOT: rest[ofd.ROOT].replace(NUMBER.encode(), "通知".encode())}


def test_a_paper_of_others_under_our_authority_is_no_proof_and_not_called_altered() -> None:
    files = _of_others()
    whole = _signed(files, _described(files))
    assert judged(whole) == CheckResult(Verdict.OTHER_PAPER) and said(judged(whole)) == "+??+"
    more = judged(changed(whole, {"Doc_0/more.xml": b"x"}))
    assert more.verdict is Verdict.OTHER_PAPER and said(more) == "+??-"
    otherwise = _signed(files, _described(files), path="Doc_0/Signs/Sign_0/Other.xml")
    assert judged(otherwise).verdict is Verdict.UNREADABLE
    assert judged(changed(whole, {ofd.ATTACHED: b"{}"})).verdict is Verdict.ALTERED
    open_list = {name: one for name, one in files.items() if name != ofd.SIGNATURES}
    assert said(judged(_signed(files, _described(open_list)))) == "+??+"


def test_a_signature_over_another_path_is_none() -> None:
    assert judged(_signed(_rest(), _described(_rest()), path="Doc_0/Other.xml")).verdict is Verdict.ALTERED


def test_a_seal_is_judged_at_the_moment_of_its_use() -> None:
    """Obligation 9.4: ended a second before, or not yet begun: not with a seal of ours that was in force."""
    certificate, _ = _keys()
    ensure_development_seals(folder(), NAMES, "sm2")
    held = ses.seal((folder() / "share.esl").read_bytes(), certificate, _cas())
    for at, verdict in (
        (held.last, Verdict.VALID),
        (held.last + timedelta(seconds=1), Verdict.FOREIGN),
        (VALID_FROM - timedelta(seconds=1), Verdict.FOREIGN),
    ):
        assert judged(sealed(), sealed_at=at).verdict is verdict
    assert held.first == VALID_FROM


def _cas():  # type: ignore[no-untyped-def]
    return proofs.ofd.judgement._authorities(authority())


def test_who_may_not_use_a_seal_makes_none() -> None:
    """The seal of the one kind used with the other's key; the maker's word covers who may."""
    files = _rest()
    assert judged(_signed(files, _described(files), (folder() / "issuer.esl").read_bytes())).verdict is Verdict.ALTERED


def test_a_seal_that_its_user_made_is_none() -> None:
    certificate, key = _keys()
    days = ses.Days(VALID_FROM, VALID_FROM, NOW + timedelta(days=9))
    own = ses.made("X", NAMES[SealKind.SHARE], ses.Face(b"png", 42), certificate, (certificate, key), days)
    assert judged(_signed(_rest(), _described(_rest()), own)).verdict is Verdict.ALTERED


def test_another_number_inside_is_covered() -> None:
    """A number is only asked of what the seal covers."""
    other = seals(folder()).sign(render_ofd(page(number="HY20261123ABCDEFGJ")), use(verification="HY20261123ABCDEFGJ"))
    assert judged(other).verdict is Verdict.UNKNOWN_HERE
    root = parts(sealed())[ofd.ROOT].replace(NUMBER.encode(), b"HY20261123ABCDEFGJ")
    assert judged(changed(sealed(), {ofd.ROOT: root})).verdict is Verdict.ALTERED
