"""What a command does not need it does not import: on a slow machine that is most of its time."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from settings import ROOT

HEAVY = {"sqlalchemy", "httpx", "cryptography", "prefect", "fastapi", "pandas", "numpy", "openpyxl", "pyhanko"}


@pytest.mark.parametrize("command", ["status", "down", "health --help"])
def test_looking_and_stopping_import_no_database_and_no_web(command: str, tmp_path: Path) -> None:
    code = (
        "import sys\nfrom runtime.__main__ import main\ntry:\n    main(sys.argv[1:])\nexcept SystemExit:\n    pass\n"
        f"sys.stderr.write(' '.join(sorted({HEAVY!r} & set(sys.modules))))"
    )
    variables = {"PATH": "/usr/bin:/bin", "PYTHONPATH": str(ROOT), "PYTHONUTF8": "1", "PROOFLESS_HOME": str(tmp_path / "var")}
    done = subprocess.run([sys.executable, "-c", code, *command.split()], env=variables, capture_output=True, text=True)
    assert (done.returncode, done.stderr) == (0, "")
