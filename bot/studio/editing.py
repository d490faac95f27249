"""Methods that change what already stands in a chat, and the answer to a tap."""

from bot.studio.chats import Chat, Post
from bot.studio.markup import checked_markup
from bot.studio.params import Json, Params, bad_request
from bot.studio.sending import caption_of, chat_id_of, text_of
from bot.studio.world import TAP_LIFE_SECONDS, Notice, World

_DELETABLE_SECONDS = 48 * 3600


def _own_post(world: World, params: Params) -> tuple[Chat, Post]:
    chat = world.writable_chat(chat_id_of(params))
    post = chat.posts.get(params.integer("message_id"))
    if post is None:
        raise bad_request("message to edit not found")
    if not post.from_bot or (post.markup and "inline_keyboard" not in post.markup):
        raise bad_request("message can't be edited")
    return chat, post


def _change(world: World, chat: Chat, post: Post, text: str | None, entities: list[Json], params: Params) -> Json:
    markup = checked_markup(params.json("reply_markup"))
    if markup is not None and "inline_keyboard" not in markup:
        raise bad_request("inline keyboard expected")
    if not (markup or {}).get("inline_keyboard"):
        markup = None
    if (text, entities, markup) == (post.text, post.entities, post.markup):
        raise bad_request(
            "message is not modified: specified new message content and reply markup are exactly the same "
            "as a current content and reply markup of the message"
        )
    if (text, entities) != (post.text, post.entities):
        post.edit_date = world.seconds()
    post.text, post.entities, post.markup = text, entities, markup
    world.touch()
    return post.as_json(chat.as_json())


def edit_text(world: World, params: Params) -> Json:
    """`editMessageText`."""
    text, entities = text_of(params)
    chat, post = _own_post(world, params)
    if post.has_media:
        raise bad_request("there is no text in the message to edit")
    return _change(world, chat, post, text, entities, params)


def edit_caption(world: World, params: Params) -> Json:
    """`editMessageCaption`."""
    text, entities = caption_of(params)
    chat, post = _own_post(world, params)
    if not post.has_media:
        raise bad_request("there is no caption in the message to edit")
    return _change(world, chat, post, text, entities, params)


def edit_markup(world: World, params: Params) -> Json:
    """`editMessageReplyMarkup`."""
    chat, post = _own_post(world, params)
    return _change(world, chat, post, post.text, post.entities, params)


def delete(world: World, params: Params) -> bool:
    """`deleteMessage`: within 48 hours."""
    chat = world.chat(chat_id_of(params))
    post = chat.posts.get(params.integer("message_id"))
    if post is None:
        raise bad_request("message to delete not found")
    if world.seconds() - post.date > _DELETABLE_SECONDS:
        raise bad_request("message can't be deleted for everyone")
    del chat.posts[post.message_id]
    if post.message_id in chat.pinned:
        chat.pinned.remove(post.message_id)
    world.touch()
    return True


def pin(world: World, params: Params) -> bool:
    """`pinChatMessage`."""
    chat = world.writable_chat(chat_id_of(params))
    message_id = params.integer("message_id")
    if message_id not in chat.posts:
        raise bad_request("message to pin not found")
    if message_id in chat.pinned:
        chat.pinned.remove(message_id)
    chat.pinned.append(message_id)
    world.touch()
    return True


def unpin(world: World, params: Params) -> bool:
    """`unpinChatMessage`: the named message, else the latest pinned."""
    chat = world.writable_chat(chat_id_of(params))
    message_id = params.integer("message_id") or (chat.pinned[-1] if chat.pinned else 0)
    if message_id not in chat.pinned:
        raise bad_request("message to unpin not found")
    chat.pinned.remove(message_id)
    world.touch()
    return True


def unpin_all(world: World, params: Params) -> bool:
    """`unpinAllChatMessages`."""
    chat = world.writable_chat(chat_id_of(params))
    chat.pinned.clear()
    world.touch()
    return True


def answer_tap(world: World, params: Params) -> bool:
    """`answerCallbackQuery`: shows the person a notice, if there is a text."""
    tap = world.taps.get(params.text("callback_query_id"))
    if tap is None or world.clock().timestamp() - tap.at > TAP_LIFE_SECONDS:
        raise bad_request("query is too old and response timeout expired or query ID is invalid")
    tap.answered = True
    if text := params.text("text"):
        world.notify(tap.user_id, Notice(text, params.yes("show_alert")))
    return True
