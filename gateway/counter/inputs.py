"""一项内容用什么填: the input that fits a field of a proof, told from its name; what the catalog calls fields is free text."""

from __future__ import annotations

import re
from dataclasses import dataclass

_LONG = re.compile(r"地址|住址|情况|说明|事由|原因|内容|坐落|范围|经历")
_NUMBER = re.compile(r"人口|人数|收入|金额|面积|年限|月数|个数|户数")
_CODE = re.compile(r"号码|编号|证号|电话")
_DAY = re.compile(r"日期|时间$|年月日")


@dataclass(frozen=True)
class Input:
    """`kind`: line, long, number, code or day; `offered`: what is put in with one key, never by itself."""

    name: str
    kind: str
    offered: str = ""

    @property
    def hint(self) -> str:
        return {"day": "例如 2026年3月4日", "number": "写明单位，例如 3人、600元"}.get(self.kind, "")

    def __repr__(self) -> str:
        return f"Input({self.name})"


def input_of(name: str, person: str) -> Input:
    """`person`: whom the request is about, offered where a name of a person is asked for."""
    for kind, words in (("long", _LONG), ("number", _NUMBER), ("day", _DAY), ("code", _CODE)):
        if words.search(name):
            return Input(name, kind)
    return Input(name, "line", person if name.endswith("姓名") else "")
