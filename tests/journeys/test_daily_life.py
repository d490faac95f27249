"""What people do on an ordinary day, through the running bot and real HTTP."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from study.facts import ConsentGiven, DoseTaken, Enrolled, ExerciseLed, PauseEnded
from tests.journeys.live import EXERCISE, Running, heard_texts, later_in_15_minutes, running


@pytest.fixture
async def clinic(tmp_path: Path) -> AsyncIterator[Running]:
    async with running(tmp_path) as clinic:
        yield clinic


async def test_somebody_joins_pauses_and_logs_the_dose(clinic: Running) -> None:
    ann = clinic.stranger("Ann")
    ann.person.opens(f"https://t.me/{clinic.pretend.username}?start={clinic.invited('mbt').token}")
    await clinic.settle()
    await ann.does("I agree to take part", "New York", "9 pm to 8 am", "No")
    await ann.does("oxycodone", "Tablet", ">5", "mg", "As needed", ">1", "It does not say", "Skip", "Use oxycodone")
    await ann.does("No", "Yes", "Done", "About to take a dose")
    assert "You are in" in ann.hears
    await ann.does("About to take a dose", *EXERCISE)
    await clinic.passes(minutes=2)
    assert "And the pain now" in ann.last.text, "the exercise led itself to its end"
    await ann.does("5", "3", "I took it, or take it now", "1 tablet (usual)")
    assert "1 tablet of oxycodone, " in ann.hears
    (consent,), (_,), (led,) = clinic.kept(ConsentGiven), clinic.kept(Enrolled), clinic.kept(ExerciseLed)
    (ended,), (dose,) = clinic.kept(PauseEnded), clinic.kept(DoseTaken)
    assert (consent.answer, led.completed, ended.decision) == ("agreed", True, "took")
    assert dose.pause == led.pause == ended.pause


async def test_two_people_talk_at_once_and_nothing_gets_mixed_up(clinic: Running) -> None:
    ann, ben = await clinic.enrolled("mbt", "Ann"), await clinic.enrolled("cbt", "Ben")
    for text in ("/dose", "2"):
        ann.person.says(text)
        ben.person.says(text if text == "/dose" else "Another amount")
    await clinic.settle()
    ben.person.says("3")
    await clinic.settle()
    for patient in (ann, ben):
        patient.person.taps(None, "Now")
    await clinic.settle()
    assert "2 tablets of " in ann.last.text
    assert "3 tablets of " in ben.last.text
    assert sorted(dose.count for dose in clinic.kept(DoseTaken)) == [2, 3]


async def test_an_exercise_leads_itself_while_the_clock_moves_step_by_step(clinic: Running) -> None:
    ann = await clinic.enrolled("mbt")
    await ann.does(">/pause", *EXERCISE)
    before = len(heard_texts(ann))
    await clinic.passes(seconds=30)
    assert len(heard_texts(ann)) == before + 2
    await clinic.passes(minutes=1)
    (led,) = clinic.kept(ExerciseLed)
    assert led.completed
    assert "And the pain now" in ann.last.text


async def test_a_leap_of_the_clock_ends_in_one_message_and_not_in_a_burst_of_steps(clinic: Running) -> None:
    ann = await clinic.enrolled("mbt")
    await ann.does(">/pause", *EXERCISE)
    before = len(heard_texts(ann))
    await clinic.later(minutes=9)
    assert [text.split(".")[0] for text in heard_texts(ann)[before:]] == ["We were interrupted", "Sit or lie down"]
    await ann.does("Take my dose now", "1 tablet (usual)")
    (led,) = clinic.kept(ExerciseLed)
    assert (led.completed, led.ended) == (False, "took_dose")


async def test_a_check_back_comes_once_at_the_time_the_person_chose(clinic: Running) -> None:
    ann = await clinic.enrolled("mbt")
    await later_in_15_minutes(ann)
    await clinic.passes(minutes=14)
    assert "You asked me to come back" not in ann.last.text
    await clinic.passes(minutes=60)
    assert sum("You asked me to come back" in text for text in heard_texts(ann)) == 1
    assert clinic.due_states("check_back") == ["answered"]
