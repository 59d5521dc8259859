"""The script `run`: when it sets up, when it does not, and that an interrupted set-up is begun again."""

from __future__ import annotations

import os
import subprocess
import sys
from importlib.machinery import SourceFileLoader
from importlib.util import module_from_spec, spec_from_loader
from pathlib import Path
from types import ModuleType

import pytest

from runtime.commands.table import COMMANDS
from settings import ROOT

RUNTIME, DEV = "requirements.lock", "requirements-dev.lock"


@pytest.fixture
def script(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    """The script, at work in an empty folder, with a pip that only notes its calls (`script.calls`)."""
    loader = SourceFileLoader("run_script", str(ROOT / "run"))
    spec = spec_from_loader("run_script", loader)
    assert spec is not None
    module = module_from_spec(spec)
    monkeypatch.setattr(sys, "dont_write_bytecode", True)
    loader.exec_module(module)
    module.ROOT, module.VENV = tmp_path, tmp_path / ".venv"
    module.PYTHON = module.VENV / "bin" / "python"
    module.calls = []
    for name in ("run", RUNTIME, DEV):
        (tmp_path / name).write_text(f"{name}==1 --hash=x\n")

    def make_venv() -> None:
        module.calls.append("venv")
        subprocess.run(["rm", "-rf", module.VENV], check=True)
        module.PYTHON.parent.mkdir(parents=True)
        module.PYTHON.symlink_to(sys.executable)

    def pip(title: str, requirements: Path, options: list[str], total: int) -> None:
        module.calls.append(requirements.name)

    module.real_make_venv, module.make_venv, module.pip = module.make_venv, make_venv, pip
    return module


def calls(script: ModuleType) -> list[str]:
    made = list(script.calls)
    script.calls.clear()
    return made


def test_it_sets_up_once_and_adds_what_the_tests_need(script: ModuleType) -> None:
    script.ensure(RUNTIME)
    assert calls(script) == ["venv", RUNTIME]
    script.ensure(RUNTIME)
    assert calls(script) == []
    script.ensure(DEV)
    assert calls(script) == [DEV], "the tests' packages come on top of what is there"
    script.ensure(DEV)
    script.ensure(RUNTIME)
    assert calls(script) == []


@pytest.mark.parametrize("lock", [RUNTIME, DEV])
def test_a_changed_lock_is_installed_anew(script: ModuleType, lock: str) -> None:
    script.ensure(DEV)
    calls(script)
    (script.ROOT / lock).write_text("other==2 --hash=y\n")
    script.ensure(DEV)
    assert calls(script)[-1] == DEV
    assert script.is_ready(RUNTIME)
    assert script.is_ready(DEV)


def test_another_python_sets_up_anew(script: ModuleType, monkeypatch: pytest.MonkeyPatch) -> None:
    script.ensure(RUNTIME)
    calls(script)
    monkeypatch.setattr(sys, "version_info", (3, 99, 0, "final", 0))
    script.ensure(RUNTIME)
    assert calls(script)[0] == "venv"


def test_a_venv_whose_python_is_gone_is_made_anew(script: ModuleType) -> None:
    script.ensure(RUNTIME)
    calls(script)
    script.PYTHON.unlink()
    script.PYTHON.symlink_to(script.ROOT / "uninstalled")
    script.ensure(RUNTIME)
    assert calls(script)[0] == "venv"


def test_an_interrupted_set_up_is_begun_again_from_nothing(script: ModuleType) -> None:
    """A package half written looks installed to pip, so adding to what is there is not enough."""
    script.ensure(RUNTIME)
    good, seen = script.pip, calls(script)
    assert seen

    def interrupted(*_: object) -> None:
        raise KeyboardInterrupt

    script.pip = interrupted
    with pytest.raises(KeyboardInterrupt):
        script.ensure(DEV)
    assert not script.is_ready(RUNTIME)
    script.pip = good
    script.ensure(RUNTIME)
    assert calls(script)[0] == "venv"


def test_a_venv_that_is_a_link_is_left_as_it_is(script: ModuleType, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """It is somebody else's: setting up anew empties the folder that it finds."""
    other = tmp_path / "other"
    (other / "lib").mkdir(parents=True)
    script.VENV.symlink_to(other)
    monkeypatch.setattr("venv.create", lambda folder, **_: Path(folder).mkdir())
    script.real_make_venv()
    assert (other / "lib").exists() and not script.VENV.is_symlink()


def test_without_ensurepip_it_says_what_to_install(tmp_path: Path) -> None:
    """Debian's Python without python3-venv."""
    (tmp_path / "run").write_bytes((ROOT / "run").read_bytes())
    (tmp_path / RUNTIME).write_text("")
    hide = "import sys, runpy; sys.modules['ensurepip'] = None; sys.argv = ['run']; runpy.run_path('run', run_name='__main__')"
    done = subprocess.run([sys.executable, "-c", hide], cwd=tmp_path, capture_output=True, text=True)
    assert done.returncode == 1
    assert "apt-get install python3-venv" in done.stderr
    assert "Traceback" not in done.stderr
    assert not (tmp_path / ".venv").exists()


def test_a_command_works_where_its_caller_stands(script: ModuleType, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Files that it is given, and those that it writes, are the caller's; what looks at the project stands in the project."""
    (elsewhere := tmp_path / "elsewhere").mkdir()
    stood: list[Path] = []
    monkeypatch.setattr(script, "ensure", lambda lock: None)
    monkeypatch.setattr(os, "execve", lambda *_: stood.append(Path.cwd()))
    for name in ("report", "test"):
        monkeypatch.chdir(elsewhere)
        script.main([name])
    assert stood == [elsewhere, script.ROOT]


def test_help_needs_no_environment_and_names_every_command() -> None:
    done = subprocess.run(
        [sys.executable, "-I", "-S", str(ROOT / "run"), "help"], env={"PATH": os.defpath, "LC_ALL": "C"}, capture_output=True
    )
    text = done.stdout.decode()
    for name, command in COMMANDS.items():
        assert f"\n  {name} " in text
        assert command.label in text


def test_an_unknown_command_is_told() -> None:
    done = subprocess.run([sys.executable, "-m", "runtime", "statsu"], cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 2
    assert "是不是 status" in done.stderr
