"""What people write behind a command, read by the same rules as what the API takes."""

from __future__ import annotations

import argparse
import re
from datetime import datetime

from domain.clear_text import TEXT, fault_of, named_by_number
from settings import LOCAL


def public(text: str) -> str:
    """Kept in clear, for ever: about the district, never about a person."""
    return _said(text, fault_of(text))


def longer(text: str) -> str:
    """The same, of a reason that may need some sentences."""
    return _said(text, fault_of(text, TEXT))


def key(text: str) -> str:
    """A name that people give to a list or a calendar."""
    fits = re.fullmatch(r"[\w.\-]{1,64}", text) and not named_by_number(text)
    return _said(text, None if fits else "只能用字母、汉字、数字、点和横线,不超过 64 位,且不得使用公民身份号码")


def instant(text: str) -> datetime:
    """A day or an instant of the district's time; argparse names what is neither."""
    found = datetime.fromisoformat(text)
    return found if found.tzinfo else found.replace(tzinfo=LOCAL)


def _said(text: str, fault: str | None) -> str:
    if fault is not None:
        raise argparse.ArgumentTypeError(fault)
    return text
