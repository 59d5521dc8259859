"""吊销查询 (obligation 11.1): an authority that publishes no list is asked by OCSP; what is no fit answer extends nothing."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from io import BytesIO
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.x509 import ocsp
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.ades.report import AdESPassed

from connectors import lasting
from connectors.lasting import Extended, NotExtended, Sources, extend
from connectors.seal import LocalSeals
from connectors.timestamps import servers_of
from proofs.page import render
from proofs.seal_image import draw_seal
from runtime.services.development_keys import ensure_development_seals
from tests.connectors.test_lasting import ades
from tests.lasting import make_seals, publish
from tests.proofs.samples import NAMES, page, use
from tests.responder import Saying, by_openssl, named
from tests.timestamps import Authority, authority, go_between

DAY = timedelta(days=1)


@dataclass
class Made:
    one: Authority
    seals: Path
    pdf: bytes  #: B-T

    @property
    def server(self) -> x509.Certificate:
        return _certificate(self.one.folder / "tsa.crt.pem")

    def named(self, *paths: str) -> None:
        """`revocations.txt`: the seals' list, and responders."""
        base = self.one.url.rpartition("/")[0]
        (self.seals / "revocations.txt").write_text("\n".join([publish(self.one, self.seals), *(f"ocsp {base}{path}" for path in paths)]))

    def sources(self) -> Sources:
        return lasting.revocations(self.seals, datetime.now(UTC))

    def extended(self, pdf: bytes | None = None) -> Extended:
        return extend(pdf or self.pdf, self.seals, servers_of(self.seals), self.sources())

    def faults(self) -> dict[str, str]:
        with pytest.raises(NotExtended) as raised:
            self.extended()
        return raised.value.faults


def _certificate(file: Path) -> x509.Certificate:
    return x509.load_pem_x509_certificate(file.read_bytes())


@pytest.fixture
def made(tmp_path: Path) -> Iterator[Made]:
    with authority(tmp_path / "tsa", asked_at="http://ocsp.example.invalid") as one:  # else pyHanko does not look for an answer
        make_seals(tmp_path / "seals", NAMES)
        one.serves(tmp_path / "seals")
        servers = servers_of(tmp_path / "seals")
        sealed = LocalSeals(tmp_path / "seals", NAMES, True, draw_seal).sign(render(page()), replace(use(), room=servers.room))
        yield Made(one, tmp_path / "seals", servers.stamp(sealed).pdf)


def test_the_file_alone_is_b_lta_to_an_independent_validation(made: Made) -> None:
    """The answers come from OpenSSL; pyHanko requires revocation for each certificate, and asks nobody."""
    made.one.responders["/ocsp"] = by_openssl(made.one.folder, [made.server])
    made.named("/ocsp")
    once = made.pdf + made.extended().appended
    twice = once + made.extended(once).appended
    for pdf in (once, twice):
        found = ades(pdf, made.seals, datetime.now(UTC))
        assert found.ades_subindic == AdESPassed.OK, found
    assert b"/OCSPs" in once[len(made.pdf) :] and len(PdfFileReader(BytesIO(twice)).root["/DSS"]["/OCSPs"]) >= 1


def test_nobody_who_answers_extends_nothing(made: Made) -> None:
    made.named()
    assert list(made.faults().values()) == ["no_list"]


def test_each_authority_is_asked_at_its_own_responder_and_once_a_night(made: Made) -> None:
    seals = [_certificate(made.seals / f"{kind}.crt.pem") for kind in NAMES]
    asked: list[str] = []
    for path, folder, known in (("/tsa-ocsp", made.one.folder, [made.server]), ("/seals-ocsp", made.seals, seals)):
        responder = by_openssl(folder, known)
        made.one.responders[path] = lambda query, path=path, responder=responder: (asked.append(path), responder(query))[1]
    base = made.one.url.rpartition("/")[0]
    (made.seals / "revocations.txt").write_text(f"ocsp {base}/tsa-ocsp\nocsp {base}/seals-ocsp  # 印章\n")
    sources, servers = made.sources(), servers_of(made.seals)
    assert extend(made.pdf, made.seals, servers, sources).appended
    extend(made.pdf, made.seals, servers, sources)
    assert asked.count("/seals-ocsp") == 1 and asked.count("/tsa-ocsp") == 2  # once in vain: about the seal's, of whom it knows nothing


def test_whom_the_authority_named_may_answer_for_it(made: Made) -> None:
    made.one.responders["/ocsp"] = Saying(made.one.folder, made.server, by=named(made.one.folder))
    made.named("/ocsp")
    assert ades(made.pdf + made.extended().appended, made.seals, datetime.now(UTC)).ades_subindic == AdESPassed.OK


def test_an_answer_without_an_end_is_of_its_own_moment(made: Made) -> None:
    made.one.responders["/ocsp"] = Saying(made.one.folder, made.server, until=None, since=timedelta(seconds=-5))
    made.named("/ocsp")
    assert made.extended().appended
    made.one.responders["/ocsp"] = Saying(made.one.folder, made.server, until=None, since=-DAY)
    assert list(made.faults().values()) == ["stale"]


def test_what_is_no_fit_answer_extends_nothing_and_is_named(made: Made, tmp_path: Path) -> None:
    folder, server = made.one.folder, made.server
    make_seals(tmp_path / "stranger", NAMES)
    other = _certificate(folder / "plain.crt.pem")
    wrong = {
        "unknown_issuer": [
            Saying(tmp_path / "stranger", server),
            Saying(folder, server, by=named(folder, usage=False)),
            Saying(folder, server, by=named(folder, no_check=False)),
            Saying(folder, server, by=named(tmp_path / "stranger")),
        ],
        "unknown_certificate": [Saying(folder, other), Saying(folder, server, said=ocsp.OCSPCertStatus.UNKNOWN)],
        "stale": [Saying(folder, server, since=-2 * DAY, until=-DAY), Saying(folder, server, since=DAY, until=2 * DAY)],
        "refused": [Saying(folder, server, status=ocsp.OCSPResponseStatus.TRY_LATER)],
        "not_answer": [lambda _: b"<html>", lambda _: b""],
        "too_large": [lambda _: bytes(100_000)],
    }
    made.named("/ocsp")
    for code, answers in wrong.items():
        for answer in answers:
            made.one.responders["/ocsp"] = answer
            assert list(made.faults().values()) == [code], (code, answer)
    made.one.responders["/good"] = Saying(folder, server)
    made.named("/ocsp", "/good")  # the next one is asked
    assert made.extended().appended


def test_a_seal_of_sm2_needs_a_list_and_breaks_nothing(made: Made, tmp_path: Path) -> None:
    folder = tmp_path / "national"
    ensure_development_seals(folder, NAMES, "sm2")
    made.one.serves(folder)
    made.one.responders["/ocsp"] = Saying(made.one.folder, made.server)
    url = made.one.url.rpartition("/")[0] + "/ocsp"
    (folder / "revocations.txt").write_text(f"ocsp {url}\n")
    sealed = LocalSeals(folder, NAMES, True, draw_seal).sign(render(page()), use())
    with pytest.raises(NotExtended) as raised:
        extend(sealed, folder, servers_of(folder), lasting.revocations(folder, datetime.now(UTC)))
    assert raised.value.faults == {url: "unknown_issuer"}


def test_a_responder_that_is_away_is_named(made: Made) -> None:
    (made.seals / "revocations.txt").write_text(publish(made.one, made.seals) + "\nocsp http://127.0.0.1:9/ocsp\n")
    assert made.faults() == {"http://127.0.0.1:9/ocsp": "away"}


def test_a_server_whose_certificate_was_revoked_is_passed_over(made: Made, tmp_path: Path) -> None:
    """The one that stands first: whose certificate is only seen in its timestamp. Both authorities have one name, as a renewed one has."""
    with authority(tmp_path / "old") as old:
        made.one.serves(made.seals, first=(old.url,))
        (made.seals / "timestamps.ca.pem").write_bytes(made.one.ca.read_bytes() + old.ca.read_bytes())
        revoked = _certificate(old.folder / "tsa.crt.pem")
        made.one.responders["/ocsp"] = by_openssl(made.one.folder, [made.server])
        made.one.responders["/old"] = by_openssl(old.folder, [], [revoked])
        made.named("/ocsp", "/old")
        assert made.extended().server == made.one.url.split("/")[2] and old.asked
        old.serves(made.seals)  # and alone extends nothing
        (made.seals / "timestamps.ca.pem").write_bytes(made.one.ca.read_bytes() + old.ca.read_bytes())
        assert list(made.faults().values()) == ["revoked"]


def test_an_authority_between_is_asked_for_its_own_and_asked_about(made: Made, tmp_path: Path) -> None:
    """As of public servers: the certificate between stands in the timestamp alone, in no folder."""
    with authority(tmp_path / "public") as public:
        folder = go_between(public, "http://ocsp.example.invalid")
        between, server = _certificate(folder / "ca.crt.pem"), _certificate(public.folder / "tsa.crt.pem")
        public.serves(made.seals)
        (made.seals / "timestamps.ca.pem").write_bytes(made.one.ca.read_bytes() + public.ca.read_bytes())
        made.one.responders |= {"/ocsp": Saying(made.one.folder, made.server), "/root": Saying(public.folder, between)}
        made.named("/ocsp", "/root", "/between")
        made.one.responders["/between"] = Saying(folder, server, said=ocsp.OCSPCertStatus.REVOKED)
        assert list(made.faults().values()) == ["revoked"]
        made.one.responders["/between"] = Saying(folder, server)
        public.serves(made.seals, trusted=False)  # named anew, it rests no more
        once = made.pdf + made.extended().appended
        assert ades(once + made.extended(once).appended, made.seals, datetime.now(UTC)).ades_subindic == AdESPassed.OK


def test_every_authority_that_nobody_speaks_for_is_named_at_once(made: Made) -> None:
    (made.seals / "revocations.txt").write_text("")
    assert made.faults() == {
        "Common Name: 演示印章颁发机构, Organization: 演示": "no_list",
        "Common Name: 演示时间戳根证书, Organization: 演示": "no_list",
    }
