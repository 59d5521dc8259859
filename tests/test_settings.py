"""The variables: each wrong one is named and no value is repeated, a variable wins over a file, secrets do not print."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from domain.proof_form import Form
from settings import Secret, WrongSettings, load


@pytest.mark.parametrize(
    ("variable", "text", "value"),
    [
        ("DATABASE_PORT", "6543", 6543),
        ("HOME", "/srv/one", Path("/srv/one")),
        ("SEAL_DEVELOPMENT", "False", False),
        ("SEAL_DEVELOPMENT", "on", True),
        ("CLOCK_RATE", "120", 120.0),
        ("CLOCK_ORIGIN", "2026-03-04T08:00:00+08:00", datetime(2026, 3, 4, tzinfo=UTC)),
        ("CLOCK_ORIGIN", "2026-03-04T00:00:00Z", datetime(2026, 3, 4, tzinfo=UTC)),
        ("SMTP_CA_FILE", "/srv/ca.pem", Path("/srv/ca.pem")),
        ("SMTP_SECURITY", "tls", "tls"),
        ("MISMATCHES_BY_KEY", "", ""),
        ("QUOTA_UNIT", "5/minute 9/day", "5/minute 9/day"),
        ("REPORT_READERS", " a@example.invalid, b@example.invalid,a@example.invalid ", ("a@example.invalid", "b@example.invalid")),
        ("RECORD_KEEPERS", " ", ()),
        ("CALLBACK_NETWORKS", "10.4.0.0/16, ::1", "10.4.0.0/16, ::1"),
        ("PROOF_FORM", "ofd", Form.OFD),
        ("DATABASE_PASSWORD", "word", Secret("word")),
    ],
)
def test_a_text_becomes_its_value(variable: str, text: str, value: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(f"PROOFLESS_{variable}", text)
    assert getattr(load(None), variable.lower()) == value


WRONG = [
    ("DATABASE_PORT", "many"),
    ("DATABASE_POOL", "1"),
    ("DATABASE_POOL", "101"),
    ("REQUESTS_PER_MINUTE", "0"),
    ("WORKER_NAME", "a b"),
    ("REGION", "370402\n"),
    ("REGION", "37040"),
    ("SEAL_DEVELOPMENT", ""),
    ("OIDC", '{"issuer": "http://id.example.invalid", "client_id": "c"}'),
    ("OIDC", "[]"),
    ("SESSION_HOURS", "0"),
    ("CLOCK_RATE", "0"),
    ("CLOCK_RATE", "nan"),
    ("CLOCK_ORIGIN", "2026-03-04T08:00:00"),
    ("CLOCK_ORIGIN", "today"),
    ("SMTP_SECURITY", "ssl"),
    ("FEEDBACK_URL", "ftp://a.invalid"),
    ("QUOTA_PERSON", "5/minute 6/minute"),
    ("QUOTA_CASE", "many"),
    ("MISMATCHES_BY_KEY", "11/10"),
    ("MISMATCHES_BY_UNIT", "1-2"),
    ("CALLBACK_NETWORKS", "10.4.0.0/16, hall"),
    ("MONITOR_FROM", "everybody"),
    ("REPORT_READERS", "the office"),
    ("RECORD_KEEPERS", "a@example.invalid,"),
    ("RETENTION_DAYS", "1"),
    ("PROOF_FORM", "OFD"),
    ("PROOF_FORM", ""),
]


@pytest.mark.parametrize(("variable", "text"), WRONG)
def test_what_cannot_be_is_refused_by_name(variable: str, text: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(f"PROOFLESS_{variable}", text)
    with pytest.raises(WrongSettings) as raised:
        load(None)
    assert str(raised.value) == f"配置项 PROOFLESS_{variable} 的值不能用"


def test_all_that_is_wrong_is_named_at_once_and_no_value(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "proofless_smtp_password").write_bytes(b"\xff secret")
    monkeypatch.setenv("PROOFLESS_CLOCK_RATE", "fast")
    monkeypatch.setenv("PROOFLESS_REGION", "here")
    with pytest.raises(WrongSettings) as raised:
        load(tmp_path)
    assert str(raised.value) == "配置项 PROOFLESS_REGION、PROOFLESS_SMTP_PASSWORD、PROOFLESS_CLOCK_RATE 的值不能用"


def test_a_secret_is_its_files_text_unless_a_variable_says_another(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name in ("proofless_database_password", "proofless_prefect_password"):
        (tmp_path / name).write_text(" of the file\n")
    monkeypatch.setenv("PROOFLESS_PREFECT_PASSWORD", "of the variable")
    monkeypatch.delenv("PROOFLESS_DATABASE_PASSWORD", raising=False)
    found = load(tmp_path)
    assert found.database_password.get_secret_value() == "of the file"
    assert found.prefect_password.get_secret_value() == "of the variable"
    assert "of the" not in repr(found)


def test_a_folder_of_secrets_that_is_not_there_is_said(tmp_path: Path) -> None:
    with pytest.warns(UserWarning, match="PROOFLESS_SECRETS_DIR"):
        load(tmp_path / "none")
