"""A bell: those who wait are woken when something happened."""

import asyncio


class Bell:
    """Wakes all that wait on it; rings that nobody waits for are forgotten."""

    def __init__(self) -> None:
        """A silent bell."""
        self._waiting: set[asyncio.Future[None]] = set()

    def ring(self) -> None:
        """Wake everyone who waits now. To be called in the event loop of those who wait."""
        if not self._waiting:
            return
        waiting, self._waiting = self._waiting, set()
        for future in waiting:
            if not future.done():
                future.set_result(None)

    async def wait(self, seconds: float) -> bool:
        """Wait at most `seconds` of real time; whether the bell rang."""
        future: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._waiting.add(future)
        done, _ = await asyncio.wait({future}, timeout=seconds)
        self._waiting.discard(future)
        return bool(done)
