"""Chats and what stands in them."""

from collections import OrderedDict
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import islice

from bot.studio.markup import ButtonRows, inline_rows
from bot.studio.params import Json


@dataclass(frozen=True)
class StoredFile:
    """A file Telegram keeps; `width` and `height` in pixels, 0 when it is no picture."""

    file_id: str
    unique_id: str
    name: str
    content: bytes
    mime: str
    width: int = 0
    height: int = 0

    @property
    def path(self) -> str:
        """The `file_path` under which it can be fetched."""
        return f"files/{self.file_id}"

    def as_json(self) -> Json:
        """The fields every file object has."""
        return {"file_id": self.file_id, "file_unique_id": self.unique_id, "file_size": len(self.content)}

    def as_picture(self) -> Json:
        """A `PhotoSize`."""
        return {**self.as_json(), "width": self.width, "height": self.height}

    def as_document(self) -> Json:
        """A `Document`."""
        return {**self.as_json(), "file_name": self.name, "mime_type": self.mime}


@dataclass
class Post:
    """A message in a chat; dates in whole seconds since 1970.

    `extra` holds a voice, contact and the like; `context` what it answers or was forwarded from.
    """

    message_id: int
    sender: Json
    date: int
    text: str | None = None
    entities: list[Json] = field(default_factory=list)
    photo: StoredFile | None = None
    document: StoredFile | None = None
    extra: Json = field(default_factory=dict)
    context: Json = field(default_factory=dict)
    markup: Json | None = None
    edit_date: int | None = None
    silent: bool = False

    @property
    def from_bot(self) -> bool:
        """Whether the bot wrote it."""
        return bool(self.sender["is_bot"])

    @property
    def has_media(self) -> bool:
        """Whether its text is a caption."""
        return self.photo is not None or self.document is not None or bool(self.extra)

    def as_json(self, chat: Json) -> Json:
        """The Bot API's `Message`."""
        message: Json = {
            "message_id": self.message_id,
            "from": self.sender,
            "chat": chat,
            "date": self.date,
            **self.context,
            **self.extra,
        }
        if self.edit_date is not None:
            message["edit_date"] = self.edit_date
        self._add_media(message)
        self._add_text(message)
        if self.markup and "inline_keyboard" in self.markup:
            message["reply_markup"] = self.markup
        return message

    def _add_media(self, message: Json) -> None:
        if self.photo is not None:
            message["photo"] = [self.photo.as_picture()]
        if self.document is not None:
            message["document"] = self.document.as_document()

    def _add_text(self, message: Json) -> None:
        if not self.text:
            return
        prefix = ("caption", "caption_entities") if self.has_media else ("text", "entities")
        message[prefix[0]] = self.text
        if self.entities:
            message[prefix[1]] = self.entities


@dataclass(frozen=True)
class Shown:
    """One message as the chat shows it now; `kind` is text, photo, document, voice, sticker, …"""

    message_id: int
    from_bot: bool
    sender: str
    kind: str
    text: str
    entities: tuple[Json, ...]
    buttons: ButtonRows
    at: datetime
    file: StoredFile | None
    edited: bool
    silent: bool
    pinned: bool

    @property
    def photo(self) -> bytes | None:
        """The picture's bytes, if it is one."""
        return self.file.content if self.file and self.kind == "photo" else None

    @property
    def button_texts(self) -> tuple[str, ...]:
        """What the buttons say, in reading order."""
        return tuple(button.text for row in self.buttons for button in row)


@dataclass
class Chat:
    """A private chat or a group; `started` once a person has written, `blocked` when they blocked the bot."""

    chat_id: int
    kind: str
    name: str
    posts: OrderedDict[int, Post] = field(default_factory=OrderedDict)
    pinned: list[int] = field(default_factory=list)
    keyboard: Json | None = None
    menu_button: Json | None = None
    started: bool = False
    blocked: bool = False
    doing: str = ""

    def as_json(self) -> Json:
        """The Bot API's `Chat`."""
        name = {"first_name": self.name} if self.kind == "private" else {"title": self.name}
        return {"id": self.chat_id, "type": self.kind, **name}

    def shown(self, latest: int | None = None) -> list[Shown]:
        """What the chat shows now, oldest first; only the `latest` so many, if told."""
        return list(islice(self.newest_first(), latest))[::-1]

    def newest_first(self) -> Iterator[Shown]:
        """What the chat shows now, each message only when it is asked for."""
        return map(self._show, reversed(self.posts.values()))

    def last_from_bot(self) -> Shown | None:
        """The bot's newest message, if there is one."""
        return next((shown for shown in self.newest_first() if shown.from_bot), None)

    def _show(self, post: Post) -> Shown:
        file = post.photo or post.document
        return Shown(
            message_id=post.message_id,
            from_bot=post.from_bot,
            sender=post.sender["first_name"],
            kind=_kind(post),
            text=post.text or "",
            entities=tuple(post.entities),
            buttons=inline_rows(post.markup),
            at=datetime.fromtimestamp(post.date, UTC),
            file=file,
            edited=post.edit_date is not None,
            silent=post.silent,
            pinned=post.message_id in self.pinned,
        )


def _kind(post: Post) -> str:
    if post.photo:
        return "photo"
    if post.document:
        return "document"
    return next(iter(post.extra), "text")
