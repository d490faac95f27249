"""The pretend Telegram: a Bot API server's behaviour in memory, without sockets.

`call` is the server's side, `person` the other one. What is as in Telegram's own server is said in
`updates` and `webhook`; what Telegram does not document (bursts, how long a tap may be answered) is chosen.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from bot.studio.about import take_allowed
from bot.studio.bell import Bell
from bot.studio.chats import Chat
from bot.studio.faults import Fate, Fault, Faults
from bot.studio.floods import FloodLimits
from bot.studio.methods import METHODS
from bot.studio.params import Json, Params, Refusal, Upload
from bot.studio.people import Person
from bot.studio.world import World, flood

PRETEND_TOKEN = f"{1_000_000_001}:pretend"
_OTHER_POLLER = "Conflict: terminated by other getUpdates request; make sure that only one bot instance is running"
_WEBHOOK_IS_SET = (
    "Conflict: can't use getUpdates method while webhook is active; use deleteWebhook to delete the webhook first"
)


@dataclass(frozen=True)
class Hold:
    """A getUpdates that found nothing and may be held open for `seconds`; `number` tells pollers apart."""

    number: int
    seconds: float
    params: Params


@dataclass(frozen=True)
class Reply:
    """The server's answer to one call, and what the connection makes of it.

    `fate` LOST, TIMEOUT or REFUSED means that the caller gets no answer; `delay_seconds` comes before it.
    `hold`, if any, says that the answer (so far: nothing) may still wait for news.
    """

    status: int
    body: Json
    fate: Fate = Fate.ANSWERED
    delay_seconds: float = 0.0
    hold: Hold | None = field(default=None, compare=False)


def _said_no(refusal: Refusal) -> tuple[int, Json]:
    body: Json = {"ok": False, "error_code": refusal.status, "description": refusal.description}
    if refusal.retry_after is not None:
        body["parameters"] = {"retry_after": refusal.retry_after}
    return refusal.status, body


class PretendTelegram:
    """One bot's Telegram. Not to be shared between threads."""

    def __init__(
        self,
        clock: Callable[[], datetime],
        *,
        token: str = PRETEND_TOKEN,
        name: str = "Pause coach",
        username: str = "pause_coach_bot",
        seed: int = 1,
        keep_messages: int | None = None,
    ) -> None:
        """A Telegram whose dates come from `clock` (aware instants); `seed` decides its random numbers.

        `keep_messages` limits what each chat keeps; None keeps everything.
        """
        self.token = token
        self.username = username
        user = {"id": int(token.split(":")[0]), "is_bot": True, "first_name": name, "username": username}
        self.world = World(clock, user, seed, keep_messages)
        self._people: dict[int, Person] = {}
        self._poll_number = 0
        self._last_poll: tuple[int, float] | None = None
        self.punishes_busy_polling = False

    @property
    def faults(self) -> Faults:
        """The faults to come; `faults.next(...)` asks for one."""
        return self.world.faults

    @property
    def news(self) -> Bell:
        """Rings when an update waits, another poller came, or the webhook changed."""
        return self.world.news

    @property
    def changed(self) -> Bell:
        """Rings when anything changed that people can see; `version` counts these changes."""
        return self.world.changed

    @property
    def version(self) -> int:
        """How often something visible has changed."""
        return self.world.version

    @property
    def floods(self) -> FloodLimits | None:
        """The flood limits in force; None (as at first) for none."""
        return self.world.floods.limits

    @floods.setter
    def floods(self, limits: FloodLimits | None) -> None:
        self.world.floods.limits = limits

    def duplicate_updates(self, times: int = 1) -> None:
        """The next `times` updates handed to the bot are handed to it a second time."""
        self.world.updates.duplicates += times

    def person(self, user_id: int, first_name: str = "Ann", language: str = "en") -> Person:
        """The person of that id, made when new; their chat exists but is not started."""
        if user_id not in self._people:
            user = {"id": user_id, "is_bot": False, "first_name": first_name, "language_code": language}
            self.world.users[user_id] = user
            self.world.chats[user_id] = Chat(user_id, "private", first_name)
            self._people[user_id] = Person(self.world, user)
            self.world.touch()
        return self._people[user_id]

    @property
    def people(self) -> tuple[Person, ...]:
        """Everybody, in the order they came."""
        return tuple(self._people.values())

    def group(self, chat_id: int, title: str) -> Chat:
        """The group of that (negative) id, made when new; the bot is in it."""
        if chat_id not in self.world.chats:
            self.world.chats[chat_id] = Chat(chat_id, "group", title, started=True)
            self.world.touch()
        return self.world.chats[chat_id]

    def pending(self) -> int:
        """How many updates wait for the bot."""
        return len(self.world.updates)

    def call(
        self,
        token: str,
        method: str,
        params: Mapping[str, Any],
        files: Mapping[str, Upload] | None = None,
    ) -> Reply:
        """Answer one call of the Bot API; values of `params` may be native or form text."""
        name = method.lower()
        if token != self.token:
            return self._no(Refusal(401, "Unauthorized"))
        if name != "getupdates" and name not in METHODS:
            return self._no(Refusal(404, "Not Found"))
        self.world.calls[name] += 1
        fault, delay = self.faults.strike(name)
        if fault is None:
            return self._carry_out(name, Params(params, files), Fate.ANSWERED, delay)
        if fault.fate in {Fate.LOST, Fate.TIMEOUT}:
            return self._carry_out(name, Params(params, files), fault.fate, delay)
        return self._struck(fault, delay)

    def _no(self, refusal: Refusal, fate: Fate = Fate.ANSWERED, delay: float = 0.0) -> Reply:
        status, body = _said_no(refusal)
        return Reply(status, body, fate, delay)

    def _struck(self, fault: Fault, delay: float) -> Reply:
        if fault.fate is Fate.REFUSED:
            return Reply(0, {}, Fate.REFUSED, delay)
        if fault.fate is Fate.FLOOD:
            return self._no(flood(fault.retry_after), delay=delay)
        return self._no(Refusal(fault.status, fault.description), delay=delay)

    def _carry_out(self, name: str, params: Params, fate: Fate, delay: float) -> Reply:
        try:
            if name == "getupdates":
                return self._poll(params, fate, delay)
            body = {"ok": True, "result": METHODS[name](self.world, params)}
            return Reply(200, body, fate, delay)
        except Refusal as refusal:
            return self._no(refusal, fate, delay)

    def _poll(self, params: Params, fate: Fate, delay: float) -> Reply:
        if self.world.webhook.url:
            raise Refusal(409, _WEBHOOK_IS_SET)
        self._poll_number += 1
        self.world.news.ring()
        take_allowed(self.world, params)
        limit, seconds = self._penalty(params)
        updates = self._taken(params, limit)
        hold = Hold(self._poll_number, seconds, params) if seconds and not updates else None
        return Reply(200, {"ok": True, "result": updates}, fate, delay, hold)

    def _penalty(self, params: Params) -> tuple[int, float]:
        limit = min(max(params.integer("limit", 100), 1), 100)
        seconds = min(max(params.integer("timeout"), 0), 50)
        if not self.punishes_busy_polling:
            return limit, seconds
        offset, now = params.integer("offset"), self.world.clock().timestamp()
        before, self._last_poll = self._last_poll, (offset, now)
        if before is None or before[0] != offset:
            return limit, seconds
        return (1 if now - before[1] < 0.5 else limit), (max(seconds, 3) if now - before[1] < 3 else seconds)

    def _taken(self, params: Params, limit: int) -> list[Json]:
        updates = self.world.updates.take(params.integer("offset"), limit)
        return [update.body for update in updates]

    def resume(self, reply: Reply) -> Reply | None:
        """What a held getUpdates answers after a ring: updates, a 409, or None to keep holding."""
        hold = reply.hold
        if hold is None:
            return reply
        if self.world.webhook.url:
            return self._no(Refusal(409, "Conflict: terminated by setWebhook request"), reply.fate)
        if hold.number != self._poll_number:
            return self._no(Refusal(409, _OTHER_POLLER), reply.fate)
        limit = min(max(hold.params.integer("limit", 100), 1), 100)
        updates = self._taken(hold.params, limit)
        if not updates:
            return None
        return Reply(200, {"ok": True, "result": updates}, reply.fate, reply.delay_seconds)
