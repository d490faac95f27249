"""Pieces of SQL that SQLite and PostgreSQL write differently: instants as text, and sorting by bytes."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Boolean, ColumnElement, Integer, String, cast
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.functions import FunctionElement
from sqlmodel.sql.sqltypes import UTCDateTime


class UtcText(FunctionElement[str]):
    """An instant as the files write it: `2026-03-28T21:14:05Z`, whole seconds. A million are cut in the database."""

    name = "utc_text"
    type = String()
    inherit_cache = True


class ByBytes(FunctionElement[Any]):
    """Text to be sorted by its bytes, so that both databases give the same order."""

    name = "by_bytes"
    type = String()
    inherit_cache = True


@compiles(UtcText, "sqlite")
def _instant_in_sqlite(element: UtcText, compiler: Any, **options: Any) -> str:
    return f"(replace(substr({_inner(element, compiler, options)}, 1, 19), ' ', 'T') || 'Z')"


@compiles(UtcText, "postgresql")
def _instant_in_postgresql(element: UtcText, compiler: Any, **options: Any) -> str:
    instant = _inner(element, compiler, options)
    return f"to_char({instant} AT TIME ZONE 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS\"Z\"')"


@compiles(ByBytes, "sqlite")
def _bytes_in_sqlite(element: ByBytes, compiler: Any, **options: Any) -> str:
    return _inner(element, compiler, options)


@compiles(ByBytes, "postgresql")
def _bytes_in_postgresql(element: ByBytes, compiler: Any, **options: Any) -> str:
    return f'({_inner(element, compiler, options)} COLLATE "C")'


def _inner(element: FunctionElement[Any], compiler: Any, options: dict[str, Any]) -> str:
    (inner,) = element.clauses
    return str(compiler.process(inner, **options))


def as_written(column: ColumnElement[Any]) -> ColumnElement[Any]:
    """A column as a file writes it: instants as text, booleans as 1 and 0, all else as it is."""
    if isinstance(column.type, UTCDateTime):
        return UtcText(column)
    return cast(column, Integer) if isinstance(column.type, Boolean) else column
