"""Random lives through every family of prompts: after each, the books agree and no rule of a message was broken.

Restarts, outages, clocks set right, a line that is down, travel, blocks, breaks, holds, leaving, answers and silences.
"""

from __future__ import annotations

import asyncio
import tempfile
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, example, given, settings
from hypothesis import strategies as st

from records import people
from scheduler import planning
from tests.bookkeeping import Life
from tests.clinic import FENTANYL, MORPHINE, OXYCODONE, clinic_over, fresh_sqlite
from tests.databases import Shelf, in_memory
from tests.living import joined

MORNING = MORPHINE.model_copy(update={"times": "08:00,19:00"})
SOMETIMES = OXYCODONE.model_copy(update={"times": "12:00"})
HABITS = ("silent", "writes", "answers")
TO_LONDON = (">/settings", "I am travelling", "London", "Tomorrow", "I do not know yet")
SAID = (
    (">/medicines", "morning tablet", "New times", ">10:00, 20:00", "Rather not say", "Today"),
    (">/settings", "Which messages, and when", "Hour of the diary", ">8 pm"),
    (">/settings", "Which messages, and when", "Hour for check-ins", ">11 am"),
    (">/settings", "Which messages, and when", "Fewer messages"),
    (">/settings", "Which messages, and when", "The usual messages again"),
    (">/settings", "Quiet hours", "10 pm to 7 am"),
    (">/settings", "City and time", "Los Angeles"),
    (">/settings", "City and time", "London"),
    TO_LONDON,
    (">/settings", "My travel", "I am home again"),
    (">/break 3",),
    (">/break 0",),
    (">i am in hospital",),
    (">/settings", "I am back home"),
    (">/stop", "1: Messages only", "Yes, do this"),
    (">/settings", "Send messages again"),
    (">/medicines", "oxy", "I no longer take it", "Rather not say", "Today"),
    ("Later", "In 2 hours"),
    ("Later", "Tomorrow"),
    ("Begin",),
    (">/dose", "patch", "Put on a new patch", "Now"),
    (">/checkin",),
    (">/pause", "6"),
)
DAYS = st.tuples(st.just("days"), st.tuples(st.integers(1, 3), st.sampled_from(HABITS)))
act = st.one_of(
    DAYS,
    DAYS,
    st.tuples(st.just("tries"), st.sampled_from(SAID)),
    st.tuples(st.just("tries"), st.sampled_from(SAID)),
    st.tuples(st.just("tap"), st.integers(0, 10)),
    st.tuples(st.just("away"), st.sampled_from((6, 72, 300))),
    st.tuples(st.just("restart"), st.none()),
    st.tuples(st.just("jumps"), st.sampled_from((7200, 90, -30, -300))),
    st.tuples(st.just("no_line"), st.sampled_from((1, 9))),
    st.tuples(st.sampled_from(("blocks", "unblocks")), st.none()),
    st.tuples(st.just("hold"), st.sampled_from(("hospital", "bereavement", None, None))),
    st.tuples(st.just("withdraw"), st.sampled_from(("study", "prompts"))),
)
since = st.sampled_from((3, 45, 88, 358))
"""Days since the baseline: before the first Sunday, between check-ins, two days before one, before the last."""


async def live(url: str, acts: list[tuple[str, Any]], days: int) -> None:
    async with clinic_over(url) as clinic:
        ann = await joined(clinic, MORNING, SOMETIMES, FENTANYL, since=days)
        with clinic.database.write("study") as tx:
            weeks_ago = tx.now.date() - 16 * planning.ANSWERED_WITHIN
            people.change(tx, 1, "test", allocated_on=weeks_ago)
            planning.replan(tx, 1)
        life = Life(clinic, ann)
        for kind, what in acts:
            await life.does(kind, what)
            life.proved()
        await life.does("days", (2, "silent"))
        life.proved()


def on_sqlite(acts: list[tuple[str, Any]], days: int) -> None:
    with tempfile.TemporaryDirectory(dir=in_memory()) as folder:
        asyncio.run(live(fresh_sqlite(Path(folder)), acts, days))


COMMON: Any = {
    "deadline": None,
    "suppress_health_check": list(HealthCheck),
    "phases": (Phase.explicit, Phase.reuse, Phase.generate, Phase.shrink),
}
ROUGH: list[tuple[str, Any]] = [
    ("days", (1, "answers")),
    ("away", 6),
    ("blocks", None),
    ("days", (1, "silent")),
    ("unblocks", None),
    ("tries", TO_LONDON),
    ("jumps", -300),
    ("days", (1, "writes")),
    ("no_line", 9),
    ("hold", "hospital"),
    ("away", 72),
    ("hold", None),
    ("tries", (">/break 3",)),
    ("jumps", 7200),
    ("days", (2, "writes")),
    ("withdraw", "study"),
]
"""A fortnight in which everything happens once."""


@example(acts=ROUGH, days=88)
@example(acts=ROUGH[:-1], days=358)
@settings(max_examples=4, derandomize=True, **COMMON)
@given(acts=st.lists(act, min_size=3, max_size=5), days=since)
def test_the_books_agree_after_any_life(acts: list[tuple[str, Any]], days: int) -> None:
    on_sqlite(acts, days)


def test_what_a_long_outage_kept_back_is_told_once() -> None:
    on_sqlite([("away", 72), ("away", 300)], 45)


def test_after_an_outage_the_quiet_hours_are_those_of_a_place_reached_in_the_meantime() -> None:
    on_sqlite([("away", 6), ("tries", TO_LONDON), ("away", 72)], 45)


def test_a_prompt_that_a_line_kept_back_until_the_night_wakes_nobody() -> None:
    on_sqlite([("jumps", 7200), ("jumps", 7200), ("jumps", 7200), ("tries", (">/pain 4",)), ("no_line", 9)], 45)


@pytest.mark.slow
def test_the_books_agree_after_any_long_life(kind: str, shelf: Shelf) -> None:
    @settings(max_examples=60, **COMMON)
    @given(acts=st.lists(act, min_size=8, max_size=25), days=since)
    def lives(acts: list[tuple[str, Any]], days: int) -> None:
        url = shelf.url(kind)
        try:
            asyncio.run(live(url, acts, days))
        finally:
            shelf.drop(url)

    lives()
