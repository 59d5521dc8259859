"""`./run keyfiles`: every secret of an installation, before compose mounts them; what is there stays as it is.

`./run up` makes the same files by itself. The development seals are made along with them, so that a container that
seals is given its keys like any other secret, and one that only checks is given the certificate alone.
"""

from __future__ import annotations

import argparse
import os
from pathlib import Path

from runtime.failures import Failure
from runtime.progress import Progress
from runtime.services import keyfiles
from runtime.services.context import home
from settings import settings


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="./run keyfiles", description="生成缺少的密钥文件")
    parser.add_argument("--rotate-master", action="store_true", help="再加入一个主密钥,原有的保留(其后步骤见 docs/operations.md)")
    options = parser.parse_args(arguments)
    progress, place = Progress(), home()
    made = _make_seals(place) if settings().seal_development else []
    made += keyfiles.ensure(place)
    if options.rotate_master:
        made.append(f"主密钥 {keyfiles.add_master(keyfiles.services_folder(place))}")
    progress.say(f"{place}:{'新生成 ' + '、'.join(made) if made else '密钥齐全,没有改动'}。")
    if os.getuid() == 0:
        progress.warn("文件现归 root 所有,而容器不以 root 运行。请改用日常运维的普通用户运行本命令。")
    else:
        progress.say(f"容器须以这些文件的所有者运行,.env 中写:RUN_AS={os.getuid()}:{os.getgid()}")
    return 0


def _make_seals(place: Path) -> list[str]:
    """Before the other keys: so where those are there and the seals are not, the seals were lost."""
    from runtime.services.development_keys import ensure_development_seals
    from tasks.sealing import seal_names

    folder, master = place / "seals", keyfiles.services_folder(place) / keyfiles.DATA_KEYS[0]
    if master.exists() and not folder.is_dir():
        why = f"密钥文件都在,印章目录 {folder} 却没有了"
        raise Failure("核对印章", why, "没有生成新印章。请把原来的印章目录放回,再次运行。")
    try:
        return ["seals"] if ensure_development_seals(folder, seal_names(), settings().seal_algorithm) else []
    except FileExistsError as error:
        raise Failure("准备印章", str(error), "处理后再次运行 ./run keyfiles。") from None
