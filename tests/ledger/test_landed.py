"""Every landed state upgrades in place with its data, from what its own code wrote; what cannot is refused untouched.

`landed/<version>.rows.gz` was written by `ledger.copying` out of a ledger that the code of then had filled: proofs from
shared data and from an inbox, a missed limit with its 督办, a complaint. A landing with new migrations adds one.
"""

from __future__ import annotations

import base64
import gzip
import json
import os
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import create_engine, func, select, text

from ledger import copying
from ledger.cases import cases
from ledger.database import engine, forget_engine, transaction
from ledger.migrate import CannotUpgrade, differences, upgrade
from ledger.oversight import complaints
from ledger.tables.cases import Case, Party
from ledger.tables.effects import Proof
from ledger.tables.oversight import Complaint
from ledger.tables.registry import ApiKey, System, Unit
from ledger.vault import Place, vault
from runtime.commands.migrate import migrate
from runtime.failures import Failure
from runtime.services import keyfiles, restore
from runtime.services.backup import backup, keys_of
from runtime.services.postgres import Cluster
from settings import settings
from tests.cluster import password
from tests.conftest import _enter, _leave
from tests.ledger.filing import file

LANDED = sorted(Path(__file__).with_name("landed").glob("*.rows.gz"))
MASTER = base64.b64encode(b"landed state: a key of the tests").decode()
LOOKUP = base64.b64encode(b"landed state: look-up, the tests").decode()


def version_of(path: Path) -> str:
    return path.name.partition(".")[0]


@pytest.fixture(params=LANDED, ids=version_of)
def landed(
    request: pytest.FixtureRequest, installation: tuple[Path, Cluster], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[str]:
    """A ledger of that state with its data, and its keys; gives the version."""
    home, cluster = installation
    version, name = version_of(request.param), f"landed_{version_of(request.param)}"
    with closing(cluster.connect()) as outside, outside.cursor() as statement:
        statement.execute(f"CREATE DATABASE {name} OWNER proofless_owner")
    (tmp_path / "secrets").mkdir()
    for path in keyfiles.services_folder(home).iterdir():
        (tmp_path / "secrets" / path.name).write_text(path.read_text())
    (tmp_path / "secrets" / "proofless_master_keys").write_text(json.dumps({"k1": MASTER}))
    (tmp_path / "secrets" / "proofless_lookup_key").write_text(LOOKUP)
    before = dict(os.environ)
    _enter(installation, name)
    os.environ.update(PROOFLESS_SECRETS_DIR=str(tmp_path / "secrets"), PROOFLESS_SEALS_DIR=str(tmp_path / "none"))
    settings.cache_clear()
    upgrade(url("proofless_owner", home), version)
    superuser = create_engine(url("postgres", home))
    with superuser.begin() as connection, gzip.open(request.param) as rows:
        copying.read(connection.connection, rows)  # type: ignore[arg-type]
    superuser.dispose()
    yield version
    _leave(before)
    with closing(cluster.connect()) as outside, outside.cursor() as statement:
        statement.execute(f"DROP DATABASE {name} WITH (FORCE)")


def url(role: str, home: Path | None = None) -> str:
    return settings().database_url(role, password(home or settings().home, role))


def described() -> dict[str, Any]:
    other = create_engine(url("proofless_owner"))
    with other.connect() as connection:
        found = {**copying.describe(connection.connection), "version": connection.scalar(text("SELECT version_num FROM alembic_version"))}
    other.dispose()
    return found


def a_systems_key() -> None:
    """As the code of then made one."""
    owner = create_engine(url("proofless_owner"))
    with owner.begin() as connection:
        connection.execute(text("INSERT INTO systems (code, unit, name, active) SELECT 's-old', min(code), '演示', true FROM units"))
        connection.execute(
            text("INSERT INTO api_keys (id, digest, system, made_at, made_by) VALUES (gen_random_uuid(), 'old', 's-old', now(), 'x')")
        )
    owner.dispose()


def an_entered_system() -> None:
    """A row of the 登记册 of before, and the one that it corrects."""
    owner = create_engine(url("proofless_owner"))
    entered = "INSERT INTO register_entries (register, unit, values, entered_at, entered_by, replaces) "
    with owner.begin() as connection:
        for system, replaces in (("旧名", "NULL"), ("省统一受理平台", "max(e.serial)")):
            connection.execute(
                text(
                    entered + f"SELECT 'systems', min(u.code), jsonb_build_object('系统', CAST(:system AS text), '层级', '省直部门', "
                    f"'已对接', '否', '未对接原因', '待省里开放'), now(), 'x', {replaces} FROM units u LEFT JOIN register_entries e ON true"
                ),
                {"system": system},
            )
    owner.dispose()


def a_complaint_that_was_passed_on() -> None:
    """As the code of then did: the unit that was asked took the place of the one complained of."""
    owner = create_engine(url("proofless_owner"))
    with owner.begin() as connection:
        connection.execute(text("UPDATE complaints SET unit = (SELECT max(code) FROM units), standing = 'passed'"))
        connection.execute(
            text(
                "INSERT INTO complaint_steps (id, complaint_id, step, at, person, unit, record) "
                "SELECT gen_random_uuid(), id, 'pass', now(), 'x', 'x', jsonb_build_object('to', unit, 'asked', 'x') FROM complaints"
            )
        )
    owner.dispose()


def test_it_upgrades_in_place_and_its_data_are_read_and_go_on(landed: str, tmp_path: Path) -> None:
    a_systems_key()
    an_entered_system()
    a_complaint_that_was_passed_on()
    before = described()
    before["counts"]["systems"] += 1  # the entry that stands
    saved: list[str] = []

    def save(version: str) -> None:
        backup(tmp_path / "before", tmp_path / "keys")
        saved.append(version)

    migrate(save)
    after = described()
    assert saved == [landed]
    assert {table: after["counts"][table] for table in before["counts"]} == before["counts"]
    assert after["last_event"] == before["last_event"] and before["counts"]["events"] > 10
    forget_engine()
    vault.cache_clear()
    with engine().connect() as connection:
        assert differences(connection) == []
    with transaction() as session:
        names = set()
        for party in session.scalars(select(Party)):
            key = cases.case_key(session.get_one(Case, party.case))
            names.add(key.decrypt_text(Place("parties", "name", party.id), party.name))
        assert names == {"演示甲子", "演示乙丑"}
        assert all(proof.pdf for proof in session.scalars(select(Proof)))
        assert session.scalars(select(ApiKey.scopes).where(ApiKey.system == "s-old")).all() == [["cases", "inbox", "verifications"]]
        entered = session.scalars(select(System).where(System.code.startswith("entered-"))).one()
        assert (entered.name, entered.level, entered.should_connect, entered.why_not) == ("省统一受理平台", "province", False, "待省里开放")
        complaint = session.scalars(select(Complaint)).one()
        assert "仍要求提交户籍证明" in complaints.written(complaint).text
        assert (complaint.unit, complaint.handler) == ("370402-PERMIT", session.scalar(select(func.max(Unit.code))))
        assert (complaint.about_since, complaint.assessed_at) == (complaint.entered_at, None)
    file()
    migrate(save)
    assert saved == [landed], "what is newest is neither saved nor changed"


def test_there_is_a_way_back(landed: str, tmp_path: Path, elsewhere: Cluster) -> None:
    before = described()
    migrate(lambda _: backup(tmp_path / "before", tmp_path / "keys"))
    keys = keys_of(tmp_path / "keys" / "secrets")
    restore.into_server(
        elsewhere.connect,
        lambda name: keyfiles.read(elsewhere.home, name),
        "127.0.0.1",
        elsewhere.port,
        tmp_path / "before",
        tmp_path / "none",
        keys,
        as_it_was=True,
    )
    with closing(elsewhere.connect("postgres")) as outside, outside.cursor() as statement:
        statement.execute("SELECT 1 FROM pg_database WHERE datname = 'proofless'")
        assert statement.fetchone()
    other = create_engine(
        f"postgresql+psycopg2://proofless_owner:{password(elsewhere.home, 'proofless_owner')}@127.0.0.1:{elsewhere.port}/proofless"
    )
    with other.connect() as connection:
        assert connection.scalar(text("SELECT version_num FROM alembic_version")) == landed
        assert {**copying.describe(connection.connection), "version": landed} == before
    other.dispose()
    with closing(elsewhere.connect("postgres")) as outside, outside.cursor() as statement:
        statement.execute("DROP DATABASE proofless WITH (FORCE)")
        statement.execute("CREATE DATABASE proofless OWNER proofless_owner")


def test_a_ledger_of_another_history_is_refused_and_left(landed: str) -> None:
    """As those from before migration 0001 was last changed: the number is known, the tables are not."""
    owner = create_engine(url("proofless_owner"))
    with owner.begin() as connection:
        connection.execute(text("ALTER TABLE appointments DROP COLUMN handed_to"))
    before = described()
    with pytest.raises(Failure, match="表结构不是本程序任何一个版本") as error:
        migrate()
    assert "没有改动" in error.value.remedy and described() == before
    with owner.begin() as connection:
        connection.execute(text("ALTER TABLE cases RENAME TO files"))
        connection.execute(text("DROP TABLE deliveries"))
    before = described()
    with pytest.raises(Failure, match="表结构不是本程序任何一个版本"):
        migrate()
    assert described() == before
    owner.dispose()


def test_a_newer_ledger_is_refused_and_left(owner_url: str) -> None:
    owner = create_engine(owner_url)
    with owner.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    with pytest.raises(CannotUpgrade, match="版本 9999") as error:
        upgrade(owner_url)
    assert "更新版本的程序" in error.value.remedy
    with owner.connect() as connection:
        assert connection.scalar(text("SELECT version_num FROM alembic_version")) == "9999"
    owner.dispose()


def test_a_migration_that_fails_halfway_leaves_the_ledger(landed: str, monkeypatch: pytest.MonkeyPatch) -> None:
    from ledger import migrate as migrating

    before = described()
    monkeypatch.setattr(migrating, "differences", lambda _: ["something"])
    with pytest.raises(CannotUpgrade):
        upgrade(url("proofless_owner"))
    assert described() == before
