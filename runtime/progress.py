"""What a person sees while things start: one line a step with its seconds, a spinner while it lasts.

Without a terminal the same lines come out plain, the title first, so that a log shows what is being waited for.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rich.console import Console

from runtime.failures import Failure

Note = Callable[[str], None]

#: What commands print on. Words are printed as they stand: names and reasons may hold [brackets] and :colons:, which would
#: else be read as colours and pictures and be swallowed.
console = Console(highlight=False, soft_wrap=True, markup=False, emoji=False)


class Progress:
    """Steps and remarks on the terminal (or on `to`, for tests)."""

    def __init__(self, to: Console = console) -> None:
        self.console = to

    @contextmanager
    def step(self, title: str) -> Iterator[Note]:
        """A step that takes a while. Gives a function that says what is being done within it."""
        began = time.monotonic()
        try:
            if self.console.is_terminal:
                yield from self._spinning(title)
            else:
                self.console.print(f"  … {title}")
                yield lambda _: None
        except BaseException:
            self.console.print(f"  ✗ {title}", style="red")
            raise
        self.console.print(f"  ✓ {title}  {time.monotonic() - began:.1f} 秒", style="green")

    def _spinning(self, title: str) -> Iterator[Note]:
        from rich.progress import Progress as Bar
        from rich.progress import SpinnerColumn, TextColumn, TimeElapsedColumn

        columns = (SpinnerColumn(), TextColumn("{task.description}", markup=False), TimeElapsedColumn())
        with Bar(*columns, console=self.console, transient=True) as bar:
            task = bar.add_task(title)
            yield lambda note: bar.update(task, description=f"{title} · {note}")

    def say(self, text: str) -> None:
        self.console.print(f"  {text}")

    def warn(self, text: str) -> None:
        self.console.print(f"  ! {text}", style="yellow")

    def fail(self, failure: Failure) -> None:
        """The whole story of a failure: what, why, the last log lines, what to do."""
        self.console.print(f"\n{failure.what}失败:{failure.why}", style="bold red")
        for line in failure.details:
            self.console.print(f"    {line}", style="dim")
        self.console.print(f"怎么办:{failure.remedy}")
