"""What the tests of the basement share: a cluster for those that leave it as they found it, quiet progress."""

from __future__ import annotations

import io
import os
import pwd
import shutil
import signal
import tempfile
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest
from rich.console import Console

from runtime.progress import Progress
from runtime.services.postgres import Cluster
from tests.cluster import start_test_cluster


@pytest.fixture(scope="session")
def basement(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cluster]:
    """A running cluster with both databases."""
    with start_test_cluster(tmp_path_factory.mktemp("basement") / "var") as cluster:
        yield cluster


@pytest.fixture
def progress() -> Progress:
    return Progress(Console(file=io.StringIO(), width=200, markup=False))


def told(progress: Progress) -> str:
    """Everything that was shown."""
    shown = progress.console.file
    assert isinstance(shown, io.StringIO)
    return shown.getvalue()


@pytest.fixture
def open_folder() -> Iterator[Path]:
    """A folder that every account may enter; pytest's own are closed to others."""
    folder = Path(tempfile.mkdtemp(prefix="proofless-test-"))
    folder.chmod(0o777)
    yield folder
    shutil.rmtree(folder)


@pytest.fixture
def stranger() -> Iterator[psutil.Popen]:
    """A process that is not ours and must survive the test."""
    process = psutil.Popen(["sleep", "60"], start_new_session=True)
    yield process
    assert process.poll() is None, "a process of somebody else was ended"
    process.send_signal(signal.SIGKILL)
    process.wait(5)


needs_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root can become somebody else")


def nobody() -> pwd.struct_passwd:
    return pwd.getpwnam("nobody")
