"""Statements that are compiled once: what every turn and the sender run all the time.

For each execution SQLAlchemy Core builds, looks up and wraps a good deal around the statement itself. A `Prepared` one
goes to the driver as it was compiled; values pass through the same column types, so what is stored is the same.
"""

from __future__ import annotations

from collections import namedtuple
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Dialect, Insert

Convert = Callable[[Any], Any]


@dataclass(frozen=True)
class _Compiled:
    """A statement in one dialect: its text, the order of its values (None: by name), and how they go in."""

    sql: str
    order: Sequence[str] | None
    fixed: Mapping[str, Any]
    going_in: Mapping[str, Convert]

    def values(self, given: Mapping[str, Any]) -> Any:
        """What the driver wants."""
        values = {**self.fixed, **given}
        for name, convert in self.going_in.items():
            values[name] = convert(values[name])
        return [values[name] for name in self.order] if self.order is not None else values


@dataclass(frozen=True)
class _Shape:
    """How rows come out: which columns are converted, and the named tuple they become."""

    row: Callable[[Sequence[Any]], Any]
    coming_out: Sequence[tuple[int, Convert]]

    def made(self, found: Sequence[Any]) -> Any:
        """A row with its columns as attributes."""
        if self.coming_out:
            found = list(found)
            for place, convert in self.coming_out:
                found[place] = convert(found[place])
        return self.row(found)


class Prepared:
    """A statement to be run with `Tx.rows`, `Tx.first` or `Tx.run`.

    An INSERT fills the columns it is given; defaults are not filled in. No lists: a statement with `IN` over a bound
    list has no fixed text. A state that a partial index names has to be a `literal_column`: no index is chosen by a
    value that is bound later.
    """

    def __init__(self, statement: Any) -> None:
        self.statement = statement
        self._is_insert = isinstance(statement, Insert)
        self._compiled: dict[tuple[str, tuple[str, ...]], _Compiled] = {}
        self._shapes: dict[str, _Shape] = {}

    def rows(self, conn: Connection, values: Mapping[str, Any], before: Sequence[Call] = ()) -> list[Any]:
        """All rows, as named tuples; `before` is done first, on PostgreSQL without waiting for each."""
        return self._made(conn, self._executed(conn, values, before))

    def first(self, conn: Connection, values: Mapping[str, Any], before: Sequence[Call] = ()) -> Any:
        """The first row, or None."""
        cursor = self._executed(conn, values, before)
        found = cursor.fetchone()
        return None if found is None else self._shape(conn.dialect, cursor).made(found)

    def run(self, conn: Connection, values: Mapping[str, Any], before: Sequence[Call] = ()) -> int:
        """The number of rows touched."""
        return int(self._executed(conn, values, before).rowcount)

    def _made(self, conn: Connection, cursor: Any) -> list[Any]:
        made = self._shape(conn.dialect, cursor).made
        return [made(found) for found in cursor.fetchall()]

    def _executed(self, conn: Connection, values: Mapping[str, Any], before: Sequence[Call]) -> Any:
        return _sent_together(conn, [*before, (self, values)])[-1]

    def _sent(self, conn: Connection, values: Mapping[str, Any]) -> Any:
        columns = tuple(values) if self._is_insert else ()
        key = (conn.dialect.name, columns)
        if key not in self._compiled:
            self._compiled[key] = _compile(self.statement, conn.dialect, columns)
        compiled = self._compiled[key]
        cursor = conn.connection.cursor()
        cursor.execute(compiled.sql, compiled.values(values))
        return cursor

    def _shape(self, dialect: Dialect, cursor: Any) -> _Shape:
        if dialect.name not in self._shapes:
            self._shapes[dialect.name] = _shape(self.statement, dialect, cursor.description)
        return self._shapes[dialect.name]


Call = tuple[Prepared, Mapping[str, Any]]
"""A prepared statement with its values."""


def rows_of_each(conn: Connection, calls: Sequence[Call], before: Sequence[Call] = ()) -> list[list[Any]]:
    """The rows of each call, in their order; on PostgreSQL without waiting for each."""
    cursors = _sent_together(conn, [*before, *calls])[len(before) :]
    return [statement._made(conn, cursor) for (statement, _), cursor in zip(calls, cursors, strict=True)]


def _sent_together(conn: Connection, calls: Sequence[Call]) -> list[Any]:
    """The cursors of several calls; PostgreSQL gets all of them before it has answered the first."""
    if len(calls) == 1 or conn.dialect.name == "sqlite":
        return [statement._sent(conn, values) for statement, values in calls]
    driver: Any = conn.connection.driver_connection
    with driver.pipeline():
        return [statement._sent(conn, values) for statement, values in calls]


def _compile(statement: Any, dialect: Dialect, columns: Sequence[str]) -> _Compiled:
    compiled = statement.compile(dialect=dialect, column_keys=columns or None)
    binds = compiled.binds
    going_in = {name: bind.type.dialect_impl(dialect).bind_processor(dialect) for name, bind in binds.items()}
    return _Compiled(
        sql=str(compiled),
        order=compiled.positiontup,
        fixed={} if columns else {name: bind.value for name, bind in binds.items() if not bind.required},
        going_in={name: convert for name, convert in going_in.items() if convert is not None},
    )


def _shape(statement: Any, dialect: Dialect, description: Sequence[Any]) -> _Shape:
    names = [column.key for column in statement.exported_columns]
    row: Any = namedtuple("Row", names)  # type: ignore[misc]
    types = [column.type.dialect_impl(dialect) for column in statement.exported_columns]
    converts = [type_.result_processor(dialect, told[1]) for type_, told in zip(types, description, strict=True)]
    return _Shape(row._make, [(place, convert) for place, convert in enumerate(converts) if convert is not None])
