"""经过: an event as a page tells it, with units by their names."""

from __future__ import annotations

from collections.abc import Mapping

from domain.story import told
from gateway.verifications.schemas import EventOut


def line(one: EventOut, units: Mapping[str, str]) -> str:
    """One line of fixed words and codes (domain.story)."""
    return told(one.event, one.detail | {name: units[code] for name, code in one.detail.items() if isinstance(code, str) and code in units})
