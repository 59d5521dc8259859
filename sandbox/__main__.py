"""`python -m sandbox --port N`: starts the sandbox on the loopback address."""

from __future__ import annotations

import argparse
import os
from pathlib import Path

import uvicorn

from sandbox.accounts import read_accounts
from sandbox.app import create_app


def main() -> None:
    """Read the accounts and serve until the end signal. Exits with 2 and a reason where they are missing."""
    parser = argparse.ArgumentParser(prog="python -m sandbox", description="演示区:虚构的证照库和共享平台")
    parser.add_argument("--port", type=int, required=True, help="监听的端口(只在 127.0.0.1)")
    parser.add_argument("--secrets", type=Path, default=os.environ.get("PROOFLESS_SECRETS_DIR"), help="密钥文件夹")
    given = parser.parse_args()
    if given.secrets is None:
        parser.error("请用 --secrets 或环境变量 PROOFLESS_SECRETS_DIR 指明密钥文件夹")
    try:
        accounts = read_accounts(given.secrets)
    except ValueError as error:
        parser.error(str(error))
    # No access log: a request line can carry a download id, and nothing that is asked here belongs in a file.
    uvicorn.run(create_app(accounts), host="127.0.0.1", port=given.port, access_log=False, log_level="warning")


if __name__ == "__main__":
    main()
