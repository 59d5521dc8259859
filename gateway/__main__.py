"""`python -m gateway`: one gateway process."""

from __future__ import annotations

from types import FrameType

import uvicorn

from gateway.app import create_app
from gateway.endings import Endings
from gateway.telemetry import log_as_json
from settings import settings


class _Server(uvicorn.Server):
    def __init__(self, config: uvicorn.Config, endings: Endings) -> None:
        super().__init__(config)
        self._endings = endings

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        """Answer the calls that wait with what is known now: they would hold up the end for half a minute."""
        self._endings.release()
        super().handle_exit(sig, frame)


def main() -> None:
    """Serve until SIGTERM or SIGINT, then let calls in flight finish."""
    log_as_json()
    app = create_app()
    config = uvicorn.Config(
        app,
        host=settings().gateway_host,
        port=settings().gateway_port,
        log_config=None,
        access_log=False,  # it would print the codes that stand in addresses (gateway.telemetry logs instead)
        server_header=False,
        limit_concurrency=1000,
        backlog=1024,
        timeout_keep_alive=30,
        timeout_graceful_shutdown=10,
        h11_max_incomplete_event_size=32 * 1024,
    )
    _Server(config, app.state.services.endings).run()


if __name__ == "__main__":
    main()
