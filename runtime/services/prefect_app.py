"""The Prefect server's program: `python -P runtime/services/prefect_app.py [--no-services]`. Run as a file, out of our packages.

It is Prefect's own application without its second interface (v2), which no setting takes away and which calls an
analytics host even when analytics are off. A bundle whose folder does not exist is neither served nor offered. And with a
policy for browsers that keeps every page on this host: pictures of block types, for one, lie on three others.
"""

# ruff: noqa: E402
from __future__ import annotations

import gc

gc.set_threshold(10_000)  # before the rest comes: imports leave no garbage, and looking for it was a tenth of their time

import sys
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import prefect
import uvicorn
from prefect.server.api.server import create_app
from prefect.settings import PREFECT_SERVER_API_HOST, PREFECT_SERVER_API_PORT, PREFECT_UI_API_URL

Application = Callable[[Any, Any, Any], Awaitable[None]]


def main(arguments: list[str]) -> int:
    """Serve until SIGTERM. `--no-services`: the API and the interface alone, as one of several."""
    prefect.__ui_v2_static_path__ = Path(prefect.__file__).parent / "no-second-interface"  # type: ignore[attr-defined]
    app = staying_here(create_app(webserver_only="--no-services" in arguments))
    gc.freeze()  # what is loaded by now stays: it is not looked through again and again, nor taken apart at the end
    uvicorn.run(
        app,
        host=PREFECT_SERVER_API_HOST.value(),
        port=PREFECT_SERVER_API_PORT.value(),
        log_level="warning",
        access_log=False,
        timeout_graceful_shutdown=5,
    )
    return 0


def policy() -> str:
    """Content-Security-Policy. The interface draws with inline styles and compiled functions, and asks its own API."""
    api = urlsplit(PREFECT_UI_API_URL.value() or "")
    own = f" {api.scheme}://{api.netloc} {api.scheme.replace('http', 'ws')}://{api.netloc}" if api.netloc else ""
    return (
        "default-src 'self' 'unsafe-inline' data: blob:; script-src 'self' 'unsafe-inline' 'unsafe-eval' blob:;"
        f" connect-src 'self'{own} data: blob:; form-action 'self'; frame-ancestors 'self'; base-uri 'self'"
    )


def staying_here(app: Application) -> Application:
    """The application with the policy on each answer."""
    header = b"content-security-policy", policy().encode()

    async def answer(scope: Any, receive: Any, send: Any) -> None:
        async def and_policy(message: Any) -> None:
            if message["type"] == "http.response.start":
                message = {**message, "headers": [*message.get("headers", ()), header]}
            await send(message)

        await app(scope, receive, and_policy if scope["type"] == "http" else send)

    return answer


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
