"""Which loopback port each service has: the same at every `up`, so that printed QR codes keep their address.

A minute passes from the choice until all of them listen. A port that was chosen is therefore held against every other `up` of this
machine until the process that chose it ends.
"""

from __future__ import annotations

import json
import socket
from collections.abc import Collection
from pathlib import Path

from runtime.progress import Progress

PREFERRED = {"postgres": 15432, "prefect": 4200, "gateway": 8080, "health": 8081, "sandbox": 8090}
TITLES = {"postgres": "PostgreSQL", "prefect": "Prefect", "gateway": "接口服务", "health": "健康检查", "sandbox": "沙箱"}


#: What this process chose. The holder is the UDP socket of the same number, which none of our services has: the system itself lifts
#: it when the process ends, however it ends, and it is seen by every user of the machine.
_held: dict[int, socket.socket] = {}


def hold(port: int) -> bool:
    """Keeps the port for a server that this process is about to start. False where another one chose it or listens there."""
    if port not in _held:
        holder = socket.socket(type=socket.SOCK_DGRAM)
        try:
            holder.bind(("127.0.0.1", port))
        except OSError:
            holder.close()
            return False
        _held[port] = holder
    if not is_free(port):
        _held.pop(port).close()
        return False
    return True


def is_free(port: int) -> bool:
    """Whether a server could listen there. A closing connection (TIME_WAIT) does not count as taken."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True


def free_near(port: int, others: Collection[int] = ()) -> int:
    """The next free port above that is none of the `others`, held. Not one of the kernel's choosing: those are lent to outgoing
    connections too."""
    for candidate in range(port + 1, min(port + 200, 65536)):
        if candidate not in others and hold(candidate):
            return candidate
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        lent = int(probe.getsockname()[1])
    hold(lent)
    return lent


def remembered(home: Path) -> dict[str, int]:
    """The ports of the last `up`; empty before the first. What was not there at that time has its usual one."""
    try:
        rows = json.loads(_file(home).read_text())
        known = {name: int(rows[name]) for name in PREFERRED if name in rows}
    except (OSError, ValueError, TypeError):
        return {}
    return {**PREFERRED, **known} if known else {}


def remember(home: Path, ports: dict[str, int]) -> None:
    _file(home).parent.mkdir(parents=True, exist_ok=True)
    draft = _file(home).with_suffix(".new")
    draft.write_text(json.dumps(ports, indent=1) + "\n")
    draft.replace(_file(home))


def choose(home: Path, preferred: dict[str, int], held: set[str], progress: Progress) -> dict[str, int]:
    """A port for each service, remembered: the one asked for, else the last one, else the usual one.

    `held`: services of ours that still run and keep what they have.
    """
    before = remembered(home)
    chosen: dict[str, int] = {}
    for name, default in PREFERRED.items():
        port = before.get(name, default) if name in held else preferred.get(name) or before.get(name, default)
        if name not in held and (port in chosen.values() or not hold(port)):
            other = free_near(port, {*chosen.values(), *before.values(), *PREFERRED.values()})
            progress.warn(f"端口 {port} 已被占用,{TITLES[name]}改用 {other}。")
            port = other
        chosen[name] = port
    remember(home, chosen)
    return chosen


def _file(home: Path) -> Path:
    return home / "run" / "ports.json"
