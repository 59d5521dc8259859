"""一码多项: rows of a list of matters that give one code to different matters."""

from __future__ import annotations

import struct
from hashlib import blake2b

from catalog.column_names import SYNONYMS
from domain.list_rows import Fault, MatterFact


class Codes:
    """Rows that give one code to different matters go back, all of them: nobody knows which one is right.

    Of each row a digest of what it says and its place are kept, packed: there may be a million of them.
    """

    _PACKED = struct.Struct(">12sHI")

    def __init__(self) -> None:
        self._said: dict[str, bytes] = {}

    def said(self, fact: MatterFact, sheet: int, line: int) -> None:
        digest = blake2b(repr(fact).encode("utf-8", "surrogatepass"), digest_size=12).digest()
        self._said[fact.code] = self._said.get(fact.code, b"") + self._PACKED.pack(digest, sheet, line)

    def twice(self) -> dict[tuple[int, int], Fault]:
        found = {}
        for code, packed in self._said.items():
            if len(packed) == self._PACKED.size:
                continue
            said = list(self._PACKED.iter_unpack(packed))
            if len({digest for digest, _, _ in said}) > 1:
                lines = "、".join(str(line) for _, _, line in said[:5])
                text = f"事项编码 {code} 在第 {lines} 行写的不是同一内容。"
                fault = Fault("code_twice", SYNONYMS["matter_code"][0], text, "请核对:一个编码只能是一个事项。")
                found.update(dict.fromkeys(((sheet, line) for _, sheet, line in said), fault))
        return found
