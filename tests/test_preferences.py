"""What a person sets of messages and place: hours, fewer of them, practice put off, a travel there and back."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from content.catalogue import catalogue
from records import people
from records.person import person_of
from study import reading
from study.facts import PreferencesSet, PutOff, TravelPlanned
from study.person import Person
from study.steps import NotUnderstood
from tests.clinic import MORPHINE, Clinic, Patient, clinic_over, fresh_sqlite
from tests.golden import check
from tests.living import books, days, joined, prompts_sent, rows_of, until

NOON = MORPHINE.model_copy(update={"times": "12:00"})
NUDGES = catalogue().texts["nudge.ask"].every_form("en")


@pytest.fixture
async def clinic(tmp_path: Path) -> AsyncIterator[Clinic]:
    async with clinic_over(fresh_sqlite(tmp_path)) as clinic:
        yield clinic


def seen(clinic: Clinic) -> Person:
    with clinic.database.read() as tx:
        return person_of(tx, people.by_study_id(tx, "P0001"))


def plain(ann: Patient) -> str:
    lines = ann.transcript().replace("\u202f", " ").split("\n")
    return "\n".join(NUDGES[0] if line in NUDGES else line for line in lines)


# practice


async def nudged(clinic: Clinic, since: int = 8) -> Patient:
    """Somebody at 14:00 on a day of their course, with the reminder of practice open."""
    ann = await joined(clinic, since=since)
    await until(clinic, datetime(2026, 3, 3, 19, 0, tzinfo=UTC))
    ann.script[:] = ["(the reminder of practice)", *ann.script[-2:]]
    return ann


async def test_practice_is_offered_and_begun(clinic: Clinic) -> None:
    ann = await nudged(clinic)
    await ann.does("Why do I get this?", "Begin now")
    check("nudge_begun", plain(ann))
    (row,) = [r for r in rows_of(clinic, "practice_nudge") if r.occurrence == "2026-03-03"]
    assert row.state == "answered"
    assert books(clinic) == []


async def test_practice_can_be_put_off_and_comes_once_more(clinic: Clinic) -> None:
    ann = await nudged(clinic)
    await ann.does("Later", "In 2 hours")
    await clinic.passes(hours=2, minutes=1)
    assert ann.last.text in NUDGES
    await ann.taps("Not today")
    check("nudge_later", plain(ann))
    assert len(clinic.kept(PutOff)) == 1
    assert [r.state for r in rows_of(clinic, "again")] == ["answered"]


async def test_fewer_messages_are_one_tap_away_and_one_tap_back(clinic: Clinic) -> None:
    ann = await nudged(clinic)
    await ann.taps("Fewer messages")
    await days(clinic, 4)
    sent = len(prompts_sent(clinic, "nudge."))
    assert seen(clinic).preferences.fewer_messages
    await ann.does(">/settings", "Which messages, and when", "The usual messages again")
    check("fewer_messages", plain(ann))
    await days(clinic, 2)
    assert (sent, len(prompts_sent(clinic, "nudge."))) == (2, 4)
    assert [p.fewer_messages for p in clinic.kept(PreferencesSet)] == [True, False]
    assert books(clinic) == []


async def test_from_the_ninth_week_on_two_a_week(clinic: Clinic) -> None:
    ann = await joined(clinic, since=70)
    await days(clinic, 14, ann)
    assert len(prompts_sent(clinic, "nudge.")) == 4


# hours


async def test_hours_are_chosen_and_what_is_planned_moves_at_once(clinic: Clinic) -> None:
    ann = await joined(clinic, since=85)
    await until(clinic, datetime(2026, 3, 4, 12, 0, tzinfo=UTC))
    (invite,) = rows_of(clinic, "visit.month_3.invite")
    before = invite.due_local
    await ann.does(">/settings", "Which messages, and when", "Hour for check-ins", ">22:00", ">7 pm")
    (invite,) = rows_of(clinic, "visit.month_3.invite")
    assert (before[11:16], invite.due_local[11:16]) == ("10:00", "19:00")
    await ann.does(">/settings", "Which messages, and when", "Hour of the diary", ">11:30", ">8 pm")
    await ann.does(">/settings", "Which messages, and when", "Leave it")
    check("hours", plain(ann))
    assert (seen(clinic).preferences.diary_at, seen(clinic).preferences.contact_at) is not None
    await ann.does(">/settings", "Which messages, and when", "Hour for check-ins", "No special hour")
    assert seen(clinic).preferences.contact_at is None
    await days(clinic, 40)
    assert books(clinic) == []


async def test_prompts_before_usual_times_are_turned_on_again_in_the_settings(clinic: Clinic) -> None:
    ann = await clinic.enrolled("mbt", "Ann", NOON)
    assert [m.prompts for m in seen(clinic).medicines] == [False], "nobody is written to unasked"
    await ann.does(">/settings", "Which messages, and when", "Messages before my usual times", "Yes, please")
    check("pre_dose_on", plain(ann))
    assert [m.prompts for m in seen(clinic).medicines] == [True]


# travel


async def test_a_travel_is_planned_lived_and_over(clinic: Clinic) -> None:
    ann = await joined(clinic, NOON, since=21)
    at_home = person_of_zone(clinic)
    await ann.does(">/settings", "I am travelling", "London", "Another day", ">5 March", ">March 8")
    check("travel", plain(ann))
    assert at_home == person_of_zone(clinic) == "America/New_York"
    await until(clinic, datetime(2026, 3, 6, 6, 0, tzinfo=UTC), ann)
    assert person_of_zone(clinic) == "Europe/London"
    await days(clinic, 7, ann)
    assert person_of_zone(clinic) == "America/New_York"
    noons = [(r.due_at.hour, r.zone) for r in rows_of(clinic, "pre_dose") if r.sent_at]
    assert (11, "Europe/London") in noons
    assert {hour for hour, zone in noons if zone == "America/New_York"} == {16, 15}, "the clocks change on 8 March"
    assert books(clinic) == []


def person_of_zone(clinic: Clinic) -> str:
    with clinic.database.read() as tx:
        return str(people.by_study_id(tx, "P0001").zone)


async def test_a_travel_can_be_taken_back_ended_early_and_have_its_return_changed(clinic: Clinic) -> None:
    ann = await joined(clinic, since=21)
    await ann.does(">/settings", "I am travelling", "London", "Tomorrow", "I do not know yet")
    await ann.does(">/settings", "My travel", "I am not going")
    assert clinic.kept(TravelPlanned) == []
    await ann.does(">/settings", "I am travelling", "London", "Today", ">1 March", ">10 March")
    assert person_of_zone(clinic) == "Europe/London"
    await ann.does(">/settings", "My travel", "Change the day of return", ">12 March")
    assert [t.back_on for t in clinic.kept(TravelPlanned)] == [date(2026, 3, 12)]
    assert "City and time" not in (await ann.says("/settings")).buttons
    await ann.does("My travel", "I am home again")
    check("travel_changed", plain(ann))
    assert person_of_zone(clinic) == "America/New_York"
    await days(clinic, 12)
    assert person_of_zone(clinic) == "America/New_York"
    assert books(clinic) == []


@pytest.mark.parametrize(
    ("typed", "day"),
    [
        ("5 March", "2026-03-05"),
        ("march 5th", "2026-03-05"),
        ("Thursday, 5. March 2027", "2027-03-05"),
        ("2026-12-24", "2026-12-24"),
        ("1 Jan", "2027-01-01"),
        ("29 Feb 2028", "2028-02-29"),
    ],
)
def test_typed_days_are_understood(typed: str, day: str) -> None:
    assert reading.day(typed, date(2026, 3, 2)) == day


@pytest.mark.parametrize("typed", ["3/5", "soon", "31 June", "5", "29 Feb", "2026-13-01"])
def test_days_that_are_not_clear_are_asked_again(typed: str) -> None:
    assert isinstance(reading.day(typed, date(2026, 3, 2)), NotUnderstood)
