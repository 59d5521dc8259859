"""`./run up`: from nothing to a running system with two delivered proofs, every step on the screen.

    PostgreSQL -> databases -> migrations -> Prefect server, pool, deployments -> seals -> starting catalog
    -> sandbox -> gateway -> worker -> issuing unit -> demonstration

Every step may be repeated: a second `up` finds what the first one made.
"""

from __future__ import annotations

import argparse
import os
import signal
import time
import traceback
from datetime import UTC, datetime
from pathlib import Path

from runtime.failures import Failure, explained
from runtime.progress import Progress
from runtime.services import environment, keyfiles, pidfiles, ports, postgres, prefect_server, supervised
from runtime.services.context import Context, home
from runtime.services.lock import only_one
from runtime.services.processes import Supervisor
from settings import ROOT, settings


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="./run up", description="启动全部服务并演示两次核验")
    parser.add_argument("--once", action="store_true", help="演示后全部停止;两份证明都送达并验证才返回 0")
    options = parser.parse_args(arguments)
    progress = Progress()
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.default_int_handler)
    with only_one(home() / "run"):
        return run(home(), options.once, progress)


def run(place: Path, once: bool, progress: Progress) -> int:
    """Starts everything and stays until interrupted (or, `once`, until the demonstration's end). The exit code."""
    supervisor = Supervisor(place / "run", progress)
    running = False
    try:
        context = start(place, supervisor, progress)
        shown = demonstrate(context)
        if once:
            return 0 if shown else 1
        running = True
        tell(context)
        while True:
            supervisor.watch()
            time.sleep(0.5)
    except KeyboardInterrupt:
        return 0 if running else 130
    except Failure as failure:
        progress.fail(failure)
        return 1
    except Exception as error:
        progress.fail(explained("启动", error) or _unforeseen(place / "logs" / "up.log", error))
        return 1
    finally:
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, signal.SIG_IGN)  # a second Ctrl-C must not leave half of it running
        progress.say("")
        supervisor.stop()


def start(place: Path, supervisor: Supervisor, progress: Progress) -> Context:
    """Everything up to the demonstration. Raises Failure."""
    progress.say(f"Proofless · 无证明办事  数据目录 {place}")
    keyfiles.ensure(place)
    context = Context(place, _choose_ports(place, progress), progress)

    with progress.step("启动 PostgreSQL"):
        supervisor.start(supervised.database(context))
    with progress.step("准备数据库"):
        cluster = postgres.start(place)
        context.ports["postgres"] = cluster.port
        ports.remember(place, context.ports)
        from runtime.services.databases import create_databases

        create_databases(cluster, place)
        variables = environment.for_services(context)
        environment.adopt(variables)
        _check_keys()
        _migrate()

    with progress.step("启动 Prefect 服务器"):
        supervisor.start(supervised.prefect(context))
    with progress.step("登记流程") as note:
        note("工作池")
        password = context.secret("proofless_prefect_password")
        prefect_server.ensure_pool(context.prefect_api, password, settings().work_pool)
        note("prefect.yaml")
        prefect_server.deploy(ROOT, variables)

    with progress.step("准备印章与初始目录"):
        _make_seals()
        _load_catalog()
        _register_seals()
    for service in (supervised.sandbox, supervised.gateway, supervised.worker, supervised.issuing_unit):
        wanted = service(context)
        with progress.step(f"启动{wanted.title}"):
            supervisor.start(wanted)
    return context


def demonstrate(context: Context) -> bool:
    """演示: the two verifications. True if both proofs were delivered and verified."""
    from runtime.commands import demonstration

    return demonstration.run(context)


def tell(context: Context) -> None:
    """Where everything is."""
    say = context.progress.say
    say("")
    password = keyfiles.services_folder(context.home) / "proofless_prefect_password"
    say(f"Prefect 界面   {context.prefect_ui}  登录时输入 admin:口令,口令在 {password}")
    say(f"接口文档       {context.gateway_url}/docs")
    say(f"核验页面       {context.gateway_url}/verify")
    say(f"日志           {context.home / 'logs'}")
    say("按 Ctrl-C 停止全部服务。")


def _unforeseen(log: Path, error: Exception) -> Failure:
    """An error that no step has words for: the traceback goes to the log, its last line to the screen."""
    log.parent.mkdir(parents=True, exist_ok=True)
    with log.open("a", encoding="utf-8") as file:
        file.write(f"{datetime.now(UTC).isoformat()}\n{''.join(traceback.format_exception(error))}\n")
    remedy = f"完整记录在 {log};处理后再次运行即可,已有数据不受影响。"
    return Failure("启动", type(error).__name__, remedy, (str(error),))


def _choose_ports(place: Path, progress: Progress) -> dict[str, int]:
    held = {record.name for record in pidfiles.recall(place / "run") if record.process() is not None}
    if postgres.alive(place):
        held.add("postgres")
    if "gateway" in held:
        held.add("health")
    wishes = {"gateway": settings().gateway_port} if "PROOFLESS_GATEWAY_PORT" in os.environ else {}
    return ports.choose(place, wishes, held, progress)


def _check_keys() -> None:
    """Before anything is upgraded, made or started. Raises WrongKeys."""
    from ledger.database import transaction

    with transaction():
        pass


def _migrate() -> None:
    from runtime.commands.migrate import migrate
    from runtime.services.backup import before_upgrade

    migrate(before_upgrade)


def _make_seals() -> None:
    """Development keys only: keys of the e-seal platform are never made here."""
    if not settings().seal_development:
        return
    from domain.proof_form import Form
    from domain.seals import SealKind
    from ledger import key_checks
    from ledger.database import engine
    from runtime.services.development_keys import ensure_development_seals

    if settings().proof_form is Form.OFD and settings().seal_algorithm != "sm2":
        why = "PROOFLESS_PROOF_FORM=ofd 的证明须用国密 SM2 印章,而 PROOFLESS_SEAL_ALGORITHM 是 ecdsa"
        raise Failure("准备印章", why, "没有生成印章。试用请同时设 PROOFLESS_SEAL_ALGORITHM=sm2,或改回 PROOFLESS_PROOF_FORM=pdf。")
    folder = settings().seals_dir
    with engine().connect() as connection:
        known = [name for name in key_checks.recorded(connection.connection) if name.startswith("seal:")]
    if known and not key_checks.certificates(folder):
        why = f"本台账的证明已用印,印章目录 {folder} 却是空的"
        raise Failure("核对印章", why, "没有生成新印章。请把原来的印章目录放回(备份的密钥目录里有 seals),再次运行。")
    names = {SealKind.SHARE: settings().seal_share_name, SealKind.ISSUER: settings().seal_issuer_name}
    try:
        ensure_development_seals(folder, names, settings().seal_algorithm)
    except FileExistsError as error:
        raise Failure("准备印章", str(error), "处理后再次运行 ./run up。") from None


def _register_seals() -> None:
    if settings().seal_development:
        from runtime.services.development_seals import register_development_seals

        register_development_seals(settings().seals_dir)


def _load_catalog() -> None:
    from runtime.commands import starting_catalog

    starting_catalog.load()
