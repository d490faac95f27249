"""The database as the event loop uses it: SQLite in place, PostgreSQL in one thread of its own."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

from records.database import Clock, Database, Tx
from records.sealed import Keyring

T = TypeVar("T")


class Storage:
    """Short transactions for async code. A write on SQLite takes well under a millisecond: no thread is worth it."""

    def __init__(self, database: Database) -> None:
        self.database = database
        self._thread = None if database.is_sqlite else ThreadPoolExecutor(1, thread_name_prefix="records")

    @property
    def keys(self) -> Keyring:
        """The keys that open what is sealed."""
        return self.database.keys

    @property
    def clock(self) -> Clock:
        """The clock of every transaction."""
        return self.database.clock

    async def write(self, work: Callable[[Tx], T], actor: str = "study") -> T:
        """Do `work` in one transaction, which is committed when this comes back."""

        def do() -> T:
            with self.database.write(actor) as tx:
                return work(tx)

        return await self._run(do)

    async def read(self, work: Callable[[Tx], T]) -> T:
        """Read in one snapshot."""

        def do() -> T:
            with self.database.read() as tx:
                return work(tx)

        return await self._run(do)

    async def _run(self, do: Callable[[], T]) -> T:
        if self._thread is None:
            return do()
        return await asyncio.get_running_loop().run_in_executor(self._thread, do)

    def close(self) -> None:
        """Give the connections back."""
        if self._thread is not None:
            self._thread.shutdown()
        self.database.close()
