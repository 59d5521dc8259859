"""`python -m runtime COMMAND …`, which is what `./run` calls."""

from __future__ import annotations

import gc
import importlib
import sys
from collections.abc import Callable

from runtime.commands.table import COMMANDS
from runtime.failures import Failure, explained


def main(arguments: list[str]) -> int:
    name, *rest = arguments or ["up"]
    command = COMMANDS.get(name)
    if command is None:
        import difflib

        near = difflib.get_close_matches(name, COMMANDS, n=1)
        hint = f"是不是 {near[0]}?" if near else ""
        sys.stderr.write(f"没有命令 {name}。{hint}全部命令见 ./run help。\n")
        return 2
    gc.set_threshold(50_000)  # imports leave no garbage, and looking for it was a fifth of a short command's time
    try:
        if command.enters:
            from runtime.services import environment

            environment.enter()
        module, _, function = command.target.partition(":")
        act: Callable[[list[str]], int] = getattr(importlib.import_module(module), function)
        return act(rest)
    except KeyboardInterrupt:
        return 130
    except Exception as error:
        failure = error if isinstance(error, Failure) else explained(name, error)
        if failure is None:
            raise
        from runtime.progress import Progress

        Progress().fail(failure)
        return 1


if __name__ == "__main__":
    try:
        sys.exit(main(sys.argv[1:]))
    finally:
        gc.freeze()  # else the interpreter, as it ends, takes all modules apart: a quarter of a short command's time
