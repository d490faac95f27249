"""The bot as the drill runs it: the real one, which kills itself at the boundary that it is told.

`DRILL_KILL=turn:7` dies at the seventh time the point `turn` is reached.
"""

from __future__ import annotations

import asyncio
import os
import signal
from collections.abc import Callable

from bot.commands.opening import database_of
from bot.running import keep_going, started, told_to_end
from bot.settings import load


def killer(told: str) -> Callable[[str], None]:
    point, _, count = told.partition(":")
    left = [int(count or 0)]

    def at(reached: str) -> None:
        if reached == point:
            left[0] -= 1
            if left[0] == 0:
                os.kill(os.getpid(), signal.SIGKILL)

    return at


async def main() -> None:
    settings = load()
    database = database_of(settings)
    async with started(settings, database, live=False, at=killer(os.environ.get("DRILL_KILL", ""))) as node:
        await keep_going(node, settings, told_to_end)


if __name__ == "__main__":
    asyncio.run(main())
