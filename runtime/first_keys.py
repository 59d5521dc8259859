"""`./run keyfiles`: every secret of an installation, before compose mounts them; what is there stays as it is.

`./run up` makes the same files by itself. The development seals are made along with them, so that a container that
seals is given its keys like any other secret, and one that only checks is given the certificate alone.
"""

from __future__ import annotations

import argparse
import os

from runtime import keyfiles
from runtime.context import home
from runtime.development_keys import ensure_development_seals
from runtime.failures import Failure
from runtime.progress import Progress
from settings import settings


def main(arguments: list[str]) -> int:
    argparse.ArgumentParser(prog="./run keyfiles", description="生成缺少的密钥文件").parse_args(arguments)
    progress, place = Progress(), home()
    made = keyfiles.ensure(place)
    if settings().seal_development:
        from tasks.sealing import seal_names

        try:
            if ensure_development_seals(place / "seals", seal_names()):
                made.append("seals")
        except FileExistsError as error:
            raise Failure("准备印章", str(error), "处理后再次运行 ./run keyfiles。") from None
    progress.say(f"{place}:{'新生成 ' + '、'.join(made) if made else '密钥齐全,没有改动'}。")
    if os.getuid() == 0:
        progress.warn("文件现归 root 所有,而容器不以 root 运行。请改用日常运维的普通用户运行本命令。")
    else:
        progress.say(f"容器须以这些文件的所有者运行,.env 中写:RUN_AS={os.getuid()}:{os.getgid()}")
    return 0
