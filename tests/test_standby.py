"""One active process for each bot: a second one is refused on SQLite, and stands by on PostgreSQL."""

from __future__ import annotations

import asyncio

import pytest
from sqlalchemy import text

from bot.standby import AlreadyRunning, LockLost, active
from tests.databases import Fresh

SOON = 0.01
PATIENCE_SECONDS = 10
KILL_THE_OTHERS = (
    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
    "WHERE datname = current_database() AND pid <> pg_backend_pid()"
)


async def test_a_second_process_on_the_same_file_is_refused(fresh: Fresh) -> None:
    database = fresh("sqlite")
    async with active(database, "1"):
        with pytest.raises(AlreadyRunning, match="another process runs this bot"):
            async with active(database, "1"):
                pass
        async with active(database, "2"):
            pass
    async with active(database, "1"):
        pass


async def test_a_second_node_stands_by_and_takes_over_when_the_first_is_gone(fresh: Fresh) -> None:
    database = fresh("postgresql")
    in_turn: list[str] = []

    async def node(name: str, until: asyncio.Event, began: asyncio.Event) -> None:
        async with active(database, "1", look_again_seconds=SOON):
            in_turn.append(name)
            began.set()
            await until.wait()

    first_ends, second_ends, first_began, second_began = (asyncio.Event() for _ in range(4))
    async with asyncio.timeout(PATIENCE_SECONDS):
        first = asyncio.create_task(node("first", first_ends, first_began))
        await first_began.wait()
        second = asyncio.create_task(node("second", second_ends, second_began))
        first_ends.set()
        await first
        await second_began.wait()
        second_ends.set()
        await second
    assert in_turn == ["first", "second"]


async def test_a_node_whose_connection_breaks_stops(fresh: Fresh) -> None:
    database = fresh("postgresql")
    async with asyncio.timeout(PATIENCE_SECONDS), active(database, "1", look_again_seconds=SOON) as watch:
        with database.engine.connect() as other:
            other.execute(text(KILL_THE_OTHERS))
        with pytest.raises(LockLost):
            await watch()
