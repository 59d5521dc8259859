"""One engine for all ledgers of a test process: what SQLAlchemy compiled for one test it need not compile for the next.

Each test has a ledger of its own, and so by rights an engine, whose dialect and compiled statements begin empty. Here the
engine stays and its connections go where the settings of now say; `forget_engine` still ends every connection.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import URL, Engine, create_engine, make_url

_ENGINES: dict[str, Engine] = {}
_WHERE: dict[str, Any] = {}


def create_lasting_engine(url: str | URL, *, connect_args: dict[str, Any], **options: Any) -> Engine:
    """In place of `sqlalchemy.create_engine` for `ledger.database.engine`."""
    _WHERE.update(url=make_url(url), more=connect_args)
    kind = repr(sorted(options.items()))
    if kind not in _ENGINES:
        _ENGINES[kind] = create_engine(url, creator=lambda: _connect(kind), query_cache_size=2000, **options)
    return _ENGINES[kind]


def _connect(kind: str) -> Any:
    dialect = _ENGINES[kind].dialect
    args, named = dialect.create_connect_args(_WHERE["url"])
    return dialect.connect(*args, **named, **_WHERE["more"])
