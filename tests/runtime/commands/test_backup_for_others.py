"""备份到公钥: the keys of a backup open for the holder of a private key alone, here and with another program; what comes back is
held against heads of the record that were kept outside."""

from __future__ import annotations

import io
import subprocess
import tarfile
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import BestAvailableEncryption, Encoding, PrivateFormat
from cryptography.x509.oid import NameOID

from ledger.database import transaction
from ledger.record import gathering, heads
from runtime.commands import backup as commands
from runtime.failures import Failure
from runtime.services import escrow, keyfiles
from runtime.services.backup import FILE, backup, keys_of, verify
from runtime.services.postgres import Cluster
from settings import settings
from tests.ledger.filing import NOW, file
from tests.runtime.commands.test_backup import _again, emptied, rows
from tests.runtime.commands.test_backup import saved as saved

PHRASE = "一句口令"


def holder(folder: Path, name: str, key: rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey | None = None) -> tuple[Path, Path]:
    """A certificate and its private key, which is locked with a passphrase."""
    key = key or rsa.generate_private_key(65537, 2048)
    called = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(called)
        .issuer_name(called)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .sign(key, hashes.SHA256())
    )
    (folder / f"{name}.crt.pem").write_bytes(certificate.public_bytes(Encoding.PEM))
    locked = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, BestAvailableEncryption(PHRASE.encode()))
    (folder / f"{name}.key.pem").write_bytes(locked)
    return folder / f"{name}.crt.pem", folder / f"{name}.key.pem"


@pytest.fixture
def closed(saved: tuple[Path, Path], tmp_path: Path) -> Path:
    """A backup for 甲 and 乙."""
    to = [holder(tmp_path, name)[0] for name in ("甲", "乙")]
    backup(tmp_path / "closed", None, escrow.recipients(to))
    return tmp_path / "closed"


def test_each_holder_opens_the_keys_and_nobody_else(closed: Path, tmp_path: Path) -> None:
    for name in ("甲", "乙"):
        with escrow.opened(closed, tmp_path / f"{name}.key.pem", PHRASE.encode()) as keys:
            assert verify(closed, keys_of(keys / "secrets"))["counts"]["verifications"] == 2
            assert (keys / "seals" / "share.key.pem").read_bytes() == (tmp_path / "seals" / "share.key.pem").read_bytes()
            assert not {path.name for path in (keys / "secrets").iterdir()} & set(keyfiles.LOCAL_ONLY)
            assert keys.stat().st_mode & 0o077 == 0
        assert not keys.exists()
    _, stranger = holder(tmp_path, "丙")
    with pytest.raises(Failure, match=r"接收人:CN=甲、CN=乙"), escrow.opened(closed, stranger, PHRASE.encode()):
        pass
    with pytest.raises(Failure, match="口令不对"), escrow.opened(closed, tmp_path / "甲.key.pem", b"?"):
        pass


def test_nothing_of_a_key_stands_in_it(closed: Path) -> None:
    for path in (settings().home / "secrets").iterdir():
        text = path.read_bytes()
        assert not text or all(text not in held.read_bytes() for held in closed.iterdir()), path.name


def test_openssl_opens_it_too(closed: Path, tmp_path: Path) -> None:
    """Ten years on, when this program is gone."""
    command = ["openssl", "cms", "-decrypt", "-inform", "DER", "-binary", "-in", str(closed / escrow.FILE)]
    command += ["-inkey", str(tmp_path / "甲.key.pem"), "-recip", str(tmp_path / "甲.crt.pem"), "-passin", f"pass:{PHRASE}"]
    packed = subprocess.run(command, capture_output=True, check=True).stdout
    with tarfile.open(fileobj=io.BytesIO(packed)) as archive:
        found = archive.extractfile("secrets/proofless_master_keys")
        assert found is not None and found.read().decode() == keyfiles.read(settings().home, "proofless_master_keys")


@pytest.mark.parametrize("how", ["changed", "cut", "gone"])
def test_damaged_keys_are_refused(closed: Path, tmp_path: Path, how: str) -> None:
    path = closed / escrow.FILE
    whole = path.read_bytes()
    if how == "gone":
        path.unlink()
    else:
        path.write_bytes(whole[: len(whole) // 2] if how == "cut" else b"?" + whole[1:])
    with pytest.raises(Failure), escrow.opened(closed, tmp_path / "甲.key.pem", PHRASE.encode()):
        pass


def test_a_certificate_that_nobody_could_use_is_refused_before_anything_is_saved(tmp_path: Path) -> None:
    curve, _ = holder(tmp_path, "曲线", ec.generate_private_key(ec.SECP256R1()))
    (tmp_path / "text").write_text("?")
    for path, why in ((curve, "RSA"), (tmp_path / "text", "不是 PEM 证书"), (tmp_path / "nothing", "读不出")):
        with pytest.raises(Failure, match=why):
            commands.backup_command([str(tmp_path / "target"), "--to", str(path)])
    assert not (tmp_path / "target").exists()


def test_stolen_with_the_machine_and_restored_from_the_safe(
    saved: tuple[Path, Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, owner_url: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """What docs/operations.md says of a lost machine, practised: backup on the machine, restore on an empty one, head compared."""
    with transaction() as session:
        while gathering.gather(session):
            pass
        assert heads.keep(session, now=NOW) is not None
        (tmp_path / "head").write_text(heads.last(session).note)
    certificate, key = holder(tmp_path, "专班")
    monkeypatch.setenv("PROOFLESS_DATABASE_HOST", settings().database_host)
    assert commands.backup_command([str(tmp_path / "target"), "--to", str(certificate)]) == 0
    assert {path.name for path in (tmp_path / "target").iterdir()} == {FILE, escrow.FILE, escrow.RECIPIENTS}
    before = rows(owner_url)
    monkeypatch.delenv("PROOFLESS_DATABASE_HOST")
    monkeypatch.setenv("PROOFLESS_HOME", str(tmp_path / "empty machine"))
    monkeypatch.setattr("getpass.getpass", lambda _: PHRASE)
    asked = [str(tmp_path / "target"), "--private-key", str(key)]
    assert commands.restore_command([*asked, "--check"]) == 0
    assert not (tmp_path / "empty machine").exists()
    capsys.readouterr()
    assert commands.restore_command([*asked, "--head", str(tmp_path / "head")]) == 0
    told = capsys.readouterr().out
    assert f"的存证核对相符({len(before['events'])} 条)" in told.replace("\n", "")
    assert keyfiles.read(tmp_path / "empty machine", "proofless_master_keys")


def test_a_backup_that_lacks_what_a_head_binds_is_refused(
    ledger: str, saved: tuple[Path, Path], tmp_path: Path, elsewhere: Cluster, owner_url: str
) -> None:
    from runtime.services import restore

    with transaction() as session:
        while gathering.gather(session):
            pass
        heads.keep(session, now=NOW)
        early = heads.last(session).note
    backup(tmp_path / "early", tmp_path / "early-keys")
    file()
    with transaction() as session:
        while gathering.gather(session):
            pass
        heads.keep(session, now=NOW + timedelta(hours=1))
        late = heads.last(session)
        lines = (late.size, late.note)
    from ledger.record import comparing

    def into(head: str | None) -> None:
        restore.into_server(
            elsewhere.connect,
            lambda name: keyfiles.read(elsewhere.home, name),
            "127.0.0.1",
            elsewhere.port,
            tmp_path / "early",
            tmp_path / "early-keys" / "seals",
            keys_of(tmp_path / "early-keys" / "secrets"),
            head=comparing.head_of(head) if head else None,
        )

    with pytest.raises(Failure, match=rf"外存的存证核对:存证共 {lines[0]} 条,台账中只有 \d+ 条,少 \d+ 条"):
        into(lines[1])
    size, root = early.splitlines()[1:3]
    with pytest.raises(Failure, match="有改动或缺失"):
        into(early.replace(root, root[:4][::-1] + root[4:]))
    with closing(elsewhere.connect("postgres")) as connection, connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM pg_database WHERE datname = 'proofless_restoring'")
        assert cursor.fetchone() == (0,)
    into(early)
    _again()
    emptied(elsewhere)
    assert int(size) < lines[0]
