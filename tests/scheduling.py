"""Which tests run beside one another: two files at a time, but all that need the real Prefect server in one process.

The whole run has one such server then, and one stack at a time on it. They begin first, as tests/article_ten is the first
folder: they mostly wait.
"""

from __future__ import annotations

from xdist.scheduler import LoadFileScheduling

WITH_PREFECT = ("tests/article_ten/", "tests/deployment/test_workers.py", "tests/endtoend/", "tests/flows/", "tests/runtime/worker/")


class PrefectInOneProcess(LoadFileScheduling):
    """Files as `--dist loadfile` has them, and one more scope."""

    def _split_scope(self, nodeid: str) -> str:
        return "prefect" if nodeid.startswith(WITH_PREFECT) else super()._split_scope(nodeid)
