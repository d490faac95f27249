"""The database: one engine, its pragmas, and transactions that carry their instant and keys.

Every write begins with `BEGIN IMMEDIATE` on SQLite (a deferred one fails as soon as two writers meet); reads see one
snapshot. The same code runs on PostgreSQL, where one lock a database lets writers in one after the other: much of the
code reads, then writes what follows (the next link, the next revision).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import psycopg
from sqlalchemy import URL, Connection, Dialect, Engine, create_engine, event, make_url
from sqlalchemy.util import LRUCache

from records.prepared import Call, Prepared
from records.sealed import Keyring
from records.wire import Wire

Clock = Callable[[], datetime]
BUSY_TIMEOUT_MS = 5_000
WRITERS = 0x7061757365
PREPARE_EARLY = {"prepare_threshold": 1}
LOCK_TIMEOUT = f"SET LOCAL lock_timeout = {BUSY_TIMEOUT_MS}"
ONE_WRITER = f"SELECT pg_advisory_xact_lock({WRITERS})"


@dataclass(frozen=True)
class Tx:
    """One transaction: the connection, the instant that counts in it (UTC), the keys, and who acts.

    `memo` holds what several turns of one transaction would otherwise read again, `ahead` what was read for turns to
    come; a statement run that is no prepared one clears it. With a `wire` to PostgreSQL, prepared ones go over it.
    """

    connection: Connection
    now: datetime
    keys: Keyring
    actor: str = "study"
    memo: dict[str, Any] = field(default_factory=dict)
    ahead: dict[str, Any] = field(default_factory=dict)
    wire: Wire | None = None

    @property
    def conn(self) -> Connection:
        """The connection, with everything done that is under way."""
        if self.wire is not None:
            self.wire.settle()
        return self.connection

    def rows(self, statement: Any, **values: Any) -> list[Any]:
        """All rows of a statement."""
        if isinstance(statement, Prepared):
            return self.each((statement, values))[0]
        return list(self.conn.execute(statement, values))

    def each(self, *calls: Call) -> list[list[Any]]:
        """The rows of several statements, for each with its values; none of them is waited for before all are sent."""
        if self.wire is None or not calls:
            return [statement.rows(self.connection, values) for statement, values in calls]
        answers = [statement.send(self.wire, values) for statement, values in calls]
        self.wire.wait_for(answers[-1])
        return [call[0].received(self.wire, answer) for call, answer in zip(calls, answers, strict=True)]

    def first(self, statement: Any, **values: Any) -> Any:
        """The first row of a statement, or None."""
        if not isinstance(statement, Prepared):
            return self.conn.execute(statement, values).first()
        if self.wire is None:
            return statement.first(self.connection, values)
        return next(iter(self.rows(statement, **values)), None)

    def run(self, statement: Any, **values: Any) -> int:
        """Run a statement; gives the number of rows it touched."""
        if not isinstance(statement, Prepared):
            self.ahead.clear()
            return self.conn.execute(statement, values).rowcount
        if self.wire is None:
            return statement.run(self.connection, values)
        return self.wire.touched(statement.send(self.wire, values))

    def do(self, statement: Prepared, **values: Any) -> None:
        """Run a statement that gives nothing back; an error may come to light only with a later one, or at the end."""
        if self.wire is None:
            statement.run(self.connection, values)
        else:
            statement.send(self.wire, values)


class Database:
    """Where the records are: `url` as SQLAlchemy writes it, or a path-like `sqlite:///coach.sqlite3`."""

    def __init__(self, url: str, keys: Keyring, clock: Clock) -> None:
        self.url = _with_driver(make_url(url))
        self.keys = keys
        self.clock = clock
        self.is_sqlite = self.url.get_backend_name() == "sqlite"
        self.engine = _engine(self.url, "IMMEDIATE")
        self.reading = _engine(self.url, "DEFERRED") if self.is_sqlite else self.engine
        self.writing = self.engine if self.is_sqlite else _writing(self.url)

    @contextmanager
    def write(self, actor: str = "study") -> Iterator[Tx]:
        """A transaction that commits at its end and rolls back on any error."""
        if self.is_sqlite:
            with self.engine.begin() as conn:
                yield Tx(conn, self.clock(), self.keys, actor)
            return
        with self._let_in() as conn, conn.begin(), _wired(conn) as wire:
            yield Tx(conn, self.clock(), self.keys, actor, wire=wire)

    def _let_in(self) -> Connection:
        """A connection that may write to PostgreSQL; one that was cut off while nobody used it is replaced."""
        try:
            return _alone(self.writing)
        except CutOff:
            self.writing.dispose()  # those beside it were cut off too
            return _alone(self.writing)

    @contextmanager
    def read(self) -> Iterator[Tx]:
        """One consistent snapshot; nothing can be written through it."""
        with self.reading.connect() as conn:
            if not self.is_sqlite:
                conn = conn.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)
            with conn.begin() as transaction:
                yield Tx(conn, self.clock(), self.keys)
                if self.is_sqlite:
                    # on PostgreSQL psycopg would forget every statement it has prepared; nothing can have been written
                    transaction.rollback()

    def close(self) -> None:
        """Give all connections back."""
        self.engine.dispose()
        self.reading.dispose()
        self.writing.dispose()


class CutOff(Exception):
    """The connection was gone before anything was asked of it."""


def _alone(engine: Engine) -> Connection:
    """A connection in a transaction that no other writer is in; `CutOff` when PostgreSQL had closed it."""
    conn = engine.connect()
    try:
        wire = _wire(conn)
        wire.say("BEGIN")
        wire.say(LOCK_TIMEOUT)
        wire.say(ONE_WRITER)
        wire.settle()
    except psycopg.Error as error:
        driver: Any = conn.connection.driver_connection
        if driver.closed:
            conn.invalidate()
        conn.close()
        if driver.closed:
            raise CutOff from error
        raise
    return conn


def _wire(conn: Connection) -> Wire:
    """The wire of a connection, which keeps it as long as it lives."""
    if "wire" not in conn.info:
        driver: Any = conn.connection.driver_connection
        conn.info["wire"] = Wire(driver)
    wire: Wire = conn.info["wire"]
    return wire


@contextmanager
def _wired(conn: Connection) -> Iterator[Wire]:
    """The wire of a connection; at the end of the block what went over it is committed."""
    wire = _wire(conn)
    try:
        yield wire
        wire.say("COMMIT")
        wire.settle()
    except BaseException:
        with suppress(psycopg.Error):
            wire.settle()
        raise


def _with_driver(url: URL) -> URL:
    if url.get_backend_name() == "postgresql" and "+" not in url.drivername:
        return url.set(drivername="postgresql+psycopg")
    return url


def _writing(url: URL) -> Engine:
    # whether a connection still lives is seen when it takes the writers' lock: a ping would be a further round trip
    # what the wire prepares must not go when psycopg, after a rollback, gives up what it has prepared itself
    return _sharing(create_engine(url, hide_parameters=True, connect_args={"prepare_threshold": None}))


_dialects: dict[URL, Dialect] = {}
_compiled: LRUCache[Any, Any] = LRUCache(2_000)


def _sharing(engine: Engine) -> Engine:
    """The engine, with what others to its server have compiled: compiling a statement takes longer than running it.

    What is compiled belongs to a dialect; a dialect knows its server from its first connection on.
    """
    server, own = engine.url.set(database=""), engine.dialect
    engine.dialect = _dialects.get(server, own)
    engine.update_execution_options(compiled_cache=_compiled)

    @event.listens_for(engine, "connect")
    def _knows_its_server(_connection: Any, _record: Any) -> None:
        engine.dialect = _dialects.setdefault(server, own)

    return engine


def _engine(url: URL, begin: str) -> Engine:
    if url.get_backend_name() != "sqlite":
        return _sharing(create_engine(url, pool_pre_ping=True, hide_parameters=True, connect_args=PREPARE_EARLY))
    engine = _sharing(create_engine(url, connect_args={"check_same_thread": False}, hide_parameters=True))

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
