"""The steps a conversation can take: what a generator of `handlers` may yield.

Each step has a written key, unique in its talk. Whatever a step gives back is stored as a reply and fed
again at every replay, so a talk can be gone on with after any restart.
"""

from __future__ import annotations

from collections.abc import Callable, Generator
from dataclasses import dataclass, field
from datetime import datetime
from functools import cache
from typing import Any, Generic, Literal, TypeAlias, TypeVar

from pydantic import BaseModel, ConfigDict, SerializerFunctionWrapHandler, model_serializer

from content.message import Message

T = TypeVar("T")
By: TypeAlias = Literal["person", "timer", "study"]

Json: TypeAlias = Any
"""A value that JSON can carry: what a reply is stored as."""


@dataclass(frozen=True)
class NotUnderstood:
    """A typed answer that cannot be taken; `why` is said before the question is repeated.

    `keep` has the words kept as a note: they look like something the person wanted to say.
    """

    why: Message
    keep: bool = False


Reader: TypeAlias = Callable[[str], Json | NotUnderstood]


@dataclass(frozen=True)
class Option:
    """One button of a question: its code (at most 24 characters) and its label.

    `acts_late` lets the button act although a newer step of the same talk is open (take my dose, stop here).
    `answers` makes it an answer by itself in a list to tick (skip), where other buttons are ticks.
    """

    code: str
    label: Message | str
    acts_late: bool = False
    answers: bool = False


Rows: TypeAlias = tuple[tuple[Option, ...], ...]


@dataclass(frozen=True)
class Answer:
    """What a person said to a question, and when it reached us (UTC).

    `delayed` is true when it may have been said well before (we were away, and a tap carries no time).
    """

    value: Json
    at: datetime
    delayed: bool = False
    by: By = "person"


@dataclass(frozen=True)
class Ask:
    """A question that waits: buttons, a typed answer that `reads` understands, or a timer.

    `shape` names the form of the answer with its version (`nrs@1`): a stored reply is used again only under
    the same key and shape. `seconds` lets the reply `tick` come by itself. `ticks` makes the options a list to tick:
    the reply is the list of ticked codes. `barrier` stops Back from going past this answer. An `urgent` question is
    emergency help: it goes first, and until it is sure to have arrived.
    """

    key: str
    message: Message
    shape: str
    options: Rows = ()
    reads: Reader | None = None
    seconds: int | None = None
    ticks: bool = False
    ticked: tuple[str, ...] = ()
    barrier: bool = False
    back: bool = True
    silent: bool = False
    urgent: bool = False

    def option(self, code: str) -> Option | None:
        """The button with this code, if the question has it."""
        return next((o for row in self.options for o in row if o.code == code), None)

    def choices(self) -> frozenset[str]:
        """The codes that can be tapped."""
        return frozenset(o.code for row in self.options for o in row)


@dataclass(frozen=True)
class Say:
    """A message that does not wait for an answer."""

    key: str
    message: Message
    picture: str | None = None
    document: str | None = None
    urgent: bool = False
    pin: bool = False


@cache
def later_fields(kind: type[BaseModel]) -> frozenset[str]:
    """The fields of a kind of fact that a later release has added."""
    return frozenset(n for n, f in kind.model_fields.items() if (f.json_schema_extra or {}) == {"later": True})


class Fact(BaseModel):
    """Something that is written down for good: a frozen value, one table each.

    A field marked `later` stays out of what is written while it is None, so that facts of earlier releases keep their
    hashes.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    @model_serializer(mode="wrap")
    def _as_it_was(self, plainly: SerializerFunctionWrapHandler) -> dict[str, Any]:
        plain: dict[str, Any] = plainly(self)
        for name in later_fields(type(self)):
            if plain.get(name, "") is None:
                del plain[name]
        return plain


@dataclass(frozen=True)
class Record:
    """Write a fact in this turn; gives back the id of the entity it is about.

    The id follows from conversation and key, so that an answer given again writes the next revision of the same
    entity. `amends` names an entity of an earlier talk instead; `why` goes to the audit.
    """

    key: str
    fact: Fact
    amends: str | None = None
    why: str | None = None
    barrier: bool = False


@dataclass(frozen=True)
class Void:
    """Take an entity of an earlier talk back (undo, fix); its history stays."""

    key: str
    entity: str
    why: str


class Query(BaseModel, Generic[T]):
    """A question to the records; answered once and stored, so a replay sees the same answer."""

    model_config = ConfigDict(frozen=True, extra="forbid")


@dataclass(frozen=True)
class Look:
    """Look something up, draw a number or read the clock: the answer is stored like a reply."""

    key: str
    query: Query[Any]
    answer: type | Any = field(default=None)


@dataclass(frozen=True)
class Begin:
    """Offer another talk when this one ends (a pause begun from a prompt, a decision asked again)."""

    key: str
    talk: str
    args: dict[str, Json] = field(default_factory=dict)


Step: TypeAlias = Ask | Say | Record | Void | Look | Begin
Conversation: TypeAlias = Generator[Step, Any, None]
