"""Leaving, in three levels: explained, confirmed once, complete; and safety answers whoever has left."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from sqlalchemy import select

from records import due, people
from records.tables import AlertNote, AlertRow, ConversationRow, DueItem, table
from study.facts import DoseTaken, Note, PainRated, Stopped
from tests.clinic import FENTANYL, OXYCODONE, Clinic, Patient, clinic_over, fresh_sqlite
from tests.golden import check

PROMPTS, STUDY, DATA = "1: Messages only", "2: Leave the study", "3: Leave, remove my data"
YES, STAY = "Yes, do this", "Change nothing"
LEVELS = {PROMPTS: "prompts", STUDY: "study", DATA: "data"}


@pytest.fixture
async def clinic(tmp_path: Path) -> AsyncIterator[Clinic]:
    async with clinic_over(fresh_sqlite(tmp_path)) as clinic:
        yield clinic


@pytest.fixture
async def ann(clinic: Clinic) -> Patient:
    return await clinic.enrolled("mbt")


def status_of(clinic: Clinic) -> str:
    with clinic.database.read() as tx:
        return str(people.by_study_id(tx, "P0001").status)


def alerts_of(clinic: Clinic) -> list[tuple[str, int]]:
    rows = table(AlertRow)
    return [(r.rule, r.tier) for r in clinic.rows(select(rows).order_by(rows.c.id))]


@pytest.mark.parametrize(("button", "level"), LEVELS.items())
async def test_each_level_reads_plainly_and_is_written_down_once(
    clinic: Clinic, ann: Patient, button: str, level: str
) -> None:
    await ann.does(">/stop", button, YES)
    check(f"stop_{level}", ann.transcript())
    assert [s.level for s in clinic.kept(Stopped)] == [level]
    assert status_of(clinic) == ("prompts_stopped" if level == "prompts" else "stopped")


@pytest.mark.parametrize("acts", [(STAY,), (PROMPTS, STAY), (STUDY, STAY), (DATA, STAY), (STUDY, "« Back", STAY)])
async def test_nothing_changes_before_the_confirmation(clinic: Clinic, ann: Patient, acts: tuple[str, ...]) -> None:
    await ann.does(">/stop", *acts)
    assert ann.hears == "All right. Nothing was changed."
    assert clinic.kept(Stopped) == []
    assert status_of(clinic) == "enrolled"
    assert alerts_of(clinic) == []


async def test_there_is_one_confirmation_and_no_second_one(clinic: Clinic, ann: Patient) -> None:
    await ann.does(">/stop", STUDY)
    assert ann.buttons == [YES, STAY, "« Back"]
    await ann.taps(YES)
    assert ann.hears.startswith("Done.")


@pytest.mark.parametrize("words", ["sure", "sorry", "miss you", "really", "pity", "!", "stay with"])
@pytest.mark.parametrize("button", LEVELS)
async def test_nobody_is_made_to_feel_guilty(clinic: Clinic, ann: Patient, button: str, words: str) -> None:
    await ann.does(">/stop", button, YES)
    assert words not in ann.transcript().lower()


@pytest.mark.parametrize("button", LEVELS)
async def test_safety_words_are_answered_after_each_level(clinic: Clinic, ann: Patient, button: str) -> None:
    await ann.does(">/stop", button, YES, ">I want to die")
    assert "Call or text 988 now" in ann.hears
    assert ("suicidal_thoughts", 1) in alerts_of(clinic)


@pytest.mark.parametrize("button", LEVELS)
async def test_urgent_works_after_each_level(clinic: Clinic, ann: Patient, button: str) -> None:
    await ann.does(">/stop", button, YES, ">/urgent", "Took too much, or won't wake")
    assert "Call 911 now." in ann.hears
    await ann.taps("I am safe")
    assert ann.hears.startswith("Thank you for telling me.")


@pytest.mark.parametrize("said", ["/dose", "/pain 5", "/pause", "/practice 5", "/settings", "/medicines", "Log a dose"])
@pytest.mark.parametrize("button", [STUDY, DATA])
async def test_after_leaving_nothing_is_logged_and_that_is_said_kindly(
    clinic: Clinic, ann: Patient, button: str, said: str
) -> None:
    await ann.does(">/stop", button, YES, f">{said}")
    assert ann.hears == "You have left the study. Nothing is logged any more. Safety help is still here: send /urgent."
    assert (clinic.kept(DoseTaken), clinic.kept(PainRated)) == ([], [])


async def test_after_leaving_other_words_are_not_kept(clinic: Clinic, ann: Patient) -> None:
    await ann.does(">/stop", STUDY, YES, ">it was a long winter here")
    assert ann.hears.startswith("You have left the study.")
    assert clinic.kept(Note) == []


async def test_after_leaving_only_urgent_help_stands_below_the_chat(clinic: Clinic, ann: Patient) -> None:
    await ann.does(">/stop", STUDY, YES)
    assert ann.person.keyboard == (("Urgent help",),)
    await ann.taps("Urgent help")
    assert "In danger now?" in ann.hears


async def test_a_talk_that_was_open_is_not_offered_to_somebody_who_left(clinic: Clinic, ann: Patient) -> None:
    await ann.does(">/dose", ">/stop", STUDY, YES)
    assert "You were in the middle" not in ann.hears
    await ann.taps("1 tablet (usual)")
    assert clinic.kept(DoseTaken) == []
    states = [r.state for r in clinic.rows(select(table(ConversationRow).c.state))]
    assert not {"front", "parked"} & set(states)


async def test_an_old_pause_asks_nothing_of_somebody_who_left(clinic: Clinic, ann: Patient) -> None:
    await ann.does(">/pause", "5")
    old = ann.last
    await ann.does(">/stop", STUDY, YES)
    await clinic.later(hours=3)
    ann.person.taps(old.message_id, "3")
    await clinic.settle()
    assert "button is from an earlier question" in ann.last.text
    assert clinic.kept(DoseTaken) == []


@pytest.mark.parametrize("button", [STUDY, DATA])
async def test_what_was_planned_ends_when_somebody_leaves(clinic: Clinic, button: str) -> None:
    ann = await clinic.enrolled("mbt", "Ann", OXYCODONE, FENTANYL)
    await ann.does(">/dose", "patch", "Put a new one on", "Now")
    await ann.does(">/pause", "oxy", "3", "2", "Both", "Stop here", "Later", "In 15 minutes", ">/stop", button, YES)
    rows = table(DueItem)
    assert {r.state for r in clinic.rows(select(rows.c.state))} == {"cancelled"}
    await clinic.passes(days=4)
    assert "come back about" not in ann.transcript()


async def test_without_messages_the_record_of_a_patch_goes_on(clinic: Clinic) -> None:
    ann = await clinic.enrolled("mbt", "Ann", OXYCODONE, FENTANYL)
    await ann.does(">/dose", "patch", "Put a new one on", "Now")
    await ann.does(">/pause", "oxy", "3", "2", "Both", "Stop here", "Later", "In 15 minutes", ">/stop", PROMPTS, YES)
    with clinic.database.read() as tx:
        pending = [r.item for r in tx.rows(select(due.due).where(due.due.c.state == "pending"))]
    assert pending == ["patch_assumed"]
    script = ann.transcript()
    await clinic.passes(days=4)
    assert ann.transcript().strip() == script.strip()


@pytest.mark.parametrize(
    ("button", "rule", "tier"), [(PROMPTS, "leave_study", 3), (STUDY, "leave_study", 3), (DATA, "data_removal", 2)]
)
async def test_staff_are_told(clinic: Clinic, ann: Patient, button: str, rule: str, tier: int) -> None:
    await ann.does(">/stop", button, YES)
    assert alerts_of(clinic) == [(rule, tier)]


async def test_messages_alone_can_be_stopped_while_logging_goes_on(clinic: Clinic, ann: Patient) -> None:
    await ann.does(">/stop", PROMPTS, YES, ">/pain 5")
    assert len(clinic.kept(PainRated)) == 1


async def test_messages_can_come_again(clinic: Clinic, ann: Patient) -> None:
    await ann.does(">/stop", PROMPTS, YES, ">/settings", "Send messages again")
    assert ann.hears == "Messages can come again now."
    assert status_of(clinic) == "enrolled"
    assert clinic.kept(Stopped) == []
    notes = [clinic.database.keys.open(n.sealed_text) for n in clinic.rows(select(table(AlertNote)))]
    assert notes == ["The entry behind this alert was taken back."]
    await ann.says("/settings")
    assert "Send messages again" not in ann.buttons


async def test_stopping_and_coming_back_twice_keeps_working(clinic: Clinic, ann: Patient) -> None:
    for _ in range(2):
        await ann.does(">/stop", PROMPTS, YES, ">/settings", "Send messages again")
    assert status_of(clinic) == "enrolled"


async def test_from_messages_alone_one_can_leave_altogether(clinic: Clinic, ann: Patient) -> None:
    await ann.does(">/stop", PROMPTS, YES, ">/stop")
    assert ann.buttons == [STUDY, DATA, STAY]
    await ann.does(STUDY, YES)
    assert status_of(clinic) == "stopped"


async def test_somebody_who_left_can_still_have_their_data_removed(clinic: Clinic, ann: Patient) -> None:
    await ann.does(">/stop", STUDY, YES, ">/stop")
    assert ann.buttons == [DATA, STAY]
    await ann.does(DATA, YES)
    assert [s.level for s in clinic.kept(Stopped)] == ["study", "data"]
    assert alerts_of(clinic) == [("leave_study", 3), ("data_removal", 2)]


async def test_somebody_who_left_can_still_write_to_the_team(clinic: Clinic, ann: Patient) -> None:
    await ann.does(">/stop", STUDY, YES, ">/team I would like to come back")
    assert [n.text for n in clinic.kept(Note)] == ["I would like to come back"]


@pytest.mark.parametrize("said", ["stop", "Stop", "STOP.", "stop!"])
async def test_the_bare_word_leads_to_the_three_levels(clinic: Clinic, ann: Patient, said: str) -> None:
    await ann.says(said)
    assert ann.buttons == [PROMPTS, STUDY, DATA, STAY]


@pytest.mark.parametrize("front", ["/dose", "/team", "/medicines", "/settings", "/break", "/pain"])
async def test_the_bare_word_works_in_the_middle_of_anything(clinic: Clinic, ann: Patient, front: str) -> None:
    await ann.does(f">{front}", ">stop")
    assert ann.buttons == [PROMPTS, STUDY, DATA, STAY]
    assert clinic.kept(Note) == []


async def test_the_bare_word_in_an_exercise_ends_only_the_exercise(clinic: Clinic, ann: Patient) -> None:
    await ann.does(">/practice", "Lead me one now", "1 minute", "One quiet minute", ">stop")
    assert PROMPTS not in ann.buttons
    assert status_of(clinic) == "enrolled"


async def test_the_bare_word_at_the_three_levels_asks_them_again(clinic: Clinic, ann: Patient) -> None:
    await ann.does(">stop", ">stop", STAY)
    assert ann.hears == "All right. Nothing was changed."


async def test_somebody_who_has_not_finished_joining_can_leave(clinic: Clinic) -> None:
    ann = clinic.stranger()
    await ann.says(f"/start {clinic.invited().code}")
    await ann.does("I agree to take part", ">/stop")
    assert ann.buttons == [STUDY, DATA, STAY]
    await ann.does(STUDY, YES)
    assert status_of(clinic) == "stopped"
    await ann.says("/start")
    assert ann.hears.startswith("You have left the study.")
