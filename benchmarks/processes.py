"""The processes of an installation that is measured, by the name under which they were started."""

from __future__ import annotations

import psutil

from runtime.services.context import Context
from runtime.services.pidfiles import recall
from runtime.services.processes import PATIENT, end


def cpu(context: Context) -> float:
    """CPU seconds of our worker so far."""
    times = _process(context, "worker").cpu_times()
    return float(times.user + times.system)


def end_one(context: Context, name: str) -> None:
    """Whatever else was started stays."""
    end(_process(context, name), PATIENT)


def _process(context: Context, name: str) -> psutil.Process:
    found = (known.process() for known in recall(context.run_folder) if known.name == name)
    if (process := next((one for one in found if one is not None), None)) is None:
        raise RuntimeError(f"{name} does not run")
    return process
