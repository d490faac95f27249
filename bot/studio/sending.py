"""Methods that put something into a chat."""

from bot.studio.chats import Chat, Post, StoredFile
from bot.studio.formatting import shown_text
from bot.studio.markup import checked_markup
from bot.studio.params import Json, Params, bad_request
from bot.studio.world import World

MAX_TEXT = 4096
MAX_CAPTION = 1024


def chat_id_of(params: Params) -> int:
    """The `chat_id` as a number. Raises Refusal (400) when it is missing or no number."""
    if not params.has("chat_id") or params.text("chat_id") == "":
        raise bad_request("chat_id is empty")
    try:
        return int(params.text("chat_id"))
    except ValueError:
        raise bad_request("chat not found") from None


def text_of(params: Params, name: str = "text") -> tuple[str, list[Json]]:
    """A message's text and entities, within 4,096 characters. Raises Refusal (400)."""
    text, entities = shown_text(params.text(name), params.text("parse_mode"), params.json("entities"))
    if not text:
        raise bad_request("message text is empty")
    if len(text) > MAX_TEXT:
        raise bad_request("message is too long")
    return text, entities


def caption_of(params: Params) -> tuple[str, list[Json]]:
    """A caption and its entities, within 1,024 characters; may be empty. Raises Refusal (400)."""
    given = params.json("caption_entities")
    text, entities = shown_text(params.text("caption"), params.text("parse_mode"), given)
    if len(text) > MAX_CAPTION:
        raise bad_request("message caption is too long")
    return text, entities


def file_of(world: World, params: Params, name: str) -> StoredFile:
    """The file to send: uploaded now, or known by its id. Raises Refusal (400)."""
    upload = params.upload(name)
    if upload is not None:
        if not upload.content:
            raise bad_request("file must be non-empty")
        return world.store(upload)
    known = world.files.get(params.text(name))
    if known is None:
        raise bad_request("wrong file identifier/HTTP URL specified")
    return known


def _replied(chat: Chat, params: Params) -> Json:
    """The `reply_to_message` field, if the message answers another."""
    reply = params.json("reply_parameters") or {}
    message_id = reply.get("message_id") or params.integer("reply_to_message_id")
    if not message_id:
        return {}
    post = chat.posts.get(message_id)
    if post is not None:
        return {"reply_to_message": post.as_json(chat.as_json())}
    if reply.get("allow_sending_without_reply") or params.yes("allow_sending_without_reply"):
        return {}
    raise bad_request("message to be replied not found")


def _post(world: World, chat: Chat, params: Params) -> Post:
    markup = checked_markup(params.json("reply_markup"))
    if markup is not None and markup.get("inline_keyboard") == []:
        markup = None
    return Post(
        message_id=world.next_message_id(),
        sender=world.bot,
        date=world.seconds(),
        context=_replied(chat, params),
        markup=markup,
        silent=params.yes("disable_notification"),
    )


def _add(world: World, chat: Chat, post: Post) -> Json:
    markup = post.markup or {}
    if "keyboard" in markup:
        chat.keyboard = markup
    if markup.get("remove_keyboard"):
        chat.keyboard = None
    world.add_post(chat, post)
    return post.as_json(chat.as_json())


def send_message(world: World, params: Params) -> Json:
    """`sendMessage`."""
    chat_id, (text, entities) = chat_id_of(params), text_of(params)
    checked_markup(params.json("reply_markup"))
    chat = world.writable_chat(chat_id)
    post = _post(world, chat, params)
    post.text, post.entities = text, entities
    return _add(world, chat, post)


def send_photo(world: World, params: Params) -> Json:
    """`sendPhoto`, by upload or file id."""
    chat = world.writable_chat(chat_id_of(params))
    caption, photo = caption_of(params), file_of(world, params, "photo")
    post = _post(world, chat, params)
    post.photo, (post.text, post.entities) = photo, caption
    return _add(world, chat, post)


def send_document(world: World, params: Params) -> Json:
    """`sendDocument`, by upload or file id."""
    chat = world.writable_chat(chat_id_of(params))
    caption, document = caption_of(params), file_of(world, params, "document")
    post = _post(world, chat, params)
    post.document, (post.text, post.entities) = document, caption
    return _add(world, chat, post)


def send_chat_action(world: World, params: Params) -> bool:
    """`sendChatAction`: what the bot is doing, until its next message."""
    chat = world.chat(chat_id_of(params))
    chat.doing = params.text("action")
    world.touch()
    return True
