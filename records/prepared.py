"""Statements that are compiled once: what every turn and the sender run all the time.

For each execution SQLAlchemy Core builds, looks up and wraps a good deal around the statement itself. A `Prepared` one
goes to the driver as it was compiled; values pass through the same column types, so what is stored is the same.
"""

from __future__ import annotations

from collections import namedtuple
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Dialect

Convert = Callable[[Any], Any]


@dataclass(frozen=True)
class _Compiled:
    """A statement in one dialect: its text, how values go in, and how a row comes out."""

    sql: str
    order: Sequence[str] | None
    fixed: Mapping[str, Any]
    going_in: Mapping[str, Convert]
    row: Callable[[Sequence[Any]], Any]
    coming_out: Sequence[tuple[int, Convert]]

    def values(self, given: Mapping[str, Any]) -> Any:
        """What the driver wants: a list in order, or a mapping."""
        values = {**self.fixed, **given}
        for name, convert in self.going_in.items():
            values[name] = convert(values[name])
        return [values[name] for name in self.order] if self.order is not None else values

    def made(self, found: Sequence[Any]) -> Any:
        """A row with its columns as attributes."""
        if self.coming_out:
            found = list(found)
            for place, convert in self.coming_out:
                found[place] = convert(found[place])
        return self.row(found)


class Prepared:
    """A statement to be run with `Tx.rows`, `Tx.first` or `Tx.run`; `columns` names those an INSERT fills.

    No lists: a statement with `IN` over a bound list has no fixed text.
    """

    def __init__(self, statement: Any, columns: Sequence[str] | None = None) -> None:
        self.statement = statement
        self.columns = columns
        self._compiled: dict[str, _Compiled] = {}

    def rows(self, conn: Connection, values: Mapping[str, Any]) -> list[Any]:
        """All rows, as named tuples."""
        compiled, cursor = self._executed(conn, values)
        return [compiled.made(found) for found in cursor.fetchall()]

    def first(self, conn: Connection, values: Mapping[str, Any]) -> Any:
        """The first row, or None."""
        compiled, cursor = self._executed(conn, values)
        found = cursor.fetchone()
        return None if found is None else compiled.made(found)

    def run(self, conn: Connection, values: Mapping[str, Any]) -> int:
        """The number of rows touched."""
        _, cursor = self._executed(conn, values)
        return int(cursor.rowcount)

    def _executed(self, conn: Connection, values: Mapping[str, Any]) -> tuple[_Compiled, Any]:
        name = conn.dialect.name
        if name not in self._compiled:
            self._compiled[name] = _compile(self.statement, conn.dialect, self.columns)
        compiled = self._compiled[name]
        cursor = conn.connection.cursor()
        cursor.execute(compiled.sql, compiled.values(values))
        return compiled, cursor


def _compile(statement: Any, dialect: Dialect, columns: Sequence[str] | None) -> _Compiled:
    compiled = statement.compile(dialect=dialect, column_keys=columns)
    going_in = {name: bind.type.dialect_impl(dialect).bind_processor(dialect) for name, bind in compiled.binds.items()}
    out = getattr(statement, "exported_columns", ())
    coming_out = [column.type.dialect_impl(dialect).result_processor(dialect, None) for column in out]
    return _Compiled(
        sql=str(compiled),
        order=compiled.positiontup,
        fixed=compiled.params,
        going_in={name: convert for name, convert in going_in.items() if convert is not None},
        row=namedtuple("Row", [column.key for column in out])._make,  # type: ignore[misc]
        coming_out=[(place, convert) for place, convert in enumerate(coming_out) if convert is not None],
    )
