"""Taking back what was logged last: the history stays, the day is not lost, and staff see what moved."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest

from records import facts, people
from records.database import Database
from records.facts import Where
from study.facts import (
    CheckBack,
    DoseTaken,
    PainRated,
    PatchWear,
    PauseEnded,
)
from tests import databases
from tests.clinic import FENTANYL, MORPHINE, START, Clinic, clinic_over, fresh_sqlite
from tests.golden import check
from tests.logged import NOT_NEEDED, TOOK, chosen, dose, due_states, history, notes_of_alerts, pause, rated


@pytest.fixture
async def clinic(tmp_path: Path) -> AsyncIterator[Clinic]:
    async with clinic_over(fresh_sqlite(tmp_path)) as clinic:
        yield clinic


async def test_undo_takes_the_last_dose_back_after_one_question_and_keeps_its_history(clinic: Clinic) -> None:
    ann = await clinic.enrolled()
    await ann.says("/undo")
    await dose(ann)
    await ann.does(">/undo", "No")
    assert len(clinic.kept(DoseTaken)) == 1
    await ann.does(">/undo", "Yes")
    assert clinic.kept(DoseTaken) == []
    assert history(clinic, DoseTaken) == [(1, "recorded", None), (2, "voided", "undo")]
    await ann.says("/undo")
    assert "nothing here to take back" in ann.hears
    check("undo_dose", ann.transcript())


async def test_undo_goes_by_when_a_thing_was_logged_not_by_when_it_was_or_was_corrected(clinic: Clinic) -> None:
    ann = await clinic.enrolled()
    await dose(ann, "2 tablets")
    await ann.does(">/dose", "1 tablet (usual)", "Yesterday, Sunday 1 March", ">9 pm")
    clinic.clock.move(minutes=20)
    await chosen(ann, "2 tablets")
    await ann.does("How much", "1.5 tablets")
    clinic.clock.move(minutes=1)
    await ann.says("/undo")
    assert "1 tablet of oxy, yesterday 9:00" in ann.hears
    await ann.taps("Yes")
    await ann.says("/undo")
    assert "1.5 tablets of oxy" in ann.hears


async def test_a_second_tap_on_yes_takes_nothing_else_back(clinic: Clinic) -> None:
    ann = await clinic.enrolled()
    await dose(ann)
    await dose(ann, "2 tablets")
    await ann.does(">/undo", "Yes", "Yes")
    assert [d.count for d in clinic.kept(DoseTaken)] == [1]


async def test_undoing_the_dose_of_a_pause_asks_the_decision_again(clinic: Clinic) -> None:
    ann = await clinic.enrolled()
    await pause(ann, TOOK, "1 tablet (usual)")
    ann.script.clear()
    await ann.does(">/undo", "Yes")
    assert [d.decision for d in clinic.kept(PauseEnded)] == [None]
    assert {TOOK, "Later", NOT_NEEDED, "Rather not say"} <= set(ann.buttons)
    await ann.taps(NOT_NEEDED)
    (ended,) = clinic.kept(PauseEnded)
    assert (ended.decision, ended.pain, ended.urge) == ("not_needed", 5, 3)
    assert ended.ended_at == START
    assert clinic.kept(DoseTaken) == []
    check("undo_pause", ann.transcript())


async def test_taken_after_all_is_logged_with_its_own_time_and_linked_to_the_pause(clinic: Clinic) -> None:
    ann = await clinic.enrolled()
    await pause(ann, TOOK, "1 tablet (usual)")
    await ann.does(">/undo", "Yes", TOOK, "2 tablets", "Earlier today", ">9:55")
    (ended,), (taken,) = clinic.kept(PauseEnded), clinic.kept(DoseTaken)
    assert ended.decision == "took"
    assert (taken.count, taken.taken_local, taken.pause) == (2, "2026-03-02T09:55:00", ended.pause)


async def test_a_scheduled_medicine_is_never_offered_later_or_not_needed_when_asked_again(clinic: Clinic) -> None:
    ann = await clinic.enrolled("mbt", "Ann", MORPHINE)
    await pause(ann, TOOK, "1 tablet (usual)")
    await ann.does(">/undo", "Yes")
    assert "yours to take as prescribed" in ann.hears
    assert set(ann.buttons) == {TOOK, "Rather not say"}


async def test_a_decision_left_open_stays_open_and_can_be_gone_on_with(clinic: Clinic) -> None:
    ann = await clinic.enrolled()
    await pause(ann, TOOK, "1 tablet (usual)")
    await ann.does(">/undo", "Yes", ">/undo")
    assert "Pause (left open), then 5, wish 3" in ann.hears
    await ann.taps("No")
    assert "taking an entry back" in ann.hears
    await ann.does("Go on", "Rather not say")
    assert [d.decision for d in clinic.kept(PauseEnded)] == ["rather_not_say"]


async def test_taking_back_later_means_that_nobody_comes_back_to_ask(clinic: Clinic) -> None:
    ann = await clinic.enrolled()
    await pause(ann, "Later", "In 1 hour")
    await ann.does(">/undo", "Yes", "Rather not say")
    assert due_states(clinic, "check_back") == ["cancelled"]
    await clinic.passes(hours=2)
    assert "come back" not in ann.hears
    assert len(clinic.kept(CheckBack)) == 1


async def test_undo_of_a_patch_taken_off_has_it_worn_again_until_it_is_assumed_off(clinic: Clinic) -> None:
    ann = await clinic.enrolled("mbt", "Ann", FENTANYL)
    await ann.does(">/dose", "Put a new one on", "Now")
    await clinic.passes(hours=2)
    await ann.does(">/dose", "Took it off", "Now")
    await clinic.passes(hours=1)
    await ann.says("/undo")
    assert "patch on today 10:00 AM, off today 12:00 PM" in ann.hears
    await ann.taps("Yes")
    (worn,) = clinic.kept(PatchWear)
    assert (worn.removal, worn.removed_at, worn.removed_local) == ("wearing", None, None)
    assert due_states(clinic, "patch_assumed") == ["cancelled", "pending"]
    await clinic.passes(hours=72)
    (worn,) = clinic.kept(PatchWear)
    assert (worn.removal, worn.removed_at) == ("assumed", START + timedelta(hours=72))


async def test_undo_of_a_patch_put_on_takes_it_off_the_list_with_its_end(clinic: Clinic) -> None:
    ann = await clinic.enrolled("mbt", "Ann", FENTANYL)
    await ann.does(">/dose", "Put a new one on", "Now")
    clinic.clock.move(minutes=1)
    await ann.does(">/undo", "Yes")
    assert clinic.kept(PatchWear) == []
    assert due_states(clinic, "patch_assumed") == ["cancelled"]


async def test_an_alert_raised_by_an_entry_taken_back_says_so_and_stays_open(clinic: Clinic) -> None:
    ann = await clinic.enrolled()
    await dose(ann, "Another amount", ">6")
    await ann.taps("Yes, it is right")
    clinic.clock.move(minutes=20)
    await ann.does(">/undo", "Yes")
    assert notes_of_alerts(clinic) == {"dose_excess": ["The entry behind this alert was taken back."]}


async def test_an_entry_counted_into_an_open_alert_is_annotated_too(clinic: Clinic) -> None:
    ann = await clinic.enrolled()
    for _ in range(2):
        await ann.does(">/dose", "Another amount", ">6", "Now", "Yes, it is right")
        clinic.clock.move(minutes=20)
    await ann.does(">/undo", "Yes")
    assert notes_of_alerts(clinic) == {"dose_excess": ["The entry behind this alert was taken back."]}


async def test_an_undo_left_lying_changes_nothing_that_was_changed_since(clinic: Clinic) -> None:
    ann = await clinic.enrolled()
    await dose(ann)
    await ann.says("/undo")
    await chosen(ann, "1 tablet")
    await ann.does("How much", "2 tablets", "Go on", "Yes")
    assert "changed by now" in ann.hears
    assert [d.count for d in clinic.kept(DoseTaken)] == [2]


def test_newest_goes_by_the_first_revision_and_leaves_out_what_was_taken_back(
    database: Database, clock: databases.Clock
) -> None:
    with database.write() as tx:
        person = people.by_study_id(tx, people.add(tx, arm=None, test=False))
    where = Where(person.id, person.study_id, "test")
    for entity, fact in (("a", rated(1)), ("b", rated(2)), ("c", rated(3)), ("a", rated(9))):
        clock.move(minutes=1)
        with database.write() as tx:
            facts.write(tx, entity, fact, where)
    with database.write() as tx:
        facts.void(tx, "b", where, "undo")
    with database.read() as tx:
        found = facts.newest(tx, PainRated, person.id, 10)
        every = [(k.entity, k.revision, k.state, k.why) for k in facts.history(tx, PainRated, person.id)]
        assert [k.entity for _, k in facts.newest(tx, PainRated, person.id, 1)] == ["c"]
    assert [(k.entity, k.fact.pain) for _, k in found] == [("c", 3), ("a", 9)]
    assert [at.minute for at, _ in found] == [3, 1]
    assert every[-2:] == [("a", 2, "recorded", None), ("b", 2, "voided", "undo")]
