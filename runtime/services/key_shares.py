"""两人分持: a key file in two parts of which either alone tells nothing, not even to somebody with all time in the world.

One part is chance as long as the file and its digest, the other what that chance makes of them (a one-time pad). Two parts
of one splitting give the file back, byte by byte; anything else is refused by the digest.
"""

from __future__ import annotations

import base64
import hashlib
import json
import secrets
from pathlib import Path

from runtime.failures import Failure
from runtime.services.keyfiles import private_folder, write_once

_FORM = "proofless-key-share-1"
_LONGEST = 1 << 20  #: bytes of a key file


def split(source: Path, parts: tuple[Path, Path]) -> None:
    """Writes both parts, for two persons on two media. Raises Failure, and then neither is there."""
    what = "分持密钥"
    try:
        data = source.read_bytes()
    except OSError as error:
        raise Failure(what, f"{source} 读不出({error.strerror})", "没有写入任何内容。请写明要分持的密钥文件。") from None
    if not 0 < len(data) <= _LONGEST:
        raise Failure(what, f"{source} 是空的,或大于 1 MB", "没有写入任何内容。请写明要分持的密钥文件。")
    if parts[0].resolve() == parts[1].resolve() or any(part.exists() for part in parts):
        raise Failure(what, "两份不能写到同一个文件,也不能写到已有的文件", "没有写入任何内容。请写明两个新的文件,最好在两处介质上。")
    whole = hashlib.sha256(data).digest() + data
    chance = secrets.token_bytes(len(whole))
    of = secrets.token_hex(8)
    written: list[Path] = []
    try:
        for number, (part, held) in enumerate(zip(parts, (chance, _mixed(chance, whole)), strict=True), 1):
            text = json.dumps({"form": _FORM, "of": of, "part": number, "name": source.name, "data": base64.b64encode(held).decode()})
            if not write_once(part, text + "\n"):
                raise FileExistsError(17, "文件已存在")
            written.append(part)
        _joined(parts)  # read back: what cannot be joined is no way back
    except (OSError, ValueError) as error:
        for part in written:
            part.unlink(missing_ok=True)
        raise Failure(what, f"写不下({getattr(error, 'strerror', None) or error})", "没有留下任何一份。请检查介质后重试。") from None


def join(parts: tuple[Path, Path], target: Path) -> str:
    """Both parts become the file again; gives the name that it had. Raises Failure, and then nothing was written."""
    what = "合成密钥"
    try:
        data, name = _joined(parts)
    except OSError as error:
        raise Failure(what, f"{error.filename} 读不出({error.strerror})", "没有写入任何内容。请两位保管人各自插入介质后重试。") from None
    except ValueError:
        why = "两个文件不是同一次分持的两份,或其中一份被改动"
        raise Failure(what, why, "没有写入任何内容。请核对:同一次分持的第 1 份和第 2 份须齐全。") from None
    private_folder(target.parent) if not target.parent.exists() else None
    try:
        if not write_once(target, data.decode()):
            raise Failure(what, f"{target} 已存在", "没有改动它。请先把它移走,或写到另一个文件。")
    except OSError as error:
        raise Failure(what, f"写不到 {target}({error.strerror})", "没有写入任何内容。请换一个可写的位置。") from None
    return name


def _joined(parts: tuple[Path, Path]) -> tuple[bytes, str]:
    """Raises OSError, ValueError."""
    first, second = (json.loads(part.read_text("utf-8")) for part in parts)
    if not isinstance(first, dict) or not isinstance(second, dict):
        raise ValueError
    if first.get("form") != _FORM or first.get("of") != second.get("of") or {first.get("part"), second.get("part")} != {1, 2}:
        raise ValueError
    one, other = (base64.b64decode(str(part.get("data")), validate=True) for part in (first, second))
    whole = _mixed(one, other)
    if hashlib.sha256(whole[32:]).digest() != whole[:32]:
        raise ValueError
    return whole[32:], str(first.get("name"))


def _mixed(one: bytes, other: bytes) -> bytes:
    """Raises ValueError: of unequal length."""
    return bytes(a ^ b for a, b in zip(one, other, strict=True))
