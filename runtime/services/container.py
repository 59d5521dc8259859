"""What a container runs: `python -m runtime.services.container ROLE [OPTIONS]`. The same code as under `./run up`.

Compose gives the environment and the secret files; here only what it cannot say is added: a name of its own for each
replica, and the addresses that carry passwords. Then the container becomes that program.
"""

from __future__ import annotations

import os
import socket
import sys
from pathlib import Path
from typing import NoReturn

from runtime.failures import Failure
from runtime.progress import Progress
from runtime.services.prefect_server import server_argv, server_environment
from settings import settings

OURS = {"worker": "runtime.worker", "gateway": "gateway", "setup": "runtime.commands.setup_job"}
COMMANDS = ("backup", "restore")
PREFECT = {"prefect-api": server_argv("--no-services")[1:], "prefect-services": ["-m", "prefect", "server", "services", "start"]}
PREFECT_PORT, SANDBOX_PORT = 4200, 8090


def main(arguments: list[str]) -> int:
    role, *options = arguments or [""]
    if role in OURS:
        os.environ["PROOFLESS_WORKER_NAME"] = own_name(role)
        _become(["-m", OURS[role], *options], dict(os.environ))
    if role in COMMANDS:
        _become(["-m", "runtime", role, *options], dict(os.environ))
    if role in PREFECT:
        # Out of sight of our packages, which have names that others might use too.
        variables = prefect_environment()
        os.chdir(settings().home)
        _become(PREFECT[role], variables)
    if role == "sandbox":
        return _serve_sandbox()
    raise Failure("启动容器", f"没有角色 {role or '(空)'}", f"可用:{'、'.join((*OURS, *COMMANDS, *PREFECT, 'sandbox'))}。")


def own_name(role: str) -> str:
    """A name that no other replica has: two workers of one name would take each other's leases for their own."""
    return os.environ.get("PROOFLESS_WORKER_NAME") or f"{role}-{socket.gethostname()}"


def secret(name: str) -> str:
    """One secret file of this container, out of the services' folder or the owner's. Raises Failure."""
    folders = [
        Path(os.environ.get("PROOFLESS_SECRETS_DIR") or settings().home / "secrets"),
        Path(os.environ.get("PROOFLESS_OWNER_DIR") or settings().home / "owner"),
    ]
    for folder in folders:
        try:
            return (folder / name).read_text(encoding="utf-8").strip()
        except FileNotFoundError:
            continue
        except OSError as error:
            remedy = "请让 .env 中的 RUN_AS 与密钥文件的所有者一致(echo $(id -u):$(id -g))。"
            raise Failure("读取密钥", f"{folder / name} 无法读取({error.strerror})", remedy) from None
    remedy = "请先运行 ./run keyfiles,并检查 docker-compose.yml 的 secrets。"
    raise Failure("读取密钥", f"没有密钥文件 {name}", remedy)


def prefect_environment() -> dict[str, str]:
    """The environment of a Prefect server in a container. What compose says goes before our own settings."""
    at = settings()
    at.home.mkdir(parents=True, exist_ok=True)
    ours = server_environment(
        PREFECT_PORT, at.database_port, secret("prefect_database_password"), secret("proofless_prefect_password"), at.home, at.database_host
    )
    given = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    return {**ours, **given}


def _become(argv: list[str], environment: dict[str, str]) -> NoReturn:
    sys.stdout.flush()
    os.execve(sys.executable, [sys.executable, *argv], environment)


def _serve_sandbox() -> int:
    """The sandbox for the network of its own compose project; outside of containers it listens on loopback alone."""
    import uvicorn

    from sandbox.accounts import read_accounts
    from sandbox.app import create_app

    accounts = read_accounts(Path(os.environ["PROOFLESS_SECRETS_DIR"]))
    uvicorn.run(create_app(accounts), host="0.0.0.0", port=SANDBOX_PORT, access_log=False, log_level="warning")
    return 0


if __name__ == "__main__":
    try:
        sys.exit(main(sys.argv[1:]))
    except Failure as failure:
        Progress().fail(failure)
        sys.exit(1)
