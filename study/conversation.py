"""The conversation engine: a talk is a generator, its state is the list of replies it has had.

To go on, the generator is replayed with the stored replies and handed the new one. The rules that make this sound
(docs/adr/0002) are kept here and nowhere else: keys are unique, a stored value is always fed in its decoded form,
a fact is written in the turn that reaches it, Back voids what came after, and a reply whose step has gone in a
new release is kept aside until a step with its key and shape asks for it.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import cache
from typing import Any, TypeAlias

from pydantic import BaseModel, ConfigDict, TypeAdapter

from study.steps import Answer, Ask, Begin, By, Conversation, Fact, Json, Look, Record, Say, Step, Void

OPENING = "me"
"""The key of reply 0: the snapshot of the participant, and what the talk was begun with."""


class Reply(BaseModel):
    """One stored reply: what a step gave back, in a form JSON can carry, and when (UTC)."""

    model_config = ConfigDict(frozen=True)

    key: str
    shape: str
    value: Json
    at: datetime
    by: By
    delayed: bool = False
    barrier: bool = False
    void: bool = False


Log: TypeAlias = tuple[Reply, ...]


class ConversationBroken(RuntimeError):
    """A talk that cannot be replayed; carries the talk and the step."""

    def __init__(self, talk: str, key: str, reason: str) -> None:
        self.talk, self.key = talk, key
        super().__init__(f"{talk}: step {key!r} {reason}")


@dataclass(frozen=True)
class Written:
    """A fact to be written in this turn, for the entity and under the step that reached it."""

    entity: str
    key: str
    fact: Fact
    why: str | None = None


@dataclass(frozen=True)
class Voided:
    """An entity to be voided in this turn."""

    entity: str
    why: str


@dataclass(frozen=True)
class Advanced:
    """What one turn of a talk led to: the new log, and everything the shell has to carry out in order.

    The first `used` replies are those of the talk as it stands; later ones are kept aside. `waiting` is the run that
    waits at the open question, for `go_on`.
    """

    log: Log
    said: tuple[Say, ...] = ()
    wrote: tuple[Written | Voided, ...] = ()
    begins: tuple[Begin, ...] = ()
    open: Ask | None = None
    used: int = 0
    waiting: _Replay | None = field(default=None, compare=False, repr=False)

    @property
    def can_go_back(self) -> bool:
        """True when there is an answer of the person that Back may take away."""
        return _last_answer(self.log[: self.used]) is not None


LookUp: TypeAlias = Callable[[Look], Any]


@dataclass(frozen=True)
class Talk:
    """A kind of conversation: its name, how it is begun, and what it may do beside others.

    `begin` takes the opening value (reply 0); `life_minutes` is how long it may be gone on with. An `offer` that nobody
    has taken up is not a talk that somebody was in the middle of.
    """

    name: str
    begin: Callable[[Any], Conversation]
    opening: TypeAdapter[Any]
    life_minutes: int = 120
    exercise: bool = False
    offer: bool = False


def entity_id(conversation: str, key: str) -> str:
    """The id of the entity that step `key` of one conversation writes: fixed, 20 hexadecimal digits."""
    return hashlib.sha256(f"{conversation}/{key}".encode()).hexdigest()[:20]


def begin(talk: Talk, conversation: str, opening: Any, now: datetime, look: LookUp) -> Advanced:
    """Begin `talk` with its opening value and go on to the first question or the end."""
    first = Reply(key=OPENING, shape=talk.name, value=_plain(talk.opening, opening), at=now, by="study")
    return _Replay(talk, conversation, (first,), now, look).run()


def answer(talk: Talk, conversation: str, log: Log, ask: Ask, given: Answer, look: LookUp) -> Advanced:
    """Go on with the answer to the open question `ask`; the instant of this turn is the answer's."""
    return go_on(replace(reopen(talk, conversation, log, given.at, look), open=ask), given)


def go_on(standing: Advanced, given: Answer) -> Advanced:
    """Go on with the answer to the question a talk stands at, in the run that led there; that can be done once.

    `ValueError` when there is no question, or it has been answered.
    """
    if standing.waiting is None or standing.open is None:
        raise ValueError("no question is open")
    return standing.waiting.go_on(standing.open, given)


def reopen(talk: Talk, conversation: str, log: Log, now: datetime, look: LookUp) -> Advanced:
    """The talk as it stands: replayed without a new answer (after a restart, or to ask again)."""
    return _Replay(talk, conversation, log, now, look).run()


def back(talk: Talk, conversation: str, log: Log, now: datetime, look: LookUp) -> Advanced:
    """Take the last answer a person gave away and ask it again.

    Facts recorded after it are voided until they are reached again; draws and look-ups are kept.
    """
    standing = reopen(talk, conversation, log, now, look)
    place = _last_answer(standing.log[: standing.used])
    if place is None:
        return standing
    kept, later = standing.log[:place], standing.log[place + 1 : standing.used]
    aside = standing.log[standing.used :]
    voided = tuple(Voided(r.value["entity"], "back") for r in later if r.shape.startswith("record:") and not r.void)
    stay = tuple(_aged(r) for r in later if r.shape.startswith(("record:", "look:")))
    gone_on = _Replay(talk, conversation, (*kept, *stay, *aside), now, look).run()
    return replace(gone_on, wrote=(*voided, *gone_on.wrote))


def _aged(reply: Reply) -> Reply:
    return reply.model_copy(update={"void": True}) if reply.shape.startswith("record:") else reply


def _last_answer(log: Log) -> int | None:
    for place in range(len(log) - 1, -1, -1):
        if log[place].barrier:
            return None
        if log[place].by == "person":
            return place
    return None


@cache
def _form(answer: Any) -> TypeAdapter[Any]:
    return TypeAdapter(answer)


def _plain(form: TypeAdapter[Any], value: Any) -> Json:
    return form.dump_python(value, mode="json")


def fact_hash(fact: Fact) -> str:
    """A short hash of a fact's content: what a replay is compared with."""
    return _digest(fact)


def _digest(value: BaseModel) -> str:
    body = json.dumps([type(value).__name__, value.model_dump(mode="json")], sort_keys=True)
    return hashlib.sha256(body.encode()).hexdigest()[:16]


@dataclass
class _Replay:
    """One run through a talk: stored replies first, then whatever is new in this turn."""

    talk: Talk
    conversation: str
    log: Log
    now: datetime
    look: LookUp
    said: list[Say] = field(default_factory=list)
    wrote: list[Written | Voided] = field(default_factory=list)
    begins: list[Begin] = field(default_factory=list)
    seen: set[str] = field(default_factory=set)

    def __post_init__(self) -> None:
        self.replies = {r.key: r for r in self.log}
        self.used: list[str] = [OPENING]
        self.changed = False
        self.generator: Conversation = self.talk.begin(self.talk.opening.validate_python(self.replies[OPENING].value))

    def run(self) -> Advanced:
        return self._led_on(None)

    def go_on(self, ask: Ask, given: Answer) -> Advanced:
        if self._answered(ask):
            raise ValueError(f"{ask.key} has been answered")
        self.now = given.at
        self._keep(
            Reply(
                key=ask.key,
                shape=ask.shape,
                value=json.loads(json.dumps(given.value)),
                at=given.at,
                by=given.by,
                delayed=given.delayed,
                barrier=ask.barrier,
            )
        )
        return self._led_on(self._value(ask))

    def _led_on(self, value: Any) -> Advanced:
        while True:
            try:
                step = self.generator.send(value)
            except StopIteration:
                return self._done(None)
            if step.key in self.seen or step.key == OPENING:
                raise ConversationBroken(self.talk.name, step.key, "is asked twice")
            self.seen.add(step.key)
            if isinstance(step, Ask) and not self._answered(step):
                return self._done(step)
            value = self._value(step)

    def _done(self, open_: Ask | None) -> Advanced:
        aside = [r for r in self.log if r.key not in self.used]
        log = (*(self.replies[k] for k in self.used), *aside)
        waiting = None if open_ is None else self
        return Advanced(log, tuple(self.said), tuple(self.wrote), tuple(self.begins), open_, len(self.used), waiting)

    def _answered(self, ask: Ask) -> bool:
        reply = self.replies.get(ask.key)
        return reply is not None and reply.shape == ask.shape

    def _value(self, step: Step) -> Any:
        self.used.append(step.key)
        match step:
            case Ask():
                reply = self.replies[step.key]
                return Answer(reply.value, reply.at, reply.delayed, reply.by)
            case Say():
                return self._once(step, "say", lambda: self.said.append(step))
            case Begin():
                return self._once(step, "begin", lambda: self.begins.append(step))
            case Look():
                return self._looked(step)
            case Void():
                void = Voided(step.entity, step.why)
                return self._once(step, f"void:{step.entity}", lambda: self.wrote.append(void), barrier=True)
            case Record():
                return self._recorded(step)

    def _once(self, step: Step, shape: str, act: Callable[[], None], *, barrier: bool = False) -> None:
        stored = self.replies.get(step.key)
        if stored is None or stored.shape != shape:
            act()
            self._keep(Reply(key=step.key, shape=shape, value=None, at=self.now, by="study", barrier=barrier))

    def _looked(self, step: Look) -> Any:
        form = _form(step.answer)
        shape = f"look:{type(step.query).__name__}:{_digest(step.query)}"
        stored = self.replies.get(step.key)
        if stored is None or stored.shape != shape:
            plain = _plain(form, self.look(step))
            stored = Reply(key=step.key, shape=shape, value=json.loads(json.dumps(plain)), at=self.now, by="study")
            self._keep(stored)
        return form.validate_python(stored.value)

    def _recorded(self, step: Record) -> str:
        shape, digest = f"record:{type(step.fact).__name__}", fact_hash(step.fact)
        stored = self.replies.get(step.key)
        entity = step.amends or entity_id(self.conversation, step.key)
        if stored is not None and stored.shape == shape and not stored.void:
            if stored.value["hash"] == digest:
                return str(stored.value["entity"])
            if not self.changed:
                raise ConversationBroken(self.talk.name, step.key, "gives another fact than the one stored")
        self.wrote.append(Written(entity, step.key, step.fact, step.why))
        value = {"entity": entity, "hash": digest}
        final = step.barrier or step.amends is not None
        self._keep(Reply(key=step.key, shape=shape, value=value, at=self.now, by="study", barrier=final))
        return entity

    def _keep(self, reply: Reply) -> None:
        self.replies[reply.key] = reply
        self.changed = True
