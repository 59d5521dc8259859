"""脱敏: what lists, logs and the public page show instead of a name or a number (obligation 15.4)."""

from __future__ import annotations

from domain.retention import ERASED


def mask_name(name: str) -> str:
    """A personal name with everything but its first character hidden: 张三 -> 张*, 欧阳修远 -> 欧***, 张 -> *."""
    if name == ERASED:  # nothing is hidden where nothing is left
        return name
    return name[:1] + "*" * (len(name) - 1) if len(name) > 1 else "*" * len(name)


def mask_number(number: str) -> str:
    """An identity number with its middle hidden: the first 6 and the last 2 of 15 or 18 characters stay, of a shorter one
    (passports, permits) the first 2 and the last 2."""
    if number == ERASED:
        return number
    shown = 6 if len(number) >= 15 else 2
    if len(number) < 8:
        return "*" * len(number)
    return number[:shown] + "*" * (len(number) - shown - 2) + number[-2:]


def mask_value(value: str) -> str:
    """Any other value of a proof: the first third stays, the rest is hidden, never nothing hidden."""
    keep = len(value) // 3
    return value[:keep] + "*" * (len(value) - keep)
