"""The sweep: due items whose time has come, handed one by one to the function that takes their turn."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Row

from records import due
from records.database import Tx

AT_ONCE = 500
"""How many due items one look takes; the next look follows at once while there are more."""

Read = Callable[[Callable[[Tx], Sequence[Row[Any]]]], Awaitable[Sequence[Row[Any]]]]
TakeTurn = Callable[[Row[Any]], Awaitable[None]]


@dataclass
class Sweep:
    """Looks at the due items; the rows are the schedule, this keeps none of its own.

    `read` runs a look in one snapshot; `take` is the turn of one item and gives it its final state.
    """

    read: Read
    take: TakeTurn
    clock: Callable[[], datetime]
    looked_at: datetime | None = None

    async def once(self) -> int:
        """Take every item that is due; gives how many there were."""
        taken = 0
        while items := await self.read(lambda tx: due.due_now(tx, AT_ONCE)):
            for item in items:
                await self.take(item)
                # what somebody has just written does not wait for everything that is merely due
                await asyncio.sleep(0)
            taken += len(items)
        self.looked_at = self.clock()
        return taken
