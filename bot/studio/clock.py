"""The studio's clock: real time plus an offset that people can move forwards."""

from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta

AfterMove = Callable[[], Awaitable[None]]


def _real_time() -> datetime:
    return datetime.now(UTC)


class StudioClock:
    """Tells aware UTC instants; moves forwards on request, never backwards."""

    def __init__(self, real: Callable[[], datetime] = _real_time) -> None:
        """Start at `real()`, which gives aware instants."""
        self._real = real
        self._offset = timedelta(0)
        self._after_move: list[AfterMove] = []

    def now(self) -> datetime:
        """The studio's present instant, aware, in UTC."""
        return self._real().astimezone(UTC) + self._offset

    def on_move(self, listener: AfterMove) -> None:
        """Have `listener` awaited after each move, in the order they were given."""
        self._after_move.append(listener)

    async def move(self, delta: timedelta) -> datetime:
        """Move forwards by `delta` and tell the listeners; the new instant.

        Raises ValueError for a step back: everything already written would lie in the future.
        """
        if delta < timedelta(0):
            raise ValueError("the studio clock never goes back")
        self._offset += delta
        for listener in self._after_move:
            await listener()
        return self.now()

    async def move_to(self, instant: datetime) -> datetime:
        """Move forwards to `instant` (aware); an instant already past moves nothing."""
        ahead = instant - self.now()
        return await self.move(max(ahead, timedelta(0)))
