"""People: what a person can do in the app, and what they see there."""

from collections.abc import Iterator
from urllib.parse import parse_qs, urlsplit

from bot.studio.chats import Chat, Post, Shown
from bot.studio.formatting import found_entities
from bot.studio.markup import find_button, inline_rows, keyboard_rows
from bot.studio.params import Json, Upload
from bot.studio.world import Notice, Tap, World


class NotPossible(Exception):
    """A person tried what the app does not offer; `reason` says what."""

    def __init__(self, reason: str) -> None:
        """Refuse because of `reason`."""
        super().__init__(reason)
        self.reason = reason


class Person:
    """One person with a phone. Whatever they do reaches the bot as an update.

    Methods that write give the message's id. `chat_id` names a group; None is the private chat with the bot.
    """

    def __init__(self, world: World, user: Json) -> None:
        """The person `user` (a `User` object) in `world`."""
        self._world = world
        self._user = user
        self.user_id = int(user["id"])

    @property
    def first_name(self) -> str:
        """The name the app shows."""
        return str(self._user["first_name"])

    def rename(self, first_name: str) -> None:
        """Go by another name from now on."""
        self._user["first_name"] = first_name
        self._chat(None).name = first_name
        self._world.touch()

    @property
    def messages(self) -> list[Shown]:
        """What the private chat shows now, oldest first."""
        return self._chat(None).shown()

    @property
    def count(self) -> int:
        """How many messages the private chat shows now."""
        return len(self._chat(None).posts)

    def since(self, seen: int) -> list[Shown]:
        """What it shows after the first `seen` messages, oldest first."""
        return self._chat(None).shown(max(0, self.count - seen))

    def newest_first(self) -> Iterator[Shown]:
        """What it shows now, the newest first."""
        return self._chat(None).newest_first()

    @property
    def last(self) -> Shown | None:
        """The bot's latest message in the private chat."""
        return self._chat(None).last_from_bot()

    @property
    def keyboard(self) -> tuple[tuple[str, ...], ...]:
        """The reply keyboard shown now, row by row."""
        return keyboard_rows(self._chat(None).keyboard)

    @property
    def notices(self) -> list[Notice]:
        """The short lines shown after taps, oldest first."""
        return list(self._world.notices.get(self.user_id, ()))

    @property
    def has_blocked(self) -> bool:
        """Whether they blocked the bot."""
        return self._chat(None).blocked

    def says(self, text: str, chat_id: int | None = None) -> int:
        """Write `text`."""
        return self._write(chat_id, Post(0, self._user, 0, text=text, entities=found_entities(text)))

    def says_in_group(self, chat_id: int, text: str) -> int:
        """Write `text` in a group."""
        return self.says(text, chat_id)

    def opens(self, link: str) -> int:
        """Follow a `t.me/…?start=CODE` link, or a bare code, and press Start."""
        code = parse_qs(urlsplit(link).query).get("start", [""])[0] if "?" in link else link
        if "/" in code or not code:
            raise NotPossible("this link has no start code")
        return self.says(f"/start {code}")

    def forwards(self, text: str, from_name: str = "Somebody") -> int:
        """Forward what somebody else wrote."""
        origin = {"type": "hidden_user", "date": self._world.seconds(), "sender_user_name": from_name}
        post = Post(0, self._user, 0, text=text, entities=found_entities(text))
        post.context = {"forward_origin": origin}
        return self._write(None, post)

    def sends_photo(self, content: bytes, caption: str = "") -> int:
        """Send a picture."""
        photo = self._world.store(Upload("photo.png", content, "image/png"))
        return self._write(None, Post(0, self._user, 0, text=caption or None, photo=photo))

    def sends_voice(self, seconds: int = 3) -> int:
        """Send a voice message of so many seconds."""
        voice = self._world.store(Upload("voice.ogg", b"OggS", "audio/ogg"))
        return self._send("voice", {**voice.as_json(), "duration": seconds, "mime_type": voice.mime})

    def sends_sticker(self, emoji: str = "🙂") -> int:
        """Send a sticker."""
        sticker = self._world.store(Upload("sticker.webp", b"RIFF", "image/webp")).as_json()
        look = {"width": 512, "height": 512, "is_animated": False, "is_video": False, "type": "regular"}
        return self._send("sticker", {**sticker, **look, "emoji": emoji})

    def sends_contact(self, phone: str = "+10000000000") -> int:
        """Share their own contact."""
        return self._send("contact", {"phone_number": phone, "first_name": self.first_name, "user_id": self.user_id})

    def sends_location(self, latitude: float = 0.0, longitude: float = 0.0) -> int:
        """Share a place, in degrees."""
        return self._send("location", {"latitude": latitude, "longitude": longitude})

    def _send(self, kind: str, content: Json) -> int:
        return self._write(None, Post(0, self._user, 0, extra={kind: content}))

    def edits(self, message_id: int, text: str, chat_id: int | None = None) -> None:
        """Change a message of their own."""
        chat = self._chat(chat_id)
        post = chat.posts.get(message_id)
        if post is None or post.sender["id"] != self.user_id:
            raise NotPossible("only a message of one's own can be edited")
        post.text, post.entities, post.edit_date = text, found_entities(text), self._world.seconds()
        self._world.touch()
        self._tell("edited_message", chat, post, post.edit_date)

    def taps(self, message_id: int | None, button: str, chat_id: int | None = None) -> str:
        """Tap the button with this text (else this data); the query's id, or the address of a link button.

        `message_id` None means the newest message that shows such a button.
        """
        chat = self._chat(chat_id)
        self._must_not_block(chat)
        post = self._post_with(chat, message_id, button)
        found = find_button(inline_rows(post.markup), button)
        if found is None:
            raise NotPossible(f"message {post.message_id} has no button {button!r}")
        if found.data is None:
            return found.url or ""
        return self._query(chat, post, found.data)

    def taps_data(self, message_id: int, data: str, chat_id: int | None = None) -> str:
        """Tap a button the chat no longer shows, as a slow phone does; the query's id."""
        chat = self._chat(chat_id)
        self._must_not_block(chat)
        post = chat.posts.get(message_id)
        if post is None:
            raise NotPossible(f"there is no message {message_id}")
        return self._query(chat, post, data)

    def _query(self, chat: Chat, post: Post, data: str) -> str:
        now = self._world.clock().timestamp()
        query_id = str(self._world.random.randrange(10**17, 10**18))
        self._world.add_tap(query_id, Tap(chat.chat_id, self.user_id, now))
        query = {
            "id": query_id,
            "from": self._user,
            "chat_instance": str(-7_000_000_000 - chat.chat_id),
            "message": post.as_json(chat.as_json()),
            "data": data,
        }
        self._world.tell_bot("callback_query", query, ("tap", self.user_id), now)
        return query_id

    def _post_with(self, chat: Chat, message_id: int | None, button: str) -> Post:
        if message_id is not None and message_id in chat.posts:
            return chat.posts[message_id]
        for post in reversed(chat.posts.values()) if message_id is None else ():
            if find_button(inline_rows(post.markup), button):
                return post
        raise NotPossible(f"no message shows a button {button!r}")

    def blocks(self) -> None:
        """Block the bot; it is told, and can no longer write."""
        self._set_blocked(True)

    def unblocks(self) -> None:
        """Let the bot write again; it is told."""
        self._set_blocked(False)

    def _set_blocked(self, blocked: bool) -> None:
        chat = self._chat(None)
        if chat.blocked == blocked:
            return
        chat.blocked = blocked
        member = {"status": "member", "user": self._world.bot}
        gone = {"status": "kicked", "user": self._world.bot, "until_date": 0}
        change = {
            "chat": chat.as_json(),
            "from": self._user,
            "date": self._world.seconds(),
            "old_chat_member": member if blocked else gone,
            "new_chat_member": gone if blocked else member,
        }
        self._world.touch()
        self._world.tell_bot("my_chat_member", change, ("chat", chat.chat_id), self._world.seconds())

    def _chat(self, chat_id: int | None) -> Chat:
        chat = self._world.chats.get(self.user_id if chat_id is None else chat_id)
        if chat is None:
            raise NotPossible(f"there is no chat {chat_id}")
        return chat

    def _must_not_block(self, chat: Chat) -> None:
        if chat.blocked:
            raise NotPossible("the bot is blocked; unblock it first")

    def _write(self, chat_id: int | None, post: Post) -> int:
        chat = self._chat(chat_id)
        self._must_not_block(chat)
        chat.started = True
        post.message_id, post.date = self._world.next_message_id(), self._world.seconds()
        self._world.add_post(chat, post)
        self._tell("message", chat, post, post.date)
        return post.message_id

    def _tell(self, kind: str, chat: Chat, post: Post, date: float) -> None:
        self._world.tell_bot(kind, post.as_json(chat.as_json()), ("chat", chat.chat_id), date)
