"""Logging how it is and practice: few taps, plain words, and only what was said is kept."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from study.facts import ExerciseLed, Note, PainRated, PracticeDone
from tests.clinic import MORPHINE, OXYCODONE, START, Clinic, Patient, clinic_over, fresh_sqlite


@pytest.fixture
async def clinic(tmp_path: Path) -> AsyncIterator[Clinic]:
    async with clinic_over(fresh_sqlite(tmp_path)) as clinic:
        yield clinic


@pytest.fixture
async def ann(clinic: Clinic) -> Patient:
    return await clinic.enrolled("mbt")


def plain(text: str) -> str:
    """With ordinary spaces: clock times have a narrow one before AM and PM."""
    return text.replace("\u202f", " ")


# how it is


async def test_a_rating_is_logged_with_one_tap(clinic: Clinic, ann: Patient) -> None:
    await ann.does("Log how it is", "6")
    assert plain(ann.hears) == "Logged: 6 of 10, Mon 2 Mar, 10:00 AM. Not right? Send /undo or /fix."
    (rated,) = clinic.kept(PainRated)
    assert (rated.pain, rated.urge, rated.rated_at, rated.zone) == (6, None, START, "America/New_York")
    assert rated.rated_local == "2026-03-02T10:00:00"


@pytest.mark.parametrize("command", ["/pain", "/rate"])
async def test_either_command_asks(clinic: Clinic, ann: Patient, command: str) -> None:
    await ann.says(command)
    assert "How strong is your pain right now?" in ann.hears
    assert ann.buttons[:11] == [str(n) for n in range(11)]


@pytest.mark.parametrize(
    ("said", "pain"), [("8/10", 8), ("about 6", 6), ("seven", 7), ("7.", 7), ("3️⃣", 3), ("0", 0), ("ten", 10)]
)
async def test_a_typed_rating_is_understood(clinic: Clinic, ann: Patient, said: str, pain: int) -> None:
    await ann.does(">/pain", f">{said}")
    assert [r.pain for r in clinic.kept(PainRated)] == [pain]


@pytest.mark.parametrize("said", ["8/10", "about 6"])
async def test_a_rating_sent_with_the_command_is_logged_at_once(clinic: Clinic, ann: Patient, said: str) -> None:
    await ann.says(f"/pain {said}")
    assert "Logged:" in ann.hears
    assert len(clinic.kept(PainRated)) == 1


@pytest.mark.parametrize("said", ["11", "-1", "7-8", "7.5"])
async def test_what_is_no_rating_is_asked_again(clinic: Clinic, ann: Patient, said: str) -> None:
    await ann.does(">/pain", f">{said}")
    assert "How strong is your pain right now?" in ann.hears
    assert clinic.kept(PainRated) == []


async def test_words_with_the_command_that_are_no_rating_bring_the_question(clinic: Clinic, ann: Patient) -> None:
    await ann.says("/pain my back since this morning")
    assert "How strong is your pain right now?" in ann.hears
    assert clinic.kept(PainRated) == []


@pytest.mark.parametrize("pain", ["9", "10"])
async def test_a_very_high_rating_names_the_way_to_urgent_help(clinic: Clinic, ann: Patient, pain: str) -> None:
    await ann.does(">/pain", pain)
    assert "/urgent" in ann.hears
    assert "!" not in ann.hears


async def test_a_rating_below_that_does_not(clinic: Clinic, ann: Patient) -> None:
    await ann.does(">/pain", "8")
    assert "/urgent" not in ann.hears


async def test_a_rating_sent_while_we_were_away_has_its_own_time(clinic: Clinic, ann: Patient) -> None:
    ann.person.says("/pain 4")
    await clinic.later(minutes=40)
    (rated,) = clinic.kept(PainRated)
    assert rated.rated_at == START + timedelta(minutes=40)


async def test_back_to_another_medicine_looks_up_the_other_one(clinic: Clinic) -> None:
    bob = await clinic.enrolled("mbt", "Bob", OXYCODONE, MORPHINE)
    await bob.does(">/dose", "oxy", "1 tablet (usual)", "Now")
    await bob.does(">/dose", "oxy", "1 tablet (usual)", "Now")
    assert "Is this the same one, or another one?" in bob.hears
    await bob.does("« Back", "« Back", "« Back", "morning tablet", "1 tablet (usual)", "Now")
    assert bob.hears.startswith("Logged: 1 tablet of morning tablet")


# practice


async def test_practice_of_ones_own_takes_two_taps(clinic: Clinic, ann: Patient) -> None:
    await ann.does("Practice", "20 min", "Now")
    assert plain(ann.hears) == (
        "Logged: 20 minutes of practice, Mon 2 Mar, 10:00 AM. Your last 7 days: 20 of 180 minutes. "
        "Not right? Send /undo or /fix."
    )
    (done,) = clinic.kept(PracticeDone)
    assert (done.minutes, done.done_at, done.done_local) == (20, START, "2026-03-02T10:00:00")


async def test_practice_earlier_today_keeps_the_day_and_no_time(clinic: Clinic, ann: Patient) -> None:
    await ann.does(">/practice", "5 min", "Earlier today")
    (done,) = clinic.kept(PracticeDone)
    assert done.done_local == "2026-03-02"
    assert "Monday 2 March." in ann.hears


async def test_practice_of_yesterday_stands_in_yesterday(clinic: Clinic, ann: Patient) -> None:
    await ann.does(">/practice", "5 min", "Yesterday, Sunday 1 March")
    (done,) = clinic.kept(PracticeDone)
    assert (done.done_local, done.done_at) == ("2026-03-01", datetime(2026, 3, 1, 17, 0, tzinfo=UTC))


async def test_a_tap_that_may_be_old_gives_a_day_and_no_time(clinic: Clinic, ann: Patient) -> None:
    await ann.does(">/practice", "5 min")
    ann.person.taps(ann.last.message_id, "Now")
    clinic.clock.move(hours=1)
    await clinic.settle()
    (done,) = clinic.kept(PracticeDone)
    assert done.done_local == "2026-03-02"


@pytest.mark.parametrize(
    ("said", "minutes"), [("12", 12), ("half an hour", 30), ("1 h 15", 75), ("20 min", 20), ("an hour", 60)]
)
async def test_typed_minutes_are_understood(clinic: Clinic, ann: Patient, said: str, minutes: int) -> None:
    await ann.does(">/practice", f">{said}", "Now")
    assert [p.minutes for p in clinic.kept(PracticeDone)] == [minutes]


async def test_minutes_can_come_with_the_command(clinic: Clinic, ann: Patient) -> None:
    await ann.does(">/practice 15", "Now")
    assert [p.minutes for p in clinic.kept(PracticeDone)] == [15]


@pytest.mark.parametrize("said", ["0", "2000", "some"])
async def test_minutes_that_cannot_be_are_asked_again(clinic: Clinic, ann: Patient, said: str) -> None:
    await ann.does(">/practice", "Other minutes", f">{said}")
    assert "How many minutes?" in ann.hears
    await ann.does(">12", "Now")
    assert [p.minutes for p in clinic.kept(PracticeDone)] == [12]


async def test_back_from_the_time_asks_the_minutes_again(clinic: Clinic, ann: Patient) -> None:
    await ann.does(">/practice", "20 min", "« Back", "30 min", "Now")
    assert [p.minutes for p in clinic.kept(PracticeDone)] == [30]


async def test_the_week_is_told_without_praise_or_blame(clinic: Clinic, ann: Patient) -> None:
    await ann.does(">/practice 30", "Now", ">/practice 30", "Yesterday, Sunday 1 March", ">/practice 1", "Now")
    assert "Logged: 1 minute of practice" in ann.hears
    assert "61 of 180 minutes" in ann.hears
    await clinic.later(days=8)
    await ann.does(">/practice 10", "Now")
    assert "10 of 180 minutes" in ann.hears


async def test_practice_can_be_led_at_once(clinic: Clinic, ann: Patient) -> None:
    await ann.does("Practice", "Lead me one now", "1 minute", "One quiet minute")
    await clinic.passes(minutes=2)
    (led,) = clinic.kept(ExerciseLed)
    assert led.completed
    assert led.pause is None


async def test_words_nobody_asked_for_stay_a_note_and_the_question_comes_again(clinic: Clinic, ann: Patient) -> None:
    await ann.does(">/practice", ">I did the one with the feet in the garden")
    assert [n.text for n in clinic.kept(Note)] == ["I did the one with the feet in the garden"]
    assert "Practice. I can lead one now." in ann.hears
