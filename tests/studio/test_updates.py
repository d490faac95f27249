"""Updates wait for the bot, in order, until confirmed or a day old."""

import asyncio

import pytest
from telegram import Bot, Update
from telegram.error import Conflict
from telegram.request import HTTPXRequest

from bot.studio.http import telegram_app
from bot.studio.memory import PretendRequest
from bot.studio.people import Person
from bot.studio.serving import serving
from bot.studio.telegram import PretendTelegram
from tests.studio.rig import StandingClock, bot_over, bot_over_http


def texts(updates: tuple[Update, ...]) -> list[str | None]:
    return [update.effective_message.text for update in updates if update.effective_message]


async def test_updates_come_again_until_the_offset_passes_them(bot: Bot, ann: Person) -> None:
    ann.says("one")
    first = await bot.get_updates()
    assert texts(first) == ["/start", "one"]
    assert texts(await bot.get_updates()) == ["/start", "one"]
    assert texts(await bot.get_updates(offset=first[1].update_id)) == ["one"]
    assert texts(await bot.get_updates(offset=0)) == ["one"]
    assert await bot.get_updates(offset=first[1].update_id + 1) == ()


async def test_ids_go_up_by_one_and_a_limit_is_kept(bot: Bot, ann: Person) -> None:
    for number in range(5):
        ann.says(f"{number}")
    updates = await bot.get_updates(limit=4)
    ids = [update.update_id for update in updates]
    assert ids == list(range(ids[0], ids[0] + 4))


async def test_a_negative_offset_counts_from_the_end_and_forgets_the_rest(bot: Bot, ann: Person) -> None:
    ann.says("one")
    ann.says("two")
    assert texts(await bot.get_updates(offset=-1)) == ["two"]
    assert texts(await bot.get_updates()) == ["two"]
    assert texts(await bot.get_updates(offset=-9)) == ["two"]


async def test_an_offset_far_ahead_is_none_of_ours(pretend: PretendTelegram, ann: Person) -> None:
    waiting = pretend.call(pretend.token, "getUpdates", {"offset": 2**31 - 1}).body["result"]
    assert len(waiting) == 1


@pytest.mark.parametrize(("hours", "left"), [(23.9, 1), (24, 0)])
async def test_an_update_is_gone_24_hours_after_its_message(
    bot: Bot, ann: Person, clock: StandingClock, hours: float, left: int
) -> None:
    clock.move(hours=hours)
    assert len(await bot.get_updates()) == left


async def test_an_edit_lives_a_day_of_its_own(bot: Bot, ann: Person, clock: StandingClock) -> None:
    clock.move(hours=20)
    ann.edits(ann.messages[0].message_id, "/start now")
    clock.move(hours=5)
    (update,) = await bot.get_updates()
    assert update.edited_message is not None
    assert update.edited_message.text == "/start now"
    assert update.edited_message.edit_date is not None


async def test_after_a_week_of_silence_ids_begin_anywhere(bot: Bot, ann: Person, clock: StandingClock) -> None:
    (before,) = await bot.get_updates()
    await bot.get_updates(offset=before.update_id + 1)
    clock.move(days=7)
    ann.says("back")
    (after,) = await bot.get_updates(offset=before.update_id + 1)
    assert after.update_id != before.update_id + 1
    assert texts((after,)) == ["back"]


async def test_allowed_updates_are_heeded_from_then_on(bot: Bot, ann: Person) -> None:
    await bot.get_updates(allowed_updates=["callback_query"])
    ann.says("unheard")
    assert texts(await bot.get_updates()) == ["/start"]
    await bot.get_updates(allowed_updates=[])
    ann.says("heard")
    assert texts(await bot.get_updates()) == ["/start", "heard"]


async def test_everything_a_person_sends_is_understood(bot: Bot, ann: Person) -> None:
    ann.sends_voice(4)
    ann.sends_sticker("🐢")
    ann.sends_contact("+123")
    ann.sends_location(1.5, 2.5)
    ann.sends_photo(b"\xff\xd8\xff", caption="my knee")
    ann.forwards("not mine", "Cleo")
    messages = [update.effective_message for update in (await bot.get_updates())[1:]]
    voice, sticker, contact, place, photo, forward = [m for m in messages if m]
    assert voice.voice is not None
    assert sticker.sticker is not None
    assert contact.contact is not None
    assert contact.contact.phone_number == "+123"
    assert place.location is not None
    assert place.location.latitude == 1.5
    assert (photo.caption, len(photo.photo)) == ("my knee", 1)
    assert forward.forward_origin is not None
    kinds = [shown.kind for shown in ann.messages[1:]]
    assert kinds == ["voice", "sticker", "contact", "location", "photo", "text"]


async def test_commands_are_marked_in_utf16_units(bot: Bot, ann: Person) -> None:
    ann.says("🙂 /pause@pause_coach_bot and 1/2")
    message = (await bot.get_updates())[-1].message
    assert message is not None
    assert [message.parse_entity(entity) for entity in message.entities] == ["/pause@pause_coach_bot"]


async def test_a_link_is_opened_as_start_with_its_code(bot: Bot, pretend: PretendTelegram) -> None:
    ben = pretend.person(502, "Ben")
    ben.opens("https://t.me/pause_coach_bot?start=AB-12")
    ben.opens("CD34")
    assert texts(await bot.get_updates()) == ["/start AB-12", "/start CD34"]


async def test_an_empty_poll_is_held_until_something_comes(pretend: PretendTelegram, ann: Person) -> None:
    async with bot_over_http(pretend) as bot:
        (first,) = await bot.get_updates()
        poll = asyncio.create_task(bot.get_updates(offset=first.update_id + 1, timeout=20))
        await pretend_is_polled(pretend, times=2)
        ann.says("at last")
        assert texts(await poll) == ["at last"]


async def pretend_is_polled(pretend: PretendTelegram, times: int) -> None:
    while pretend.world.calls["getupdates"] < times:
        await pretend.news.wait(1)


async def test_a_held_poll_ends_empty_after_its_timeout(pretend: PretendTelegram) -> None:
    async with bot_over_http(pretend) as bot:
        assert await bot.get_updates(timeout=1) == ()


async def test_a_second_poller_ends_the_first_with_409(pretend: PretendTelegram, ann: Person) -> None:
    async with serving(telegram_app(pretend)) as address:
        one, two = (bot_over(pretend, HTTPXRequest(), address) for _ in range(2))
        async with one, two:
            (first,) = await one.get_updates()
            offset = first.update_id + 1
            poll = asyncio.create_task(one.get_updates(offset=offset, timeout=20))
            await pretend_is_polled(pretend, times=2)
            other = asyncio.create_task(two.get_updates(offset=offset, timeout=20))
            with pytest.raises(Conflict, match="terminated by other getUpdates"):
                await poll
            ann.says("for the second")
            assert texts(await other) == ["for the second"]


async def test_a_webhook_ends_a_held_poll_and_refuses_new_ones(pretend: PretendTelegram) -> None:
    request = PretendRequest(pretend, holds_polls=True)
    async with bot_over(pretend, request) as bot:
        poll = asyncio.create_task(bot.get_updates(timeout=20))
        await pretend_is_polled(pretend, times=1)
        await bot.set_webhook("https://bot.invalid/hook")
        with pytest.raises(Conflict, match="terminated by setWebhook"):
            await poll
        with pytest.raises(Conflict, match="can't use getUpdates method while webhook is active"):
            await bot.get_updates()
        await bot.delete_webhook()
        assert await bot.get_updates() == ()


async def test_busy_polling_is_punished_when_asked_for(
    pretend: PretendTelegram, ann: Person, clock: StandingClock
) -> None:
    ann.says("two")
    pretend.punishes_busy_polling = True

    def poll(offset: int = 0) -> int:
        return len(pretend.call(pretend.token, "getUpdates", {"offset": offset}).body["result"])

    assert [poll(), poll()] == [2, 1]
    clock.move(seconds=1)
    assert poll() == 2
    held = pretend.call(pretend.token, "getUpdates", {"offset": 0, "timeout": 1})
    assert held.hold is None


async def test_pending_updates_are_dropped_on_request(bot: Bot, ann: Person) -> None:
    await bot.delete_webhook(drop_pending_updates=True)
    assert await bot.get_updates() == ()


async def test_a_chat_may_keep_only_its_latest_messages(clock: StandingClock) -> None:
    pretend = PretendTelegram(clock, keep_messages=3)
    ann = pretend.person(501)
    for number in range(5):
        ann.says(f"{number}")
    assert [shown.text for shown in ann.messages] == ["2", "3", "4"]
    assert pretend.pending() == 5


def test_the_same_seed_gives_the_same_numbers(clock: StandingClock) -> None:
    def ids(seed: int) -> list[int]:
        pretend = PretendTelegram(clock, seed=seed)
        pretend.person(501).says("x")
        return [one["update_id"] for one in pretend.call(pretend.token, "getUpdates", {}).body["result"]]

    assert ids(1) == ids(1) != ids(2)
