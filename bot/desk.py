"""The desk of one turn: whom we talk with, in which words, and the letters this turn writes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Row

from bot.command_list import listed
from bot.world import World
from content import say
from content.catalogue import catalogue
from content.message import Message
from records import post
from records.database import Tx
from records.post import Address, Letter
from records.talks import Stored
from study.conversation import Advanced
from study.steps import Ask, Option

BACK = "~back"
DONE = "~done"
MENU = (("pause",), ("dose", "pain"), ("practice", "urgent"))


@dataclass
class Desk:
    """Everything one turn needs at hand; `at` is when the input reached us, `tx.now` when it is dealt with.

    `standing` is the talk last looked at in this turn, and how it stands. While a prompt is written, `prompting` is its
    due item; `silent`, `doubt`, `not_after` hold for its letter. `answering`: the due item of the talk that goes on.
    `looking`: the number of the talk that looks something up.
    """

    tx: Tx
    world: World
    person: Row[Any] | None
    to: Address
    language: str
    discreet: bool
    ambient: Mapping[str, str]
    at: datetime
    update_id: int | None = None
    delayed: bool = False
    prompting: int | None = None
    answering: int | None = None
    looking: int | None = None
    silent: bool = False
    standing: tuple[Stored, Advanced] | None = None
    doubt: post.Doubt = "once_more"
    not_after: datetime | None = None

    @property
    def participant(self) -> Row[Any]:
        """The participant; `LookupError` in a turn that has none."""
        if self.person is None:
            raise LookupError("nobody in the study stands behind this turn")
        return self.person

    def text(self, message: Message | str) -> str:
        """A message in the words of this person; a line with several wordings comes in one of them."""
        if isinstance(message, str):
            return message
        worded = catalogue().worded(message, self.world.draw)
        return catalogue().render(worded, self.language, discreet=self.discreet, ambient=self.ambient)

    def send(
        self,
        message: Message,
        *,
        kind: post.Kind = "answer",
        keyboard: dict[str, Any] | None = None,
        conversation: int | None = None,
        silent: bool = False,
        picture: str | None = None,
        document: str | None = None,
        pin: bool = False,
        occurrence: str | None = None,
        due_item: int | None = None,
        doubt: post.Doubt = "once_more",
        not_after: datetime | None = None,
        prefix: str = "",
    ) -> None:
        """Write a letter to this chat."""
        body: dict[str, Any] = {"text": prefix + self.text(message)}
        if keyboard is not None:
            body["reply_markup"] = keyboard
        if silent:
            body["disable_notification"] = True
        extras = {"picture": picture, "document": document, "pin": pin}
        body |= {name: value for name, value in extras.items() if value}
        method = "sendPhoto" if picture else "sendDocument" if document else "sendMessage"
        letter = Letter(
            kind,
            method,
            message.key,
            body,
            doubt,
            occurrence,
            not_after=not_after,
            conversation_id=conversation,
            due_item_id=due_item,
        )
        self._put(letter)

    def edit_keyboard(self, message_id: int, keyboard: dict[str, Any], conversation: int) -> None:
        """Change the buttons under a message (a tick list)."""
        body = {"message_id": message_id, "reply_markup": keyboard}
        self._put(Letter("answer", "editMessageReplyMarkup", "keyboard", body, "never", conversation_id=conversation))

    def list_commands(self) -> None:
        """The commands Telegram shows in this chat: in discreet mode none names what the study is about."""
        scope = {"type": "chat", "chat_id": int(self.tx.keys.open(self.to.sealed_chat))}
        body = {"commands": listed(self.language, discreet=self.discreet), "scope": scope}
        self._put(Letter("answer", "setMyCommands", "commands", body))

    def _put(self, letter: Letter) -> None:
        post.leave(self.tx, self.world.bot, self.to, letter, catalogue().version)

    def question_keyboard(
        self, ask: Ask, conversation: int, seq: int, *, back: bool, ticked: tuple[str, ...] = ()
    ) -> dict[str, Any] | None:
        """The buttons under a question; every one carries the number of the question, which never comes again."""
        rows = [[self._button(option, ask, conversation, seq, ticked) for option in row] for row in ask.options]
        last = []
        if ask.ticks:
            last.append(_data(self.text(say.button.done()), conversation, seq, DONE))
        if back and ask.back:
            last.insert(0, _data(self.text(say.button.back()), conversation, seq, BACK))
        rows += [last] if last else []
        return {"inline_keyboard": rows} if rows else None

    def _button(self, option: Option, ask: Ask, conversation: int, seq: int, ticked: tuple[str, ...]) -> dict[str, Any]:
        label = self.text(option.label)
        if ask.ticks and option.code in ticked:
            label = self.text(say.button.ticked(label=label))
        return _data(label, conversation, seq, option.code)

    def menu(self) -> dict[str, Any]:
        """The standing buttons below the chat; only urgent help for those who have left, none for who declined."""
        status = self.participant.status
        if status == "declined":
            return {"remove_keyboard": True}
        shown = (("urgent",),) if status == "stopped" else MENU
        rows = [[{"text": self.text(Message(f"menu.{name}"))} for name in row] for row in shown]
        return {"keyboard": rows, "resize_keyboard": True, "is_persistent": True}


def choice_keyboard(desk: Desk, rows: list[list[tuple[Message, str]]]) -> dict[str, Any]:
    """Buttons that belong to no talk: label and data."""
    return {
        "inline_keyboard": [[{"text": desk.text(label), "callback_data": data} for label, data in row] for row in rows]
    }


def _data(label: str, conversation: int, seq: int, code: str) -> dict[str, Any]:
    return {"text": label, "callback_data": f"c.{conversation:x}.{seq:x}.{code}"}
