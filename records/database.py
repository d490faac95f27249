"""The database: one engine, its pragmas, and transactions that carry their instant and keys.

Every write begins with `BEGIN IMMEDIATE` on SQLite (a deferred one fails as soon as two writers meet); reads see one
snapshot. The same code runs on PostgreSQL, where writers go in one after the other too (`records.postgres`).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from typing import TYPE_CHECKING, Any, Protocol

from sqlalchemy import URL, Connection, Engine, create_engine, event, make_url

from records.prepared import Call, Prepared
from records.sealed import Keyring
from study.staff_codes import checked

if TYPE_CHECKING:
    from records.waiting import Waiting
    from records.wire import Wire

Clock = Callable[[], datetime]
BUSY_TIMEOUT_MS = 5_000
PATIENT_MS = 1_000
"""How long who has time waits for a turn before saying so, and trying again."""
PREPARE_EARLY = {"prepare_threshold": 1}


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
        self._writers: Writers = _OfAFile(self.engine) if self.is_sqlite else _of_postgres(self.url, BUSY_TIMEOUT_MS)

    @contextmanager
    def write(self, actor: str = "study", waiting: Waiting | None = None) -> Iterator[Tx]:
        """A transaction that commits at its end and rolls back on any error.

        `actor` stands beside all that is written in it: `study`, `participant` or a staff code. Raises NoStaffCode.
        With `waiting` its turn may take longer than somebody in a chat waits; then it is `Busy`.
        """
        checked(actor)
        turn = self._writers.turn() if waiting is None else waiting.for_turn(self._patient.turn)
        with turn as (conn, wire):
            yield Tx(conn, self.clock(), self.keys, actor, wire=wire)

    @contextmanager
    def read(self) -> Iterator[Tx]:
        """One consistent snapshot; nothing can be written through it."""
        with self._snapshot(self.clock()) as tx:
            yield tx

    @contextmanager
    def settled(self, waiting: Waiting) -> Iterator[Tx]:
        """A snapshot as of `read`, begun while nobody was writing: all that is recorded by its `now` is in it for good.

        What is recorded carries the instant at which its transaction began. In a snapshot taken while one is open,
        rows of instants that are past would still be to come. Writers wait until it has begun, and no longer.
        """
        with ExitStack() as held:
            with waiting.for_turn(self._patient.turn):
                tx = held.enter_context(self._snapshot(self.clock()))
                # either database takes the snapshot with the first thing read
                tx.connection.exec_driver_sql("SELECT count(*) FROM sqlite_master" if self.is_sqlite else "SELECT 1")
            yield tx

    @contextmanager
    def _snapshot(self, now: datetime) -> Iterator[Tx]:
        with self.reading.connect() as conn:
            if not self.is_sqlite:
                conn = conn.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)
            with conn.begin() as transaction:
                yield Tx(conn, now, self.keys)
                if self.is_sqlite:
                    # on PostgreSQL psycopg would forget every statement it has prepared; nothing can have been written
                    transaction.rollback()

    def close(self) -> None:
        """Give all connections back."""
        self.engine.dispose()
        self.reading.dispose()
        self._writers.close()
        if "_patient" in self.__dict__:
            self._patient.close()

    @cached_property
    def _patient(self) -> Writers:
        """The way in of who tries again and again, so that it can be said what is waited for."""
        if self.is_sqlite:
            return _OfAFile(_engine(self.url, "IMMEDIATE", PATIENT_MS))
        return _of_postgres(self.url, PATIENT_MS)


class Writers(Protocol):
    """Lets writers in one after the other."""

    @property
    def engine(self) -> Engine:
        """What gives them their connections."""

    def turn(self) -> AbstractContextManager[tuple[Connection, Wire | None]]:
        """A transaction that no other writer is in; it commits at its end and rolls back on any error."""

    def close(self) -> None:
        """Give all connections back."""


@dataclass(frozen=True)
class _OfAFile:
    """The writers of SQLite, which lets one in at a time by itself."""

    engine: Engine

    @contextmanager
    def turn(self) -> Iterator[tuple[Connection, Wire | None]]:
        with self.engine.begin() as conn:
            yield conn, None

    def close(self) -> None:
        self.engine.dispose()


def _with_driver(url: URL) -> URL:
    if url.get_backend_name() == "postgresql" and "+" not in url.drivername:
        return url.set(drivername="postgresql+psycopg")
    return url


def _of_postgres(url: URL, timeout_ms: int) -> Writers:
    from records.postgres import WritersOfPostgres  # its driver takes memory that SQLite has no use for

    return WritersOfPostgres(url, timeout_ms)


def _engine(url: URL, begin: str, timeout_ms: int = BUSY_TIMEOUT_MS) -> Engine:
    if url.get_backend_name() != "sqlite":
        return create_engine(url, pool_pre_ping=True, hide_parameters=True, connect_args=PREPARE_EARLY)
    engine = create_engine(url, connect_args={"check_same_thread": False}, hide_parameters=True)

    @event.listens_for(engine, "connect")
    def _set_up(connection: Any, _record: Any) -> None:
        connection.isolation_level = None
        cursor = connection.cursor()
        cursor.execute(f"PRAGMA busy_timeout={timeout_ms}")
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
