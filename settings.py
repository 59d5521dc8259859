"""Every environment variable of Proofless, typed, once. A wrong value stops the process at its start.

Plain values come from the environment (`PROOFLESS_…`). Secrets come from files, one each, named like the variable in lower case,
in the folder `PROOFLESS_SECRETS_DIR`: `var/secrets` of `./run up`, `/run/secrets` of compose.
"""

from __future__ import annotations

import os
import re
import warnings
from collections.abc import Callable
from dataclasses import dataclass, field, fields
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from math import inf
from pathlib import Path
from typing import Any, TypeVar
from zoneinfo import ZoneInfo

from domain.identity_provider import provider
from domain.mismatch_rate import steps
from domain.networks import Network, networks
from domain.notices import mail_addresses
from domain.proof_form import Form
from domain.quotas import quotas

ROOT = Path(__file__).resolve().parent
LOCAL = ZoneInfo("Asia/Shanghai")
_YES, _NO = frozenset({"1", "true", "t", "yes", "y", "on"}), frozenset({"0", "false", "f", "no", "n", "off"})

Value = TypeVar("Value")


class WrongSettings(Exception):
    """A variable has a value that cannot be; the text is Chinese, names it and repeats no value: it may be a secret."""


@dataclass(frozen=True)
class Secret:
    """A text that does not print itself."""

    _text: str = field(repr=False)

    def get_secret_value(self) -> str:
        return self._text


def wall_clock() -> datetime:
    """This machine's clock, which `ledger.timekeeping` compares with the database's."""
    return datetime.now(UTC)


def at(wall: datetime, rate: float, origin: datetime) -> datetime:
    """The instant of a clock of this rate and origin at a wall-clock time."""
    return wall if rate == 1 else origin + (wall - origin) * rate


def _variable(default: Value, read: Callable[[str], Value]) -> Value:
    """A variable whose text is read by this, and not by its default's own type; ValueError where it cannot be."""
    return field(default=default, metadata={"read": read})


def _number(least: int, most: float = inf) -> Callable[[str], int]:
    def read(text: str) -> int:
        if not least <= (number := int(text)) <= most:
            raise ValueError(f"from {least} to {most}")
        return number

    return read


def _matching(pattern: str) -> Callable[[str], str]:
    def read(text: str) -> str:
        if re.fullmatch(pattern, text) is None:
            raise ValueError(f"not {pattern}")
        return text

    return read


def _truth(text: str) -> bool:
    if (word := text.lower()) not in _YES | _NO:
        raise ValueError("neither true nor false")
    return word in _YES


def _rate(text: str) -> float:
    if not (number := float(text)) > 0:
        raise ValueError("a clock runs forward")
    return number


def _instant(text: str) -> datetime:
    if (instant := datetime.fromisoformat(text)).tzinfo is None:
        raise ValueError("without an offset it is no instant")
    return instant


def _understood(rule: Callable[[str], object]) -> Callable[[str], str]:
    """A text that a rule of the domain takes apart each time: whether it can be is said at the start."""

    def read(text: str) -> str:
        rule(text)
        return text

    return read


@dataclass(frozen=True, kw_only=True)
class Settings:
    home: Path = ROOT / "var"
    """Where everything that must survive a restart lives."""

    # The ledger's database. The owner's password is in another folder, given to migrations alone.
    database_host: str = "127.0.0.1"
    database_port: int = 5432
    database_name: str = "proofless"
    database_user: str = "proofless_app"
    database_password: Secret = Secret("")
    database_pool: int = _variable(10, _number(2, 100))
    # Keys (see ledger/vault.py). `master_keys` is a JSON object {key id: base64 of 32 bytes}, newest last.
    master_keys: Secret = Secret("{}")
    lookup_key: Secret = Secret("")

    prefect_api_url: str = "http://127.0.0.1:4200/api"
    prefect_password: Secret = Secret("")
    work_pool: str = "proofless"
    worker_name: str = _variable("worker-1", _matching(r"[\w.-]{1,60}"))
    worker_limit: int = _variable(16, _number(1, 200))
    """Passes that one worker runs at a time: what one core can keep moving; more of them only wait for each other."""
    lease_seconds: int = _variable(30, _number(2, 600))

    gateway_host: str = "127.0.0.1"
    gateway_port: int = _variable(8080, _number(1, 65535))
    gateway_health_port: int = _variable(0, _number(0, 65535))
    """A port of its own for `/healthz`, `/health` and `/metrics`, which no crowd at the other one fills; 0: none."""
    public_url: str = "http://127.0.0.1:8080"
    """The address printed in QR codes: what a citizen's phone can reach."""
    requests_per_minute: int = _variable(600, _number(1))
    """Calls that one unit may make; beyond it the gateway answers 429."""
    # 限额: how many cases one may register, verifications file, persons' data read (each for itself), counted in the
    # ledger: "30/minute 600/day", empty for none. Beyond it the gateway answers 429 (docs/decisions/0028).
    quota_person: str = _variable("30/minute 600/day", _understood(quotas))
    """By a person's own key. At a counter 300 verifications a day are many."""
    quota_system: str = _variable("300/minute 20000/day", _understood(quotas))
    """By the keys of one system."""
    quota_unit: str = _variable("40000/day", _understood(quotas))
    quota_matter: str = _variable("20000/day", _understood(quotas))
    quota_case: str = _variable("100/day", _understood(quotas))
    batch_rows_a_day: int = _variable(20_000, _number(0, 1_000_000))
    """批量限额: rows that one unit may send in batches in a day, where the 专班 office set no other number for it."""
    mismatches_by_key: str = _variable("7/10 10/30 12/40", _understood(steps))
    """不符: names that do not belong to their numbers, among a key's newest answers, that stop its look-ups; empty: none."""
    mismatches_by_unit: str = _variable("12/20 14/40", _understood(steps))
    """The same for all keys of a unit together."""
    session_idle_minutes: int = _variable(30, _number(1, 1440))
    session_hours: int = _variable(12, _number(1, 168))
    """登录: without a click for so many minutes, and so many hours after the sign-in, a person is signed out of the pages."""
    oidc: str = _variable("{}", _understood(provider))
    oidc_client_secret: Secret = Secret("")
    """统一身份认证: the district's identity provider, as a JSON object (domain/identity_provider.py); none by default."""
    public_checks_per_minute: int = _variable(30, _number(1))
    """Public calls from one address: checks of proofs, and apart from them readings of the list."""
    connections_per_address: int = _variable(200, _number(1))
    """Connections that one address may hold; beyond it the one that rested longest is closed. Trusted proxies: any number."""
    feedback_url: str = _variable("", _matching(r"(https?://[^\s\"<>]+)?"))
    """Where the public tells what is wrong in the published list; empty: 12345 alone."""
    monitor_from: str = _variable("127.0.0.0/8,::1", _understood(networks))
    """Addresses or networks, separated by commas, that may read `/health` and `/metrics`: this machine's own by default."""
    trusted_proxies: str = ""
    """Addresses or networks, separated by commas, of the proxies whose X-Forwarded-For is believed; none by default."""
    region: str = _variable("370402", _matching(r"\d{6}"))
    """行政区划代码 of the district."""
    district: str = "山东省枣庄市市中区"
    """The district's full name: how its own units' names may begin."""
    callback_networks: str = _variable("", _understood(networks))
    """Where callbacks may go, separated by commas; empty: not to this machine's own, link-local, reserved (connectors/receivers.py)."""
    sources_dir: Path = ROOT / "connectors" / "sources"
    licence_library: str = _variable("", _matching(r"[\w-]{0,60}"))
    """开具 (obligation 6.3): the share source, with `[offer]` in its file, to which sealed proofs are offered; empty: none."""
    sandbox_url: str = ""
    """Base address of the sandbox; empty in production."""
    seals_dir: Path = ROOT / "var" / "seals"
    seal_share_name: str = "市中区证照数据共享查询核验专用章"
    seal_issuer_name: str = "市中区电子证明核实信息专用章"
    seal_development: bool = _variable(True, _truth)
    seal_algorithm: str = _variable("ecdsa", _matching("ecdsa|sm2"))
    """Development keys, and their kind: the seal reads 演示, the page 「演示,无效力」. False only with keys of the e-seal platform."""
    proof_form: Form = _variable(Form.PDF, Form)
    """证明的形式 of what is made from now on; what was made stays as it is."""
    readings: str = "{}"
    """解读: where the regulation's text is open, what the district chose, as a JSON object (domain/readings.py)."""
    instant_seconds: float = _variable(5.0, _rate)
    """秒 (7.2): how long a look-up, or a verification by data sharing, may take to be called one of seconds; a target."""
    task_force_duties: str = _variable("组长、副组长、成员、办公室主任、办公室成员", _matching(r"[^、\s]{1,20}(?:、[^、\s]{1,20})*"))
    task_force_units: str = _variable("", _matching(r"(?:[\w-]{1,64}(?:,[\w-]{1,64})*)?"))
    """工作专班 (obligation 4.2): its members' duties, separated by 、; codes of its member units, by commas, empty: any unit."""
    complaint_days: int = _variable(15, _number(1, 90))
    complaint_layouts: Path = ROOT / "catalog" / "complaint_layouts.toml"
    """Obligation 18.1: working days in which a complaint is to be answered (the regulation gives none); the file of exports' headings."""
    rectification_days: int = _variable(10, _number(1, 90))
    """Working days for the answer to a 整改通知 where it names no other term (reading 18)."""
    retention_days: int = _variable(3653, _number(365, 36525))
    """保管期限 of a case and a complaint, from the last thing that happened to it; 主动提供台账 keeps its own (obligation 2.7)."""

    smtp_host: str = ""
    smtp_port: int = _variable(25, _number(1, 65535))
    smtp_security: str = _variable("none", _matching("none|starttls|tls"))
    """How the mail server is spoken to: STARTTLS (usually port 587) or TLS from the start (465). With a user never none."""
    smtp_user: str = ""
    smtp_password: Secret = Secret("")
    smtp_ca_file: Path | None = _variable(None, Path)
    """The certificates by which the mail server is trusted, PEM; None: the system's own."""
    mail_from: str = "proofless@example.invalid"
    mail_operators: str = ""
    """Where alarms go, separated by commas. Without a host or an address alarms are logged and shown by `health`."""

    report_issuer: str = "区大数据局(工作专班办公室)"
    report_scope: str = "市中区"
    report_copies: str = "工作专班各成员单位"
    report_contact: str = _variable("", _matching(r"[^\r\n]{0,40}"))
    """The weekly report's issuer, as its head says it; the district in its title; who gets copies (抄送); whom to call, where."""
    report_readers: tuple[str, ...] = _variable((), mail_addresses)
    record_keepers: tuple[str, ...] = _variable((), mail_addresses)
    """Who gets the weekly report by mail, and who outside (司法局, 审计) each day's head of the record, separated by commas."""

    # One clock for all processes: instants of the regulation are origin + (wall clock - origin) * rate.
    clock_origin: datetime = _variable(datetime(2026, 1, 1, tzinfo=UTC), _instant)
    clock_rate: float = _variable(1.0, _rate)

    def __post_init__(self) -> None:
        if self.smtp_user and self.smtp_security == "none":
            raise WrongSettings("设有 PROOFLESS_SMTP_USER 时,PROOFLESS_SMTP_SECURITY 须为 starttls 或 tls:口令不得明文传送")

    def now(self) -> datetime:
        """The instant of the regulation's clock, aware, UTC. Production: the wall clock."""
        return self.at(wall_clock())

    def at(self, wall: datetime) -> datetime:
        """The instant of the regulation's clock at a wall-clock time."""
        return at(wall, self.clock_rate, self.clock_origin)

    def wall(self, instant: datetime) -> datetime:
        """The wall-clock time of an instant of the regulation's clock."""
        if self.clock_rate == 1:
            return instant
        return self.clock_origin + timedelta(seconds=(instant - self.clock_origin).total_seconds() / self.clock_rate)

    def callback_allowed(self) -> tuple[Network, ...]:
        return networks(self.callback_networks)

    def monitors(self) -> tuple[Network, ...]:
        return networks(self.monitor_from)

    def retention(self) -> timedelta:
        return timedelta(days=self.retention_days)

    def member_units(self) -> tuple[str, ...]:
        """The member units of the 工作专班 (obligation 4.2); none: any unit can be one."""
        return tuple(filter(None, self.task_force_units.split(",")))

    def database_url(self, user: str | None = None, password: str | None = None) -> str:
        """SQLAlchemy's address. Contains the password: never print it."""
        secret = password if password is not None else self.database_password.get_secret_value()
        return f"postgresql+psycopg2://{user or self.database_user}:{secret}@{self.database_host}:{self.database_port}/{self.database_name}"


def load(secrets_folder: str | Path | None) -> Settings:
    """From the variables and this folder's files; a variable wins over a file. Raises `WrongSettings` with all that is wrong."""
    folder = Path(secrets_folder) if secrets_folder else None
    if folder and not folder.is_dir():
        warnings.warn(f"PROOFLESS_SECRETS_DIR:没有目录 {folder}", stacklevel=2)
    values: dict[str, Any] = {}
    wrong = []
    for one in fields(Settings):
        name = f"PROOFLESS_{one.name}".upper()
        text = os.environ.get(name)
        try:
            if text is None and folder and (file := folder / name.lower()).is_file():
                text = file.read_text("utf-8").strip()
            if text is not None:
                values[one.name] = one.metadata.get("read", type(one.default))(text)
        except ValueError:
            wrong.append(name)
    if wrong:
        raise WrongSettings(f"配置项 {'、'.join(wrong)} 的值不能用")
    return Settings(**values)


@lru_cache(maxsize=1)
def settings() -> Settings:
    """The settings of this process, read once. Raises `WrongSettings`."""
    return load(os.environ.get("PROOFLESS_SECRETS_DIR"))
