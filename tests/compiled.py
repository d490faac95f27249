"""Databases of tests share what SQLAlchemy has compiled: compiling a statement takes longer than running it.

Each test has a database of its own; without this the same thousand statements would be compiled for every one of them.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import URL, Dialect, Engine, event
from sqlalchemy.util import LRUCache

from records.database import Database

_dialects: dict[URL, Dialect] = {}
_compiled: LRUCache[Any, Any] = LRUCache(2_000)


def sharing(database: Database) -> Database:
    """The database, with what others on its server have compiled."""
    for engine in {database.engine, database.reading, database._writers.engine}:
        _share(engine)
    return database


def _share(engine: Engine) -> None:
    """What is compiled belongs to a dialect, and a dialect knows its server from its first connection on."""
    server, own = engine.url.set(database=""), engine.dialect
    engine.dialect = _dialects.get(server, own)
    engine.update_execution_options(compiled_cache=_compiled)

    @event.listens_for(engine, "connect")
    def _knows_its_server(_connection: Any, _record: Any) -> None:
        engine.dialect = _dialects.setdefault(server, own)
