"""公开核验: what the public sees of a number, with and without the QR code's secret, and of a file."""

from __future__ import annotations

import asyncio
import hashlib
import re
import tempfile
from datetime import UTC, datetime, timedelta
from io import BytesIO
from itertools import starmap
from pathlib import Path
from typing import Any

import httpx
import pytest
from cryptography import x509
from starlette.responses import PlainTextResponse

from connectors.lasting import Sources, authorities
from connectors.revocation_answers import Responders
from connectors.revocation_lists import fetch
from connectors.seal import LocalSeals, SealUse
from domain.methods import Method
from domain.seals import SealKind
from gateway.__main__ import configuration
from gateway.app import create_app
from gateway.edge.pages import SECURITY_HEADERS, typeset
from gateway.public import checking, scan
from ledger.database import transaction
from ledger.sealing import papers, revocation_words
from ledger.sealing.revocation_words import Word
from proofs.page import SEAL_BOX, ProofPage, render
from proofs.seal_image import draw_seal
from runtime.commands import verifications
from runtime.services.development_keys import ensure_development_seals
from settings import settings
from tests.gateway.casework import ask, deliver, look_up, seal_and_deliver
from tests.gateway.conftest import ISSUER, Api, SimulatedRuns, serving
from tests.lasting import publish
from tests.ofd_files import ofd, zipped
from tests.timestamps import authority, nobody_serves

BROWSER = {"Accept": "text/html,application/xhtml+xml,*/*;q=0.8"}
PERSONAL = ("演示甲子", "演示路1号", "公共租赁住房", "户籍证明")


@pytest.fixture(scope="module")
def delivered(served: Api, seals: LocalSeals) -> tuple[str, str, bytes]:
    """Number, code and file of a delivered proof."""
    served.begin()
    number = served.filed()
    look_up(number)
    return number, *seal_and_deliver(number, seals)


def check(api: Api, number: str, code: str = "", *, page: bool = False) -> tuple[int, str]:
    answer = api.get(f"/verify/{number}" + (f"?c={code}" if code else ""), None, headers=BROWSER if page else {})
    assert answer.headers["content-type"].startswith("text/html" if page else "application/")
    return answer.status_code, answer.text


@pytest.mark.parametrize("page", [False, True])
def test_without_the_code_only_whether_it_holds(api: Api, delivered: tuple[str, str, bytes], page: bool) -> None:
    """Obligation 11.1."""
    status, text = check(api, delivered[0], page=page)
    assert status == 200 and "现行有效" in text
    assert not any(word in text for word in PERSONAL)
    assert api.written("accesses") == 0


@pytest.mark.parametrize("page", [False, True])
def test_with_the_code_masked_fields_too(api: Api, delivered: tuple[str, str, bytes], page: bool) -> None:
    number, code, _ = delivered
    status, text = check(api, number, code, page=page)
    assert status == 200 and "户籍证明" in text and "演示来源单位" in text
    assert "演***" in text and "演示甲子" not in text and "演示路1号" not in text
    assert [one[1:] for one in api.accesses()] == [("public", "public_check")]


@pytest.mark.parametrize("page", [False, True])
def test_a_wrong_code_is_as_good_as_none_and_says_so(api: Api, delivered: tuple[str, str, bytes], page: bool) -> None:
    number, code, _ = delivered
    assert '<div class="verdict good"' in check(api, number, code, page=True)[1]
    for wrong in (code[:-1] + ("A" if code[-1] != "A" else "B"), code.lower() + "x", "%00", "é"):
        status, text = check(api, number, wrong, page=page)
        assert status == 200 and "核验码不正确" in text and not any(word in text for word in PERSONAL)
        assert 'class="verdict good"' not in text  # a forger's paper with a true number gets no green tick
    assert api.written("accesses") == 1


@pytest.mark.parametrize("number", ["HY20260304AAAAAAAA", "nonsense", "HY2026", "%00", "%2e%2e", "演示甲子"])
@pytest.mark.parametrize("page", [False, True])
def test_an_unknown_number_is_told_plainly(api: Api, number: str, page: bool) -> None:
    status, text = check(api, number, page=page)
    assert status == 404 and ("查无此证明" in text or "没有这个地址" in text) and "演示甲子" not in text


def test_a_case_in_progress_and_one_without_a_seal_are_nobodys_business(api: Api) -> None:
    number = api.filed(proof="P-HARDSHIP")
    assert check(api, number)[0] == 404
    api.post(f"/v1/inbox/{ask(number)}/reply", ISSUER, json={"answer": "no_record"})
    deliver(number)
    assert check(api, number)[0] == 404


def test_numbers_as_people_type_them(api: Api, delivered: tuple[str, str, bytes]) -> None:
    number = delivered[0]
    typed = f" {number[:10].lower()} {number[10:]} "
    answer = api.get("/verify", None, params={"number": typed}, headers=BROWSER)
    assert (answer.status_code, answer.headers["location"]) == (303, f"/verify/{number}")
    assert check(api, typed.strip().replace(" ", "%20"))[0] == 200
    assert api.get("/verify", None, params={"number": "//evil.invalid"}, headers=BROWSER).status_code == 404


def upload(api: Api, pdf: bytes, *, page: bool = False, name: str = "file") -> tuple[int, str, str]:
    answer = api.post("/verify/upload", None, files={name: ("x.pdf", pdf, "application/pdf")}, headers=BROWSER if page else {})
    return answer.status_code, "" if page else answer.json()["code"], answer.text


def facts(answer: dict[str, Any]) -> dict[str, str]:
    assert all(one["name"] and one["text"] for one in answer["facts"])
    return {one["code"]: one["verdict"] for one in answer["facts"]}


def test_four_facts_apart_by_number_and_by_file(api: Api, delivered: tuple[str, str, bytes]) -> None:
    """Obligation 11.1: a number alone says nothing of the paper; the code does; the file says all four."""
    number, code, pdf = delivered
    alone, scanned = api.get(f"/verify/{number}", None).json(), api.get(f"/verify/{number}?c={code}", None).json()
    assert facts(alone) == {"intact": "unknown", "ours": "unknown", "current": "yes", "whole": "unknown"}
    assert facts(scanned) == facts(alone) | {"ours": "yes"}
    appended = api.post("/verify/upload", None, files={"file": ("x.pdf", pdf + b"\n% more\n%%EOF\n", "application/pdf")}).json()
    assert facts(appended) == {"intact": "yes", "ours": "yes", "current": "yes", "whole": "no"}
    page = upload(api, pdf, page=True)[2]
    assert [word in page for word in ("签章后未改动", "由本系统签章", "今天仍然有效", "签章覆盖整个文件")] == [True] * 4


def test_when_it_was_sealed_as_proven_or_as_we_say(api: Api, seals: LocalSeals, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Obligation 11.1: page, JSON and `./run verify` say the same; beside the four facts, not among them."""

    def told(pdf: bytes) -> str:
        answer = api.post("/verify/upload", None, files={"file": ("x.pdf", pdf, "application/pdf")}).json()
        assert answer["code"] == "valid" and set(facts(answer).values()) == {"yes"}
        page = upload(api, pdf, page=True)[2]
        (tmp_path / "proof.pdf").write_bytes(pdf)
        assert verifications.verify([str(tmp_path / "proof.pdf")]) == 0
        printed = "".join(capsys.readouterr().out.split())
        assert typeset(answer["sealed"]["text"]) in page and "".join(answer["sealed"]["text"].split()) in printed
        return str(answer["sealed"]["code"])

    def made() -> bytes:
        api.begin()  # another case
        look_up(number := api.filed())
        return seal_and_deliver(number, seals)[1]

    assert told(made()) == "recorded"
    with authority(tmp_path / "tsa") as one:
        try:
            one.serves(settings().seals_dir)
            pdf = made()
            assert told(pdf) == "proven"
            lost = x509.load_pem_x509_certificate((one.folder / "tsa.crt.pem").read_bytes())
            publish(one, one.folder, [lost], reason=x509.ReasonFlags.key_compromise)
            said = fetch([f"{one.url.rpartition('/')[0]}/tsa.crl"], authorities(settings().seals_dir), datetime.now(UTC))
            with transaction() as session:
                revocation_words.keep(session, starmap(Word, Sources(said, Responders()).words), now=datetime.now(UTC))
            assert told(pdf) == "revoked"
            (settings().seals_dir / "timestamps.ca.pem").unlink()
            assert told(pdf) == "unregistered"
        finally:
            nobody_serves(settings().seals_dir)
    altered = api.post(
        "/verify/upload", None, files={"file": ("x.pdf", pdf.replace(b"/ByteRange", b"/BiteRange"), "application/pdf")}
    ).json()
    assert altered["code"] != "valid" and altered["sealed"] is None


def test_a_proof_of_sm2_is_checked_in_full_and_other_readers_failing_is_explained(
    api: Api, delivered: tuple[str, str, bytes], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Obligation 11.1: 国密: all four facts, and page, JSON and `./run verify` say that a common reader may be unable to."""
    number, names, known = delivered[0], {kind: f"演示{kind.label}" for kind in SealKind}, settings().seals_dir / "ca.crt.pem"
    ensure_development_seals(tmp_path / "seals", names, "sm2")
    use = SealUse("use", number, SealKind.SHARE, SEAL_BOX)
    pdf = LocalSeals(tmp_path / "seals", names, True, draw_seal).sign(render(_page(number)), use)
    digest, now = hashlib.sha256(pdf).hexdigest(), datetime.now(UTC)
    before, found = known.read_bytes(), papers.KnownProof(digest, now, now + timedelta(days=1), False, "")
    try:
        known.write_bytes(before + (tmp_path / "seals" / "ca.crt.pem").read_bytes())
        checking._authorities.cache_clear()
        with monkeypatch.context() as recorded:
            recorded.setattr(papers, "known_proof", lambda *_: found)
            answer = api.post("/verify/upload", None, files={"file": ("x.pdf", pdf, "application/pdf")}).json()
            assert answer["code"] == "valid" and set(facts(answer).values()) == {"yes"} and "pdfsig" in answer["algorithm"]
            assert typeset(answer["algorithm"]) in upload(api, pdf, page=True)[2]
            (tmp_path / "proof.pdf").write_bytes(pdf)
            assert verifications.verify([str(tmp_path / "proof.pdf")]) == 0
            assert "".join(answer["algorithm"].split()) in "".join(capsys.readouterr().out.split())
    finally:
        known.write_bytes(before)
        checking._authorities.cache_clear()
    other = api.post("/verify/upload", None, files={"file": ("x.pdf", delivered[2], "application/pdf")}).json()
    assert other["algorithm"] == "" and "签章算法" not in upload(api, delivered[2], page=True)[2]


def test_the_file_itself(api: Api, delivered: tuple[str, str, bytes]) -> None:
    """Obligation 11.1."""
    number, _, pdf = delivered
    status, code, text = upload(api, pdf)
    assert (status, code) == (200, "valid") and number in text
    raw = api.post("/verify/upload", None, content=pdf, headers={"Content-Type": "application/pdf"})
    assert raw.json()["code"] == "valid"
    assert "有效" in upload(api, pdf, page=True)[2]


def test_files_that_are_something_else(api: Api, delivered: tuple[str, str, bytes], seals: LocalSeals) -> None:
    """One changed byte, a later revision, an unsealed page, a picture, no PDF: each is told apart."""
    pdf = delivered[2]
    middle = len(pdf) // 3
    changed = pdf[:middle] + bytes([pdf[middle] ^ 1]) + pdf[middle + 1 :]
    unsealed = render(_page(delivered[0]))
    for content, code in (
        (changed, "altered"),
        (pdf + b"\n% more\n%%EOF\n", "later_revision"),
        (unsealed, "foreign"),
        (b"\x89PNG\r\n\x1a\n" + b"0" * 50, "picture"),
        (b"hello", "not_pdf"),
    ):
        status, found, text = upload(api, content)
        assert (status, found) == (200, code)
        assert "演示甲子" not in text
        assert upload(api, content, page=True)[0] == 200


def _page(number: str) -> ProofPage:
    return ProofPage(
        number=number,
        kind="户籍证明",
        body="演示。",
        fields=(("户别", "家庭户"),),
        requesting_unit="演示单位",
        making_unit="演示单位",
        retrieved_at=settings().now(),
        method=Method.ISSUER.label,
        purpose="演示",
        seal_name="演示",
        verify_url="https://x.invalid",
    )


def test_uploads_that_are_none(api: Api) -> None:
    nothing = api.post("/verify/upload", None, headers={"Content-Type": "application/pdf"})
    assert (nothing.status_code, nothing.json()["code"]) == (415, "not_upload")
    wrong = api.post("/verify/upload", None, files={"other": ("x.pdf", b"%PDF-", "application/pdf")})
    assert wrong.json()["code"] == "not_upload"
    assert api.post("/verify/upload", None, data={"file": "text"}).json()["code"] == "not_upload"
    broken = {"Content-Type": "multipart/form-data; boundary=x"}
    assert api.post("/verify/upload", None, content=b"--y\r\n", headers=broken).json()["code"] in ("bad_request", "not_upload")
    no_boundary = {"Content-Type": "multipart/form-data"}
    assert api.post("/verify/upload", None, content=b"--y\r\n", headers=no_boundary).json()["code"] == "bad_request"
    many = [("file", (f"{n}.pdf", b"%PDF-", "application/pdf")) for n in range(5)]
    assert api.post("/verify/upload", None, files=many).json()["code"] == "bad_request"
    large = api.post("/verify/upload", None, files={"file": ("x.pdf", BytesIO(b"%PDF-" + b"0" * 5_300_000))})
    assert (large.status_code, large.json()["code"]) == (413, "too_large")


def test_a_file_of_either_form_comes_in_by_name_type_and_content(api: Api) -> None:
    """Whatever a file is called, its bytes say what it is; what is neither is told so, and a packed one what to do."""
    page = api.get("/verify", None, headers=BROWSER).text
    assert 'accept="application/pdf,.pdf,application/ofd,.ofd"' in page and "PDF 或 OFD" in page
    held = api.post("/verify/upload", None, content=ofd(), headers={"Content-Type": "application/ofd"})
    assert held.status_code == 200, held.text
    packed = api.post("/verify/upload", None, files={"file": ("证明.ofd", zipped({"证明.ofd": ofd()}), "application/ofd")}).json()
    assert packed["code"] == "not_pdf" and "不是 PDF 或 OFD" in packed["text"] and "解压后上传" in packed["text"]


def test_an_uploaded_file_stays_in_memory(api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    """Three megabytes would go to a temporary file with the framework's own form parser."""

    def refuse(*_: object, **__: object) -> None:
        raise AssertionError("an uploaded file was written to a disk")

    monkeypatch.setattr(tempfile, "TemporaryFile", refuse)
    monkeypatch.setattr(tempfile, "NamedTemporaryFile", refuse)
    assert upload(api, b"%PDF-1.7\n" + b"0" * 3_000_000)[0] == 200


def test_pages_load_nothing_from_elsewhere(api: Api, delivered: tuple[str, str, bytes]) -> None:
    number, code, _ = delivered
    for path in ("/verify", f"/verify/{number}", f"/verify/{number}?c={code}", "/verify/HY20260304AAAAAAAA", "/docs"):
        answer = api.get(path, None, headers=BROWSER)
        assert not re.search(r"""(?:src|href|action)=["']?(?:https?:)?//""", answer.text), path
        scripts = re.findall(r"<script[^>]*>", answer.text)
        assert len(scripts) == (path == "/verify") and all('src="/verify.js?v=' in one for one in scripts), path
        assert " style=" not in answer.text and " onclick" not in answer.text
        assert code not in answer.text
        kept = (
            {"Cache-Control": "public, no-cache"} if path in ("/docs", "/verify") else {}
        )  # the same for everybody: asked about, not sent again
        own = scan.HEADERS if path == "/verify" else {}
        assert "unsafe" not in answer.headers["content-security-policy"] and (path == "/docs" or len(answer.content) <= 150_000)
        for name, value in (SECURITY_HEADERS | kept | dict(own)).items():
            assert answer.headers[name] == value
        assert 'lang="zh-CN"' in answer.text and "viewport" in answer.text and answer.text.count("<h1") == 1


def test_demonstration_proofs_are_called_so(api: Api, delivered: tuple[str, str, bytes]) -> None:
    """A page that says 有效 of a proof made with a development key would itself be a forgery."""
    for path in ("/verify", f"/verify/{delivered[0]}"):
        assert "不具有法律效力" in api.get(path, None, headers=BROWSER).text
    assert api.get(f"/verify/{delivered[0]}", None).json()["demonstration"] is True


def test_pages_use_chinese_punctuation() -> None:
    """Full width beside Chinese, and nothing changed in code, addresses and styles."""
    assert typeset("收到证明?在这里,核对(部分隐藏)。PDF,原件") == ("收到证明\uff1f在这里\uff0c核对\uff08部分隐藏\uff09。PDF\uff0c原件")
    same = '{"name": "演示甲子", "a": [1,2]} a(b),c <a href="/verify?c=1">x</a> margin:0,1'
    assert typeset(same) == same


def test_public_checks_are_limited_by_address(api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PROOFLESS_PUBLIC_CHECKS_PER_MINUTE", "3")
    settings.cache_clear()
    runs = SimulatedRuns()
    try:
        with serving(create_app(runs), runs, address="2001:db8::1") as limited:
            statuses = [limited.get("/verify/HY20260304AAAAAAAA", None).status_code for _ in range(4)]
            assert statuses == [404, 404, 404, 429]
            refused = limited.get("/verify/HY20260304AAAAAAAA", None, headers=BROWSER)
            assert refused.status_code == 429 and 1 <= int(refused.headers["retry-after"]) <= 60
            assert "请求过于频繁" in refused.text and "<html" in refused.text
            assert limited.post("/verify/upload", None, content=b"x").status_code == 429
            assert limited.get("/verify", None).status_code == 200
    finally:
        monkeypatch.undo()
        settings.cache_clear()


@pytest.mark.parametrize(("trusted", "seen"), [("", "10.1.2.3"), ("192.0.2.1", "10.1.2.3"), ("10.0.0.0/8", "203.0.113.9")])
def test_only_a_proxy_of_ours_says_who_calls(monkeypatch: pytest.MonkeyPatch, trusted: str, seen: str) -> None:
    async def echo(scope: Any, receive: Any, send: Any) -> None:
        await PlainTextResponse(scope["client"][0])(scope, receive, send)

    monkeypatch.setenv("PROOFLESS_TRUSTED_PROXIES", trusted)
    settings.cache_clear()
    config = configuration(echo)
    settings.cache_clear()
    config.load()

    async def call() -> str:
        transport = httpx.ASGITransport(config.loaded_app, client=("10.1.2.3", 50000))
        async with httpx.AsyncClient(transport=transport, base_url="http://gateway") as client:
            return (await client.get("/", headers={"X-Forwarded-For": "203.0.113.9"})).text

    assert asyncio.run(call()) == seen
