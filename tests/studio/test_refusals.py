"""What Telegram refuses, the pretend one refuses in the same words."""

import pytest
from telegram import Bot, InlineKeyboardButton, InlineKeyboardMarkup, ReplyKeyboardMarkup
from telegram.error import BadRequest, EndPointNotFound, Forbidden, InvalidToken, RetryAfter, TelegramError

from bot.studio.floods import FloodLimits
from bot.studio.memory import PretendRequest
from bot.studio.people import NotPossible, Person
from bot.studio.telegram import PretendTelegram
from tests.studio.rig import PNG, StandingClock


async def test_an_unknown_chat_is_not_found(bot: Bot) -> None:
    with pytest.raises(BadRequest, match="Chat not found"):
        await bot.send_message(999, "hello")
    with pytest.raises(BadRequest, match="Chat not found"):
        await bot.send_message("@nobody", "hello")


async def test_an_empty_text_is_refused(bot: Bot, ann: Person) -> None:
    for empty in ("", "  \n", "<b></b>"):
        with pytest.raises(BadRequest, match="Message text is empty"):
            await bot.send_message(ann.user_id, empty, parse_mode="HTML")


async def test_the_longest_text_passes_and_one_more_does_not(bot: Bot, ann: Person) -> None:
    await bot.send_message(ann.user_id, "x" * 4096)
    with pytest.raises(BadRequest, match="Message is too long"):
        await bot.send_message(ann.user_id, "x" * 4097)
    with pytest.raises(BadRequest, match="Message caption is too long"):
        await bot.send_photo(ann.user_id, PNG, caption="x" * 1025)


async def test_button_data_may_have_64_bytes(bot: Bot, ann: Person) -> None:
    def keyboard(data: str) -> InlineKeyboardMarkup:
        return InlineKeyboardMarkup([[InlineKeyboardButton("x", callback_data=data)]])

    await bot.send_message(ann.user_id, "x", reply_markup=keyboard("é" * 32))
    with pytest.raises(BadRequest, match="Button_data_invalid"):
        await bot.send_message(ann.user_id, "x", reply_markup=keyboard("é" * 32 + "a"))
    assert len(ann.messages) == 2


async def test_a_button_that_does_nothing_is_refused(bot: Bot, ann: Person) -> None:
    with pytest.raises(BadRequest, match="text buttons are unallowed"):
        await bot.send_message(ann.user_id, "x", reply_markup=InlineKeyboardMarkup([[InlineKeyboardButton("x")]]))


async def test_broken_html_is_refused(bot: Bot, ann: Person) -> None:
    for broken, said in (
        ("<b>x", "find end tag"),
        ("x</b>", "unexpected end tag"),
        ("<h1>x</h1>", "unsupported"),
    ):
        with pytest.raises(BadRequest, match=said):
            await bot.send_message(ann.user_id, broken, parse_mode="HTML")
    with pytest.raises(BadRequest, match="Unsupported parse_mode"):
        await bot.send_message(ann.user_id, "*x*", parse_mode="MarkdownV2")


async def test_an_edit_that_changes_nothing_is_refused(bot: Bot, ann: Person) -> None:
    message = await bot.send_message(ann.user_id, "One")
    with pytest.raises(BadRequest, match="Message is not modified"):
        await bot.edit_message_text("One", ann.user_id, message.message_id)
    assert not ann.messages[-1].edited


async def test_only_a_present_message_of_the_bots_own_can_be_edited(bot: Bot, ann: Person) -> None:
    with pytest.raises(BadRequest, match="Message to edit not found"):
        await bot.edit_message_text("x", ann.user_id, 4711)
    with pytest.raises(BadRequest, match="can't be edited"):
        await bot.edit_message_text("x", ann.user_id, ann.messages[0].message_id)
    keyboard = await bot.send_message(ann.user_id, "x", reply_markup=ReplyKeyboardMarkup([["a"]]))
    with pytest.raises(BadRequest, match="can't be edited"):
        await bot.edit_message_text("y", ann.user_id, keyboard.message_id)


async def test_text_and_caption_are_not_confused(bot: Bot, ann: Person) -> None:
    text, photo = await bot.send_message(ann.user_id, "x"), await bot.send_photo(ann.user_id, PNG)
    with pytest.raises(BadRequest, match="no caption"):
        await bot.edit_message_caption(ann.user_id, text.message_id, caption="y")
    with pytest.raises(BadRequest, match="no text"):
        await bot.edit_message_text("y", ann.user_id, photo.message_id)


async def test_a_message_is_deleted_only_once_and_within_48_hours(bot: Bot, ann: Person, clock: StandingClock) -> None:
    message = await bot.send_message(ann.user_id, "x")
    clock.move(hours=48, seconds=1)
    with pytest.raises(BadRequest, match="can't be deleted"):
        await bot.delete_message(ann.user_id, message.message_id)
    with pytest.raises(BadRequest, match="Message to delete not found"):
        await bot.delete_message(ann.user_id, 4711)


async def test_pins_must_be_there(bot: Bot, ann: Person) -> None:
    with pytest.raises(BadRequest, match="Message to pin not found"):
        await bot.pin_chat_message(ann.user_id, 4711)
    with pytest.raises(BadRequest, match="Message to unpin not found"):
        await bot.unpin_chat_message(ann.user_id)


async def test_a_tap_cannot_be_answered_later_than_a_while(bot: Bot, ann: Person, clock: StandingClock) -> None:
    keyboard = InlineKeyboardMarkup([[InlineKeyboardButton("7", callback_data="7")]])
    await bot.send_message(ann.user_id, "x", reply_markup=keyboard)
    query_id = ann.taps(None, "7")
    clock.move(minutes=16)
    for old_or_unknown in (query_id, "1"):
        with pytest.raises(BadRequest, match="Query is too old"):
            await bot.answer_callback_query(old_or_unknown)


async def test_files_must_be_there_and_have_content(bot: Bot, ann: Person) -> None:
    with pytest.raises(BadRequest, match="Wrong file identifier"):
        await bot.send_photo(ann.user_id, "nonsense")
    with pytest.raises(BadRequest, match="File must be non-empty"):
        await bot.send_document(ann.user_id, b"", filename="x.txt")
    with pytest.raises(BadRequest, match="Invalid file_id"):
        await bot.get_file("nonsense")


async def test_an_answer_to_a_missing_message_is_refused_unless_allowed(bot: Bot, ann: Person) -> None:
    with pytest.raises(BadRequest, match="Message to be replied not found"):
        await bot.send_message(ann.user_id, "x", reply_to_message_id=4711)
    await bot.send_message(ann.user_id, "x", reply_to_message_id=4711, allow_sending_without_reply=True)


async def test_a_person_who_never_wrote_cannot_be_written_to(bot: Bot, pretend: PretendTelegram) -> None:
    ben = pretend.person(502, "Ben")
    with pytest.raises(Forbidden, match="can't initiate conversation"):
        await bot.send_message(ben.user_id, "hello")


async def test_a_person_who_blocked_the_bot_is_out_of_reach_until_they_unblock(bot: Bot, ann: Person) -> None:
    ann.blocks()
    with pytest.raises(Forbidden, match="bot was blocked by the user"):
        await bot.send_message(ann.user_id, "hello")
    with pytest.raises(NotPossible):
        ann.says("hello")
    ann.unblocks()
    await bot.send_message(ann.user_id, "hello")
    changes = [update.my_chat_member for update in await bot.get_updates() if update.my_chat_member]
    assert [change.new_chat_member.status for change in changes] == ["kicked", "member"]


async def test_a_wrong_token_is_refused(pretend: PretendTelegram) -> None:
    stranger = Bot("1:wrong", request=PretendRequest(pretend), get_updates_request=PretendRequest(pretend))
    with pytest.raises(InvalidToken):
        await stranger.initialize()
    assert pretend.call("1:wrong", "getMe", {}).status == 401


async def test_an_unknown_method_is_not_found(bot: Bot, pretend: PretendTelegram) -> None:
    with pytest.raises(EndPointNotFound):
        await bot.do_api_request("sendTelepathy")
    assert pretend.call(pretend.token, "sendTelepathy", {}).body["error_code"] == 404


async def test_a_missing_chat_id_and_a_broken_keyboard_are_named(pretend: PretendTelegram, ann: Person) -> None:
    def said(**params: object) -> str:
        return str(pretend.call(pretend.token, "sendMessage", params).body["description"])

    assert said(text="x") == "Bad Request: chat_id is empty"
    assert said(chat_id=501, text="x", reply_markup="{") == "Bad Request: can't parse reply markup JSON object"
    assert said(chat_id=501, text="x", reply_markup="[]") == "Bad Request: object expected as reply markup"
    assert "Array of Arrays" in said(chat_id=501, text="x", reply_markup={"inline_keyboard": ["x"]})


async def test_names_and_commands_have_their_limits(bot: Bot) -> None:
    with pytest.raises(BadRequest, match="Bot_command_invalid"):
        await bot.set_my_commands([("Pause", "x")])
    with pytest.raises(BadRequest, match="too long"):
        await bot.set_my_short_description("x" * 121)


async def test_flood_limits_are_off_until_set(bot: Bot, ann: Person) -> None:
    for number in range(40):
        await bot.send_message(ann.user_id, f"{number}")
    assert len(ann.messages) == 41


async def test_a_flood_in_one_chat_must_wait_and_then_passes(
    bot: Bot, ann: Person, pretend: PretendTelegram, clock: StandingClock
) -> None:
    pretend.floods = FloodLimits(chat_per_second=1, chat_burst=3)
    for number in range(3):
        await bot.send_message(ann.user_id, f"{number}")
    with pytest.raises(RetryAfter) as flood:
        await bot.send_message(ann.user_id, "too much")
    assert flood.value.retry_after is not None
    clock.move(seconds=1)
    await bot.send_message(ann.user_id, "now")
    assert [shown.text for shown in ann.messages[1:]] == ["0", "1", "2", "now"]


async def test_thirty_a_second_over_all_chats(pretend: PretendTelegram, clock: StandingClock) -> None:
    pretend.floods = FloodLimits()
    people = [pretend.person(1000 + number) for number in range(40)]
    for person in people:
        person.says("/start")
    statuses = [
        pretend.call(pretend.token, "sendMessage", {"chat_id": person.user_id, "text": "x"}).status for person in people
    ]
    assert (statuses.count(200), statuses.count(429)) == (30, 10)
    refused = pretend.call(pretend.token, "sendMessage", {"chat_id": 1000, "text": "x"})
    assert refused.body["parameters"] == {"retry_after": 1}
    clock.move(seconds=1)
    assert pretend.call(pretend.token, "sendMessage", {"chat_id": 1000, "text": "x"}).status == 200


async def test_every_refusal_is_an_error_of_the_library(bot: Bot) -> None:
    with pytest.raises(TelegramError):
        await bot.set_webhook("ftp://nowhere.invalid")
    with pytest.raises(BadRequest, match="unallowed characters"):
        await bot.set_webhook("https://x.invalid/", secret_token="no spaces")


async def test_a_link_button_needs_an_address_telegram_knows(bot: Bot, ann: Person) -> None:
    def link(address: str) -> InlineKeyboardMarkup:
        return InlineKeyboardMarkup([[InlineKeyboardButton("x", url=address)]])

    for good in ("https://a.invalid/x", "http://a.invalid", "tg://user?id=1", "t.me/pause_coach_bot"):
        await bot.send_message(ann.user_id, "x", reply_markup=link(good))
    for bad in ("tel:911", "javascript:alert(1)", "mailto:a@b.invalid"):
        with pytest.raises(BadRequest, match="unsupported url protocol"):
            await bot.send_message(ann.user_id, "x", reply_markup=link(bad))
