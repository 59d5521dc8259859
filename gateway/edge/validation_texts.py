"""What validation says to a caller: the place and a fixed text, never the value, which may be a person's data."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from fastapi.exceptions import RequestValidationError

from gateway.edge.problems import PROBLEMS, Problem

_TEXTS = {
    "missing": "缺少这一项。",
    "extra_forbidden": "有不认识的字段。",
    "string_type": "应为文字。",
    "string_too_short": "文字过短。",
    "string_too_long": "文字过长。",
    "string_pattern_mismatch": "格式不对,或含有不允许的字符。",
    "enum": "不在可选值之内。",
    "literal_error": "不在可选值之内。",
    "int_type": "应为整数。",
    "int_parsing": "应为整数。",
    "greater_than_equal": "数值过小。",
    "less_than_equal": "数值过大。",
    "too_short": "项数过少。",
    "too_long": "项数过多。",
    "list_type": "应为列表。",
    "dict_type": "应为对象。",
    "model_type": "应为对象。",
    "model_attributes_type": "应为对象。",
    "timezone_aware": "时间应带时区,例如 2026-03-04T09:00:00+08:00。",
    "uuid_parsing": "编号格式不对。",
}
_ELSE = "格式不对。"
_KNOWN = re.compile(r"[A-Za-z_][A-Za-z0-9_-]{0,40}")
_HEADER = ("header", "Idempotency-Key")


def invalid(error: RequestValidationError) -> Problem:
    """The problem that a failed validation becomes."""
    found = error.errors()
    code = _code(found)
    return Problem(code, errors=[] if code == "idempotency_key_invalid" else [(_field(e), _text(e)) for e in found])


def _code(found: Sequence[dict[str, Any]]) -> str:
    types = [error["type"] for error in found]
    if any(tuple(error["loc"][:2]) == _HEADER for error in found):
        return "idempotency_key_invalid"
    # A rule of our own names its problem by the type of its error; it speaks only where nothing else is wrong.
    return next((kind for kind in types if kind in PROBLEMS), "invalid") if set(types) <= PROBLEMS.keys() else "invalid"


def _field(error: dict[str, Any]) -> str:
    place = list(error["loc"])
    if error["type"] == "extra_forbidden":
        place = place[:-1]  # the unknown key is the caller's text
    words = [str(part) if isinstance(part, int) or _KNOWN.fullmatch(part) else "…" for part in place[1:]]
    return ".".join(words) or str(place[0])


def _text(error: dict[str, Any]) -> str:
    if error["type"] in PROBLEMS:
        return PROBLEMS[error["type"]].detail
    if error["type"] == "proofless":
        return str(error["msg"])  # our own fixed sentence (gateway.documents.fault)
    # What we allow is ours and may be said; the value that came is not repeated.
    if allowed := re.findall(r"'([^']*)'", str(error.get("ctx", {}).get("expected", ""))):
        return f"不在可选值之内,应为 {'、'.join(allowed)}{' 之一' if len(allowed) > 1 else ''}。"
    return _TEXTS.get(error["type"], _ELSE)
