"""A search for persons' data in clear, in whatever form it may have got somewhere: as text, escaped, encoded, in hex."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote

import psycopg2.extensions

from sandbox.people import COMPANIES, PERSONS

_NAMES = [holder.name for holder in (*PERSONS, *COMPANIES)]
_NUMBERS = [holder.id_number for holder in (*PERSONS, *COMPANIES)]


def _forms(word: str) -> Iterator[str]:
    yield word
    yield json.dumps(word).strip('"').replace("\\", "\\\\")  # JSON within JSON
    yield json.dumps(word).strip('"')
    yield quote(word)
    yield quote(word).lower()
    yield word.encode().hex()


_CHARACTERS = ["U+30EDE"]  #: half of a name that no font can print
NEEDLES = frozenset(form for word in (*_NAMES, *_NUMBERS, *_CHARACTERS) for form in _forms(word))
# All begin in one of a few ways: a search for the beginnings first is some hundred times faster.
_BEGINNINGS = re.compile("|".join(sorted({re.escape(needle[:8]) for needle in NEEDLES if not needle.startswith("演示")} | {"演示"})))
_LONGEST = max(map(len, NEEDLES))


def found_in(text: str, needles: frozenset[str] = NEEDLES) -> set[str]:
    """Those of the needles that stand in the text."""
    found = set()
    for beginning in _BEGINNINGS.finditer(text):
        here = text[beginning.start() : beginning.start() + _LONGEST]
        found |= {needle for needle in needles if here.startswith(needle)}
    return found


def found_in_database(connection: psycopg2.extensions.connection) -> dict[str, set[str]]:
    """Table -> what was found in it; every table of `public`, every column as text."""
    tables = "SELECT tablename FROM pg_tables WHERE schemaname = 'public' ORDER BY 1"
    columns = "SELECT quote_ident(column_name) FROM information_schema.columns WHERE table_schema = 'public' AND table_name = %s"
    hits: dict[str, set[str]] = {}
    with connection.cursor() as cursor:
        cursor.execute(tables)
        for (table,) in cursor.fetchall():
            cursor.execute(columns, (table,))
            joined = " || ' ' || ".join(f"coalesce({name}::text, '')" for (name,) in cursor.fetchall())
            cursor.execute(f'SELECT {joined} FROM "{table}"')
            while rows := cursor.fetchmany(500):
                if found := found_in("\n".join(row for (row,) in rows)):
                    hits.setdefault(table, set()).update(found)
    return hits


def found_in_files(folder: Path, leave_out: Path) -> dict[str, set[str]]:
    """File -> what was found in it, for every file below `folder` but those below `leave_out`."""
    files = (file for file in folder.rglob("*") if file.is_file() and not file.is_relative_to(leave_out))
    texts = {file: file.read_bytes().decode("utf-8", "replace") for file in files}
    return {str(file): found for file, text in texts.items() if (found := found_in(text))}
