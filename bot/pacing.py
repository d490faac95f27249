"""How fast letters may leave: all together, and in one chat; answers may come in a small burst.

Prompts of ours leave evenly over each second, so that an answer finds room within a moment however many are waiting.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field

ANSWER_BURST = 5
PACED_KINDS = ("prompt", "step")
TOGETHER = 2.0
"""So many prompts of ours may leave together, to different chats."""
CHATS_FOR_ALL = 3
MEMORY_SECONDS = 60.0


@dataclass
class Pacer:
    """Says how long a letter has to wait; `in_all` and `in_chat` are letters a second, None sets no pace.

    Telegram does not say what its limits are. When several chats are told to wait at once, all of them wait.
    """

    in_all: float | None
    in_chat: float | None
    now: Callable[[], float] = time.monotonic
    _all: list[float] = field(default_factory=list)
    _credit: float = TOGETHER
    _credited_at: float = 0.0
    _chats: dict[str, list[float]] = field(default_factory=dict)
    _held: dict[str, float] = field(default_factory=dict)
    _held_all: float = 0.0

    def delay(self, chat: str, kind: str) -> float:
        """Seconds until a letter of this kind may go to this chat; 0 when it may go now."""
        now = self.now()
        until = max(self._held_all, self._held.get(chat, 0.0))
        if self.in_all is not None:
            until = max(until, self._free_at(self._all, int(max(self.in_all, 1)), 1.0, now))
            if kind == "prompt":
                until = max(until, now + max(1 - self._credit_at(now, self.in_all), 0) / self.in_all)
        if self.in_chat is not None:
            burst = 1 if kind in PACED_KINDS else ANSWER_BURST
            until = max(until, self._free_at(self._chats.get(chat, []), burst, burst / self.in_chat, now))
        return max(until - now, 0.0)

    @staticmethod
    def _free_at(sent: list[float], most: int, window: float, now: float) -> float:
        recent = [at for at in sent if at > now - window]
        return recent[-most] + window if len(recent) >= most else now

    def take(self, chat: str, kind: str) -> None:
        """A letter of this kind leaves now."""
        now = self.now()
        if self.in_all is not None and kind == "prompt":
            self._credit, self._credited_at = self._credit_at(now, self.in_all) - 1, now
        if self.in_all is not None:
            self._all = [*(at for at in self._all if at > now - 1.0), now]
        if self.in_chat is not None:
            kept = [at for at in self._chats.get(chat, []) if at > now - MEMORY_SECONDS]
            self._chats[chat] = [*kept[-ANSWER_BURST:], now]
            if len(self._chats) > 10_000:
                self._forget(now)

    def _credit_at(self, now: float, a_second: float) -> float:
        """How many prompts may leave at once; it grows evenly, and is never much."""
        return min(TOGETHER, self._credit + (now - self._credited_at) * a_second)

    def told_to_wait(self, chat: str, seconds: float) -> None:
        """Telegram said how long this chat has to wait."""
        now = self.now()
        self._held = {c: until for c, until in self._held.items() if until > now}
        self._held[chat] = now + seconds
        if len(self._held) >= CHATS_FOR_ALL:
            self._held_all = now + seconds

    def _forget(self, now: float) -> None:
        self._chats = {c: sent for c, sent in self._chats.items() if sent[-1] > now - MEMORY_SECONDS}
