"""A node for as long as the process lives: its loops, its clock, its lock, its web side."""

from __future__ import annotations

import asyncio
import contextlib
import signal
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import timedelta
from functools import partial
from typing import Any
from urllib.parse import urlsplit

import structlog
from telegram import Bot, BotCommand
from telegram.error import BadRequest, NetworkError, RetryAfter, TelegramError
from telegram.request import BaseRequest

from bot.alert_test import due_test
from bot.bookkeeping import check_books
from bot.command_list import listed
from bot.heartbeat import Heartbeat
from bot.mail import mail_carrier
from bot.node import AFTER_ERROR_SECONDS, Node
from bot.pacing import Pacer
from bot.parcels import parcel
from bot.settings import Settings
from bot.standby import active
from bot.storage import Storage
from bot.studio.serving import serving
from bot.telegram_http import AiohttpRequest
from bot.watching import watch_everybody
from bot.web import web_app
from bot.world import World
from content import say
from content.catalogue import catalogue
from content.medicines import limit
from records import post
from records.database import Database, Tx
from scheduler.clockwork import Every, Job, Nightly, When, clockwork

log = structlog.get_logger()


def bot_of(settings: Settings, request: BaseRequest | None = None) -> Bot:
    """PTB's Bot at the address that is set, over aiohttp unless another way is given."""
    request = request or AiohttpRequest()
    url = settings.telegram_api_url
    return Bot(
        settings.telegram_token.get_secret_value(),
        base_url=f"{url}/bot",
        base_file_url=f"{url}/file/bot",
        request=request,
        get_updates_request=request,
    )


@asynccontextmanager
async def started(
    settings: Settings, database: Database, *, live: bool, at: Any = None, request: BaseRequest | None = None
) -> AsyncIterator[Node]:
    """A node that has taken over: what a dead process left is settled, open inputs wait for `keep_going`."""
    storage = Storage(database)
    bot = bot_of(settings, request)
    async with _reached(bot):
        pacer = Pacer(
            settings.messages_a_second if settings.pacing else None,
            settings.chat_messages_a_second if settings.pacing else None,
        )
        world = World.of(settings, bot.username, live=live)
        node = Node(storage, bot, world, pacer, settings.in_flight, parcels=parcel)
        if at is not None:
            node.at = at
        node.carriers["mail"] = mail_carrier(settings)
        await node.start()
        try:
            yield node
        finally:
            await node.close()


@asynccontextmanager
async def _reached(bot: Bot) -> AsyncIterator[None]:
    """The bot once Telegram answers, which is waited for; `InvalidToken` when Telegram does not know the token."""
    try:
        await _patiently(bot.initialize)
        yield
    finally:
        await bot.shutdown()


async def _patiently(call: Callable[[], Awaitable[Any]]) -> None:
    """Call until Telegram answers; what it refuses is raised."""
    while True:
        try:
            await call()
            return
        except BadRequest:
            raise
        except (NetworkError, RetryAfter) as error:
            log.warning("Telegram does not answer yet", error=type(error).__name__)
            await asyncio.sleep(AFTER_ERROR_SECONDS)


async def keep_going(node: Node, settings: Settings, *more: Callable[[], Awaitable[Any]]) -> None:
    """All loops of a node, until the first one ends."""
    clock = clockwork(jobs_of(node, settings))
    clock.start()
    loops = [node.keep_working(), node.sender.run(), *(work() for work in more)]
    loops.append(node.keep_checking_webhook() if settings.webhook_url else node.keep_polling())
    tasks = [asyncio.ensure_future(loop) for loop in loops]
    try:
        done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        for task in done:
            task.result()
    finally:
        clock.shutdown(wait=False)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


def jobs_of(node: Node, settings: Settings) -> dict[str, tuple[When, Job]]:
    """What the clock does; only a real bot tests its alert path, and shows the outside that it lives."""
    jobs: dict[str, tuple[When, Job]] = {
        "sweep": (Every(1), node.sweep),
        "roll": (Nightly(0, 5), node.roll),
        "books": (Nightly(0, 35), lambda: check_books(node)),
        "purge": (Nightly(3, 10), lambda: node.storage.write(_purge)),
        "watch": (Nightly(12, 30), lambda: watch_everybody(node)),
    }
    if node.world.live:
        jobs["alert_test"] = (Every(60), lambda: node.outside_a_turn(partial(due_test, node.world)))
        if url := settings.heartbeat_url.get_secret_value():
            jobs["heartbeat"] = (Every(60 * settings.heartbeat_minutes), Heartbeat(node, url).beat)
    return jobs


def _purge(tx: Tx) -> int:
    return post.purge(tx, timedelta(days=limit("raw_updates_days")))


async def run(settings: Settings, database: Database) -> None:
    """`coach run`: polling, or a webhook where one is set, until the process is told to end."""
    async with active(database, settings.bot_id) as watch, started(settings, database, live=True) as node:
        await introduce(node)
        path = urlsplit(settings.webhook_url).path or "/" if settings.webhook_url else ""
        secret = settings.webhook_secret.get_secret_value()
        async with serving(web_app(node, path, secret), settings.host, settings.port) as address:
            log.info("listening", address=address)
            await _point_telegram(node, settings)
            await keep_going(node, settings, told_to_end, watch)


async def _point_telegram(node: Node, settings: Settings) -> None:
    url, secret = settings.webhook_url, settings.webhook_secret.get_secret_value()
    if url:
        await _patiently(lambda: node.bot.set_webhook(url, secret_token=secret, max_connections=16))
    else:
        await _patiently(node.bot.delete_webhook)


async def told_to_end() -> None:
    """Comes back when the process is asked to stop."""
    asked = asyncio.Event()
    loop = asyncio.get_running_loop()
    for signal_ in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(signal_, asked.set)
    await asked.wait()


async def introduce(node: Node) -> None:
    """The bot's own page at Telegram, readable while it is down: the emergency line, and that nobody monitors it."""
    world = node.world
    numbers = {"emergency": world.emergency, "number": world.emergency, "crisis": world.crisis}
    ambient = {name: value or catalogue().render(say.profile.local_number(), "en") for name, value in numbers.items()}
    description = catalogue().render(say.profile.description(), "en", ambient=ambient)
    short = catalogue().render(say.profile.short(), "en", ambient=ambient)
    commands = [BotCommand(each["command"], each["description"]) for each in listed()]
    with contextlib.suppress(TelegramError):
        await node.bot.set_my_description(description)
        await node.bot.set_my_short_description(short)
        await node.bot.set_my_commands(commands)
