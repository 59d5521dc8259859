"""One installation on this machine: where it lives, which ports it has, how it talks to the person who started it."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

from runtime.progress import Progress
from runtime.services import keyfiles
from runtime.services.prefect_server import api_url
from settings import ROOT

LEDGER, PREFECT = "proofless", "prefect"
"""The databases of its cluster."""


@dataclass(frozen=True)
class Context:
    """What `up` knows and hands to its steps. `ports`: postgres, prefect, gateway, health, sandbox."""

    home: Path
    ports: dict[str, int]
    progress: Progress

    @property
    def gateway_url(self) -> str:
        return f"http://127.0.0.1:{self.ports['gateway']}"

    @property
    def health_url(self) -> str:
        """The gateway's port for those who watch it."""
        return f"http://127.0.0.1:{self.ports['health']}"

    @property
    def sandbox_url(self) -> str:
        return f"http://127.0.0.1:{self.ports['sandbox']}"

    @property
    def prefect_api(self) -> str:
        return api_url(self.ports["prefect"])

    @property
    def prefect_ui(self) -> str:
        return f"http://127.0.0.1:{self.ports['prefect']}"

    @property
    def run_folder(self) -> Path:
        """Records of running processes, the ports, the lock of `up`."""
        return self.home / "run"

    @property
    def issuing_unit_key(self) -> Path:
        """The access key of the sandbox's issuing unit, written by `runtime.commands.starting_catalog`."""
        return self.home / "sandbox" / "issuing_unit_key"

    def log(self, name: str) -> Path:
        return self.home / "logs" / f"{name}.log"

    def secret(self, name: str) -> str:
        return keyfiles.read(self.home, name)


def home() -> Path:
    """Where this installation lives: PROOFLESS_HOME, else `var` in the project."""
    return Path(os.environ.get("PROOFLESS_HOME") or ROOT / "var").resolve()
