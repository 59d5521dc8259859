"""What a command does not need it does not import: on a slow machine that is most of its time."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from runtime.commands.table import COMMANDS
from settings import ROOT

HEAVY = {
    "sqlalchemy",
    "psycopg2",
    "httpx",
    "cryptography",
    "prefect",
    "fastapi",
    "pandas",
    "numpy",
    "openpyxl",
    "pyhanko",
    "jinja2",
    "lxml",
    "typst",
    "alembic",
    "yaml",
    "pydantic",
    "ledger",
    "reports",
    "proofs",
    "tasks",
    "connectors",
}
OWN_WORDS = {"test"}  #: pytest's


def loaded(tmp_path: Path, *commands: list[str]) -> list[set[str]]:
    """What of HEAVY is there after each of the commands, one after another in one process."""
    code = (
        "import sys\nfrom runtime.__main__ import main\n"
        f"for words in {list(commands)!r}:\n"
        "    try:\n        code = main(words)\n    except SystemExit as ended:\n        code = ended.code\n"
        f"    print('@', code, *sorted({HEAVY!r} & set(sys.modules)))\n"
    )
    variables = {"PATH": "/usr/bin:/bin", "PYTHONPATH": str(ROOT), "PYTHONUTF8": "1", "PROOFLESS_HOME": str(tmp_path / "var")}
    done = subprocess.run([sys.executable, "-c", code], env=variables, capture_output=True, text=True)
    said = [line.split()[1:] for line in done.stdout.splitlines() if line.startswith("@ ")]
    assert [line[0] for line in said] == ["0"] * len(commands), done.stdout + done.stderr
    return [set(line[1:]) for line in said]


def test_the_words_of_every_command_are_understood_before_anything_heavy_is_imported(tmp_path: Path) -> None:
    asked = [[name, "--help"] for name in COMMANDS if name not in OWN_WORDS]
    heavy = [(name, found) for (name, _), found in zip(asked, loaded(tmp_path, *asked), strict=True) if found]
    assert heavy[:1] == []  # the first one: those after it find what it brought


@pytest.mark.parametrize("command", ["status", "down"])
def test_looking_and_stopping_import_no_database_and_no_web(command: str, tmp_path: Path) -> None:
    assert loaded(tmp_path, [command]) == [set()]


#: Module -> what it may bring beside the ledger's own tables, which every one of them reads.
NEEDS = {
    "runtime.worker.reconciler": {"httpx"},  # ./run repair
    "gateway.public.judging": {"pyhanko", "yaml"},  # ./run verify
    "ledger.sealing.papers": set(),  # ./run proof
    "ledger.casework.watch": set(),  # ./run stuck
    "runtime.services.backup": set(),
    "catalog.rebuild": set(),
    "runtime.commands.complaint_import": {"pydantic"},  # which checks the configured layouts
    "reports.issuing": {"jinja2", "lxml", "numpy", "openpyxl", "pydantic", "typst"},
}


#: Module -> the rooms of tables that it may bring; to map one table takes as long as twenty questions to the database.
TABLES = {
    "ledger.database": set(),
    "runtime.services.backup": set(),
    "ledger.registry.keys": {"duty", "keys", "registry"},  # who stands in has the rights of it
    "ledger.calendars.calendars": {"duty", "effects", "registry"},  # duty names persons
    "ledger.rules": {"duty", "registry", "verifications"},  # ./run recompute, as long as nothing changed
    "ledger.catalog.drafts": {"catalog"},
    "ledger.catalog.versions": {"catalog", "registry"},
    "ledger.catalog.questions": {"catalog", "recusals", "registry"},
    "catalog.rebuild": {"catalog", "commitments", "recusals", "register_changes", "registry"},  # 承诺书 texts, former names
}


def test_the_work_of_a_command_maps_the_tables_that_it_reads_and_no_more() -> None:
    found = brought("", list(TABLES), "[name[14:] for name in sys.modules if name.startswith('ledger.tables.')]")
    no_tables = {"base", "kept"}  # what all of them are made of, and a type of column
    assert {name: more for name, tables in found.items() if (more := tables - TABLES[name] - no_tables)} == {}


def test_the_work_of_a_command_brings_what_it_needs_and_no_more() -> None:
    common = {"ledger", "reports", "proofs", "tasks", "connectors", "sqlalchemy", "psycopg2", "cryptography"}
    found = brought("import ledger.database, psycopg2", list(NEEDS), f"{HEAVY - common!r} & set(sys.modules)")
    assert {name: heavy - NEEDS[name] for name, heavy in found.items() if heavy - NEEDS[name]} == {}


def brought(before: str, names: list[str], what: str) -> dict[str, set[str]]:
    """What each of the modules brings, in a child for each of a process that has what all of them read."""
    code = (
        f"import importlib, os, sys, sqlalchemy.orm\n{before}\n"
        f"for name in {names!r}:\n"
        "    if os.fork() == 0:\n"
        "        importlib.import_module(name)\n"
        f"        print(name, *({what}), flush=True)\n"
        "        os._exit(0)\n"
        "    os.wait()\n"
    )
    done = subprocess.run([sys.executable, "-c", code], env={"PYTHONPATH": str(ROOT)}, capture_output=True, text=True, check=True)
    found = {name: set(found) for name, *found in map(str.split, done.stdout.splitlines())}
    assert found.keys() == set(names), done.stderr
    return found
