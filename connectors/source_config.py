"""来源配置: what a share source is, as data. One TOML file describes one source; a wrong one stops the start.

[holders]   the kinds of identity number by which it may be asked, each with the source's own code of the kind ("":
            it wants none; `holder_type` in templates); whoever has another kind is not asked about here, and the next
            method follows. Without the table: citizens and bodies
[query]     asks for the licences of a person; `[query.rows]` says where in the reply they stand
[authorised]  asks instead of [query] where the holder's authorisation is there (持证人授权, `question.authorisation`); its reply's
            rows stand where `[query.rows]` says (optional: without it the source takes no authorisation)
[confirm]   查验: asks once more about the one licence that was found (optional)
[document]  asks for a one-time link and fetches the licence file with it (optional)
[codes.*]   what each outcome code means; a code that is in no table is a changed contract
[offer]     开具: takes what we seal into the library, by kind of proof; `[offer.cancel]` takes it back (optional)
[texts]     sentences that come as plain text or in a message, and what they mean
[fields.*]  for each kind of licence: proof field -> path in the row
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from connectors.reply import PATH
from connectors.signing import SCHEMES
from connectors.templates import compile_tree
from domain.roles import IdType

CONTEXT = frozenset({"subject", "holder_type", "question", "secret"})
ROW_CONTEXT = CONTEXT | {"row", "identifier"}
OFFER_CONTEXT = frozenset({"offer", "holder_type", "content", "secret"})

PathText = Annotated[str, Field(pattern=PATH)]
UrlPath = Annotated[str, Field(pattern=r"^/[\w./-]*$")]


class Meaning(StrEnum):
    """What an outcome code or a sentence means. The middle ones are the outcomes of `domain.share`."""

    OK = "ok"
    NONE = "none"
    REVOKED = "revoked"
    EXPIRED = "expired"
    RESTRICTED = "restricted"
    SEVERAL = "several"
    NO_PERMISSION = "no_permission"
    BAD_REQUEST = "bad_request"
    AUTHORISATION_EXPIRED = "authorisation_expired"
    AUTHORISATION_USED = "authorisation_used"
    AUTHORISATION_OTHERS = "authorisation_others"
    AUTHORISATION_NOT_COVERING = "authorisation_not_covering"
    FAILING = "failing"  #: 对方故障: a transient fault
    KEY_EXPIRED = "key_expired"  #: the exchanged key is no longer good: forgotten, then a transient fault
    CONTRACT = "contract"  #: the source contradicts itself: a permanent fault


class SourceConfigError(ValueError):
    """A source's configuration is wrong. The text names the file and every key that is to blame."""

    def __init__(self, source: str, faults: list[str]) -> None:
        super().__init__(f"来源配置 {source}.toml 有误,请改正后重新启动:\n" + "\n".join(f"  {f}" for f in faults))


class _Table(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Limits(_Table):
    """Seconds, bytes and calls; the breaker's two figures."""

    connect_seconds: float = Field(gt=0, le=60)
    read_seconds: float = Field(gt=0, le=120)
    total_seconds: float = Field(gt=0, le=300)
    max_bytes: int = Field(default=10_000_000, ge=1000, le=100_000_000)
    calls_per_second: float = Field(gt=0)
    concurrency: int = Field(ge=1)
    breaker_failures: int = Field(default=5, ge=1)
    breaker_rest_seconds: float = Field(default=30, gt=0)


class Check(_Table):
    """One place where an outcome code stands. A reply may hold several: the gateway's and the department's."""

    code: PathText
    message: PathText | None = None
    table: str


class Request(_Table):
    """A POST with a JSON body, and where its reply says whether it went well."""

    path: UrlPath
    body: dict[str, Any] = Field(default_factory=dict)
    checks: list[Check] = Field(min_length=1)


class Rows(_Table):
    """Where the licences stand in the reply, and the facts that every kind has, as paths within one row."""

    at: PathText
    total: PathText | None = None  #: a count that must agree, or the reply is one page of several
    holder: PathText
    holder_code: PathText
    identifier: PathText
    identifier_check: Literal["none", "e-licence"] = "none"
    kind: PathText
    issuer: PathText
    issued_on: PathText
    licence_type: str  #: template: which table of [fields] applies


class Query(Request):
    rows: Rows


class Document(Request):
    """The unit of retry is link and download together: a link works once and dies after ten minutes."""

    link: PathText
    link_parameter: str = Field(pattern=r"^\w+$")  #: only this parameter of the link is used, on our own address
    download: UrlPath


class Offer(Request):
    """开具 (obligation 6.3): what we seal, offered under our own number; `content` is the file in base64, `offer.form` its
    form (pdf or ofd)."""

    identifier: PathText  #: where its licence number stands in the reply
    kinds: dict[str, str] = Field(min_length=1)  #: kind of proof -> the library's code of the licence kind
    cancel: Request


class Exchange(_Table):
    """密钥交换: where a short-lived key comes from."""

    path: UrlPath
    checks: list[Check] = Field(min_length=1)
    key: PathText
    ends: PathText  #: milliseconds since 1970
    unwrap: Literal["none", "aes-sha1prng"] = "none"


class Signing(_Table):
    scheme: str = "none"
    secret: str = ""
    parameters: dict[str, str] = Field(default_factory=dict)
    exchange: Exchange | None = None

    @model_validator(mode="after")
    def _complete(self) -> Self:
        if self.scheme not in SCHEMES:
            raise ValueError(f"scheme 只能是 {', '.join(SCHEMES)} 之一")
        if set(self.parameters) != SCHEMES[self.scheme].parameters:
            raise ValueError(f"parameters 应当恰好是 {sorted(SCHEMES[self.scheme].parameters)}")
        if (self.scheme == "none") != (self.secret == ""):
            raise ValueError("secret 与 scheme 应当同时给出")
        return self


class SourceConfig(_Table):
    """One share source."""

    name: str = Field(min_length=1)  #: for people, in Chinese
    base_url: str
    maker: str = Field(min_length=1)  #: 制作单位 where a row names no issuer (reading 14)
    holders: dict[IdType, str] = Field(
        default_factory=lambda: {IdType.CITIZEN_ID: "", IdType.HMT_RESIDENCE: "", IdType.USCC: ""}, min_length=1
    )  #: whose numbers it takes, with its own code of the kind
    secrets: dict[str, str] = Field(default_factory=dict)  #: name in templates -> file in PROOFLESS_SECRETS_DIR
    limits: Limits
    signing: Signing = Signing()
    codes: dict[str, dict[str, Meaning]]
    texts: dict[str, Meaning] = Field(default_factory=dict)
    query: Query
    authorised: Request | None = None
    confirm: Request | None = None
    document: Document | None = None
    offer: Offer | None = None
    fields: dict[str, dict[str, PathText]]

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        faults = []
        requests = {"query": self.query, "authorised": self.authorised, "confirm": self.confirm, "document": self.document}
        if self.offer is not None:
            requests |= {"offer": self.offer, "offer.cancel": self.offer.cancel}
        for key, request in requests.items():
            if request is not None:
                names = CONTEXT if key in ("query", "authorised") else OFFER_CONTEXT if key.startswith("offer") else ROW_CONTEXT
                faults += _template_faults(f"{key}.body", request.body, names)
        faults += _template_faults("query.rows.licence_type", self.query.rows.licence_type, CONTEXT)
        faults += _template_faults("signing.parameters", self.signing.parameters, CONTEXT)
        exchange = self.signing.exchange
        for key, asked in {**requests, "signing.exchange": exchange}.items():
            for check in asked.checks if asked else ():
                if Meaning.OK not in self.codes.get(check.table, {}).values():
                    faults.append(f"{key}.checks:没有 [codes.{check.table}],或其中没有 ok")
        if self.signing.secret and self.signing.secret not in self.secrets:
            faults.append(f"signing.secret:[secrets] 中没有 {self.signing.secret}")
        if not self.fields:
            faults.append("fields:至少要有一种证照的字段")
        if faults:
            raise ValueError("\n  ".join(faults))
        return self


def _template_faults(key: str, tree: Any, names: frozenset[str]) -> list[str]:
    try:
        compile_tree(tree, names)
    except ValueError as error:
        return [f"{key}:{error}"]
    return []


_ADDRESS = r"https?://([\w.-]+|\[[\da-fA-F:]+\])(:\d{1,5})?(/[\w./-]*)?"
_SAYS = {"missing": "缺少这个键", "extra_forbidden": "不认识的键"}


def parse_source(key: str, table: Mapping[str, Any], environment: Mapping[str, str]) -> SourceConfig:
    """A source's configuration out of parsed TOML; `${NAME}` in base_url is taken from `environment`.

    Raises SourceConfigError with every fault found.
    """
    try:
        config = SourceConfig.model_validate(table)
    except ValidationError as error:
        faults = [
            f"{'.'.join(map(str, e['loc'])) or '(全文)'}:{_SAYS.get(e['type'], e['msg'].removeprefix('Value error, '))}"
            for e in error.errors(include_url=False, include_input=False)
        ]
        raise SourceConfigError(key, faults) from None
    absent = [name for name in re.findall(r"\$\{(\w+)\}", config.base_url) if not environment.get(name)]
    if absent:
        raise SourceConfigError(key, [f"base_url:环境变量 {name} 没有设置" for name in absent])
    base_url = re.sub(r"\$\{(\w+)\}", lambda match: environment[match[1]], config.base_url)
    if not re.fullmatch(_ADDRESS, base_url):
        raise SourceConfigError(key, ["base_url:应当是 http:// 或 https:// 开头的地址,不带参数和口令"])
    return config.model_copy(update={"base_url": base_url.rstrip("/")})


def read_secrets(key: str, config: SourceConfig, secrets: Path | Mapping[str, str]) -> dict[str, str]:
    """The secrets that the source names, from a folder with one file each or from a mapping.

    Raises SourceConfigError naming the missing files, never a value.
    """
    values: dict[str, str] = {}
    faults = []
    for name, file in config.secrets.items():
        try:
            value = (secrets / file).read_text("utf-8") if isinstance(secrets, Path) else secrets.get(file, "")
        except (OSError, UnicodeDecodeError):
            value = ""
        values[name] = value.strip()
        if not values[name]:
            faults.append(f"secrets.{name}:密钥文件 {file} 不存在、读不出或是空的")
    if faults:
        raise SourceConfigError(key, faults)
    return values


def read_toml(path: Path) -> dict[str, Any]:
    """One file, parsed. Raises SourceConfigError where it is not TOML."""
    try:
        return tomllib.loads(path.read_text("utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise SourceConfigError(path.stem, [f"不是合格的 TOML 文件:{error}"]) from None
