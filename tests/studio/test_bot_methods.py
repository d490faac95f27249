"""What the bot does reaches the chat, and comes back as python-telegram-bot's objects."""

from telegram import (
    Bot,
    BotCommand,
    BotCommandScopeAllPrivateChats,
    InlineKeyboardButton,
    InlineKeyboardMarkup,
    MenuButtonCommands,
    Message,
    ReplyKeyboardMarkup,
    ReplyKeyboardRemove,
)

from bot.studio.people import Person
from bot.studio.telegram import PretendTelegram
from tests.studio.rig import PNG


def one_button(text: str = "7", data: str = "ask:7") -> InlineKeyboardMarkup:
    return InlineKeyboardMarkup([[InlineKeyboardButton(text, callback_data=data)]])


async def test_the_bot_knows_itself(bot: Bot, pretend: PretendTelegram) -> None:
    me = await bot.get_me()
    assert me.username == pretend.username
    assert me.is_bot


async def test_a_message_is_seen_with_its_buttons(bot: Bot, ann: Person) -> None:
    message = await bot.send_message(ann.user_id, "How is it?", reply_markup=one_button())
    shown = ann.messages[-1]
    assert (shown.message_id, shown.text, shown.from_bot) == (message.message_id, "How is it?", True)
    assert shown.button_texts == ("7",)
    assert message.reply_markup == one_button()


async def test_html_becomes_plain_text_with_entities(bot: Bot, ann: Person) -> None:
    text = 'Dr <b>Ö</b> 🙂 &amp; <a href="https://a.invalid/">page</a>'
    message = await bot.send_message(ann.user_id, text, parse_mode="HTML")
    assert ann.messages[-1].text == "Dr Ö 🙂 & page"
    assert message.parse_entities() == {message.entities[0]: "Ö", message.entities[1]: "page"}


async def test_a_silent_message_says_so(bot: Bot, ann: Person) -> None:
    await bot.send_message(ann.user_id, "night", disable_notification=True)
    assert ann.messages[-1].silent


async def test_a_picture_arrives_as_its_bytes(bot: Bot, ann: Person) -> None:
    message = await bot.send_photo(ann.user_id, PNG, caption="Your week")
    assert (message.photo[-1].width, message.photo[-1].height) == (2, 3)
    assert message.caption == "Your week"
    assert ann.messages[-1].photo == PNG


async def test_a_picture_can_be_sent_again_by_its_id(bot: Bot, ann: Person) -> None:
    first = await bot.send_photo(ann.user_id, PNG)
    await bot.send_photo(ann.user_id, first.photo[-1].file_id)
    assert [shown.photo for shown in ann.messages[-2:]] == [PNG, PNG]


async def test_a_document_can_be_fetched_back(bot: Bot, ann: Person) -> None:
    message = await bot.send_document(ann.user_id, b"a,b\n1,2\n", filename="my data.csv")
    assert message.document is not None
    assert message.document.file_name == "my data.csv"
    file = await bot.get_file(message.document.file_id)
    assert bytes(await file.download_as_bytearray()) == b"a,b\n1,2\n"


async def test_an_edit_changes_text_and_buttons_and_is_marked(bot: Bot, ann: Person) -> None:
    message = await bot.send_message(ann.user_id, "One", reply_markup=one_button())
    edited = await bot.edit_message_text("Two", ann.user_id, message.message_id)
    shown = ann.messages[-1]
    assert (shown.text, shown.button_texts, shown.edited) == ("Two", (), True)
    assert isinstance(edited, Message)
    assert edited.edit_date is not None


async def test_buttons_alone_can_be_changed_without_the_edited_mark(bot: Bot, ann: Person) -> None:
    message = await bot.send_message(ann.user_id, "One", reply_markup=one_button())
    await bot.edit_message_reply_markup(ann.user_id, message.message_id, reply_markup=one_button("8", "ask:8"))
    assert ann.messages[-1].button_texts == ("8",)
    assert not ann.messages[-1].edited


async def test_a_caption_can_be_changed(bot: Bot, ann: Person) -> None:
    message = await bot.send_photo(ann.user_id, PNG, caption="One")
    await bot.edit_message_caption(ann.user_id, message.message_id, caption="Two")
    assert ann.messages[-1].text == "Two"


async def test_a_deleted_message_is_gone(bot: Bot, ann: Person) -> None:
    message = await bot.send_message(ann.user_id, "secret")
    assert await bot.delete_message(ann.user_id, message.message_id)
    assert [shown.text for shown in ann.messages] == ["/start"]


async def test_messages_are_pinned_and_unpinned(bot: Bot, ann: Person) -> None:
    message = await bot.send_message(ann.user_id, "Help line")
    await bot.pin_chat_message(ann.user_id, message.message_id, disable_notification=True)
    assert ann.messages[-1].pinned
    chat = await bot.get_chat(ann.user_id)
    assert chat.pinned_message == message
    await bot.unpin_all_chat_messages(ann.user_id)
    assert not ann.messages[-1].pinned


async def test_one_pin_can_be_taken_away(bot: Bot, ann: Person) -> None:
    for text in ("a", "b"):
        await bot.pin_chat_message(ann.user_id, (await bot.send_message(ann.user_id, text)).message_id)
    await bot.unpin_chat_message(ann.user_id)
    assert [shown.pinned for shown in ann.messages] == [False, True, False]


async def test_a_reply_keyboard_stays_until_removed(bot: Bot, ann: Person) -> None:
    await bot.send_message(ann.user_id, "x", reply_markup=ReplyKeyboardMarkup([["Pause", "Dose"], ["Help"]]))
    await bot.send_message(ann.user_id, "y")
    assert ann.keyboard == (("Pause", "Dose"), ("Help",))
    await bot.send_message(ann.user_id, "z", reply_markup=ReplyKeyboardRemove())
    assert len(ann.keyboard) == 0


async def test_a_tap_is_answered_with_a_notice(bot: Bot, ann: Person) -> None:
    await bot.send_message(ann.user_id, "How is it?", reply_markup=one_button())
    ann.taps(None, "7")
    query = (await bot.get_updates())[-1].callback_query
    assert query is not None
    assert (query.data, query.from_user.id) == ("ask:7", ann.user_id)
    assert query.message is not None
    assert query.message.message_id == ann.messages[-1].message_id
    await query.answer("Noted", show_alert=True)
    assert [(notice.text, notice.alert) for notice in ann.notices] == [("Noted", True)]


async def test_a_message_can_answer_another(bot: Bot, ann: Person) -> None:
    first = ann.messages[0].message_id
    message = await bot.send_message(ann.user_id, "Yes", reply_to_message_id=first)
    assert message.reply_to_message is not None
    assert message.reply_to_message.message_id == first
    assert (await bot.edit_message_text("No", ann.user_id, message.message_id)) is not True


async def test_what_the_bot_says_about_itself_is_kept(bot: Bot) -> None:
    assert await bot.set_my_name("Coach")
    assert await bot.set_my_description("Leads a pause.")
    assert await bot.set_my_short_description("A pause.", language_code="en")
    assert (await bot.get_my_name()).name == "Coach"
    assert (await bot.get_my_description()).description == "Leads a pause."
    assert (await bot.get_my_short_description("en")).short_description == "A pause."
    assert (await bot.get_my_short_description()).short_description == ""


async def test_commands_are_kept_by_scope_and_language(bot: Bot) -> None:
    commands = [BotCommand("pause", "Begin a pause")]
    await bot.set_my_commands(commands, scope=BotCommandScopeAllPrivateChats(), language_code="de")
    assert await bot.get_my_commands(BotCommandScopeAllPrivateChats(), "de") == tuple(commands)
    assert await bot.get_my_commands() == ()
    await bot.delete_my_commands(BotCommandScopeAllPrivateChats(), "de")
    assert await bot.get_my_commands(BotCommandScopeAllPrivateChats(), "de") == ()


async def test_the_menu_button_and_what_the_bot_is_doing_are_taken(bot: Bot, ann: Person) -> None:
    assert await bot.set_chat_menu_button(ann.user_id, MenuButtonCommands())
    assert await bot.set_chat_menu_button(menu_button=MenuButtonCommands())
    assert await bot.send_chat_action(ann.user_id, "typing")


async def test_a_chat_can_be_asked_about(bot: Bot, ann: Person, pretend: PretendTelegram) -> None:
    pretend.group(-42, "Staff")
    assert (await bot.get_chat(ann.user_id)).first_name == "Ann"
    assert (await bot.get_chat(-42)).title == "Staff"


async def test_groups_can_be_written_to_and_hear_members(bot: Bot, ann: Person, pretend: PretendTelegram) -> None:
    pretend.group(-42, "Staff")
    await bot.send_message(-42, "An alert", reply_markup=one_button("Take it", "alert:1"))
    ann.taps(None, "Take it", chat_id=-42)
    ann.says_in_group(-42, "I am on it")
    updates = await bot.get_updates()
    assert updates[-2].callback_query is not None
    assert updates[-1].message is not None
    assert updates[-1].message.chat.type == "group"
    assert [shown.sender for shown in pretend.group(-42, "").shown()] == ["Pause coach", "Ann"]
