"""Settings, breaks and words for the team: each told back in one line, with the new value."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from handlers.breaks import days_typed
from records import people, roster
from records.tables import AlertNote, AlertRow, table
from study.facts import BreakTaken, Note, PainRated, SettingsChanged
from study.steps import NotUnderstood
from tests.clinic import MORPHINE, Clinic, Patient, clinic_over, fresh_sqlite


@pytest.fixture
async def clinic(tmp_path: Path) -> AsyncIterator[Clinic]:
    async with clinic_over(fresh_sqlite(tmp_path)) as clinic:
        yield clinic


@pytest.fixture
async def ann(clinic: Clinic) -> Patient:
    return await clinic.enrolled("mbt")


def person_of(clinic: Clinic) -> Any:
    with clinic.database.read() as tx:
        return people.by_study_id(tx, "P0001")


def plain(text: str) -> str:
    return text.replace("\u202f", " ")


# settings


async def test_the_settings_are_shown_as_they_are(clinic: Clinic, ann: Patient) -> None:
    await ann.says("/settings")
    assert plain(ann.hears) == (
        "Your settings now:\nTime as in New York\nQuiet from 9:00 PM to 8:00 AM\nDiscreet words: off\n\n"
        "What would you like to change?"
    )


async def test_the_city_is_changed_and_told_back_with_the_time_there(clinic: Clinic, ann: Patient) -> None:
    await ann.does(">/settings", "City and time", "London")
    assert plain(ann.hears) == "Your time is now that of London. It is Mon 2 Mar, 3:00 PM there."
    assert person_of(clinic).zone == "Europe/London"
    await ann.says("/urgent")
    assert "Call 999" in ann.hears


async def test_back_from_an_unknown_city_and_another_one(clinic: Clinic, ann: Patient) -> None:
    await ann.does(">/settings", "City and time", ">Atlantis")
    assert "I do not know that place." in ann.hears
    await ann.does(">Berlin")
    assert person_of(clinic).zone == "Europe/Berlin"


@pytest.mark.parametrize(
    ("acts", "kept"),
    [
        (("10 pm to 7 am",), ("22:00", "07:00")),
        (("Other hours", ">11 pm", ">6:30"), ("23:00", "06:30")),
        (("Other hours", ">11 pm", ">23:00", ">6"), ("23:00", "06:00")),
        (("Other hours", ">late", ">22", ">7am"), ("22:00", "07:00")),
    ],
)
async def test_quiet_hours_are_changed(
    clinic: Clinic, ann: Patient, acts: tuple[str, ...], kept: tuple[str, str]
) -> None:
    await ann.does(">/settings", "Quiet hours", *acts)
    assert ann.hears.startswith("I stay quiet from")
    assert (person_of(clinic).quiet_from, person_of(clinic).quiet_to) == kept


async def test_discreet_words_are_turned_on_and_off(clinic: Clinic, ann: Patient) -> None:
    await ann.does(">/settings", "Turn discreet words on")
    assert ann.hears == "Discreet words are on now."
    await ann.says("/pain")
    assert "pain" not in ann.hears.lower()
    await ann.does(">/settings", "Turn discreet words off", "Leave it", ">/pain")
    assert "pain" in ann.hears.lower()
    assert [s.discreet for s in clinic.kept(SettingsChanged)][-2:] == [True, False]


async def test_times_of_medicines_lead_to_the_list(clinic: Clinic) -> None:
    ann = await clinic.enrolled("mbt", "Ann", MORPHINE)
    await ann.does(">/settings", "Times of my medicines")
    assert "Your list:" in ann.hears
    assert "morning tablet: morphine 15 mg" in ann.hears


async def test_nothing_is_changed_by_leaving_it(clinic: Clinic, ann: Patient) -> None:
    before = len(clinic.kept(SettingsChanged))
    await ann.does(">/settings", "Leave it")
    assert len(clinic.kept(SettingsChanged)) == before


async def test_with_one_language_none_is_offered(clinic: Clinic, ann: Patient) -> None:
    await ann.says("/settings")
    assert not any("anguage" in button for button in ann.buttons)


# a break


@pytest.mark.parametrize(
    ("said", "days"), [("3", 3), ("3 days", 3), ("1 day", 1), ("a week", 7), ("two weeks", 14), ("five", 5), ("0", 0)]
)
def test_typed_days_are_understood(said: str, days: int) -> None:
    assert days_typed(said) == days


@pytest.mark.parametrize("said", ["15", "-1", "a month", "2.5", "soon", ""])
def test_days_that_cannot_be_are_asked_again(said: str) -> None:
    assert isinstance(days_typed(said), NotUnderstood)


async def test_a_break_says_until_when_and_that_help_goes_on(clinic: Clinic, ann: Patient) -> None:
    await ann.does(">/break", "3 days")
    assert ann.hears == (
        "Until Thursday 5 March, I send nothing of my own. You can log, and ask for help, at any time. "
        "To end the break, send /break 0."
    )
    (taken,) = clinic.kept(BreakTaken)
    assert (taken.days, taken.until) == (3, datetime(2026, 3, 5, 9, 0, tzinfo=UTC))
    assert person_of(clinic).break_until == taken.until


@pytest.mark.parametrize("acts", [("1 day",), ("7 days",), ("14 days",), ("Another number", ">9"), (">a week",)])
async def test_a_break_is_one_to_fourteen_days(clinic: Clinic, ann: Patient, acts: tuple[str, ...]) -> None:
    await ann.does(">/break", *acts)
    assert ann.hears.startswith("Until ")


async def test_more_than_fourteen_days_are_asked_again(clinic: Clinic, ann: Patient) -> None:
    await ann.does(">/break 15", ">20")
    assert "from 1 to 14" in ann.hears
    assert clinic.kept(BreakTaken) == []


@pytest.mark.parametrize("way", [(">/break 0",), (">/break", "End my break"), (">/settings", "End my break")])
async def test_a_break_can_be_ended_early(clinic: Clinic, ann: Patient, way: tuple[str, ...]) -> None:
    await ann.does(">/break 7", *way)
    assert ann.hears == "Your break is over. Messages can come again."
    assert person_of(clinic).break_until is None
    assert [b.days for b in clinic.kept(BreakTaken)] == [7, 0]


async def test_ending_a_break_that_is_not_on_changes_nothing(clinic: Clinic, ann: Patient) -> None:
    await ann.says("/break 0")
    assert ann.hears == "No break was on. Nothing was changed."
    assert clinic.kept(BreakTaken) == []


async def test_a_break_that_is_over_is_not_shown_any_more(clinic: Clinic, ann: Patient) -> None:
    await ann.says("/break 1")
    await clinic.later(days=2)
    await ann.says("/break")
    assert "goes on until" not in ann.hears
    assert "End my break" not in ann.buttons


async def test_logging_and_safety_work_on_a_break(clinic: Clinic, ann: Patient) -> None:
    await ann.does(">/break 7", ">/pain 4")
    assert len(clinic.kept(PainRated)) == 1
    await ann.says("I want to die")
    assert "988" in ann.hears


async def test_the_check_back_a_person_chose_comes_on_a_break_too(clinic: Clinic, ann: Patient) -> None:
    await ann.does(">/pause", "3", "2", "Both", "Stop here", "Later", "In 15 minutes", ">/break 7")
    await clinic.passes(minutes=31)
    assert "You asked me to come back about oxy." in ann.transcript()


# words for the team


def alert_rows(clinic: Clinic) -> list[Any]:
    return clinic.rows(select(table(AlertRow)))


async def test_words_after_the_command_are_passed_on(clinic: Clinic, ann: Patient) -> None:
    await ann.says("/team\nPlease call me\nabout the form")
    assert ann.hears == (
        "I passed your words on to the study team. I do not know when they will answer. "
        "Nobody is watching this chat. For help now, call 911."
    )
    (note,) = clinic.kept(Note)
    assert (note.text, note.to_team) == ("Please call me\nabout the form", True)
    assert [(a.rule, a.tier) for a in alert_rows(clinic)] == [("message_to_team", 2)]


async def test_without_words_they_are_asked_for(clinic: Clinic, ann: Patient) -> None:
    await ann.says("/team")
    assert "What would you like to tell the study team?" in ann.hears
    await ann.says("the app is slow")
    assert [n.text for n in clinic.kept(Note)] == ["the app is slow"]


async def test_words_for_the_team_can_be_left(clinic: Clinic, ann: Patient) -> None:
    await ann.does(">/team", "Leave it")
    assert clinic.kept(Note) == []
    assert alert_rows(clinic) == []


async def test_who_reads_and_when_is_told_from_the_roster_and_never_more(clinic: Clinic, ann: Patient) -> None:
    reader = roster.Reader("c1", "Maria", "coordinator", "12345", "09:00", "17:00", "America/New_York")
    with clinic.database.write("staff") as tx:
        roster.add(tx, reader)
    await ann.says("/team hello")
    assert "Maria of the study team reads this chat now (Mon-Fri, 09:00 to 17:00)." in ann.hears
    await clinic.later(hours=10)
    await ann.says("/team hello")
    assert "Nobody is watching this chat now. Maria of the study team reads it Mon-Fri" in ann.hears


async def test_a_second_message_is_noted_on_the_open_alert(clinic: Clinic, ann: Patient) -> None:
    await ann.does(">/team one", ">/team two")
    (alert,) = alert_rows(clinic)
    assert alert.times == 2
    notes = [clinic.database.keys.open(n.sealed_text) for n in clinic.rows(select(table(AlertNote)))]
    assert notes == ["Another message was written."]


async def test_safety_words_to_the_team_are_answered_first(clinic: Clinic, ann: Patient) -> None:
    await ann.says("/team I want to die")
    assert "988" in ann.hears
    assert "Are you safe right now?" in ann.hears


async def test_in_discreet_mode_the_list_of_commands_of_this_chat_names_nothing(tmp_path: Path) -> None:
    from telegram import BotCommandScopeChat

    async with clinic_over(fresh_sqlite(tmp_path)) as clinic:
        ann = clinic.stranger()
        await ann.says(f"/start {clinic.invited().code}")
        await ann.does("I agree to take part", "New York", "9 pm to 8 am", "Yes")
        scope = BotCommandScopeChat(ann.person.user_id)
        listed = [each.command for each in await clinic.node.bot.get_my_commands(scope=scope)]
        assert "rate" in listed
        assert "pain" not in listed
