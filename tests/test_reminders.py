"""Every path of a reminder, as a person reads it: golden transcripts of the ladder, of what was put off or is over.

Those of the evening, the dose, practice, travel, breaks and the end of the year stand beside their own tests.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from bot import dues
from bot.prompted import SENDERS
from records import people
from scheduler import planning
from tests.bookkeeping import Life
from tests.clinic import Clinic, Patient, fresh_sqlite
from tests.evenings import clinic_of_evenings
from tests.golden import FOLDER, check
from tests.living import books, days, joined, until
from tests.plans import STAMP

TEN = datetime(2026, 3, 5, 15, 0, tzinfo=UTC)  # 10:00 in New York, three months after the baseline
HAS = {
    "visit": (
        *("visit_ladder", "baseline_ladder", "visit_why", "visit_over", "check_in_late", "check_in_after_a_hold"),
        *("break_moves_a_check_in", "break_over_a_check_in"),
    ),
    "visit_again": ("visit_put_off",),
    "session": ("session_opens",),
    "session_again": ("session_put_off",),
    "diary": ("diary_as_usual", "diary_why", "diary_over", "diary_by_now", "diary_again"),
    "weekly": ("weekly", "weekly_alone"),
    "week_picture": ("week_picture",),
    "meeting": ("meeting_soon", "meeting_off"),
    "pre_dose": ("pre_dose_pause", "pre_dose_off", "pre_dose_late"),
    "practice_nudge": ("nudge_begun", "fewer_messages"),
    "again": ("nudge_later", "diary_put_off", "weekly_put_off"),
    "closing": ("closing",),
    "outage": ("away_an_evening", "away_three_days"),
    "check_back": ("pause_later",),
    "step": ("pause_mbt", "pause_cbt"),
    "patch_assumed": ("patch_assumed",),
    "allocated": ("allocated",),
    "amount_check": ("took_much_less",),
    "travel": ("travel",),
}
"""Every kind of reminder → its transcripts."""


@pytest.fixture
async def clinic(tmp_path: Path) -> AsyncIterator[Clinic]:
    async with clinic_of_evenings(fresh_sqlite(tmp_path)) as clinic:
        yield clinic


async def invited(clinic: Clinic) -> Patient:
    """Somebody whose check-in of month 3 was offered a minute ago, and who has heard of nothing else."""
    ann = await joined(clinic, arm=None, since=87)
    await until(clinic, TEN - timedelta(minutes=1), ann)
    ann.script.clear()
    await clinic.passes(minutes=2)
    return ann


def ladder_of(ann: Patient) -> str:
    """What is about the check-in, a message and its buttons each."""
    told = zip(ann.script, [*ann.script[1:], ""], strict=True)
    return "\n".join(f"{line}\n{buttons}" for line, buttons in told if "3-month check-in" in line) + "\n"


async def test_a_check_in_nobody_answers_reads_plainly_to_its_end(clinic: Clinic) -> None:
    ann = await invited(clinic)
    await days(clinic, 29)
    check("visit_ladder", ladder_of(ann))
    assert books(clinic) == []


async def test_why_and_then_begun(clinic: Clinic) -> None:
    ann = await invited(clinic)
    await ann.does("Why do I get this?", "Begin")
    check("visit_why", ann.transcript())


async def test_put_off_it_comes_back(clinic: Clinic) -> None:
    ann = await invited(clinic)
    await ann.does("Later", "In 2 hours")
    await clinic.passes(hours=2, minutes=1)
    await ann.does("Later", "Tomorrow")
    check("visit_put_off", ann.transcript())
    await days(clinic, 2)
    assert books(clinic) == []


async def test_an_invitation_tapped_after_its_window_is_answered_kindly(clinic: Clinic) -> None:
    ann = await invited(clinic)
    await days(clinic, 30)
    ann.script.clear()
    await ann.taps("Begin")
    check("visit_over", ann.transcript())


async def in_week_two(clinic: Clinic) -> Patient:
    """Somebody whose second session has opened a minute ago."""
    ann = await joined(clinic, since=9)
    with clinic.database.write("study") as tx:
        people.change(tx, 1, "test", allocated_on=tx.now.date() - timedelta(days=7))
        planning.replan(tx, 1)
    await until(clinic, datetime(2026, 3, 3, 15, 29, tzinfo=UTC))
    ann.script.clear()
    await clinic.passes(minutes=2)
    return ann


async def test_a_session_opens_and_says_why(clinic: Clinic) -> None:
    ann = await in_week_two(clinic)
    await ann.taps("Why do I get this?")
    check("session_opens", ann.transcript())


async def test_a_session_put_off_comes_back(clinic: Clinic) -> None:
    ann = await in_week_two(clinic)
    await ann.does("Later", "In 2 hours")
    await clinic.passes(hours=2, minutes=1)
    check("session_put_off", ann.transcript())
    assert books(clinic) == []


@pytest.mark.parametrize(("name", "hours"), [("an_evening", 14), ("three_days", 72)])
async def test_after_an_outage(clinic: Clinic, name: str, hours: int) -> None:
    ann = await joined(clinic, since=45)
    await until(clinic, datetime(2026, 3, 2, 22, 0, tzinfo=UTC))
    ann.script.clear()
    ann.seen = len(ann.person.messages)
    await Life(clinic, ann).does("away", hours)
    ann._note()
    check(f"away_{name}", ann.transcript())
    assert books(clinic) == []


def test_every_kind_of_reminder_has_its_transcript() -> None:
    heard = {family for family in SENDERS if STAMP.items[family].does == "message"}
    assert HAS.keys() == heard | dues.TAKEN.keys()
    for name in (name for names in HAS.values() for name in names):
        assert (FOLDER / f"{name}.txt").exists(), name
