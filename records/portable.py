"""Every row of a database as plain values, and back: the form a backup has, the same for SQLite and PostgreSQL.

Tables of an older release are taken as they stand in the database, so that its backups can still be restored. Sealed
bytes stay sealed.
"""

from __future__ import annotations

from base64 import b64decode, b64encode
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import UTC, date, datetime
from itertools import islice
from typing import Any, TypeAlias

from sqlalchemy import MetaData, Table, func, insert, select, text, types
from sqlmodel import SQLModel

from records import alert_tables, fact_tables, staff_tables  # noqa: F401 - they put the tables into the metadata
from records.database import Tx
from records.schema import VERSION_TABLE, head, revision

Json: TypeAlias = Any
BATCH = 1_000
SEALED = "sealed"
KINDS: tuple[tuple[type[types.TypeEngine[Any]], str], ...] = (
    (types.Boolean, "yes_no"),
    (types.LargeBinary, SEALED),
    (types.DateTime, "instant"),
    (types.Date, "day"),
    (types.Integer, "whole"),
    (types.Float, "number"),
    (types.JSON, "json"),
    (types.String, "text"),
)
_sequence = text("SELECT pg_get_serial_sequence(:table_, :key_)")
_go_on_after = text("SELECT setval(:sequence_, :last_)")


def tables(tx: Tx) -> list[Table]:
    """The tables of the database, each after those it points at; when it is up to date, those of ours and no others."""
    if revision(tx) == head():
        return SQLModel.metadata.sorted_tables
    found = MetaData()
    found.reflect(tx.conn, only=lambda name, _: name != VERSION_TABLE)
    return found.sorted_tables


def kinds(table: Table) -> dict[str, str]:
    """The columns of a table, and what each holds: a word of `KINDS`."""
    return {column.name: _kind(column.type) for column in table.columns}


def counts(tx: Tx, of: Iterable[Table]) -> dict[str, int]:
    """How many rows each table has."""
    return {table.name: tx.first(select(func.count()).select_from(table))[0] for table in of}


def rows(tx: Tx, table: Table) -> Iterator[list[Json]]:
    """The rows of a table by primary key, a few at a time: values that JSON can carry, in the order of the columns."""
    writers = [_WRITTEN.get(kind) for kind in kinds(table).values()]
    statement = select(table).order_by(*table.primary_key.columns).execution_options(yield_per=BATCH)
    # closed also when the reader breaks off: PostgreSQL reads through a cursor of its own
    with tx.conn.execute(statement) as found:
        for row in found:
            yield [v if v is None or write is None else write(v) for v, write in zip(row, writers, strict=True)]


def load(tx: Tx, table: Table, columns: Mapping[str, str], given: Iterable[list[Json]]) -> None:
    """Put rows back that `rows` gave; `columns` are the `kinds` they had."""
    readers = [(name, _READ.get(kind)) for name, kind in columns.items()]
    left = iter(given)
    while some := [_values(readers, row) for row in islice(left, BATCH)]:
        tx.conn.execute(insert(table), some)


def continue_numbering(tx: Tx, of: Iterable[Table]) -> None:
    """Have PostgreSQL number new rows after those loaded; SQLite does so by itself."""
    if tx.conn.dialect.name == "sqlite":
        return
    for table in of:
        [key] = table.primary_key.columns
        numbered = tx.first(_sequence, table_=f'"{table.name}"', key_=key.name)[0]
        last = tx.first(select(func.max(key)))[0] if numbered else None
        if last is not None:
            tx.first(_go_on_after, sequence_=numbered, last_=last)


def skip_numbers(tx: Tx, name: str, by: int) -> None:
    """Leave out the next `by` numbers of a table whose numbers are never given again."""
    table = SQLModel.metadata.tables[name]
    last = (tx.first(select(func.max(table.c.id)))[0] or 0) + by
    if tx.conn.dialect.name == "sqlite":
        tx.run(text("DELETE FROM sqlite_sequence WHERE name = :name"), name=name)
        tx.run(text("INSERT INTO sqlite_sequence (name, seq) VALUES (:name, :last)"), name=name, last=last)
    else:
        numbered = tx.first(_sequence, table_=name, key_="id")[0]
        tx.first(_go_on_after, sequence_=numbered, last_=last)


def drop(tx: Tx) -> None:
    """Drop the tables of ours, which must be empty; tables of others stay."""
    ours = {*SQLModel.metadata.tables, VERSION_TABLE}
    found = MetaData()
    found.reflect(tx.conn, only=lambda name, _: name in ours)
    found.drop_all(tx.conn)


def _kind(of: types.TypeEngine[Any]) -> str:
    plain = of.impl_instance if isinstance(of, types.TypeDecorator) else of
    for known, kind in KINDS:
        if isinstance(plain, known):
            return kind
    raise TypeError(f"no plain form for {of!r}")


def _values(readers: list[tuple[str, Callable[[Any], Any] | None]], row: list[Json]) -> dict[str, Any]:
    pairs = zip(readers, row, strict=True)
    return {name: v if v is None or read is None else read(v) for (name, read), v in pairs}


def _utc(at: datetime) -> datetime:
    """SQLite has no zones: what it keeps is UTC."""
    return at.replace(tzinfo=UTC) if at.tzinfo is None else at.astimezone(UTC)


_WRITTEN: dict[str, Callable[[Any], Json]] = {
    SEALED: lambda sealed: b64encode(sealed).decode(),
    "instant": lambda at: _utc(at).isoformat(),
    "day": date.isoformat,
}
_READ: dict[str, Callable[[Json], Any]] = {
    SEALED: b64decode,
    "instant": datetime.fromisoformat,
    "day": date.fromisoformat,
}
