"""The evening diary: what is logged is shown, the usual stated before it is written, and only today can be answered."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest

from study.facts import AlertRaised, DiaryDay, DiaryDose, DoseTaken
from tests.clinic import FENTANYL, MORPHINE, OXYCODONE, Clinic, fresh_sqlite
from tests.databases import Shelf
from tests.evenings import MONDAY, TUESDAY, clinic_of_evenings, evening, joined, of_days, states, until
from tests.golden import check


@pytest.fixture
async def clinic(kind: str, shelf: Shelf) -> AsyncIterator[Clinic]:
    """Over each kind of database."""
    async with clinic_of_evenings(shelf.url(kind)) as clinic:
        yield clinic


@pytest.fixture
async def small(tmp_path: Path) -> AsyncIterator[Clinic]:
    """Over SQLite, where the database makes no difference."""
    async with clinic_of_evenings(fresh_sqlite(tmp_path)) as clinic:
        yield clinic


async def test_the_evening_asks_what_was_logged_and_whether_that_was_all(clinic: Clinic) -> None:
    ann = await joined(clinic, OXYCODONE, MORPHINE)
    await until(clinic, evening(TUESDAY, "15:00"))
    await ann.does(">/dose", "oxy", "2 tablets", "Now")
    shown = len(ann.person.messages)
    await until(clinic, evening(TUESDAY, "18:29"))
    assert len(ann.person.messages) == shown
    await clinic.passes(minutes=2)
    assert ann.last.text.splitlines()[0] == "The diary for Tuesday 3 March."
    assert "oxy: 2 tablets logged." in ann.last.text
    assert "morning tablet: nothing logged." in ann.last.text
    await ann.taps("That was all")
    (day,) = clinic.kept(DiaryDay)
    assert (day.on, day.answer, day.answered_local[:16]) == (TUESDAY, "all_logged", "2026-03-03T18:31")
    assert of_days(clinic.kept(DiaryDose)) == {"m0": ("as_logged", 2, 2), "m1": ("as_logged", 0, 0)}
    assert len(clinic.kept(DoseTaken)) == 1
    assert states(clinic, "diary") == {"diary 2026-03-03": "answered"}
    check("diary_all_logged", ann.transcript())


async def test_as_usual_is_stated_for_each_medicine_before_it_is_written(small: Clinic) -> None:
    ann = await joined(small, MORPHINE, FENTANYL)
    await until(small, evening(TUESDAY, "18:31"))
    await ann.taps("As usual")
    assert "morning tablet: 2 tablets in all.\npatch: 1 patch in all." in ann.hears
    assert small.kept(DiaryDose) == []
    await ann.taps("Yes, write it down")
    assert of_days(small.kept(DiaryDose)) == {"m0": ("as_usual", 2, 0), "m1": ("as_usual", 1, 0)}
    assert small.kept(DoseTaken) == []
    check("diary_as_usual", ann.transcript())


async def test_what_has_no_usual_amount_is_asked(small: Clinic) -> None:
    ann = await joined(small, OXYCODONE, MORPHINE)
    await until(small, evening(TUESDAY, "18:31"))
    await ann.does("As usual", "Yes, write it down", "I do not remember")
    assert of_days(small.kept(DiaryDose)) == {"m0": ("dont_remember", None, 0), "m1": ("as_usual", 2, 0)}
    assert [d.answer for d in small.kept(DiaryDay)] == ["as_usual"]


async def test_different_asks_each_medicine_and_none_unknown_and_an_amount_differ(small: Clinic) -> None:
    ann = await joined(small, OXYCODONE, MORPHINE, FENTANYL)
    await until(small, evening(TUESDAY, "18:31"))
    await ann.does("It was different", "Another amount", ">1 1/2", "None", "I do not remember")
    assert of_days(small.kept(DiaryDose)) == {
        "m0": ("different", 1.5, 0),
        "m1": ("zero", 0, 0),
        "m2": ("dont_remember", None, 0),
    }
    check("diary_different", ann.transcript())


async def test_none_with_an_empty_log_is_zero_for_each_medicine(small: Clinic) -> None:
    ann = await joined(small, OXYCODONE, MORPHINE)
    await until(small, evening(TUESDAY, "18:31"))
    assert "That was all" not in ann.buttons
    await ann.taps("None on this day")
    assert of_days(small.kept(DiaryDose)) == {"m0": ("zero", 0, 0), "m1": ("zero", 0, 0)}
    check("diary_none", ann.transcript())


async def test_none_beside_logged_doses_is_asked_about_and_changes_no_log(small: Clinic) -> None:
    ann = await joined(small)
    await until(small, evening(TUESDAY, "17:00"))
    await ann.does(">/dose", "1 tablet (usual)", "Now")
    await until(small, evening(TUESDAY, "18:31"))
    await ann.does("None on this day", "None, the log is wrong")
    assert "send /fix" in ann.hears
    assert of_days(small.kept(DiaryDose)) == {"m0": ("zero", 0, 1)}
    assert len(small.kept(DoseTaken)) == 1
    check("diary_none_but_logged", ann.transcript())


async def test_rather_not_say_is_an_answer_and_not_today_is_none(small: Clinic) -> None:
    ann = await joined(small)
    await until(small, evening(TUESDAY, "18:31"))
    await ann.taps("Not today")
    assert (small.kept(DiaryDay), small.kept(DiaryDose)) == ([], [])
    assert states(small, "diary") == {"diary 2026-03-03": "answered"}
    await ann.does(">/diary", "Rather not say")
    assert of_days(small.kept(DiaryDose)) == {"m0": ("rather_not_say", None, 0)}
    assert [d.answer for d in small.kept(DiaryDay)] == ["rather_not_say"]
    check("diary_rather_not", ann.transcript())


async def test_why_explains_and_then_takes_the_answer(small: Clinic) -> None:
    ann = await joined(small)
    await until(small, evening(TUESDAY, "18:31"))
    await ann.taps("Why do I get this?")
    assert "each evening since you joined on Monday 2 March, and this one is about Tuesday 3 March" in ann.hears
    await ann.taps("None on this day")
    assert len(small.kept(DiaryDay)) == 1
    check("diary_why", ann.transcript())


async def test_an_amount_over_the_label_is_asked_about_once_and_told_to_staff(small: Clinic) -> None:
    ann = await joined(small)
    await until(small, evening(TUESDAY, "18:31"))
    await ann.does("It was different", ">9")
    assert "at most 4 tablets" in ann.hears
    await ann.taps("Yes")
    assert "more than the label" in ann.hears
    assert [alert.rule for alert in small.kept(AlertRaised)] == ["dose_excess"]
    check("diary_over_label", ann.transcript())


async def test_answered_before_its_hour_no_prompt_comes(small: Clinic) -> None:
    ann = await joined(small)
    await until(small, evening(TUESDAY, "12:00"))
    await ann.does(">/diary", "None on this day")
    shown = len(ann.person.messages)
    await until(small, evening(TUESDAY, "22:00"))
    assert len(ann.person.messages) == shown
    assert states(small, "diary") == {"diary 2026-03-03": "answered"}


async def test_answered_again_the_last_answer_counts(small: Clinic) -> None:
    ann = await joined(small)
    await ann.does(">/diary", "None on this day", ">/diary")
    assert "none" in ann.hears
    await ann.does("Change it", "It was different", "2 tablets")
    assert [d.answer for d in small.kept(DiaryDay)] == ["none", "different"]
    await ann.does(">/diary", "Leave it")
    assert len(small.kept(DiaryDay)) == 2
    check("diary_again", ann.transcript())


async def test_the_day_ends_at_four_and_is_not_filled_in_afterwards(small: Clinic) -> None:
    ann = await joined(small)
    await until(small, evening(TUESDAY, "18:31"))
    await until(small, evening(TUESDAY, "23:30"))
    await ann.says("/diary")
    assert "Tuesday 3 March" in ann.hears
    await until(small, evening(TUESDAY, "18:31") + timedelta(hours=9))
    await ann.says("/diary")
    assert "Tuesday 3 March" in ann.hears
    await until(small, evening(TUESDAY, "18:31") + timedelta(hours=9, minutes=30))
    await ann.taps("None on this day")
    assert "That day is over" in ann.hears
    assert small.kept(DiaryDay) == []
    await ann.says("/diary")
    assert "Wednesday 4 March" in ann.hears
    check("diary_over", ann.transcript())


async def test_a_dose_logged_while_the_question_stands_is_shown_before_that_was_all_counts(small: Clinic) -> None:
    ann = await joined(small)
    await until(small, evening(TUESDAY, "17:00"))
    await ann.does(">/dose", "1 tablet (usual)", "Now")
    await until(small, evening(TUESDAY, "19:30"))
    await ann.does(">/dose", "2 tablets", "Now")
    assert "You were in the middle of something: your diary." in ann.hears
    await ann.does("Go on", "That was all")
    assert "oxy: 3 tablets logged." in ann.hears
    await ann.taps("That was all")
    assert of_days(small.kept(DiaryDose)) == {"m0": ("as_logged", 3, 3)}
    check("diary_by_now", ann.transcript())


async def test_a_prompt_left_over_night_says_that_its_day_is_over(small: Clinic) -> None:
    ann = await joined(small)
    await until(small, evening(TUESDAY, "18:31") + timedelta(hours=12))
    await ann.taps("None on this day")
    assert "That day is over" in ann.hears
    assert small.kept(DiaryDay) == []
    assert states(small, "diary") == {"diary 2026-03-03": "sent"}
    await until(small, evening(TUESDAY, "18:31") + timedelta(days=2))
    assert states(small, "diary")["diary 2026-03-03"] == "expired"


async def test_monday_is_the_day_of_the_baseline_and_has_no_prompt(small: Clinic) -> None:
    await joined(small)
    await until(small, evening(MONDAY, "23:00"))
    assert states(small, "diary") == {}
