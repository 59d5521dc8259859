"""The embedded PostgreSQL: as every kind of user, after crashes, with pids and ports that somebody else has."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import psutil
import psycopg2
import psycopg2.errors
import pytest

from runtime.failures import Failure
from runtime.services import keyfiles, postgres, unprivileged
from runtime.services.databases import create_databases
from runtime.services.postgres import Cluster
from settings import ROOT
from tests.cluster import password
from tests.ports import free_port
from tests.runtime.conftest import needs_root, nobody


def connect(cluster: Cluster, role: str, database: str, secret: str | None = None) -> psycopg2.extensions.connection:
    secret = secret or password(cluster.home, role)
    return psycopg2.connect(host="127.0.0.1", port=cluster.port, user=role, password=secret, dbname=database, connect_timeout=5)


def ask(cluster: Cluster, statement: str, database: str = "postgres") -> list[tuple[object, ...]]:
    with closing(cluster.connect(database)) as connection, connection.cursor() as cursor:
        cursor.execute(statement)
        return cursor.fetchall() if cursor.description else []


def test_a_second_start_gives_back_the_running_server(basement: Cluster) -> None:
    again = postgres.start(basement.home, free_port())
    assert (again.port, again.process.pid) == (basement.port, basement.process.pid)
    assert postgres.alive(basement.home)


def test_what_is_acknowledged_is_on_disk_and_chinese_text_is_kept(basement: Cluster) -> None:
    for name in ("fsync", "synchronous_commit", "full_page_writes"):
        assert ask(basement, f"SHOW {name}") == [("on",)]
    assert ask(basement, "SHOW server_encoding") == [("UTF8",)]
    assert ask(basement, "SELECT '㼆𬭎䶮𠅤𫖯'") == [("㼆𬭎䶮𠅤𫖯",)]


def test_it_listens_on_loopback_alone(basement: Cluster) -> None:
    listening = {where.laddr.ip for where in basement.process.net_connections("inet") if where.status == psutil.CONN_LISTEN}
    assert listening == {"127.0.0.1"}
    assert not [where for where in basement.process.net_connections("unix") if where.laddr]


def test_each_role_gets_into_its_own_database_only(basement: Cluster) -> None:
    for role, database in (("proofless_owner", "proofless"), ("proofless_app", "proofless"), ("prefect", "prefect")):
        connect(basement, role, database).close()
    for role, database in (
        ("proofless_owner", "prefect"),
        ("proofless_app", "prefect"),
        ("prefect", "proofless"),
        ("proofless_app", "postgres"),
        ("prefect", "template1"),
    ):
        with pytest.raises(psycopg2.OperationalError, match="permission denied"):
            connect(basement, role, database)
    with pytest.raises(psycopg2.OperationalError, match="password authentication failed"):
        connect(basement, "proofless_app", "proofless", "wrong")


def test_only_the_owner_makes_tables_and_prefect_has_its_extension(basement: Cluster) -> None:
    with closing(connect(basement, "proofless_app", "proofless")) as connection, connection.cursor() as cursor:
        with pytest.raises(psycopg2.errors.InsufficientPrivilege):
            cursor.execute("CREATE TABLE intruder (id int)")
    with closing(connect(basement, "proofless_owner", "proofless")) as connection, connection.cursor() as cursor:
        cursor.execute("CREATE TABLE mine (id int)")  # never committed
    assert ask(basement, "SELECT extname FROM pg_extension WHERE extname = 'pg_trgm'", "prefect") == [("pg_trgm",)]


def test_making_the_databases_again_keeps_them_and_repairs_a_password(basement: Cluster) -> None:
    ask(basement, "ALTER ROLE proofless_app PASSWORD 'forgotten'")
    assert create_databases(basement, basement.home) is False
    connect(basement, "proofless_app", "proofless").close()


def test_a_lost_superuser_password_is_told(basement: Cluster, tmp_path: Path) -> None:
    wrong = tmp_path / "password"
    wrong.write_text("not this one")
    with pytest.raises(Failure, match="口令无法登录") as caught:
        Cluster(basement.home, basement.port, wrong, basement.process).connect()
    assert "not this one" not in str(caught.value)


def test_persons_do_not_get_into_the_log(basement: Cluster) -> None:
    person = "张三丰370402188801011234"
    failing = (
        ("CREATE TEMP TABLE t (id text PRIMARY KEY)", ()),
        ("INSERT INTO t VALUES (%s)", (person,)),
        ("INSERT INTO t VALUES (%s)", (person,)),  # DETAIL: Key (id)=(…) already exists
        ("SELECT %s::integer", (person,)),  # invalid input syntax for type integer: "…"
        (f"SELEKT '{person}'", ()),
        ("DO $$ BEGIN RAISE WARNING %s; END $$", (person,)),
    )
    failures = 0
    with closing(connect(basement, "proofless_app", "proofless")) as connection:
        connection.autocommit = True
        for statement, values in failing:
            with connection.cursor() as cursor:
                try:
                    cursor.execute(statement, values)
                except psycopg2.Error:
                    failures += 1
    assert failures >= 3
    assert person not in (basement.home / "logs" / "postgres.log").read_text()


def test_kill_nine_loses_nothing_and_the_next_start_recovers(tmp_path: Path) -> None:
    cluster = postgres.start(tmp_path, free_port())
    try:
        ask(cluster, "CREATE TABLE kept AS SELECT generate_series(1, 1000) AS id")
        os.kill(cluster.process.pid, signal.SIGKILL)
        again = postgres.start(tmp_path, cluster.port)
        assert again.process.pid != cluster.process.pid
        assert ask(again, "SELECT count(*) FROM kept") == [(1000,)]
    finally:
        postgres.stop(tmp_path)
    assert not postgres.alive(tmp_path)


def test_a_pid_that_somebody_else_has_by_now_and_a_taken_port(tmp_path: Path, stranger: psutil.Popen) -> None:
    cluster = postgres.start(tmp_path, free_port())
    file = tmp_path / "postgres" / "data" / "postmaster.pid"
    left = file.read_text()
    postgres.stop(tmp_path)
    file.write_text(left.replace(str(cluster.process.pid), str(stranger.pid), 1))
    try:
        assert not postgres.alive(tmp_path)
        postgres.stop(tmp_path)  # must not reach the stranger
        with socket.socket() as taken:
            taken.bind(("127.0.0.1", 0))
            taken.listen()
            again = postgres.start(tmp_path, taken.getsockname()[1])
            assert again.port != taken.getsockname()[1]
            assert ask(again, "SELECT 1") == [(1,)]
    finally:
        postgres.stop(tmp_path)


def test_a_server_that_cannot_start_says_why(tmp_path: Path) -> None:
    postgres.start(tmp_path, free_port())
    postgres.stop(tmp_path)
    (tmp_path / "postgres" / "data" / "global" / "pg_control").unlink()
    with pytest.raises(Failure, match="启动 PostgreSQL") as caught:
        postgres.start(tmp_path, free_port(), patience=0)
    assert any("pg_control" in line for line in caught.value.details)
    assert not postgres.alive(tmp_path)


def test_an_interrupted_initdb_is_begun_again(tmp_path: Path) -> None:
    keyfiles.ensure(tmp_path)
    half = tmp_path / "postgres" / "data.new"
    half.mkdir(parents=True)
    (half / "PG_VERSION").write_text("18\n")
    try:
        assert ask(postgres.start(tmp_path, free_port()), "SELECT 1") == [(1,)]
    finally:
        postgres.stop(tmp_path)


SCRIPT = """
import os, sys
from pathlib import Path
from runtime.services import postgres
home = Path(sys.argv[1])
cluster = postgres.start(home, int(sys.argv[2]))
print(os.geteuid(), cluster.process.uids().real, cluster.connect().closed)
postgres.stop(home)
print(postgres.alive(home))
"""


@needs_root
def test_an_ordinary_user_needs_nothing(open_folder: Path) -> None:
    packages = Path(psycopg2.__file__).parents[1]

    def as_nobody(python: str, *arguments: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [python, "-B", *arguments],
            user=nobody().pw_uid,
            group=nobody().pw_gid,
            extra_groups=[],
            env={"PATH": os.defpath, "PYTHONPATH": f"{ROOT}:{packages}"},
            cwd="/",
            capture_output=True,
            text=True,
        )

    # Root's own Python and checkout may well be closed to others; the system's Python of the same version is not.
    for python in (sys.executable, f"/usr/bin/python{sys.version_info[0]}.{sys.version_info[1]}"):
        try:
            if as_nobody(python, "-c", "import runtime, psycopg2").returncode == 0:
                break
        except OSError:
            continue
    else:
        pytest.skip("nobody can run this Python or read this checkout")
    done = as_nobody(python, "-c", SCRIPT, str(open_folder / "var"), str(free_port()))
    assert done.stdout.split() == [str(nobody().pw_uid)] * 2 + ["0", "False"], done.stderr


@needs_root
def test_root_without_namespaces_runs_it_as_nobody_and_may_change_over(open_folder: Path) -> None:
    home = open_folder / "var"
    try:
        cluster = postgres.start(home, free_port(), namespaces=False)
        assert cluster.process.uids().real == nobody().pw_uid
        ask(cluster, "CREATE TABLE kept AS SELECT 7 AS id")
        postgres.stop(home)
        # The same data later, on a kernel that has namespaces (or under another administrator's rules), and back.
        for namespaces in (None, False):
            cluster = postgres.start(home, free_port(), namespaces=namespaces)
            assert ask(cluster, "SELECT id FROM kept") == [(7,)]
            postgres.stop(home)
    finally:
        postgres.stop(home)


@needs_root
def test_data_move_where_nobody_can_reach_them(open_folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """pytest's folders are closed to others, as /root is."""
    monkeypatch.setattr(unprivileged, "OUTSIDE", str(open_folder))
    home = tmp_path / "var"
    try:
        for _ in range(2):
            cluster = postgres.start(home, free_port(), namespaces=False)
            assert ask(cluster, "SELECT 1") == [(1,)]
            postgres.stop(home)
        assert (home / "postgres").is_symlink()
        assert len(list(open_folder.iterdir())) == 1, "the second start must find the first one's data"
    finally:
        postgres.stop(home)
