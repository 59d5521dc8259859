"""How glibc is to keep the memory of our processes, PostgreSQL's among them (decision 52)."""

from __future__ import annotations

import os

# Else it gives up to eight arenas a processor to a program with threads, and once one large block was freed lets blocks up to 32 MB live
# among small ones and keeps twice as much at the end: what a rush has left free never went back. Dockerfile and compose file say the same.
MALLOC = {"MALLOC_ARENA_MAX": "2", "MALLOC_MMAP_THRESHOLD_": "524288", "MALLOC_TRIM_THRESHOLD_": "524288"}


def variables() -> dict[str, str]:
    """What a process that is started has in its environment; whoever sets one himself keeps it."""
    return {name: os.environ.get(name, value) for name, value in MALLOC.items()}
