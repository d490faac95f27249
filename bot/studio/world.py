"""The state of the pretend Telegram that its methods and its people share."""

import hashlib
import struct
from collections import Counter, OrderedDict, deque
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from random import Random

from bot.studio.bell import Bell
from bot.studio.chats import Chat, Post, StoredFile
from bot.studio.faults import Faults
from bot.studio.floods import FloodControl
from bot.studio.params import Json, Refusal, Upload, bad_request
from bot.studio.updates import Lane, UpdateQueue

# Telegram names no limit ("query is too old"); a quarter of an hour is chosen
TAP_LIFE_SECONDS = 15 * 60
_NOTICES_KEPT = 50
_PICTURE_BEGINNINGS = (
    (b"\x89PNG\r\n\x1a\n", "image/png"),
    (b"\xff\xd8\xff", "image/jpeg"),
    (b"GIF8", "image/gif"),
)


@dataclass
class Webhook:
    """Where updates are posted, and how that went."""

    url: str = ""
    secret: str = ""
    max_connections: int = 40
    last_error_date: int | None = None
    last_error_message: str = ""


@dataclass
class Tap:
    """A button tapped: what `answerCallbackQuery` answers."""

    chat_id: int
    user_id: int
    at: float
    answered: bool = False


@dataclass(frozen=True)
class Notice:
    """The short line (or the box, if `alert`) a person sees after a tap."""

    text: str
    alert: bool


@dataclass
class Profile:
    """What the bot says about itself: names, descriptions, commands by scope and language."""

    texts: dict[tuple[str, str], str] = field(default_factory=dict)
    commands: dict[tuple[str, str], list[Json]] = field(default_factory=dict)
    menu_button: Json | None = None


class World:
    """Everything there is: one bot, its chats, its waiting updates, the faults to come."""

    def __init__(self, clock: Callable[[], datetime], bot: Json, seed: int, keep_messages: int | None) -> None:
        """An empty Telegram for `bot` (its `User`); `keep_messages` per chat, None keeps all."""
        self.clock = clock
        self.bot = bot
        # not for secrets: numbers must come again the same for the same seed
        self.random = Random(seed)  # noqa: S311
        self.updates = UpdateQueue(clock, self.random)
        self.webhook = Webhook()
        self.floods = FloodControl(clock)
        self.faults = Faults()
        self.chats: dict[int, Chat] = {}
        self.users: dict[int, Json] = {}
        self.files: dict[str, StoredFile] = {}
        self.taps: OrderedDict[str, Tap] = OrderedDict()
        self.notices: dict[int, deque[Notice]] = {}
        self.profile = Profile()
        self.calls: Counter[str] = Counter()
        self.keep_messages = keep_messages
        self.version = 0
        self.news = Bell()
        self.changed = Bell()
        self._last_message_id = 0
        self._last_file = 0

    def seconds(self) -> int:
        """Now, in whole seconds since 1970: Telegram's dates."""
        return int(self.clock().timestamp())

    def touch(self) -> None:
        """Something that people can see has changed."""
        self.version += 1
        self.changed.ring()

    def next_message_id(self) -> int:
        """One number line for all chats, as with private chats and basic groups."""
        self._last_message_id += 1
        return self._last_message_id

    def chat(self, chat_id: int) -> Chat:
        """The chat of that id. Raises Refusal (400) when there is none."""
        chat = self.chats.get(chat_id)
        if chat is None:
            raise bad_request("chat not found")
        return chat

    def writable_chat(self, chat_id: int) -> Chat:
        """The chat, if the bot may write in it. Raises Refusal: 400, 403, or 429 for a flood."""
        chat = self.chat(chat_id)
        if chat.blocked:
            where = "blocked by the user" if chat.kind == "private" else "kicked from the group chat"
            raise Refusal(403, f"Forbidden: bot was {where}")
        if not chat.started:
            raise Refusal(403, "Forbidden: bot can't initiate conversation with a user")
        if wait := self.floods.seconds_to_wait(chat_id):
            raise flood(wait)
        return chat

    def add_post(self, chat: Chat, post: Post) -> Post:
        """Put a message into the chat, the oldest going when it is full."""
        chat.posts[post.message_id] = post
        if self.keep_messages is not None:
            while len(chat.posts) > self.keep_messages:
                chat.posts.popitem(last=False)
        chat.doing = ""
        self.touch()
        return post

    def add_tap(self, query_id: str, tap: Tap) -> None:
        """Note a tap that waits for its answer, and forget those that are too old for one."""
        self.taps[query_id] = tap
        while tap.at - next(iter(self.taps.values())).at > TAP_LIFE_SECONDS:
            self.taps.popitem(last=False)

    def notify(self, user_id: int, notice: Notice) -> None:
        """Show a person a notice; the last fifty are kept."""
        self.notices.setdefault(user_id, deque(maxlen=_NOTICES_KEPT)).append(notice)
        self.touch()

    def tell_bot(self, kind: str, content: Json, lane: Lane, date: float) -> int | None:
        """Queue an update for the bot and wake who waits for it; its id, None when the bot wants none."""
        update_id = self.updates.push(kind, content, lane, date)
        if update_id is not None:
            self.news.ring()
        return update_id

    def store(self, upload: Upload) -> StoredFile:
        """Keep a file and give it an id."""
        self._last_file += 1
        unique = hashlib.sha256(upload.content).hexdigest()[:16]
        width, height = picture_size(upload.content)
        file_id = f"F{self._last_file:06d}-{unique}"
        mime = picture_mime(upload.content) or upload.mime
        file = StoredFile(file_id, unique, upload.name, upload.content, mime, width, height)
        self.files[file_id] = file
        return file


def flood(seconds: int) -> Refusal:
    """A 429 that asks to wait so many seconds."""
    return Refusal(429, f"Too Many Requests: retry after {seconds}", retry_after=seconds)


def picture_mime(content: bytes) -> str:
    """The MIME type of a PNG, JPEG or GIF, told by its first bytes; empty for anything else."""
    return next((mime for begin, mime in _PICTURE_BEGINNINGS if content.startswith(begin)), "")


def picture_size(content: bytes) -> tuple[int, int]:
    """Width and height of a PNG, in pixels; (0, 0) for what cannot be told."""
    if picture_mime(content) == "image/png" and content[12:16] == b"IHDR" and len(content) >= 24:
        width, height = struct.unpack(">II", content[16:24])
        return int(width), int(height)
    return 0, 0
