"""What reached us, in the few words the turns need: one neutral value for every kind of Telegram update."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Literal

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


def heard(raw: Mapping[str, Any]) -> Heard:
    """The neutral value of one update, as Telegram sends it.

    Only what a turn needs is read; python-telegram-bot's objects of a whole update cost a third of a turn to make.
    """
    update_id = int(raw["update_id"])
    if (query := raw.get("callback_query")) is not None:
        return _tap(update_id, query)
    if (change := raw.get("my_chat_member")) is not None:
        return _member(update_id, change)
    if (message := raw.get("message")) is not None:
        return _message(update_id, message, edited=False)
    if (message := raw.get("edited_message")) is not None:
        return _message(update_id, message, edited=True)
    return Heard(update_id, 0, "nothing")


def _tap(update_id: int, query: Mapping[str, Any]) -> Heard:
    message = query.get("message")
    return Heard(
        update_id,
        message["chat"]["id"] if message is not None else query["from"]["id"],
        "tap",
        private=message is None or message["chat"]["type"] == ChatType.PRIVATE,
        text=query.get("data") or "",
        callback_id=query["id"],
        message_id=message["message_id"] if message is not None else None,
    )


def _member(update_id: int, change: Mapping[str, Any]) -> Heard:
    gone = change["new_chat_member"]["status"] in (ChatMemberStatus.BANNED, ChatMemberStatus.LEFT)
    kind: Kind = "blocked" if gone else "unblocked"
    return Heard(update_id, change["chat"]["id"], kind, private=change["chat"]["type"] == ChatType.PRIVATE)


def _message(update_id: int, message: Mapping[str, Any], *, edited: bool) -> Heard:
    plain = message.get("text") is not None and "forward_origin" not in message
    kind: Kind = "edit" if edited else "text" if plain else "other"
    return Heard(
        update_id,
        message["chat"]["id"],
        kind,
        private=message["chat"]["type"] == ChatType.PRIVATE,
        text=message.get("text") or message.get("caption") or "",
        what="" if plain else _what(message),
        said_at=_instant(message.get("edit_date") if edited else message.get("date")),
        language=message.get("from", {}).get("language_code"),
    )


def _instant(seconds: int | None) -> datetime | None:
    """An instant of Telegram's, in seconds since 1970."""
    return None if seconds is None else datetime.fromtimestamp(seconds, UTC)


NAMED = (
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


def _what(message: Mapping[str, Any]) -> str:
    if "forward_origin" in message:
        return "forwarded"
    return next((name for name in NAMED if message.get(name)), "other")
