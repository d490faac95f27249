"""The running bot over real HTTP: its own loops poll, take turns, sweep and send; nobody calls them by hand.

`async with running(tmp_path) as clinic: ...` gives the clinic of `tests.clinic` whose `settle` waits until the loops
have nothing left to do. The clock stands until it is moved, and letters that wait are woken then.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from pydantic import SecretStr
from sqlalchemy import func, or_, select
from starlette.types import ASGIApp

from bot.running import keep_going, started
from bot.settings import Settings
from bot.studio.http import telegram_app
from bot.studio.serving import serving
from bot.studio.telegram import PretendTelegram
from bot.telegram_http import AiohttpRequest
from bot.web import web_app
from records import due, people
from records.database import Database
from records.sealed import Keyring
from records.tables import AlertRow, DueItem, Inbox, Outbox, table
from tests.clinic import FIRST_WORDING, KEY, Clinic, Clock, Patient, fresh_sqlite

GUARD_SECONDS = 20.0
LOOK_SECONDS = 0.02
READ_SECONDS = 0.3
STAFF_CHAT = -1004
HOOK, SECRET = "/telegram/hook", "a-secret_of-ours"
EXERCISE = ("6", "4", "Both", "1 minute", "One quiet minute")


class Line:
    """A server that can be taken down and comes back at the same address."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app
        self.address = ""
        self._up = AsyncExitStack()

    async def up(self) -> None:
        port = urlsplit(self.address).port or 0
        self.address = await self._up.enter_async_context(serving(self.app, port=port))

    async def down(self) -> None:
        await self._up.aclose()

    async def __aenter__(self) -> Line:
        await self.up()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.down()


class Running(Clinic):
    """A clinic whose node runs by itself: `line` leads to Telegram, `web` is our own side of a webhook."""

    line: Line
    web: Line
    going: asyncio.Task[None]

    async def settle(self) -> None:
        """Wait until Telegram holds nothing for us, every input had its turn and every letter that may go is gone."""
        await self.node.sweep()
        self.node.sender.wake.set()
        self.pretend.news.ring()
        await self.until(self._is_quiet)

    async def until(self, done: Callable[[], bool]) -> None:
        """Wait until something is so; fails when a loop of the bot has ended, or nothing changes for too long."""
        async with asyncio.timeout(GUARD_SECONDS):
            while not done():
                if self.going.done():
                    self.going.result()
                await self.pretend.changed.wait(LOOK_SECONDS)

    def _is_quiet(self) -> bool:
        return not self.pretend.pending() and not self.node._background and not self.unfinished()

    def unfinished(self) -> int:
        """Inputs without their turn, letters on their way or free to go, due items whose time has come."""
        inbox, outbox = table(Inbox), table(Outbox)
        with self.database.read() as tx:
            free = or_(outbox.c.not_before.is_(None), outbox.c.not_before <= tx.now)
            leaving = (outbox.c.state == "sending") | ((outbox.c.state == "waiting") & free)
            open_rows = tx.first(select(func.count()).select_from(inbox).where(inbox.c.state == "open"))[0]
            letters = tx.first(select(func.count()).select_from(outbox).where(leaving))[0]
            return int(open_rows) + int(letters) + len(due.due_now(tx, 1))

    def letters(self, state: str) -> int:
        """How many letters are in a state."""
        outbox = table(Outbox)
        return len(self.rows(select(outbox.c.id).where(outbox.c.state == state)))

    def alerts(self) -> list[str]:
        """The rules of the alerts raised, oldest first."""
        rows = table(AlertRow)
        return [row.rule for row in self.rows(select(rows.c.rule).order_by(rows.c.id))]

    def due_states(self, item: str) -> list[str]:
        """The states of the due items of one kind, oldest first."""
        rows = table(DueItem)
        return [row.state for row in self.rows(select(rows.c.state).where(rows.c.item == item).order_by(rows.c.id))]

    def person_of(self, patient: Patient) -> Any:
        """The participant's row behind a phone."""
        with self.database.read() as tx:
            return people.by_chat(tx, patient.person.user_id)


@asynccontextmanager
async def running(folder: Path) -> AsyncIterator[Running]:
    """The bot, running by long polling, on a fresh database, with a staff group."""
    async with _started(folder) as (clinic, settings), _going(clinic, settings):
        yield clinic


@asynccontextmanager
async def running_with_webhook(folder: Path) -> AsyncIterator[Running]:
    """The same, fed by a webhook."""
    async with _started(folder) as (clinic, settings), Line(web_app(clinic.node, HOOK, SECRET)) as clinic.web:
        url = clinic.web.address + HOOK
        await clinic.node.bot.set_webhook(url, secret_token=SECRET)
        async with _going(clinic, settings.model_copy(update={"webhook_url": url})):
            yield clinic


@asynccontextmanager
async def _started(folder: Path) -> AsyncIterator[tuple[Running, Settings]]:
    clock = Clock()
    pretend = PretendTelegram(clock)
    pretend.group(STAFF_CHAT, "Staff")
    database = Database(fresh_sqlite(folder), Keyring(KEY), clock)
    async with Line(telegram_app(pretend)) as line:
        settings = settings_for(pretend, line.address)
        async with started(settings, database, live=False, request=AiohttpRequest(READ_SECONDS)) as node:
            node.pacer.now = lambda: clock().timestamp()
            node.world = replace(node.world, **FIRST_WORDING)
            node.after_error = LOOK_SECONDS
            clinic = Running(node, pretend, clock)
            clinic.line = line
            yield clinic, settings


@asynccontextmanager
async def _going(clinic: Running, settings: Settings) -> AsyncIterator[None]:
    clinic.going = asyncio.create_task(keep_going(clinic.node, settings))
    try:
        yield
    finally:
        clinic.going.cancel()
        await asyncio.gather(clinic.going, return_exceptions=True)


def settings_for(pretend: PretendTelegram, address: str) -> Settings:
    """Settings of a bot on this pretend Telegram; nothing is read from a file."""
    return Settings(
        _env_file=None,
        telegram_token=SecretStr(pretend.token),
        telegram_api_url=address,
        secret_key=SecretStr(KEY),
        staff_chat=STAFF_CHAT,
        pacing=False,
    )


def heard_texts(patient: Patient) -> list[str]:
    """Everything the bot ever wrote to a person, oldest first."""
    return [shown.text for shown in patient.person.messages if shown.from_bot]


async def later_in_15_minutes(patient: Patient) -> None:
    """A pause with no exercise; its decision waits for a check-back."""
    await patient.does(">/pause", "3", "2", "Both", "No exercise, log only", "Skip", "Skip", "Later", "In 15 minutes")
