from collections.abc import AsyncIterator

import pytest
from telegram import Bot

from bot.studio.people import Person
from bot.studio.telegram import PretendTelegram
from tests.studio.rig import StandingClock, bot_in_memory, bot_over_http


@pytest.fixture(autouse=True)
def _retry_after_as_timedelta(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PTB_TIMEDELTA", "1")


@pytest.fixture
def clock() -> StandingClock:
    return StandingClock()


@pytest.fixture
def pretend(clock: StandingClock) -> PretendTelegram:
    return PretendTelegram(clock)


@pytest.fixture
def ann(pretend: PretendTelegram) -> Person:
    """A person who has started the chat; the bot has fetched nothing yet."""
    person = pretend.person(501, "Ann")
    person.says("/start")
    return person


@pytest.fixture(params=["memory", "http"])
async def bot(request: pytest.FixtureRequest, pretend: PretendTelegram) -> AsyncIterator[Bot]:
    """The real python-telegram-bot, once in memory and once over HTTP."""
    kind = {"memory": bot_in_memory, "http": bot_over_http}[request.param]
    async with kind(pretend) as real_bot:
        yield real_bot
