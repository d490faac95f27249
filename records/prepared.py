"""Statements that are compiled once: what every turn and the sender run all the time.

For each execution SQLAlchemy Core builds, looks up and wraps a good deal around the statement itself. A `Prepared` one
goes to the driver as it was compiled; values pass through the same column types, so what is stored is the same.
"""

from __future__ import annotations

from collections import namedtuple
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sqlalchemy import Connection, Dialect, Insert

if TYPE_CHECKING:
    from records.wire import Answer, Wire

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

    def rows(self, conn: Connection, values: Mapping[str, Any]) -> list[Any]:
        """All rows, as named tuples."""
        cursor = self._executed(conn, values)
        return self._made(conn.dialect, cursor.fetchall(), lambda: _types_of(cursor))

    def first(self, conn: Connection, values: Mapping[str, Any]) -> Any:
        """The first row, or None."""
        cursor = self._executed(conn, values)
        found = cursor.fetchone()
        return None if found is None else self._made(conn.dialect, [found], lambda: _types_of(cursor))[0]

    def run(self, conn: Connection, values: Mapping[str, Any]) -> int:
        """The number of rows touched."""
        return int(self._executed(conn, values).rowcount)

    def _executed(self, conn: Connection, values: Mapping[str, Any]) -> Any:
        compiled = self._in(conn.dialect, values)
        cursor = conn.connection.cursor()
        cursor.execute(compiled.sql, compiled.values(values))
        return cursor

    def send(self, wire: Wire, values: Mapping[str, Any]) -> Answer:
        """Send it to PostgreSQL; `received` gives the rows."""
        compiled = self._in(wire.dialect, values)
        return wire.send(compiled.sql, compiled.values(values))

    def received(self, wire: Wire, answer: Answer) -> list[Any]:
        """All rows of what was sent, as named tuples."""
        return self._made(wire.dialect, wire.rows(answer), lambda: wire.type_codes(answer))

    def _in(self, dialect: Dialect, values: Mapping[str, Any]) -> _Compiled:
        columns = tuple(values) if self._is_insert else ()
        key = (dialect.paramstyle, columns)
        if key not in self._compiled:
            self._compiled[key] = _compile(self.statement, dialect, columns)
        return self._compiled[key]

    def _made(self, dialect: Dialect, rows: Sequence[Any], types: Callable[[], Sequence[Any]]) -> list[Any]:
        if dialect.name not in self._shapes:
            self._shapes[dialect.name] = _shape(self.statement, dialect, types())
        made = self._shapes[dialect.name].made
        return [made(found) for found in rows]


Call = tuple[Prepared, Mapping[str, Any]]
"""A prepared statement with its values."""


def _types_of(cursor: Any) -> Sequence[Any]:
    return [told[1] for told in cursor.description]


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


def _shape(statement: Any, dialect: Dialect, type_codes: Sequence[Any]) -> _Shape:
    names = [column.key for column in statement.exported_columns]
    row: Any = namedtuple("Row", names)  # type: ignore[misc]
    types = [column.type.dialect_impl(dialect) for column in statement.exported_columns]
    converts = [type_.result_processor(dialect, code) for type_, code in zip(types, type_codes, strict=True)]
    return _Shape(row._make, [(place, convert) for place, convert in enumerate(converts) if convert is not None])
