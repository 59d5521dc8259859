"""时间戳: of a real `openssl ts`; what three other programs say of it; whatever goes wrong with a server costs the level alone."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from io import BytesIO
from pathlib import Path

import pytest
from pyhanko.keys import load_cert_from_pemder
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.validation import validate_pdf_signature
from pyhanko_certvalidator import ValidationContext

from connectors import seal, timestamp_token
from connectors.seal import LocalSeals
from connectors.timestamp_token import WORDS, Place
from connectors.timestamps import Stamped, TimestampServers, servers_of
from proofs.page import render
from tests.ofd_files import ofd
from tests.proofs.readers import poppler
from tests.proofs.samples import page, seals, use
from tests.timestamps import Authority, authority


@pytest.fixture(scope="module")
def one(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Authority]:
    with authority(tmp_path_factory.mktemp("tsa")) as made:
        yield made


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("development") / "seals"


@pytest.fixture(scope="module")
def local(folder: Path) -> LocalSeals:
    return seals(folder)


@pytest.fixture
def servers(one: Authority, folder: Path, local: LocalSeals) -> TimestampServers:
    one.how = "openssl"
    one.serves(folder)
    return servers_of(folder)


def sealed(local: LocalSeals, servers: TimestampServers) -> Stamped:
    return servers.stamp(local.sign(render(page()), replace(use(), room=servers.room)))


def test_a_file_of_another_form_is_none_of_its_business(one: Authority, servers: TimestampServers) -> None:
    asked, file = one.asked, ofd()
    made = servers.stamp(file)
    assert (made.pdf, made.detail, one.asked) == (file, {}, asked)


def test_independent_readers_find_seal_and_time_valid(
    one: Authority, folder: Path, local: LocalSeals, servers: TimestampServers, tmp_path: Path
) -> None:
    """PAdES B-T: poppler, pyHanko's validator, and `openssl ts -verify` over the signature with the authority's certificate."""
    made = sealed(local, servers)
    assert made.detail == {"level": "B-T", "stamped_by": one.url.split("/")[2]}
    (tmp_path / "proof.pdf").write_bytes(made.pdf)
    said = poppler("pdfsig", "-nocert", tmp_path / "proof.pdf")
    assert "Signature is Valid" in said and "Total document signed" in said and "Signature #2" not in said

    (only,) = PdfFileReader(BytesIO(made.pdf)).embedded_signatures
    trust = [ValidationContext(trust_roots=[load_cert_from_pemder(file)], allow_fetching=False) for file in (folder / "ca.crt.pem", one.ca)]
    status = validate_pdf_signature(only, trust[0], ts_validation_context=trust[1])
    assert status.bottom_line and abs(status.timestamp_validity.timestamp - datetime.now(UTC)) < timedelta(minutes=1)

    place = Place(made.pdf)
    (token,) = place._signer["unsigned_attrs"][0]["values"]
    (tmp_path / "signature").write_bytes(place.signature)
    (tmp_path / "token").write_bytes(token.dump())
    command = ["openssl", "ts", "-verify", "-data", tmp_path / "signature", "-in", tmp_path / "token", "-token_in", "-CAfile", one.ca]
    assert "Verification: OK" in subprocess.run(command, capture_output=True, text=True, check=False).stdout  # type: ignore[arg-type]
    (tmp_path / "signature").write_bytes(place.signature[:-1] + b"0")
    assert "Verification: OK" not in subprocess.run(command, capture_output=True, text=True, check=False).stdout  # type: ignore[arg-type]


#: How the authority goes wrong -> what the record says.
WRONG = {
    "replay": "other_digest",
    "other_digest": "other_digest",
    "other_nonce": "other_nonce",
    "future": "other_time",
    "past": "other_time",
    "no_usage": "no_usage",
    "forged": "bad_signature",
    "refuse": "refused",
    "nonsense": "not_timestamp",
    "large": "too_large",
    "error": "http",
    "slow": "slow",
    "drips": "slow",
}


@pytest.mark.parametrize("how", WRONG)
def test_what_a_server_does_wrong_costs_the_level_and_is_told_by_name(
    one: Authority, local: LocalSeals, servers: TimestampServers, how: str
) -> None:
    assert sealed(local, servers).server, "an answer that can be played again"
    servers, one.how = TimestampServers([one.url], patience=0.8), how
    made = sealed(local, servers)
    assert made.detail == {"level": "B-B", "unstamped": f"{one.url.split('/')[2]}:{WRONG[how]}"} and WRONG[how] in WORDS
    (only,) = PdfFileReader(BytesIO(made.pdf)).embedded_signatures
    assert "unsigned_attrs" not in only.signer_info or not only.signer_info["unsigned_attrs"].native
    assert not servers.answer()
    one.how = "openssl"
    assert servers.answer() and sealed(local, servers).server, "it ends by itself, without waiting for its rest"


def test_an_authority_that_is_not_registered_is_not_taken_where_some_are(
    one: Authority, folder: Path, local: LocalSeals, tmp_path: Path
) -> None:
    one.how = "openssl"
    other = load_cert_from_pemder(folder / "ca.crt.pem")
    assert sealed(local, TimestampServers([one.url], [other])).faults == {one.url.split("/")[2]: "untrusted"}
    assert sealed(local, TimestampServers([one.url], [])).server
    assert set(sealed(local, TimestampServers([one.url], None)).faults.values()) == {"bad_roots"}


def test_the_next_is_asked_and_who_failed_rests(one: Authority, folder: Path, local: LocalSeals) -> None:
    """An address that leads nowhere, one that is none, then one that answers."""
    one.how = "openssl"
    one.serves(folder, first=("http://127.0.0.1:9/tsa", "tsa.example:secret@host", "http://["))
    servers = servers_of(folder)
    assert sealed(local, servers).server == one.url.split("/")[2]
    assert [bool(words) for _, words in servers.each()] == [True, True, True, False] and servers.answer()

    now, one.how, one.asked = [0.0], "error", 0
    resting = TimestampServers([one.url], clock=lambda: now[0])
    for _ in range(3):
        assert set(sealed(local, resting).faults.values()) == {"http"}
    assert one.asked == 1, "one proof in a minute waits for a server that is away"
    now[0], one.how = 61.0, "openssl"
    assert sealed(local, resting).server


def test_a_password_in_an_address_stands_nowhere(one: Authority, local: LocalSeals) -> None:
    made = sealed(local, TimestampServers(["http://who:secret@127.0.0.1:9/tsa"]))
    assert made.faults == {"127.0.0.1:9": "away"} and "secret" not in f"{made}{made.detail}"


def test_a_changed_list_is_read_by_itself_and_none_asks_nothing(
    one: Authority, folder: Path, local: LocalSeals, servers: TimestampServers
) -> None:
    (folder / "timestamps.txt").unlink()
    none = servers_of(folder)
    made = sealed(local, none)
    assert (made.detail, none.room, none.answer()) == ({}, 0, True)
    (folder / "timestamps.txt").write_bytes(b"\xff\xfe")
    assert sealed(local, servers_of(folder)).faults == {"timestamps.txt": "bad_address"}
    one.serves(folder)
    (folder / "timestamps.ca.pem").write_text("-")
    assert set(sealed(local, servers_of(folder)).faults.values()) == {"bad_roots"}
    one.serves(folder)
    assert sealed(local, servers_of(folder)).server


def test_too_little_room_costs_the_level(local: LocalSeals, servers: TimestampServers, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(seal, "_RESERVED", 3_000)
    narrow = local.sign(render(page()), use())
    made = servers.stamp(narrow)
    assert made.pdf == narrow and set(made.faults.values()) == {"no_room"}


def test_many_at_a_time(local: LocalSeals, servers: TimestampServers) -> None:
    with ThreadPoolExecutor(4) as threads:
        made = list(threads.map(lambda _: sealed(local, servers), range(8)))
    assert all(one.server for one in made) and len({Place(one.pdf).signature for one in made}) == 8


def test_every_code_has_words() -> None:
    source = Path(timestamp_token.__file__).read_text() + Path(timestamp_token.__file__).with_name("timestamps.py").read_text()
    assert all(f'"{code}"' in source for code in WORDS)
