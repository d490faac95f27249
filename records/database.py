"""The database: one engine, its pragmas, and transactions that carry their instant and keys.

Every write begins with `BEGIN IMMEDIATE` on SQLite (a deferred one fails as soon as two writers meet); reads see one
snapshot. The same code runs on PostgreSQL, where one lock a database lets writers in one after the other: much of the
code reads, then writes what follows (the next link, the next revision).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import URL, Connection, Engine, create_engine, event, make_url, text

from records.prepared import Call, Prepared, rows_of_each
from records.sealed import Keyring

Clock = Callable[[], datetime]
BUSY_TIMEOUT_MS = 5_000
WRITERS = 0x7061757365
LOCK_TIMEOUT = Prepared(text(f"SELECT set_config('lock_timeout', '{BUSY_TIMEOUT_MS}ms', true)"))
ONE_WRITER = Prepared(text(f"SELECT pg_advisory_xact_lock({WRITERS})"))


@dataclass(frozen=True)
class Tx:
    """One transaction: the connection, the instant that counts in it (UTC), the keys, and who acts.

    `memo` holds what several turns of one transaction would otherwise read again. `later` takes what PostgreSQL is to
    do together with the next thing asked of it; None where nothing may be put off.
    """

    connection: Connection
    now: datetime
    keys: Keyring
    actor: str = "study"
    memo: dict[str, Any] = field(default_factory=dict)
    later: list[Call] | None = None

    @property
    def conn(self) -> Connection:
        """The connection, with everything done that was put off."""
        self.catch_up()
        return self.connection

    def rows(self, statement: Any, **values: Any) -> list[Any]:
        """All rows of a statement."""
        if isinstance(statement, Prepared):
            return statement.rows(self.connection, values, self._put_off())
        return list(self.conn.execute(statement, values))

    def each(self, *calls: Call) -> list[list[Any]]:
        """The rows of several statements, for each with its values."""
        return rows_of_each(self.connection, calls, self._put_off()) if calls else []

    def first(self, statement: Any, **values: Any) -> Any:
        """The first row of a statement, or None."""
        if isinstance(statement, Prepared):
            return statement.first(self.connection, values, self._put_off())
        return self.conn.execute(statement, values).first()

    def run(self, statement: Any, **values: Any) -> int:
        """Run a statement; gives the number of rows it touched."""
        if isinstance(statement, Prepared):
            return statement.run(self.connection, values, self._put_off())
        return self.conn.execute(statement, values).rowcount

    def do(self, statement: Prepared, **values: Any) -> None:
        """Run a statement that gives nothing back; an error may come to light only with the next one, or at the end."""
        if self.later is None:
            statement.run(self.connection, values)
        else:
            self.later.append((statement, values))

    def catch_up(self) -> None:
        """Do what was put off."""
        if self.later:
            *before, (statement, values) = self._put_off()
            statement.run(self.connection, values, before)

    def _put_off(self) -> Sequence[Call]:
        if not self.later:
            return ()
        put_off = list(self.later)
        self.later.clear()
        return put_off


class Database:
    """Where the records are: `url` as SQLAlchemy writes it, or a path-like `sqlite:///coach.sqlite3`."""

    def __init__(self, url: str, keys: Keyring, clock: Clock) -> None:
        self.url = _with_driver(make_url(url))
        self.keys = keys
        self.clock = clock
        self.is_sqlite = self.url.get_backend_name() == "sqlite"
        self.engine = _engine(self.url, "IMMEDIATE")
        self.reading = _engine(self.url, "DEFERRED") if self.is_sqlite else self.engine

    @contextmanager
    def write(self, actor: str = "study") -> Iterator[Tx]:
        """A transaction that commits at its end and rolls back on any error."""
        with self.engine.begin() as conn:
            if not self.is_sqlite:
                ONE_WRITER.run(conn, {}, before=[(LOCK_TIMEOUT, {})])
            tx = Tx(conn, self.clock(), self.keys, actor, later=None if self.is_sqlite else [])
            yield tx
            tx.catch_up()

    @contextmanager
    def read(self) -> Iterator[Tx]:
        """One consistent snapshot; nothing can be written through it."""
        with self.reading.connect() as conn:
            if not self.is_sqlite:
                conn = conn.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)
            with conn.begin() as transaction:
                yield Tx(conn, self.clock(), self.keys)
                transaction.rollback()

    def close(self) -> None:
        """Give all connections back."""
        self.engine.dispose()
        self.reading.dispose()


def _with_driver(url: URL) -> URL:
    if url.get_backend_name() == "postgresql" and "+" not in url.drivername:
        return url.set(drivername="postgresql+psycopg")
    return url


def _engine(url: URL, begin: str) -> Engine:
    if url.get_backend_name() != "sqlite":
        return create_engine(url, pool_pre_ping=True, hide_parameters=True)
    engine = create_engine(url, connect_args={"check_same_thread": False}, hide_parameters=True)

    @event.listens_for(engine, "connect")
    def _set_up(connection: Any, _record: Any) -> None:
        connection.isolation_level = None
        cursor = connection.cursor()
        cursor.execute(f"PRAGMA busy_timeout={BUSY_TIMEOUT_MS}")
        cursor.execute("PRAGMA journal_mode=WAL")
        cursor.execute("PRAGMA synchronous=FULL")
        cursor.execute("PRAGMA foreign_keys=ON")
        if begin == "DEFERRED":
            cursor.execute("PRAGMA query_only=ON")
        cursor.close()

    @event.listens_for(engine, "begin")
    def _begin(connection: Connection) -> None:
        connection.exec_driver_sql(f"BEGIN {begin}")

    return engine
