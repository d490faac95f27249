"""Fifty people with phones: they log doses or go through a pause, as fast as they are answered."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from datetime import UTC, datetime

from bot.studio.chats import Post
from bot.studio.people import Person
from bot.studio.telegram import PretendTelegram

Policy = Callable[[Person, tuple[str, ...]], None]
"""What a person does next, seeing the buttons of the newest message."""

PATIENCE_SECONDS = 60.0


class NotAnswered(RuntimeError):
    """The bot has fallen silent."""


def real_time() -> datetime:
    """The clock of both sides."""
    return datetime.now(UTC)


def _buttons(post: Post) -> tuple[str, ...]:
    rows = (post.markup or {}).get("inline_keyboard", ())
    return tuple(button["text"] for row in rows for button in row)


def _first(wanted: tuple[str, ...], shown: tuple[str, ...]) -> str | None:
    return next((button for button in wanted if button in shown), None)


DOSE = ("1 tablet (usual)", "Now", "Another one")


def typed(person: Person, shown: tuple[str, ...]) -> None:
    """Log one dose after the other, everything typed: a text leads to one message."""
    person.says(_first(DOSE, shown) or "/dose")


def tapped(person: Person, shown: tuple[str, ...]) -> None:
    """Log one dose after the other with buttons: three taps, then `/dose` again."""
    _tap_or_say(person, _first(DOSE, shown), "/dose")


PAUSE = (
    "3",
    "In the back or leg",
    "1 minute",
    "1 minute, as last time",
    "One quiet minute",
    "Next",
    "I took it, or take it now",
    *DOSE,
)


def pause(person: Person, shown: tuple[str, ...]) -> None:
    """Go through whole pauses, exercise and dose included, then `/pause` again."""
    _tap_or_say(person, _first(PAUSE, shown), "/pause")


def again(taps: int) -> Policy:
    """Write to the echo, tap its one button so many times, and begin anew: the calls of another script."""
    acts: Counter[int] = Counter()

    def act(person: Person, shown: tuple[str, ...]) -> None:
        writes = acts[person.user_id] % (taps + 1) == 0
        acts[person.user_id] += 1
        _tap_or_say(person, None if writes else "Again", "hello")

    return act


def _tap_or_say(person: Person, button: str | None, words: str) -> None:
    if button is None:
        person.says(words)
    else:
        person.taps(None, button)


class Crowd:
    """People who act in groups: as soon as `together` of them have been answered, those act again.

    So both sides fetch updates in batches. One at a time would be hard on the bare echo, whose every getUpdates costs
    as much as a message.
    """

    def __init__(self, pretend: PretendTelegram, policy: Policy, chats: int, together: int) -> None:
        self.pretend, self.policy, self.together = pretend, policy, together
        self.people = [pretend.person(5000 + n, f"P{n}") for n in range(chats)]
        for person in self.people:
            pretend.world.chats[person.user_id].started = True
        self.seen: dict[int, int] = {}

    async def act(self, updates: int) -> None:
        """Everybody acts, for so many updates in all; comes back when the last one is answered."""
        ready, left = list(self.people), updates
        waiting = 0
        while waiting or left:
            if left and len(ready) >= min(self.together, left, len(self.people)):
                acting, ready = ready[:left], []
                self._do(acting)
                waiting, left = waiting + len(acting), left - len(acting)
            if not await self.pretend.changed.wait(PATIENCE_SECONDS):
                raise NotAnswered(f"{waiting} people wait for an answer")
            answered = self._answered()
            waiting -= len(answered)
            ready += answered

    def _do(self, people: list[Person]) -> None:
        for person in people:
            post = self._newest(person)
            self.policy(person, _buttons(post) if post is not None else ())

    def _newest(self, person: Person) -> Post | None:
        posts = self.pretend.world.chats[person.user_id].posts
        return next((post for post in reversed(posts.values()) if post.from_bot), None)

    def _answered(self) -> list[Person]:
        """Who has a message of the bot now that was not there before."""
        fresh = []
        for person in self.people:
            post = self._newest(person)
            if post is not None and post.message_id > self.seen.get(person.user_id, 0):
                self.seen[person.user_id] = post.message_id
                fresh.append(person)
        return fresh
