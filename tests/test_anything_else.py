"""Whatever else people send: one clear line each, nothing stored that was not asked for, and the question again."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, select

from bot.studio.people import Person
from records.fact_tables import TABLE_OF
from records.tables import AlertRow, table
from study.facts import DoseTaken, Note, PainRated
from tests.clinic import Clinic, Patient, clinic_over, fresh_sqlite

NOT_STORED = "I can only read text and taps. I did not keep this."
FORWARDED = "I do not read forwarded messages. I did not keep this one."
EDITED = "I saw that you changed a message. What is logged stays as it is. To change it, send /fix."
GROUP = "I only talk in private. I kept nothing from this group."

THINGS: dict[str, Callable[[Person], int]] = {
    "voice": lambda person: person.sends_voice(),
    "photo": lambda person: person.sends_photo(b"png", "my pill box"),
    "photo without words": lambda person: person.sends_photo(b"png"),
    "sticker": lambda person: person.sends_sticker(),
    "contact": lambda person: person.sends_contact(),
    "location": lambda person: person.sends_location(40.7, -74.0),
    "forwarded": lambda person: person.forwards("read this, it is about tea"),
}


@pytest.fixture
async def clinic(tmp_path: Path) -> AsyncIterator[Clinic]:
    async with clinic_over(fresh_sqlite(tmp_path)) as clinic:
        yield clinic


@pytest.fixture
async def ann(clinic: Clinic) -> Patient:
    return await clinic.enrolled("mbt")


async def sends(clinic: Clinic, patient: Patient, thing: Callable[[Person], Any]) -> list[str]:
    """What the bot answers to something that is neither text nor tap."""
    before = len(patient.person.messages)
    thing(patient.person)
    await clinic.settle()
    return [m.text for m in patient.person.messages[before:] if m.from_bot]


def stored(clinic: Clinic) -> int:
    """How many fact rows there are, of any kind."""
    counts = [clinic.rows(select(func.count()).select_from(table(rows)))[0][0] for rows in TABLE_OF.values()]
    return sum(counts)


@pytest.mark.parametrize("name", THINGS)
async def test_a_thing_is_answered_in_one_line_and_not_stored(clinic: Clinic, ann: Patient, name: str) -> None:
    before = stored(clinic)
    said = await sends(clinic, ann, THINGS[name])
    assert said == [FORWARDED if name == "forwarded" else NOT_STORED]
    assert stored(clinic) == before


@pytest.mark.parametrize("name", THINGS)
async def test_the_open_question_comes_again_after_a_thing(clinic: Clinic, ann: Patient, name: str) -> None:
    await ann.says("/dose")
    _, question = await sends(clinic, ann, THINGS[name])
    assert question.startswith("How much oxy")
    await ann.does("1 tablet (usual)", "Now")
    assert len(clinic.kept(DoseTaken)) == 1


@pytest.mark.parametrize("name", THINGS)
async def test_a_stranger_is_answered_too(clinic: Clinic, name: str) -> None:
    (said,) = await sends(clinic, clinic.stranger(), THINGS[name])
    assert "This chat is for people in a study." in said


async def test_an_edit_changes_no_fact_and_the_question_comes_again(clinic: Clinic, ann: Patient) -> None:
    await ann.says("/pain")
    written = ann.person.says("6")
    await clinic.settle()
    await ann.says("/dose")
    said = await sends(clinic, ann, lambda person: person.edits(written, "2"))
    assert said[0] == EDITED
    assert said[1].startswith("How much oxy")
    assert [r.pain for r in clinic.kept(PainRated)] == [6]


@pytest.mark.parametrize(
    ("thing", "expected"),
    [
        (lambda person: person.sends_photo(b"png", "I want to die"), "988"),
        (lambda person: person.forwards("I want to die"), "988"),
        (lambda person: person.edits(person.says("hello"), "I took too many pills"), "911"),
    ],
)
async def test_safety_words_are_found_in_whatever_carries_words(
    clinic: Clinic, ann: Patient, thing: Callable[[Person], Any], expected: str
) -> None:
    said = "\n".join(await sends(clinic, ann, thing))
    assert expected in said
    assert "Are you safe right now?" in said
    assert clinic.rows(select(table(AlertRow)))


async def test_words_nobody_expected_are_kept_with_who_reads_them(clinic: Clinic, ann: Patient) -> None:
    await ann.says("my neighbour has the same tablets")
    assert ann.hears.startswith("I kept your words for the study team. Nobody is watching this chat.")
    (note,) = clinic.kept(Note)
    assert (note.text, note.to_team, note.about) == ("my neighbour has the same tablets", False, "unexpected")


async def test_words_in_the_middle_of_a_question_are_kept_and_it_comes_again(clinic: Clinic, ann: Patient) -> None:
    await ann.does(">/dose", ">what about the other ones then")
    assert ann.heard[0].text.startswith("I kept your words")
    assert ann.heard[1].text.startswith("How much oxy")
    await ann.does("1 tablet (usual)", "Now")
    assert len(clinic.kept(DoseTaken)) == 1


@pytest.mark.parametrize("said", ["/nonsense", "/dosee", "/"])
async def test_an_unknown_command_is_said_to_be_one(clinic: Clinic, ann: Patient, said: str) -> None:
    await ann.says(said)
    assert ann.hears == "I do not know that command. /help shows what I can do."


async def test_a_command_may_name_the_bot_and_stand_in_capitals(clinic: Clinic, ann: Patient) -> None:
    await ann.says("/PAIN@pause_coach_bot 4")
    assert len(clinic.kept(PainRated)) == 1


@pytest.mark.parametrize("said", ["hello all", "/dose", "/pain 5", "😀"])
async def test_in_a_group_it_says_one_line_and_keeps_nothing(clinic: Clinic, ann: Patient, said: str) -> None:
    group = clinic.pretend.group(-500, "Family")
    before = stored(clinic)
    ann.person.says_in_group(-500, said)
    await clinic.settle()
    assert [m.text for m in group.shown() if m.from_bot] == [GROUP]
    assert stored(clinic) == before


async def test_safety_words_in_a_group_are_answered_there(clinic: Clinic, ann: Patient) -> None:
    group = clinic.pretend.group(-500, "Family")
    ann.person.says_in_group(-500, "I want to die")
    await clinic.settle()
    said = "\n".join(m.text for m in group.shown() if m.from_bot)
    assert "Call" in said
    assert clinic.kept(Note) == []


@pytest.mark.parametrize("said", ["", " ", "\u200b", "🙂", "ok", "thanks", "?", "x" * 4000])
async def test_nothing_is_met_with_silence(clinic: Clinic, ann: Patient, said: str) -> None:
    if said.strip():
        await ann.says(said)
        assert ann.heard


async def test_somebody_who_blocked_us_and_came_back_is_heard_again(clinic: Clinic, ann: Patient) -> None:
    ann.person.blocks()
    await clinic.settle()
    ann.person.unblocks()
    await ann.says("/pain 4")
    assert ann.hears.startswith("Logged: 4 of 10")
