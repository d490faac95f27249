"""What reached us, in the few words the turns need: one neutral value for every kind of Telegram update."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from telegram import CallbackQuery, ChatMemberUpdated, Message, Update
from telegram.constants import ChatMemberStatus, ChatType

Kind = Literal["text", "tap", "edit", "other", "blocked", "unblocked", "nothing"]


@dataclass(frozen=True)
class Heard:
    """One update: who wrote from which chat, and what. `what` names the kind of a message without text."""

    update_id: int
    chat_id: int
    kind: Kind
    private: bool = True
    text: str = ""
    what: str = ""
    said_at: datetime | None = None
    callback_id: str | None = None
    message_id: int | None = None
    language: str | None = None


def heard(update: Update) -> Heard:
    """The neutral value of one Telegram update."""
    if update.callback_query is not None:
        return _tap(update.update_id, update.callback_query)
    if update.my_chat_member is not None:
        return _member(update.update_id, update.my_chat_member)
    message = update.message or update.edited_message
    if message is None:
        return Heard(update.update_id, 0, "nothing")
    return _message(update.update_id, message, edited=update.message is None)


def _tap(update_id: int, query: CallbackQuery) -> Heard:
    chat = query.message.chat if query.message is not None else None
    return Heard(
        update_id,
        chat.id if chat is not None else query.from_user.id,
        "tap",
        private=chat is None or chat.type == ChatType.PRIVATE,
        text=query.data or "",
        callback_id=query.id,
        message_id=query.message.message_id if query.message is not None else None,
    )


def _member(update_id: int, change: ChatMemberUpdated) -> Heard:
    gone = change.new_chat_member.status in (ChatMemberStatus.BANNED, ChatMemberStatus.LEFT)
    kind: Kind = "blocked" if gone else "unblocked"
    return Heard(update_id, change.chat.id, kind, private=change.chat.type == ChatType.PRIVATE)


def _message(update_id: int, message: Message, *, edited: bool) -> Heard:
    private = message.chat.type == ChatType.PRIVATE
    words = message.text or message.caption or ""
    plain = message.text is not None and message.forward_origin is None
    kind: Kind = "edit" if edited else "text" if plain else "other"
    return Heard(
        update_id,
        message.chat_id,
        kind,
        private=private,
        text=words,
        what="" if plain else _what(message),
        said_at=message.edit_date if edited else message.date,
        language=message.from_user.language_code if message.from_user else None,
    )


def _what(message: Message) -> str:
    if message.forward_origin is not None:
        return "forwarded"
    known = (
        "voice",
        "photo",
        "sticker",
        "contact",
        "location",
        "video",
        "document",
        "audio",
        "video_note",
        "animation",
    )
    return next((name for name in known if getattr(message, name)), "other")
