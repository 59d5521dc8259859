"""Every environment variable of Proofless, typed, once. A wrong value stops the process at its start.

Plain values come from the environment (`PROOFLESS_…`). Secrets come from files, one secret a file named like
its variable in lower case (`proofless_database_password`), in the folder `PROOFLESS_SECRETS_DIR`; that is what
`./run up` writes under `var/secrets` and what compose mounts under `/run/secrets`.
"""

from __future__ import annotations

import os
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from ipaddress import IPv4Network, IPv6Network, ip_network
from pathlib import Path
from typing import Literal
from zoneinfo import ZoneInfo

from pydantic import AwareDatetime, Field, SecretStr, ValidationError, field_validator, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

ROOT = Path(__file__).resolve().parent
LOCAL = ZoneInfo("Asia/Shanghai")
_MAIL = r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@(?:[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?\.)+[A-Za-z]{2,63}"

_QUOTAS = r"^([1-9]\d{0,8}/(minute|hour|day)( [1-9]\d{0,8}/(minute|hour|day))*)?$"
_SHARES = r"^([1-9]\d{0,2}/[1-9]\d{0,3}( [1-9]\d{0,2}/[1-9]\d{0,3})*)?$"


def wall_clock() -> datetime:
    """This machine's clock, which `ledger.timekeeping` compares with the database's."""
    return datetime.now(UTC)


def at(wall: datetime, rate: float, origin: datetime) -> datetime:
    """The instant of a clock of this rate and origin at a wall-clock time."""
    return wall if rate == 1 else origin + (wall - origin) * rate


class Settings(BaseSettings):
    model_config = SettingsConfigDict(env_prefix="PROOFLESS_", extra="ignore", frozen=True)

    home: Path = ROOT / "var"
    """Where everything that must survive a restart lives."""

    # The ledger's database. The owner's password is in another folder, given to migrations alone.
    database_host: str = "127.0.0.1"
    database_port: int = 5432
    database_name: str = "proofless"
    database_user: str = "proofless_app"
    database_password: SecretStr = SecretStr("")
    database_pool: int = Field(default=10, ge=2, le=100)

    # Keys (see ledger/vault.py). `master_keys` is a JSON object {key id: base64 of 32 bytes}, newest last.
    master_keys: SecretStr = SecretStr("{}")
    lookup_key: SecretStr = SecretStr("")

    prefect_api_url: str = "http://127.0.0.1:4200/api"
    prefect_password: SecretStr = SecretStr("")
    work_pool: str = "proofless"
    worker_name: str = Field(default="worker-1", pattern=r"^[\w.-]{1,60}$")
    worker_limit: int = Field(default=16, ge=1, le=200)
    """Passes that one worker runs at a time: what one core can keep moving; more of them only wait for each other."""
    lease_seconds: int = Field(default=30, ge=2, le=600)

    gateway_host: str = "127.0.0.1"
    gateway_port: int = Field(default=8080, ge=1, le=65535)
    gateway_health_port: int = Field(default=0, ge=0, le=65535)
    """A port of its own for `/healthz`, `/health` and `/metrics`, which no crowd at the other one fills; 0: none."""
    public_url: str = "http://127.0.0.1:8080"
    """The address printed in QR codes: what a citizen's phone can reach."""
    requests_per_minute: int = Field(default=600, ge=1)
    """Calls that one unit may make; beyond it the gateway answers 429."""
    # 限额: how many cases one may register, verifications file, persons' data read (each for itself), counted in the
    # ledger: "30/minute 600/day", empty for none. Beyond it the gateway answers 429 (docs/decisions/0028).
    quota_person: str = Field(default="30/minute 600/day", pattern=_QUOTAS)
    """By a person's own key. At a counter 300 verifications a day are many."""
    quota_system: str = Field(default="300/minute 20000/day", pattern=_QUOTAS)
    """By the keys of one system."""
    quota_unit: str = Field(default="40000/day", pattern=_QUOTAS)
    quota_matter: str = Field(default="20000/day", pattern=_QUOTAS)
    quota_case: str = Field(default="100/day", pattern=_QUOTAS)
    mismatches_by_key: str = Field(default="7/10 10/30 12/40", pattern=_SHARES)
    """不符: names that do not belong to their numbers, among a key's newest answers, that stop its look-ups; empty: none."""
    mismatches_by_unit: str = Field(default="12/20 14/40", pattern=_SHARES)
    """The same for all keys of a unit together."""
    public_checks_per_minute: int = Field(default=30, ge=1)
    """Public calls from one address: checks of proofs, and apart from them readings of the list."""
    connections_per_address: int = Field(default=200, ge=1)
    """Connections that one address may hold; beyond it the one that rested longest is closed. Trusted proxies: any number."""
    feedback_url: str = Field(default="", pattern=r"^(https?://[^\s\"<>]+)?$")
    """Where the public tells what is wrong in the published list; empty: 12345 alone."""
    monitor_from: str = "127.0.0.0/8,::1"
    """Addresses or networks, separated by commas, that may read `/health` and `/metrics`: this machine's own by default."""
    trusted_proxies: str = ""
    """Addresses or networks, separated by commas, of the proxies whose X-Forwarded-For is believed; none by default."""

    region: str = Field(default="370402", pattern=r"^\d{6}$")
    """行政区划代码 of the district."""
    district: str = "山东省枣庄市市中区"
    """The district's full name: how its own units' names may begin."""

    callback_networks: str = ""
    """Addresses or networks, separated by commas, that callbacks may go to, this machine's own included where it is
    named. Empty: any but this machine's own, link-local and reserved ones (connectors/receivers.py)."""

    sources_dir: Path = ROOT / "connectors" / "sources"
    sandbox_url: str = ""
    """Base address of the sandbox; empty in production."""

    seals_dir: Path = ROOT / "var" / "seals"
    seal_share_name: str = "市中区证照数据共享查询核验专用章"
    seal_issuer_name: str = "市中区电子证明核实信息专用章"
    seal_development: bool = True
    """Development keys: the seal reads 演示 and the page 「演示,无效力」. False only with keys of the e-seal platform."""

    readings: str = "{}"
    """解读: where the regulation's text is open, what the district chose, as a JSON object (domain/readings.py)."""

    complaint_days: int = Field(default=15, ge=1, le=90)
    """Working days in which a complaint is to be answered (18.1); the regulation gives no term."""
    rectification_days: int = Field(default=10, ge=1, le=90)
    """Working days for the answer to a 整改通知 where it names no other term (reading 18)."""

    retention_days: int = Field(default=3653, ge=365, le=36525)
    """保管期限 of a case and a complaint, from the last thing that happened to it; 主动提供台账 keeps its own (2.7)."""

    smtp_host: str = ""
    smtp_port: int = Field(default=25, ge=1, le=65535)
    smtp_security: Literal["none", "starttls", "tls"] = "none"
    """How the mail server is spoken to: STARTTLS (usually port 587) or TLS from the start (465). With a user never none."""
    smtp_user: str = ""
    smtp_password: SecretStr = SecretStr("")
    smtp_ca_file: Path | None = None
    """The certificates by which the mail server is trusted, PEM; None: the system's own."""
    mail_from: str = "proofless@example.invalid"
    mail_operators: str = ""
    """Where alarms go, separated by commas. Without a host or an address alarms are logged and shown by `health`."""

    report_issuer: str = "区大数据局(工作专班办公室)"
    """Who issues the weekly report, as its head says it."""
    report_scope: str = "市中区"
    """How the report's title names the district."""
    report_readers: str = Field(default="", pattern=rf"^\s*(?:{_MAIL}(?:\s*,\s*{_MAIL})*)?\s*$")
    """Who gets the weekly report by mail, separated by commas. None: it is made, and says that nobody is configured."""

    # One clock for all processes: instants of the regulation are origin + (wall clock - origin) * rate.
    clock_origin: AwareDatetime = datetime(2026, 1, 1, tzinfo=UTC)
    clock_rate: float = Field(default=1.0, gt=0)

    @model_validator(mode="after")
    def _mail_password_stays_secret(self) -> Settings:
        if self.smtp_user and self.smtp_security == "none":
            raise ValueError("PROOFLESS_SMTP_USER needs PROOFLESS_SMTP_SECURITY=starttls or tls: a password never travels in clear")
        return self

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

    def callback_allowed(self) -> tuple[IPv4Network | IPv6Network, ...]:
        """The networks of `callback_networks`."""
        return tuple(ip_network(part.strip(), strict=False) for part in self.callback_networks.split(",") if part.strip())

    def monitors(self) -> tuple[IPv4Network | IPv6Network, ...]:
        """The networks of `monitor_from`."""
        return tuple(ip_network(part.strip(), strict=False) for part in self.monitor_from.split(",") if part.strip())

    @field_validator("mismatches_by_key", "mismatches_by_unit")
    @classmethod
    def _shares(cls, value: str) -> str:
        if any(int(differing) > int(among) for differing, among in (part.split("/") for part in value.split())):
            raise ValueError("more mismatches than answers: the first number of each pair is the smaller one")
        return value

    @field_validator("quota_person", "quota_system", "quota_unit", "quota_matter", "quota_case")
    @classmethod
    def _quotas(cls, value: str) -> str:
        windows = [part.partition("/")[2] for part in value.split()]
        if len(set(windows)) < len(windows):
            raise ValueError("two quotas for one window")
        return value

    @field_validator("callback_networks", "monitor_from")
    @classmethod
    def _networks(cls, value: str) -> str:
        for part in filter(None, map(str.strip, value.split(","))):
            ip_network(part, strict=False)  # ValueError names what is wrong, at the start and not at the first callback
        return value

    def retention(self) -> timedelta:
        return timedelta(days=self.retention_days)

    def readers(self) -> tuple[str, ...]:
        """The readers of the weekly report, each once."""
        found = (address.strip() for address in self.report_readers.split(","))
        return tuple(dict.fromkeys(address for address in found if address))

    def database_url(self, user: str | None = None, password: str | None = None) -> str:
        """SQLAlchemy's address. Contains the password: never print it."""
        secret = password if password is not None else self.database_password.get_secret_value()
        return (
            f"postgresql+psycopg2://{user or self.database_user}:{secret}"
            f"@{self.database_host}:{self.database_port}/{self.database_name}"
        )


class WrongSettings(Exception):
    """A variable has a value that cannot be; the text is Chinese, names it and repeats no value: it may be a secret."""


@lru_cache(maxsize=1)
def settings() -> Settings:
    """The settings of this process, read once. Raises `WrongSettings`."""
    folder = os.environ.get("PROOFLESS_SECRETS_DIR")
    try:
        return Settings(_secrets_dir=folder) if folder else Settings()  # type: ignore[call-arg]
    except ValidationError as error:
        names = dict.fromkeys(f"PROOFLESS_{one['loc'][0]}".upper() if one["loc"] else one["msg"] for one in error.errors())
        raise WrongSettings(f"配置项 {'、'.join(names)} 的值不能用") from None
