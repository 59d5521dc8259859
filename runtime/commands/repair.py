"""`./run repair`: everything in Prefect as it must be, with what somebody paused, limited or switched off."""

from __future__ import annotations

import argparse

from runtime.failures import Failure
from runtime.progress import Progress
from settings import settings


def main(arguments: list[str]) -> int:
    """Says what was done; 0 also where there was nothing to do."""
    argparse.ArgumentParser(prog="./run repair", description="恢复 Prefect 中的工作池、队列、流程、定时和并发上限").parse_args(arguments)
    import asyncio

    from runtime.worker import client

    client.settle()  # for the `prefect deploy` that it may have to run
    done = asyncio.run(_repair())
    progress = Progress()
    for line in done:
        progress.say(line)
    progress.say("Prefect 已符合要求,执行器在半分钟内接着办理。" if done else "Prefect 符合要求,没有需要恢复的。")
    return 0


async def _repair() -> list[str]:
    import httpx

    from runtime.services import prefect_server
    from runtime.worker.reconciler import Reconciler

    at = settings()
    try:
        async with prefect_server.asking(at.prefect_api_url, at.prefect_password.get_secret_value()) as http:
            return await Reconciler(http).repair()
    except httpx.HTTPError as error:
        why = f"Prefect 没有按预期应答({type(error).__name__})"
        raise Failure("恢复 Prefect", why, "请用 ./run status 查看 Prefect 服务器是否在运行。") from None
