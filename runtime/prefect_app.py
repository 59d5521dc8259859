"""The Prefect server's program: `python -P runtime/prefect_app.py [--no-services]`. Run as a file, out of our packages.

It is Prefect's own application without its second interface (v2), which no setting takes away and which calls an
analytics host even when analytics are off. A bundle whose folder does not exist is neither served nor offered.
"""

from __future__ import annotations

import sys
from pathlib import Path

import prefect
import uvicorn
from prefect.server.api.server import create_app
from prefect.settings import PREFECT_SERVER_API_HOST, PREFECT_SERVER_API_PORT


def main(arguments: list[str]) -> int:
    """Serve until SIGTERM. `--no-services`: the API and the interface alone, as one of several."""
    prefect.__ui_v2_static_path__ = Path(prefect.__file__).parent / "no-second-interface"  # type: ignore[attr-defined]
    uvicorn.run(
        create_app(webserver_only="--no-services" in arguments),
        host=PREFECT_SERVER_API_HOST.value(),
        port=PREFECT_SERVER_API_PORT.value(),
        log_level="warning",
        access_log=False,
        timeout_graceful_shutdown=5,
    )
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
