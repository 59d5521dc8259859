"""What stops a command, told to a person: which part, why, and what to do about it."""

from __future__ import annotations

import re
from pathlib import Path

_UNPRINTABLE = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]|[\x00-\x08\x0b-\x1f\x7f]")


class Failure(Exception):
    """启动或运行失败. `what` names the part, `why` the reason, `remedy` the next step; `details` are log lines."""

    def __init__(self, what: str, why: str, remedy: str, details: tuple[str, ...] = ()) -> None:
        super().__init__(f"{what}:{why}")
        self.what, self.why, self.remedy, self.details = what, why, remedy, details


def last_lines(log: Path, count: int = 12) -> tuple[str, ...]:
    """The end of a log, without colours and control characters, each line cut to 200 characters."""
    try:
        with log.open("rb") as file:
            file.seek(max(0, log.stat().st_size - 20_000))
            text = file.read().decode("utf-8", "replace")
    except OSError:
        return ()
    lines = (_UNPRINTABLE.sub("", line).rstrip() for line in text.splitlines())
    return tuple(line[:200] for line in lines if line)[-count:]
