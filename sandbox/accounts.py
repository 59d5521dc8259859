"""接入账号: whom the sandbox lets in, read from the same secret files that the connectors read."""

from __future__ import annotations

from dataclasses import dataclass, fields
from pathlib import Path


@dataclass(frozen=True)
class Accounts:
    """Every field is the file `proofless_<field>` in the secrets folder."""

    licence_library_access_id: str
    licence_library_access_token: str
    province_gateway_rid: str
    province_gateway_app_key: str

    def __repr__(self) -> str:
        return "Accounts(…)"


def read_accounts(folder: Path) -> Accounts:
    """The accounts of a secrets folder. Raises ValueError that names every file that is missing or empty."""
    values = {}
    for field in fields(Accounts):
        file = folder / f"proofless_{field.name}"
        values[field.name] = file.read_text("utf-8").strip() if file.is_file() else ""
    missing = [f"proofless_{name}" for name, value in values.items() if not value]
    if missing:
        raise ValueError(f"密钥文件夹 {folder} 中缺少或是空的:{', '.join(missing)}")
    return Accounts(**values)
