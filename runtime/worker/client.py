"""How a worker's Prefect client is set up: settled before Prefect is imported, which reads its settings once."""

from __future__ import annotations

import os

from runtime.services.prefect_server import client_environment
from settings import settings


def variables() -> dict[str, str]:
    """Prefect's settings for a process that runs passes."""
    at = settings()
    wanted = client_environment(at.prefect_api_url, at.prefect_password.get_secret_value(), at.home)
    # The run's states tell its story; a line of log a task would cost a call each.
    wanted["PREFECT_LOGGING_LEVEL"] = "WARNING"
    # What the worker itself says belongs to no run: it stays in its own log, without a warning for each line.
    wanted["PREFECT_LOGGING_TO_API_WHEN_MISSING_FLOW"] = "ignore"
    bundle = at.seals_dir / "ca.crt.pem"
    if at.prefect_api_url.startswith("http://") and bundle.exists():
        # Prefect's engine makes a client for each run, and each client reads a bundle of some 150 certificates: 30 ms
        # of CPU, a third of a run. Over plain HTTP none of them is ever looked at, so it is given a bundle of one.
        wanted["PREFECT_API_SSL_CERT_FILE"] = str(bundle)
    return wanted


def settle() -> None:
    """Set them for this process; what the environment says already stays."""
    for name, value in variables().items():
        os.environ.setdefault(name, value)
