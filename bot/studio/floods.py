"""Flood control: so many messages a second to one chat and in all, refilled with time."""

import math
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True)
class FloodLimits:
    """Messages per second and how many may come at once.

    Telegram documents about 1/s in one chat and 30/s in all; bursts are not documented, so they are chosen.
    """

    chat_per_second: float = 1.0
    chat_burst: float = 5.0
    all_per_second: float = 30.0
    all_burst: float = 30.0


@dataclass
class _Bucket:
    tokens: float
    at: float

    def refill(self, now: float, rate: float, burst: float) -> None:
        self.tokens = min(burst, self.tokens + (now - self.at) * rate)
        self.at = now


class FloodControl:
    """Counts what is sent; off until `limits` is set."""

    def __init__(self, clock: Callable[[], datetime]) -> None:
        """No limits yet."""
        self._clock = clock
        self.limits: FloodLimits | None = None
        self._chats: dict[int, _Bucket] = {}
        self._all: _Bucket | None = None

    def seconds_to_wait(self, chat_id: int) -> int:
        """0 when a message to `chat_id` may go (it is then counted), else whole seconds to wait."""
        if self.limits is None:
            return 0
        now = self._clock().timestamp()
        chat = self._chats.setdefault(chat_id, _Bucket(self.limits.chat_burst, now))
        self._all = self._all or _Bucket(self.limits.all_burst, now)
        chat.refill(now, self.limits.chat_per_second, self.limits.chat_burst)
        self._all.refill(now, self.limits.all_per_second, self.limits.all_burst)
        missing = max(
            (1 - chat.tokens) / self.limits.chat_per_second,
            (1 - self._all.tokens) / self.limits.all_per_second,
        )
        if missing > 1e-9:
            return math.ceil(missing)
        chat.tokens -= 1
        self._all.tokens -= 1
        return 0
