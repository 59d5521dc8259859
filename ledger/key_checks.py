"""密钥核对: a ledger is opened with its own keys or not at all.

A lost master key that is made anew under the same name would be taken for the old one until somebody reads an old
case. So the first process that holds keys leaves their check values in the ledger, and every later one compares
before its first transaction. An older ledger has no values yet: there the newest case must open.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from uuid import UUID

from cryptography import x509
from cryptography.hazmat.primitives.hashes import SHA256

from ledger.opening import Connection, rows
from ledger.vault import Place, Vault, VaultError, vault
from settings import settings

_LOCK = "SELECT pg_advisory_xact_lock(7308620)"  # two first processes: one after the other
SEALS = ("ca", "share", "issuer")
_DESTROYED = "destroyed"  #: master keys that open nothing any more, by name


class WrongKeys(Exception):
    """密钥与台账不符. `faults` say which ones and how; never a key's value."""

    def __init__(self, faults: list[str]) -> None:
        super().__init__(";".join(faults))
        self.faults = tuple(faults)


REMEDY = (
    "没有启动、没有生成、没有改动任何内容。请把与本台账同一套的密钥文件放回原处"
    "(./run backup 的密钥目录,或当时另存的介质)后再次运行;不要另行生成:用别的密钥,已有个人信息和电子证明都无法读出。"
)


def ensure(connection: Connection) -> None:
    """Compares this process's keys and certificates with the ledger's, and leaves the values of those that are new.

    Raises WrongKeys. Does nothing in a process that holds no key, such as a set-up job.
    """
    if settings().master_keys.get_secret_value() == "{}" and not settings().lookup_key.get_secret_value():
        return
    try:
        keys = vault()
    except VaultError as error:
        raise WrongKeys([str(error)]) from None
    seals = certificates(settings().seals_dir)
    if found := faults(connection, keys, seals):
        raise WrongKeys(found)
    _record(connection, keys.check_values() | seals)


def faults(connection: Connection, keys: Vault, seals: Mapping[str, str]) -> list[str]:
    """What of the ledger's keys is missing or another; empty: all is well. Reads ledgers of every earlier state."""
    values = recorded(connection)
    if not any(name.startswith("master:") for name in values):
        return _opens(connection, keys)
    own, made = keys.check_values(), _made(connection)
    found = []
    for name, accepted in sorted(values.items()):
        kind, _, which = name.partition(":")
        if kind == _DESTROYED or (f"{_DESTROYED}:{which}" in values and name not in own):
            continue
        if kind == "seal":
            if name in seals and seals[name] not in accepted | made:
                found.append(f"印章证书 {which}.crt.pem 不是本台账登记的那一个")
        elif name not in own:
            found.append(f"密钥文件 proofless_master_keys 中没有主密钥 {which}")
        elif own[name] not in accepted:
            what = f"主密钥 {which}(proofless_master_keys)" if which else "检索密钥(proofless_lookup_key)"
            found.append(f"{what}不是本台账的那一个")
    return found


def recorded(connection: Connection) -> dict[str, set[str]]:
    """The values that the ledger holds; none in a ledger older than they are."""
    values: dict[str, set[str]] = {}
    if _has(connection, "key_checks"):
        for name, value in rows(connection, "SELECT name, value FROM key_checks"):
            values.setdefault(name, set()).add(value)
    return values


def certificates(folder: Path) -> dict[str, str]:
    """The fingerprints of the seals' certificates in a folder: as many as are there, as a gateway has no more."""
    found = {}
    for name in SEALS:
        try:
            certificate = x509.load_pem_x509_certificate((folder / f"{name}.crt.pem").read_bytes())
        except (OSError, ValueError):  # who seals or checks says what is missing or damaged
            continue
        found[f"seal:{name}"] = certificate.fingerprint(SHA256()).hex()
    return found


def _made(connection: Connection) -> set[str]:
    """印章登记: a seal that two persons made is as good as one that was accepted here, so that its key may lie there before it is 启用."""
    if not _has(connection, "seals"):
        return set()
    there = "SELECT fingerprint FROM seals WHERE standing NOT IN ('applied', 'making', 'withdrawn')"
    return {fingerprint for (fingerprint,) in rows(connection, there)}


def destroyed(connection: Connection, master: str, value: str, *, now: datetime, by: str) -> None:
    """已销毁的主密钥: from here on the ledger opens without it."""
    accept(connection, {f"{_DESTROYED}:{master}": value}, now=now, by=by)


def accept(connection: Connection, values: Mapping[str, str], *, now: datetime, by: str) -> list[str]:
    """Puts new values on record, such as a renewed certificate's; gives the names of those that were new."""
    if not _has(connection, "key_checks"):
        return []
    statement = (
        "INSERT INTO key_checks (name, value, recorded_at, recorded_by) VALUES (%s, %s, %s, %s) ON CONFLICT DO NOTHING RETURNING name"
    )
    return [name for name, value in values.items() if rows(connection, statement, (name, value, now, by))]


def _record(connection: Connection, values: Mapping[str, str]) -> None:
    known = recorded(connection)
    new = {name: value for name, value in values.items() if name not in known}
    if not new:
        return
    rows(connection, _LOCK)
    known = recorded(connection)
    other = [name for name in new if name in known and new[name] not in known[name]]
    if other:
        raise WrongKeys([f"{name} 刚由另一个进程登记为别的密钥" for name in other])
    accept(connection, new, now=settings().now(), by=f"system:{settings().worker_name}")


def _opens(connection: Connection, keys: Vault) -> list[str]:
    """A ledger without values: its newest case opens with this master key, and its party is found with this look-up key."""
    if not _has(connection, "parties"):
        return []
    newest = rows(
        connection,
        "SELECT cases.id::text, data_key, master_key, parties.id::text, id_type, id_number, lookup "
        "FROM cases JOIN parties ON case_id = cases.id WHERE length(data_key) > 0 ORDER BY registered_at DESC LIMIT 1",
    )
    if not newest:
        return []
    case, data_key, master_key, party, id_type, id_number, lookup = newest[0]
    try:
        key = keys.open_case_key(UUID(case), bytes(data_key), master_key)
        number = key.decrypt_text(Place("parties", "id_number", UUID(party)), bytes(id_number))
    except VaultError:
        return [f"主密钥 {master_key}(proofless_master_keys)打不开台账中最近的办件"]
    if keys.lookup(id_type, number) != lookup:
        return ["检索密钥(proofless_lookup_key)不是本台账的那一个"]
    return []


def _has(connection: Connection, table: str) -> bool:
    ((found,),) = rows(connection, "SELECT to_regclass(%s)::text", (f"public.{table}",))
    return found is not None
