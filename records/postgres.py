"""Writing to PostgreSQL: one lock a database lets writers in one after the other, and each talks over a wire.

Much of the code reads, then writes what follows (the next link, the next revision). Imported only where PostgreSQL is:
its driver takes ten megabytes.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any

import psycopg
from sqlalchemy import URL, Connection, create_engine

from records.wire import Wire

WRITERS = 0x7061757365
ONE_WRITER = f"SELECT pg_advisory_xact_lock({WRITERS})"


class CutOff(Exception):
    """The connection was gone before anything was asked of it."""


class WritersOfPostgres:
    """The connections that write, kept between transactions; who waits longer than `timeout_ms` is refused."""

    def __init__(self, url: URL, timeout_ms: int) -> None:
        # whether a connection still lives is seen when it takes the writers' lock: a ping would be a further round trip
        # what the wire prepares must not go when psycopg, after a rollback, gives up what it has prepared itself
        self.engine = create_engine(url, hide_parameters=True, connect_args={"prepare_threshold": None})
        self._opening = ("BEGIN", f"SET LOCAL lock_timeout = {timeout_ms}", ONE_WRITER)

    @contextmanager
    def turn(self) -> Iterator[tuple[Connection, Wire]]:
        """A transaction that no other writer is in; it commits at its end and rolls back on any error."""
        with self._let_in() as conn, conn.begin(), _wired(conn) as wire:
            yield conn, wire

    def close(self) -> None:
        """Give all connections back."""
        self.engine.dispose()

    def _let_in(self) -> Connection:
        """A connection that may write; one that was cut off while nobody used it is replaced."""
        try:
            return self._alone()
        except CutOff:
            self.engine.dispose()  # those beside it were cut off too
            return self._alone()

    def _alone(self) -> Connection:
        """A connection in a transaction that no other writer is in; `CutOff` when PostgreSQL had closed it."""
        conn = self.engine.connect()
        try:
            wire = _wire(conn)
            for command in self._opening:
                wire.say(command)
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
