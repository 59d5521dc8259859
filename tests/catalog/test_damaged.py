"""Workbooks that lost some of their bytes: each is read or refused by name, whatever its reader makes of it (obligation 5.1)."""

from __future__ import annotations

import random

import pytest

from catalog import sheets
from catalog.file_kinds import FileRefused
from catalog.reading import read_sheets
from tests.catalog.registries import LISTS
from tests.catalog.small_lists import FIRST, HEADER
from tests.catalog.workbooks import workbook


def damaged(content: bytes, seed: int) -> bytes:
    """Cut off, a bit turned over, a few bytes of nothing or all ones: its kind can still be told."""
    chance, found = random.Random(seed), bytearray(content)
    at = chance.randrange(8, len(found) - 4)
    match seed % 4:
        case 0:
            return bytes(found[:at])
        case 1:
            found[at] ^= 1 << chance.randrange(8)
        case 2:
            end = min(len(found), at + chance.randrange(1, 600))
            found[at:end] = bytes(end - at)
        case _:
            found[at : at + 2] = b"\xff\xff"
    return bytes(found)


def refused(content: bytes) -> str:
    try:
        read_sheets(content)
    except FileRefused as fault:
        return fault.fault
    return ""


SOUND = {name: (LISTS / f"{name}.xls").read_bytes() for name in ("cells", "margins")} | {"xlsx": workbook((HEADER, FIRST))}


@pytest.mark.parametrize("name", SOUND)
def test_damage_is_refused_by_name(name: str) -> None:
    """Before, xlrd's IndexError, AssertionError and struct.error came through, zlib's and calamine's panics, too."""
    found = [refused(damaged(SOUND[name], seed)) for seed in range(60, 200)]
    assert set(found) <= {"", "broken", "empty", "password"}
    assert found.count("broken") > 40


def test_a_chain_of_sectors_without_an_end_takes_no_memory() -> None:
    """Before, calamine followed it until the memory of its process ended, and the file was called too large."""
    content = bytearray(SOUND["cells"])
    table = 512 * (1 + int.from_bytes(content[76:80], "little"))
    first = int.from_bytes(content[48:52], "little")
    content[table + 4 * first : table + 4 * first + 4] = first.to_bytes(4, "little")  # the directory goes on in itself
    with pytest.raises(FileRefused) as found:
        sheets.read_sheets(bytes(content))
    assert found.value.fault == "broken"
