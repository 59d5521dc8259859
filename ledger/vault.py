"""Encryption of personal data: AES-256-GCM, one data key a case, wrapped by a master key.

A ciphertext is bound to its table, column and row, so that it cannot be moved to another place and read there.
Destroying a case's data key ends the retention of everything under it; the events stay.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import os
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from uuid import UUID

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from domain.refusal import Refusal
from domain.retention import ERASED
from settings import Settings, load, settings

_NONCE = 12
_VERSION = b"\x01"


class VaultError(Exception):
    """A key is missing or a ciphertext does not belong here. Its text never holds data."""


@dataclass(frozen=True)
class Place:
    """Where a ciphertext belongs: table, column, row."""

    table: str
    column: str
    row: UUID | str

    def __bytes__(self) -> bytes:
        return f"{self.table}\x1f{self.column}\x1f{self.row}".encode()


@dataclass(frozen=True)
class CaseKey:
    """An opened data key. Lives in memory for one step."""

    key: bytes

    def encrypt(self, place: Place, data: bytes) -> bytes:
        return _encrypt(self.key, place, data)

    def decrypt(self, place: Place, data: bytes) -> bytes:
        return _decrypt(self.key, place, data)

    def encrypt_text(self, place: Place, text: str) -> bytes:
        return self.encrypt(place, text.encode())

    def decrypt_text(self, place: Place, data: bytes) -> str:
        return self.decrypt(place, data).decode()

    def __repr__(self) -> str:
        return "CaseKey(…)"


class Erased(Refusal, code="erased"):
    """已按期销毁: the key was destroyed when its time was over (ledger.retention)."""


class DestroyedKey(CaseKey):
    """What opens nothing any more: a line of a list says so in its place, anything else raises `Erased`."""

    def __init__(self) -> None:
        super().__init__(b"")

    def encrypt(self, place: Place, data: bytes) -> bytes:
        raise Erased

    def decrypt(self, place: Place, data: bytes) -> bytes:
        raise Erased

    def decrypt_text(self, place: Place, data: bytes) -> str:
        return ERASED


class Vault:
    """The master keys (id -> 32 bytes, the last one wraps new keys) and the key of the keyed hash."""

    def __init__(self, masters: dict[str, bytes], lookup_key: bytes, reread: Callable[[], dict[str, bytes]] | None = None) -> None:
        if not masters or any(len(key) != 32 for key in masters.values()):
            raise VaultError("主密钥缺失或长度不对:请检查密钥文件 proofless_master_keys。")
        if len(lookup_key) < 32:
            raise VaultError("检索密钥缺失或过短:请检查密钥文件 proofless_lookup_key。")
        self._masters = masters
        self._lookup = lookup_key
        self._reread = reread
        self.current = next(reversed(masters))

    def new_case_key(self, case: UUID) -> tuple[bytes, str]:
        """A wrapped fresh data key for a case, and the id of the master key that wraps it."""
        wrapped = _encrypt(self._masters[self.current], Place("cases", "data_key", case), os.urandom(32))
        return wrapped, self.current

    def open_case_key(self, case: UUID, wrapped: bytes, master: str) -> CaseKey:
        if not wrapped:
            return DestroyedKey()
        return CaseKey(_decrypt(self._master(master), Place("cases", "data_key", case), wrapped))

    def rewrap(self, case: UUID, wrapped: bytes, master: str) -> tuple[bytes, str]:
        """The same data key under the current master key (rotation)."""
        place = Place("cases", "data_key", case)
        return _encrypt(self._masters[self.current], place, _decrypt(self._master(master), place, wrapped)), self.current

    def encrypt(self, place: Place, data: bytes) -> bytes:
        """For secrets that belong to no case: the master key's id stands in front of the ciphertext."""
        return self.front() + _encrypt(self._masters[self.current], place, data)

    def front(self) -> bytes:
        """What stands in front of a ciphertext that `encrypt` makes now."""
        key_id = self.current.encode()
        return bytes([len(key_id)]) + key_id

    def wrapped_by(self, data: bytes) -> str:
        """The id of the master key that stands in front of what `encrypt` made."""
        return data[1 : 1 + (data[0] if data else 0)].decode("ascii", "replace")

    def decrypt(self, place: Place, data: bytes) -> bytes:
        end = 1 + (data[0] if data else 0)
        key_id = self.wrapped_by(data)
        if not key_id.isidentifier() and not key_id.replace("-", "").isalnum():  # damaged: no name to show
            raise _damaged(place)
        return _decrypt(self._master(key_id), place, data[end:])

    def check_values(self) -> dict[str, str]:
        """核对值: by these a key is known again without being shown; `ledger.key_checks` keeps them."""
        keys = {"lookup": self._lookup} | {f"master:{name}": key for name, key in self._masters.items()}
        return {name: hmac.new(key, b"proofless check\x1f" + name.encode(), hashlib.sha256).hexdigest() for name, key in keys.items()}

    def backup_key(self, master: str, salt: bytes) -> bytes:
        """The key of one backup: who holds the master key of then can open it, and nobody else can make one like it."""
        return HKDF(SHA256(), 32, salt, b"proofless backup").derive(self._master(master))

    def status_key(self, use: str) -> bytes:
        """Of the lists of revoked proofs, 48 bytes: `signature` or `order`. It never rotates, as the record's (decision 42)."""
        return HKDF(SHA256(), 48, None, f"proofless status {use}".encode()).derive(self._lookup)

    def lookup(self, id_type: str, id_number: str) -> str:
        """The keyed hash by which a person is found without being shown."""
        return hmac.new(self._lookup, f"{id_type}\x1f{id_number.upper()}".encode(), hashlib.sha256).hexdigest()

    def mark(self, *texts: str) -> bytes:
        """By this we know again what we ourselves gave away."""
        return hmac.digest(self._lookup, b"proofless mark\x1f" + json.dumps(texts).encode(), "sha256")

    def _master(self, key_id: str) -> bytes:
        if key_id not in self._masters and self._reread is not None:
            # Rotated since this process began: it opens what the new key wraps, and wraps with the new one from its next start.
            self._masters |= {name: key for name, key in self._reread().items() if name not in self._masters}
        if key_id not in self._masters:
            raise VaultError(f"主密钥 {key_id} 不在密钥文件中,无法解密:请恢复该密钥。")
        return self._masters[key_id]


@lru_cache(maxsize=1)
def vault() -> Vault:
    """The vault of this process, from the key files that `settings` read."""
    return open_vault(settings())


def record_key() -> bytes:
    """The seed with which heads of the record are signed (`ledger.record.heads`): whoever has the database alone has it not. Of the
    look-up key alone, so that the record is exported where the master keys are lost. Raises VaultError."""
    return HKDF(SHA256(), 32, None, b"proofless record").derive(_lookup_key(settings()))


def _lookup_key(at: Settings) -> bytes:
    try:
        key = base64.b64decode(at.lookup_key.get_secret_value(), validate=True)
    except (ValueError, TypeError):
        raise VaultError("密钥文件无法读取:proofless_lookup_key 应为 base64。") from None
    if len(key) < 32:
        raise VaultError("检索密钥缺失或过短:请检查密钥文件 proofless_lookup_key。")
    return key


def open_vault(at: Settings) -> Vault:
    """The vault of these settings' key files. Raises VaultError."""
    lookup_key = _lookup_key(at)
    folder = os.environ.get("PROOFLESS_SECRETS_DIR")
    return Vault(_masters(at), lookup_key, (lambda: _masters(load(folder))) if folder else None)


def _masters(at: Settings) -> dict[str, bytes]:
    try:
        found = json.loads(at.master_keys.get_secret_value())
        return {name: base64.b64decode(value, validate=True) for name, value in found.items()}
    except (ValueError, TypeError, AttributeError):
        # Not chained: the error of the JSON reader carries the whole text, keys and all.
        raise VaultError("密钥文件无法读取:proofless_master_keys 应为 JSON,值为 base64。") from None


def _encrypt(key: bytes, place: Place, data: bytes) -> bytes:
    nonce = os.urandom(_NONCE)
    return _VERSION + nonce + AESGCM(key).encrypt(nonce, data, bytes(place))


def _decrypt(key: bytes, place: Place, data: bytes) -> bytes:
    if data[:1] != _VERSION:
        raise VaultError(f"密文版本未知:{place.table}.{place.column}。")
    try:
        return AESGCM(key).decrypt(data[1 : 1 + _NONCE], data[1 + _NONCE :], bytes(place))
    except (InvalidTag, ValueError):  # ValueError: cut off within the nonce
        raise _damaged(place) from None


def _damaged(place: Place) -> VaultError:
    return VaultError(f"密文与所在位置不符或已损坏:{place.table}.{place.column}。")
