"""The studio's clock moves forwards, and tells."""

from datetime import UTC, datetime, timedelta

import pytest

from bot.studio.clock import StudioClock
from tests.studio.rig import StandingClock


async def test_it_tells_real_time_until_it_is_moved() -> None:
    real = StandingClock()
    clock = StudioClock(real)
    assert clock.now() == real()
    await clock.move(timedelta(hours=1))
    real.move(minutes=5)
    assert clock.now() == real() + timedelta(hours=1)
    assert clock.now().tzinfo is UTC


async def test_listeners_hear_of_each_move_after_it() -> None:
    clock = StudioClock(StandingClock())
    heard: list[datetime] = []

    async def listen() -> None:
        heard.append(clock.now())

    clock.on_move(listen)
    first = await clock.move(timedelta(days=1))
    second = await clock.move_to(first + timedelta(minutes=1))
    assert heard == [first, second]


async def test_it_never_goes_back() -> None:
    clock = StudioClock(StandingClock())
    before = clock.now()
    with pytest.raises(ValueError, match="never goes back"):
        await clock.move(timedelta(seconds=-1))
    assert await clock.move_to(before - timedelta(days=1)) == before


def test_by_itself_it_tells_the_real_time() -> None:
    assert abs(StudioClock().now() - datetime.now(UTC)) < timedelta(seconds=5)
