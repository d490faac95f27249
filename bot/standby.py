"""One active process for each bot: a lock beside the SQLite file, PostgreSQL's advisory lock for a node that stands by.

On PostgreSQL a second node waits, and takes over within seconds when the first one's connection is gone; a node whose
own connection breaks stops at once, since another may be active by then.
"""

from __future__ import annotations

import asyncio
import fcntl
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import structlog
from sqlalchemy import Connection, text

from records.database import Database

log = structlog.get_logger()
LOOK_AGAIN_SECONDS = 5.0
Watch = Callable[[], Awaitable[None]]


class AlreadyRunning(RuntimeError):
    """Another process holds the lock of this bot."""


class LockLost(RuntimeError):
    """The connection that held the lock is gone: another node may be active."""


@asynccontextmanager
async def active(
    database: Database, bot_id: str, *, look_again_seconds: float = LOOK_AGAIN_SECONDS
) -> AsyncIterator[Watch]:
    """Hold the lock for the length of a block; gives a loop that ends with `LockLost` when it was lost.

    SQLite: raises AlreadyRunning when another process holds it. PostgreSQL: waits until it is free.
    """
    if database.is_sqlite:
        path = Path(f"{database.url.database}.{bot_id}.lock")
        with path.open("w") as file:  # noqa: ASYNC230 - once, at the start of the process
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except OSError as error:
                raise AlreadyRunning(f"another process runs this bot: {path} is locked") from error
            yield asyncio.Event().wait  # type: ignore[misc]  # a file's lock cannot be lost
        return
    with database.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as conn:
        conn.detach()  # closed at the end, not given back to the pool with the lock
        await _taken(conn, bot_id, look_again_seconds)
        yield lambda: _watched(conn, look_again_seconds)


async def _taken(conn: Connection, bot_id: str, seconds: float) -> None:
    ask, name = text("SELECT pg_try_advisory_lock(hashtext(:name))"), {"name": f"coach {bot_id}"}
    standing_by = False
    while not await asyncio.to_thread(lambda: conn.execute(ask, name).scalar()):
        if not standing_by:
            log.info("another node is active; standing by")
            standing_by = True
        await asyncio.sleep(seconds)


async def _watched(conn: Connection, seconds: float) -> None:
    while True:
        await asyncio.sleep(seconds)
        try:
            await asyncio.to_thread(lambda: conn.execute(text("SELECT 1")))
        except Exception as error:
            raise LockLost(type(error).__name__) from error
