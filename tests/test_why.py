""" "Why do I get this?" is answered from the row of the message: what it counts from, what it waited for."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest

from coordinator import enrolling
from scheduler.planning import replan
from tests.clinic import OXYCODONE, Clinic, Patient, clinic_over, fresh_sqlite
from tests.living import days, joined

CHECK_IN = "3-month check-in"
WHY = "Why do I get this?"


@pytest.fixture
async def clinic(tmp_path: Path) -> AsyncIterator[Clinic]:
    async with clinic_over(fresh_sqlite(tmp_path)) as clinic:
        yield clinic


async def offered(clinic: Clinic, ann: Patient) -> str:
    """Live until the check-in is spoken of again; what the person then reads who asks why."""
    seen = len(ann.person.messages)
    for _ in range(24 * 8):
        await clinic.passes(hours=1)
        if any(m.from_bot and CHECK_IN in m.text and WHY in m.button_texts for m in ann.person.messages[seen:]):
            await ann.taps(WHY)
            return ann.hears
    raise AssertionError("nothing about the check-in in a week")


async def test_invitation_put_off_reminder_short_form_and_last_message_say_different_things(clinic: Clinic) -> None:
    ann = await joined(clinic, OXYCODONE, since=89)
    assert "counts from Wednesday 3 December and is open from" in await offered(clinic, ann)
    await ann.does("Later", "In 2 hours")
    assert f"You put your {CHECK_IN} off to" in await offered(clinic, ann)
    assert "This is a reminder, because your" in await offered(clinic, ann)
    assert "This is the short form, because your" in await offered(clinic, ann)


async def test_what_waited_for_the_end_of_a_break_or_a_hold_says_so(clinic: Clinic) -> None:
    ann = await joined(clinic, OXYCODONE, since=89)
    await ann.does(">/break", "3 days")
    told = await offered(clinic, ann)
    assert "waited from Tuesday 3 March for the end of your break" in told
    enrolling.hold(clinic.database, "P0001", "other", "dana")
    await days(clinic, 4)
    enrolling.hold(clinic.database, "P0001", None, "dana")
    with clinic.database.write("study") as tx:
        replan(tx, 1)
    assert "while messages were paused, and there is time until" in await offered(clinic, ann)


async def test_the_evening_names_its_day_and_a_practice_that_was_put_off_its_time(clinic: Clinic) -> None:
    ann = await joined(clinic, OXYCODONE)
    await clinic.passes(days=1)
    await ann.says("/help")
    while "Fewer messages" not in ann.buttons:
        await clinic.passes(hours=1)
    await ann.taps(WHY)
    assert "This is week 1 of your course" in ann.hears
    await ann.does("Later", "In 2 hours")
    put_off_at = clinic.clock() + timedelta(hours=2)
    await clinic.passes(hours=2, minutes=1)
    await ann.taps(WHY)
    assert ann.hears.startswith("You put this off to ")
    assert f"{put_off_at:%M}" in ann.hears
