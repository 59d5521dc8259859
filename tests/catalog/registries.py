"""Registries for tests: the sandbox's district, and the district that one of the real lists comes from."""

from __future__ import annotations

from runtime.commands.real_lists import DISTRICT, LISTS, REGION, guangan, guangan_units, sandbox

GUANGAN = guangan_units()
__all__ = ["DISTRICT", "GUANGAN", "LISTS", "REGION", "guangan", "sandbox"]
