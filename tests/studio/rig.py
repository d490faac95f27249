"""What the studio's tests share: a clock that stands, and a real `telegram.Bot` on either transport."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta

from telegram import Bot
from telegram.request import BaseRequest, HTTPXRequest

from bot.studio.http import telegram_app
from bot.studio.memory import PretendRequest
from bot.studio.serving import serving
from bot.studio.telegram import PretendTelegram

PNG = bytes.fromhex(
    "89504e470d0a1a0a0000000d4948445200000002000000030802000000368849d6"
    "0000000c49444154789c63f8cfc000000301010018dd8db00000000049454e44ae426082"
)


class StandingClock:
    """A clock that moves only when told."""

    def __init__(self) -> None:
        self.at = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.at

    def move(self, **by: float) -> None:
        self.at += timedelta(**by)


def bot_over(pretend: PretendTelegram, request: BaseRequest, address: str = "https://pretend.invalid") -> Bot:
    return Bot(
        pretend.token,
        base_url=f"{address}/bot",
        base_file_url=f"{address}/file/bot",
        request=request,
        get_updates_request=request,
    )


@asynccontextmanager
async def bot_in_memory(pretend: PretendTelegram) -> AsyncIterator[Bot]:
    async with bot_over(pretend, PretendRequest(pretend)) as bot:
        yield bot


@asynccontextmanager
async def bot_over_http(pretend: PretendTelegram) -> AsyncIterator[Bot]:
    async with (
        serving(telegram_app(pretend)) as address,
        bot_over(pretend, HTTPXRequest(connection_pool_size=8), address) as bot,
    ):
        yield bot
