"""Faults strike the calls they are meant for, and nobody else."""

import pytest
from telegram import Bot
from telegram.error import NetworkError, RetryAfter, TimedOut
from telegram.request import HTTPXRequest

from bot.studio.faults import Fate
from bot.studio.http import telegram_app
from bot.studio.memory import PretendRequest
from bot.studio.people import Person
from bot.studio.serving import serving
from bot.studio.telegram import PretendTelegram
from tests.studio.rig import bot_over


def bot_texts(person: Person) -> list[str]:
    return [shown.text for shown in person.messages if shown.from_bot]


async def test_a_lost_answer_leaves_the_message_in_the_chat(bot: Bot, ann: Person, pretend: PretendTelegram) -> None:
    pretend.faults.next(Fate.LOST)
    with pytest.raises(NetworkError) as lost:
        await bot.send_message(ann.user_id, "once")
    assert not isinstance(lost.value, TimedOut)
    assert bot_texts(ann) == ["once"]
    await bot.send_message(ann.user_id, "twice")
    assert bot_texts(ann) == ["once", "twice"]


async def test_a_missing_answer_is_a_timeout_and_the_message_is_there(
    bot: Bot, ann: Person, pretend: PretendTelegram
) -> None:
    pretend.faults.next(Fate.TIMEOUT)
    with pytest.raises(TimedOut):
        await bot.send_message(ann.user_id, "once", read_timeout=0.05)
    assert bot_texts(ann) == ["once"]


async def test_a_refused_connection_delivers_nothing(bot: Bot, ann: Person, pretend: PretendTelegram) -> None:
    pretend.faults.next(Fate.REFUSED, times=2)
    for _ in range(2):
        with pytest.raises(NetworkError):
            await bot.send_message(ann.user_id, "x")
    await bot.send_message(ann.user_id, "y")
    assert bot_texts(ann) == ["y"]


async def test_in_memory_the_cause_tells_lost_from_refused(ann: Person, pretend: PretendTelegram) -> None:
    async with bot_over(pretend, PretendRequest(pretend)) as bot:
        causes = []
        for fate in (Fate.LOST, Fate.REFUSED, Fate.TIMEOUT):
            pretend.faults.next(fate)
            with pytest.raises(NetworkError) as failed:
                await bot.send_message(ann.user_id, "x")
            causes.append(type(failed.value.__cause__))
    assert causes == [ConnectionResetError, ConnectionRefusedError, TimeoutError]


async def test_a_forced_429_says_how_long_to_wait(bot: Bot, ann: Person, pretend: PretendTelegram) -> None:
    pretend.faults.next("flood", times=2, retry_after=17)
    for _ in range(2):
        with pytest.raises(RetryAfter) as flood:
            await bot.send_message(ann.user_id, "x")
        assert str(flood.value.retry_after) == "0:00:17"
    await bot.send_message(ann.user_id, "y")
    assert bot_texts(ann) == ["y"]


async def test_an_error_has_the_status_asked_for(bot: Bot, ann: Person, pretend: PretendTelegram) -> None:
    pretend.faults.next("error", status=502, description="Bad Gateway")
    with pytest.raises(NetworkError, match="Bad Gateway"):
        await bot.send_message(ann.user_id, "x")
    assert bot_texts(ann) == []


async def test_a_fault_of_one_method_spares_the_others(bot: Bot, ann: Person, pretend: PretendTelegram) -> None:
    pretend.faults.next("error", method="editMessageText")
    message = await bot.send_message(ann.user_id, "one")
    with pytest.raises(NetworkError):
        await bot.edit_message_text("two", ann.user_id, message.message_id)
    await bot.edit_message_text("two", ann.user_id, message.message_id)


async def test_polling_is_spared_unless_it_is_named(bot: Bot, ann: Person, pretend: PretendTelegram) -> None:
    pretend.faults.next("error")
    assert len(await bot.get_updates()) == 1
    pretend.faults.clear()
    pretend.faults.next(Fate.LOST, method="getUpdates")
    with pytest.raises(NetworkError):
        await bot.get_updates()
    assert len(await bot.get_updates()) == 1


async def test_an_update_can_come_twice_though_it_was_confirmed(
    bot: Bot, ann: Person, pretend: PretendTelegram
) -> None:
    pretend.duplicate_updates()
    (first,) = await bot.get_updates()
    (again,) = await bot.get_updates(offset=first.update_id + 1)
    assert again.update_id == first.update_id
    assert await bot.get_updates(offset=first.update_id + 1) == ()


async def test_a_delay_is_waited_for(ann: Person, pretend: PretendTelegram) -> None:
    waited: list[float] = []

    async def note(seconds: float) -> None:
        waited.append(seconds)

    async with bot_over(pretend, PretendRequest(pretend, sleep=note)) as bot:
        waited.clear()
        pretend.faults.next("delay", times=2, milliseconds=250)
        for _ in range(3):
            await bot.send_message(ann.user_id, "x")
    assert waited == [0.25, 0.25, 0.0]


async def test_a_delay_longer_than_patience_is_a_timeout(bot: Bot, ann: Person, pretend: PretendTelegram) -> None:
    pretend.faults.next("delay", milliseconds=200)
    with pytest.raises(TimedOut):
        await bot.send_message(ann.user_id, "x", read_timeout=0.05)
    assert bot_texts(ann) == ["x"]


async def test_a_delay_and_another_fault_come_together(pretend: PretendTelegram, ann: Person) -> None:
    pretend.faults.next("delay", milliseconds=40)
    pretend.faults.next("flood", retry_after=3)
    reply = pretend.call(pretend.token, "sendMessage", {"chat_id": ann.user_id, "text": "x"})
    assert (reply.status, reply.delay_seconds) == (429, 0.04)
    assert pretend.faults.waiting == []


async def test_a_broken_body_is_a_bad_request(pretend: PretendTelegram) -> None:
    async with serving(telegram_app(pretend)) as address:
        request = HTTPXRequest()
        async with request:
            status, body = await request.do_request(f"{address}/bot{pretend.token}/sendMessage", "POST")
    assert (status, b"message text is empty" in body or b"chat_id is empty" in body) == (400, True)
