"""Which tests run beside one another: some files at a time, but all that need the real Prefect server in one process.

The whole run has one such server then, and one stack at a time on it. They begin first, as tests/article_ten is the first
folder. They mostly wait, and so there is one process more than processors.
"""

from __future__ import annotations

import os

from xdist.scheduler import LoadFileScheduling

WITH_PREFECT = ("tests/article_ten/", "tests/deployment/test_workers.py", "tests/endtoend/", "tests/flows/", "tests/runtime/worker/")

MOST = 4
"""A process has a PostgreSQL and a browser of its own, and the one with the Prefect server is no faster beside more of them."""


def processes(asked: list[str]) -> int:
    """How many a run of these files or folders takes (`-n auto`): each would have to load all that is asked for."""
    most = min((os.cpu_count() or 1) + 1, MOST)
    files = {one.split("::")[0] for one in asked}
    return min(most, len(files)) if all(one.endswith(".py") for one in files) else most


class PrefectInOneProcess(LoadFileScheduling):
    """Files as `--dist loadfile` has them, and one more scope."""

    def _split_scope(self, nodeid: str) -> str:
        return "prefect" if nodeid.startswith(WITH_PREFECT) else super()._split_scope(nodeid)
